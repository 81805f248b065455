package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// One person who complains every day is one reporter, not a crowd: three
// independent ones bring a Block, one alone never does.
func TestOneReporterDaily(t *testing.T) {
	now := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Secret: make([]byte, 16), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		m := policy.Message{Sender: "rec", Recipients: []policy.Recipient{{ID: fmt.Sprint("person", i), Relation: policy.Stranger}}}
		if _, err := e.Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Duration(1+i*i*i%97) * time.Minute)
	}
	complain := func(from string) policy.Account {
		t.Helper()
		now = now.Add(25 * time.Hour)
		if err := e.Record(t.Context(), policy.Complaint{From: from, Against: "rec", Category: policy.Spam}); err != nil {
			t.Fatal(err)
		}
		a, err := e.Account(t.Context(), "rec")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for day := range 10 {
		a := complain("person29")
		if len(a.Standing) > 0 || len(a.Complaints) != 1 || a.ComplaintWeight > 1 {
			t.Fatalf("day %d: %d complaints worth %.2f by one person; standing: %v", day, len(a.Complaints), a.ComplaintWeight, a.Standing)
		}
	}
	complain("person28")
	if a := complain("person27"); len(a.Standing) == 0 || a.Standing[len(a.Standing)-1].Kind < policy.Block {
		t.Errorf("three independent reporters: %v", a.Standing)
	}
}
