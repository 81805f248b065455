package policy_test

import (
	"context"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
)

// A class of the host's own has rules of its own. It begins as a copy of
// another; a class without rules is judged as Member.
func ExamplePolicy_class() {
	const recruiter policy.Class = "recruiter"
	p := policy.Default()
	p.Name = "with recruiters"
	rules := p.Clone().Classes[policy.Member]
	rules.Limits.Messages = []limiter.Limit{{N: 40, Per: time.Minute}, {N: 300, Per: time.Hour}}
	p.Classes[recruiter] = rules

	engine, err := policy.New(policy.Config{Policy: p, Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	for _, class := range []policy.Class{policy.Member, recruiter} {
		delivered := 0
		for i := range 60 {
			d, err := engine.Evaluate(context.Background(), policy.Message{
				Sender: "an account of class " + string(class), Class: class, At: monday.Add(time.Duration(i-60) * time.Second / 2),
				Recipients: []policy.Recipient{{ID: fmt.Sprint("candidate ", i), Relation: policy.Connection}},
			})
			if d.Delivered() {
				delivered++
			}
			if err != nil {
				fmt.Println(err)
			}
		}
		fmt.Println(class, delivered)
	}
	// Output:
	// member 20
	// recruiter 40
}
