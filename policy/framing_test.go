package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// befriend gives an account a history of people who write back.
func (w *town) befriend(account string, friends int) {
	for day := range 2 * friends {
		friend := fmt.Sprint(account, " friend ", day%friends)
		w.say(account, friend, fmt.Sprint("hey how is it going ", day))
		w.say(friend, account, fmt.Sprint("good and you ", day))
		w.pass(24 * time.Hour)
	}
}

// standsAboveWarning reports what stands on an account but warnings.
func (w *town) standsAboveWarning(account string) (kinds []policy.Kind) {
	a, err := w.e.Account(w.Context(), account)
	w.must(err)
	for _, s := range a.Standing {
		if harsh(s.Kind) {
			kinds = append(kinds, s.Kind)
		}
	}
	return kinds
}

const choirLetter = "Dear parents, our school choir is looking for voices of all ages. We meet every Tuesday at seven in the old gym, no experience is needed, and there is cake. Please tell me if you would like to come."

// Throwaways copy a letter and are blocked for it: its author is none of them,
// however few friends they have.
func TestCopiedAuthor(t *testing.T) {
	for _, friends := range []int{0, 6, 20} {
		w := newTown(t, policy.Config{})
		w.befriend("org", friends)
		w.say("org", "parent 0", choirLetter)
		w.say("parent 0", "org", "gladly")
		w.pass(time.Hour)
		for copier := range 8 {
			for i := range 20 {
				if w.say(fmt.Sprint("thrower ", copier), fmt.Sprint("x", copier, "-", i), choirLetter).Verdict == policy.Reject {
					break
				}
				w.pass(30 * time.Second)
			}
		}
		for i := range 12 {
			w.say("org", fmt.Sprint("parent ", i+1), choirLetter)
			if i%3 == 0 {
				w.say(fmt.Sprint("parent ", i+1), "org", "gladly")
			}
			w.pass(30 * time.Minute)
		}
		if k := w.standsAboveWarning("org"); len(k) > 0 {
			t.Errorf("%d friends: the author of a copied letter has %v", friends, k)
		}
	}
}

// People lure somebody into writing to them, or report who never wrote to them, at
// once or minutes or days apart; from one device, or from many.
func TestFramedByReports(t *testing.T) {
	raced.Skip(t)
	for _, lured := range []bool{false, true} {
		for _, liars := range []int{3, 8, 40} {
			if lured && liars == 40 {
				continue // forty people asked for one couch are outreach
			}
			for _, gap := range []time.Duration{time.Second, 11 * time.Minute, 25 * time.Hour} {
				for _, device := range []string{"", "one"} {
					w := newTown(t, policy.Config{})
					w.befriend("ann", 20)
					for i := range liars {
						liar := fmt.Sprint("liar ", i)
						w.send(policy.Message{Sender: liar, Recipients: policy.To("crony"), Origin: device, Text: "all set"})
						if lured {
							w.say("ann", liar, fmt.Sprint("Hi, is the couch from your advertisement still there? I could come at ", i))
							w.pass(20 * time.Minute)
						}
					}
					for i := range liars {
						w.must(w.e.Record(t.Context(), policy.Complaint{
							ID: fmt.Sprint("c", i), From: fmt.Sprint("liar ", i), Against: "ann", Category: policy.Fraud, Message: fmt.Sprint("forged ", i),
						}))
						w.pass(gap)
						if k := w.standsAboveWarning("ann"); len(k) > 0 {
							t.Errorf("lured %t, report %d of %d, %v apart, device %q: %v", lured, i+1, liars, gap, device, k)
							break
						}
					}
				}
			}
		}
	}
}

// A budget that is used up holds what it may not punish. What repeats a cluster that
// is held goes with it: one case for people, not one for every copy.
func TestHoldFlood(t *testing.T) {
	raced.Skip(t)
	w := newTown(t, policy.Config{})
	held, delivered, n := 0, 0, 0
	for a := range 3000 {
		for range 2 {
			n++
			d := w.send(policy.Message{
				Sender: fmt.Sprint("thrower ", a), Recipients: []policy.Recipient{{ID: fmt.Sprint("v", n), Relation: policy.Stranger}},
				Text: "You have been chosen for a private investment round. Guaranteed returns of forty percent a month, seats are limited, write to our broker today and bring your friends.",
			})
			switch d.Verdict {
			case policy.Hold:
				held++
			case policy.Allow, policy.Flag:
				delivered++
			}
		}
		w.pass(time.Second)
	}
	if held > 20 || delivered > n/5 {
		t.Errorf("of %d copies %d wait for a person and %d are delivered", n, held, delivered)
	}
}
