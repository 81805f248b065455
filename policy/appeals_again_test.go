package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestAppealTold: the time for an appeal begins when a decision tells the sender of the
// sanction, where it was imposed by an event; a message that waits tells nothing.
func TestAppealTold(t *testing.T) {
	for _, writes := range []bool{false, true} {
		w := newTown(t, policy.Config{})
		w.say("sam", "bea", "Hello")
		s, err := w.e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Block, Scope: policy.Outreach, By: "eve", Until: w.now.Add(30 * aDay)})
		w.must(err)
		w.pass(10 * aDay)
		if writes {
			for range 2 { // the second time tells nothing new
				if d := w.say("sam", "carl", "Hello"); d.Verdict != policy.Reject {
					t.Fatalf("%v", d.Verdict)
				}
				w.pass(aDay)
			}
		}
		told := s.From.Add(30 * aDay) // nobody did: the end
		if writes {
			told = s.From.Add(10 * aDay)
		}
		w.now = told.Add(184 * aDay)
		if _, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: s.ID}); !errors.Is(err, policy.ErrNotFound) {
			t.Errorf("writes %t: 184 days after it was told: %v", writes, err)
		}
		w.now = w.now.Add(-time.Second)
		if _, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: s.ID}); err != nil {
			t.Errorf("writes %t: a second before: %v", writes, err)
		}
	}
}

// TestOtherPerson: nobody rules on what they imposed, whatever the ruling, where the
// policy says so; on what automation imposed anybody may.
func TestOtherPerson(t *testing.T) {
	p := policy.Default()
	p.Appeals.OtherPerson = true
	w := newTown(t, policy.Config{Policy: p})
	s, err := w.e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "eve"})
	w.must(err)
	a, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: s.ID})
	w.must(err)
	for _, out := range []policy.RulingOutcome{policy.Upheld, policy.Reduced, policy.Overturned} {
		wantField(t, out.String(), w.e.Resolve(t.Context(), "sam", a.ID, policy.Ruling{Outcome: out, By: "eve"}), "by")
	}
	upheld := policy.Ruling{Outcome: policy.Upheld, By: "lee"}
	w.must(w.e.Resolve(t.Context(), "sam", a.ID, upheld))
	w.must(w.e.Resolve(t.Context(), "sam", a.ID, upheld))
	w.pass(180 * aDay)
	b, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: s.ID})
	w.must(err)
	if b.ID == a.ID || b.Ruling != nil {
		t.Errorf("the second appeal is %+v, the first was %s", b, a.ID)
	}
	if err := w.e.Resolve(t.Context(), "sam", a.ID, upheld); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("a ruling on the first: %v", err)
	}
	w.must(w.e.Resolve(t.Context(), "sam", b.ID, policy.Ruling{Outcome: policy.Reduced, By: "lee"}))

	w.overturned("tom", w.damn("tom").Imposed[0].ID)
}
