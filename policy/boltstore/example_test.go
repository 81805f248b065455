package boltstore_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/boltstore"
)

// A sanction outlives the process that imposed it.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "decorum")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	engine := func() (*boltstore.Store, *policy.Engine) {
		store, err := boltstore.Open(filepath.Join(dir, "decorum.db"), boltstore.Config{})
		if err != nil {
			log.Fatal(err)
		}
		// The Secret must be the same after a restart: keep it outside.
		e, err := policy.New(policy.Config{Store: store, Secret: []byte("from your vault")})
		if err != nil {
			log.Fatal(err)
		}
		return store, e
	}

	store, e := engine()
	if _, err := e.Impose(ctx, policy.Sanction{Account: "mallory", Kind: policy.Suspension, By: "moderator"}); err != nil {
		log.Fatal(err)
	}
	if err := store.Close(); err != nil {
		log.Fatal(err)
	}

	store, e = engine()
	defer store.Close()
	d, err := e.Evaluate(ctx, policy.Message{Sender: "mallory", Recipients: policy.To("bob"), Text: "hello"})
	fmt.Println(d.Verdict, err)
	// Output: reject <nil>
}
