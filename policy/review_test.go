package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestReviewOfOneMessage: a finding on a message is about the complaints that
// name it or none, and leaves those about another message alone.
func TestReviewOfOneMessage(t *testing.T) {
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Secret: []byte("review"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		now = now.Add(time.Hour)
		m := policy.Message{ID: fmt.Sprint("m", i), Sender: "ann", Recipients: policy.To(fmt.Sprint("r", i)), Text: "something else each time " + prose(uint64(i))}
		if _, err := e.Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for i, message := range []string{"m0", "m1", ""} {
		now = now.Add(time.Hour)
		if err := e.Record(t.Context(), policy.Complaint{From: fmt.Sprint("r", i), Against: "ann", Message: message, Category: policy.Spam}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Record(t.Context(), policy.Review{Account: "ann", Message: "m0", By: "mod"}); err != nil {
		t.Fatal(err)
	}
	a, err := e.Account(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	var ruled []string
	for _, c := range a.Complaints {
		ruled = append(ruled, c.Ruled)
	}
	if got, want := fmt.Sprintf("%q", ruled), `["void" "" "void"]`; got != want {
		t.Errorf("complaints were ruled %s, want %s", got, want)
	}
}
