package policy_test

import (
	"context"
	"fmt"

	"github.com/decorum-go/decorum/policy"
)

// Whoever answers for decisions is told of every act, in order: an ID tells those apart
// that were told before, and after a start TellActs tells what a crash left over.
func ExampleEngine_TellActs() {
	seen := map[string]bool{} // a table, in truth
	engine, err := policy.New(policy.Config{Now: morning, Hooks: policy.Hooks{
		Acted: func(_ context.Context, a *policy.Act) {
			if !seen[a.ID] {
				seen[a.ID] = true
				fmt.Printf("%d: %v by %s: %d in force, then %d\n", a.N, a.What, a.By, len(a.Before.Standing), len(a.After.Standing))
			}
		},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	if n, err := engine.TellActs(ctx); err != nil || n > 0 {
		fmt.Println(n, err)
	}
	s, err := engine.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "ada"})
	if err != nil {
		fmt.Println(err)
	}
	if err := engine.Lift(ctx, "sam", s.ID, policy.Lifting{By: "lee", Note: "the wrong account"}); err != nil {
		fmt.Println(err)
	}

	// Output:
	// 1: imposed by ada: 0 in force, then 1
	// 2: lifted by lee: 1 in force, then 0
}
