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

// Nor does it let many be reached by one message, or by a few.
func TestRestrictionOverRecipients(t *testing.T) {
	for _, each := range []int{1, 5, 10, 11, 100, 1000} {
		now := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
		e, err := policy.New(policy.Config{Secret: make([]byte, 16), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Restriction, PerDay: 10, By: "mod"}); err != nil {
			t.Fatal(err)
		}
		evaluate := func(m policy.Message) bool {
			t.Helper()
			d, err := e.Evaluate(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			return d.Delivered()
		}
		reached := 0
		for i := range 12 {
			now = now.Add(time.Duration(30+i*i%23) * time.Minute)
			m := policy.Message{Sender: "sam"}
			for k := range each {
				m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("person", i, ".", k)})
			}
			if evaluate(m) {
				reached += each
			}
		}
		t.Logf("%d to a message: %d strangers within a day", each, reached)
		if reached > 20 {
			t.Errorf("%d to a message: %d strangers within a day of a restriction to 10", each, reached)
		}
		// Friends are as many as they are.
		var friends []policy.Recipient
		for k := range 40 {
			evaluate(policy.Message{Sender: fmt.Sprint("friend", k), Recipients: policy.To("sam")})
			friends = append(friends, policy.Recipient{ID: fmt.Sprint("friend", k)})
		}
		if !evaluate(policy.Message{Sender: "sam", Recipients: friends[:16]}) {
			t.Error("a message to friends is refused")
		}
	}
}
