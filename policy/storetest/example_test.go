package storetest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// In a package's tests: TestStore.
func ExampleRun() {
	_ = func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) policy.Store {
			return policy.NewMemory(0)
		})
	}
}

// In a package's tests: engines on the store, under all faults, of a few seeds.
func ExampleSimulate() {
	_ = func(t *testing.T) {
		storetest.Simulate(t, storetest.Simulation{
			Seeds: 10,
			Open:  func(t *testing.T) policy.Store { return policy.NewMemory(0) },
		})
	}
}

// A write that succeeds although its caller is told that it failed, once.
func ExampleFaulty() {
	ctx := context.Background()
	store := storetest.NewFaulty(policy.NewMemory(0))
	count := func(old []byte) (policy.Record, error) {
		return policy.Record{Data: append(old, '|')}, nil
	}
	store.Break(storetest.Times(1, storetest.On(storetest.Update, storetest.Fault{Kind: storetest.Tear})))
	fmt.Println(store.Update(ctx, policy.Key{1}, count))
	fmt.Println(store.Update(ctx, policy.Key{1}, count)) // tried again
	_ = store.View(ctx, policy.Key{1}, func(data []byte) error {
		fmt.Printf("counted %s\n", data)
		return nil
	})
	// Output:
	// storetest: fault
	// <nil>
	// counted ||
}

// What reads an audit is tested without a database.
func ExampleAudited() {
	ctx := context.Background()
	store := storetest.NewAudited(policy.NewMemory(0))
	e, err := policy.New(policy.Config{Store: store, Secret: []byte("of a test")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer e.Close()
	if _, err := e.Impose(ctx, policy.Sanction{Account: "mallory", Kind: policy.Suspension, By: "mod"}); err != nil {
		fmt.Println(err)
	}
	for a, err := range e.Acts(ctx, policy.ActFilter{}) {
		fmt.Println(a.What, a.Account, a.By, err)
	}
	// Output: imposed mallory mod <nil>
}
