package pgstore_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/pgstore"
)

// A sanction is enforced by every process at once, and is a row that anybody
// may ask for in SQL:
//
//	SELECT account, kind, imposed_by FROM decorum_in_force;
func Example() {
	ctx := context.Background()
	// postgres://postgres:trial@127.0.0.1:5432/postgres
	store, err := pgstore.Open(ctx, os.Getenv("DATABASE_URL"), pgstore.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	e, err := policy.New(policy.Config{
		Store:  store,
		Secret: []byte("from your vault"), // the same in all processes
		Hooks:  policy.JoinHooks(policy.LogHooks(nil), store.Hooks()),
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := e.Impose(ctx, policy.Sanction{Account: "mallory", Kind: policy.Suspension, By: "moderator"}); err != nil {
		log.Fatal(err)
	}
	d, err := e.Evaluate(ctx, policy.Message{Sender: "mallory", Recipients: policy.To("bob"), Text: "hello"})
	fmt.Println(d.Verdict, err)
	// Output: reject <nil>
}
