package policy_test

import (
	"context"
	"fmt"
	"log"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// The Secret of a store is changed. Other processes may use it meanwhile: docs/stores.md
// says in which order they get the new one.
func ExampleEngine_Rekey() {
	ctx := context.Background()
	store := storetest.NewFaulty(policy.NewMemory(0)) // a store outside the process
	before, after := policy.Secret("32 random bytes that leaked ....."), policy.Secret("32 other random bytes ...........")
	old, err := policy.New(policy.Config{Store: store, Secret: before})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := old.Impose(ctx, policy.Sanction{Account: "mallory", Kind: policy.Warning, By: "ann"}); err != nil {
		log.Fatal(err)
	}
	engine, err := policy.New(policy.Config{Store: store, Secrets: []policy.Secret{after, before}})
	if err != nil {
		log.Fatal(err)
	}
	for p, err := range engine.Rekey(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		if p.Done {
			fmt.Println("moved:", p.Written > 0)
		}
	}
	engine, err = policy.New(policy.Config{Store: store, Secrets: []policy.Secret{after}})
	if err != nil {
		log.Fatal(err)
	}
	for s, err := range engine.Sanctions(ctx) {
		fmt.Println(s.Account, err)
	}
	// Output:
	// moved: true
	// mallory <nil>
}
