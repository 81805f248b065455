package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A Restriction to so many messages a day is about all of them, whatever channel
// they take.
func TestRestrictionOverChannels(t *testing.T) {
	now := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Secret: make([]byte, 16), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Restriction, PerDay: 4, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	delivered := 0
	for i := range 20 {
		now = now.Add(time.Duration(1+i*i%11) * time.Minute)
		m := policy.Message{Sender: "sam", Channel: "request", Recipients: []policy.Recipient{{ID: fmt.Sprint("person", i), Relation: policy.Connection}}}
		if i%5 == 0 {
			m.Channel = ""
		}
		d, err := e.Evaluate(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if d.Delivered() {
			delivered++
		}
	}
	if delivered != 4 {
		t.Errorf("%d messages delivered, 4 are allowed", delivered)
	}
}
