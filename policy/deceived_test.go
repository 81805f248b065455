package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestDeceived: people whom an account approached, and who talked with it, report it for
// fraud: three over a day block its messages to those who answered, too; at once, or
// about something else, or by people who wrote first, they do not. A person's finding
// takes the place of the others where the policy says so.
func TestDeceived(t *testing.T) {
	for _, c := range []struct {
		name     string
		reports  int
		gap      time.Duration
		category policy.Category
		first    bool // they wrote first
		change   func(*policy.Policy)
		blocked  bool
	}{
		{"three over a day", 3, 13 * time.Hour, policy.Fraud, false, nil, true},
		{"extortion", 3, 13 * time.Hour, policy.Unlawful, false, nil, true},
		{"two", 2, 25 * time.Hour, policy.Fraud, false, nil, false},
		{"within minutes", 3, 10 * time.Minute, policy.Fraud, false, nil, false},
		{"spam", 3, 13 * time.Hour, policy.Spam, false, nil, false},
		{"they wrote first", 3, 13 * time.Hour, policy.Fraud, true, nil, false},
		{"five are wanted", 3, 13 * time.Hour, policy.Fraud, false, func(p *policy.Policy) { p.Complaints.GraveFrom = 5 }, false},
		{"over a week", 3, 13 * time.Hour, policy.Fraud, false, func(p *policy.Policy) { p.Complaints.GraveOver = policy.Duration(7 * 24 * time.Hour) }, false},
		{"the signal is off", 3, 13 * time.Hour, policy.Fraud, false, func(p *policy.Policy) { p.Classes[policy.Member].Signals.Deceived.Mode = policy.Off }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := policy.Default()
			if c.change != nil {
				c.change(p)
			}
			w := newTown(t, policy.Config{Policy: p})
			for i := range 6 {
				mark := fmt.Sprint("mark ", i)
				if c.first {
					w.say(mark, "sam", "is it still to be had?")
				}
				w.pass(30 * time.Minute)
				w.send(policy.Message{Sender: "sam", Text: fmt.Sprint("Hello ", mark, " how was your ", prose(uint64(i))), Recipients: []policy.Recipient{{ID: mark, Relation: policy.Stranger}}})
				w.pass(30 * time.Minute)
				w.say(mark, "sam", "fine, and you?")
				w.say("sam", mark, "thank you, well enough")
			}
			for i := range c.reports {
				w.pass(c.gap)
				w.tell(policy.Complaint{From: fmt.Sprint("mark ", i), Against: "sam", Category: c.category})
			}
			d := w.say("sam", "mark 5", "would you help me out once more?")
			got := false
			for _, s := range w.account("sam").Standing {
				got = got || s.Kind == policy.Block && s.Scope == policy.Messaging && s.Until.Sub(s.From) == 48*time.Hour
				if harsh(s.Kind) && !c.blocked {
					t.Errorf("%v because %v", s.Kind, s.Reasons)
				}
			}
			if got != c.blocked || d.Delivered() == c.blocked {
				t.Errorf("blocked: %v, and the next message: %v", got, d.Verdict)
			}
		})
	}
}
