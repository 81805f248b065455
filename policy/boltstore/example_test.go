package boltstore_test

import (
	"bytes"
	"context"
	"errors"
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

// A file that Open refuses is salvaged into a new one.
func ExampleSalvage() {
	dir, err := os.MkdirTemp("", "decorum")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "decorum.db")
	store, err := boltstore.Open(path, boltstore.Config{})
	if err != nil {
		log.Fatal(err)
	}
	for i := range 300 {
		err := store.Update(context.Background(), policy.Key{byte(i), byte(i >> 8)}, func([]byte) (policy.Record, error) {
			return policy.Record{Data: make([]byte, 100)}, nil
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		log.Fatal(err)
	}
	damage(path) // a flipped bit in a key

	_, err = boltstore.Open(path, boltstore.Config{})
	fmt.Println("refused:", errors.Is(err, boltstore.ErrFormat))
	found, err := boltstore.Salvage(path, path+".salvaged")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Records, "whole,", found.Damaged, "damaged,", found.Freed, "freed")
	store, err = boltstore.Open(path+".salvaged", boltstore.Config{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(store.Stats().Damaged, "that cannot be read,", store.Close())
	// Output:
	// refused: true
	// 299 whole, 1 damaged, 0 freed
	// 1 that cannot be read, <nil>
}

// damage flips a bit of the key 0x2a01 wherever it is in a file.
func damage(path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	key := append([]byte{0x2a, 0x01}, make([]byte, 14)...)
	for i := range len(b) - 16 {
		if bytes.Equal(b[i:i+16], key) {
			b[i] ^= 0x40
		}
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		log.Fatal(err)
	}
}
