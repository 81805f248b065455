package policy_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// asking has an account send so many connection requests a day, of which one in so many is
// accepted a few hours later (0: none), and returns on which day it was warned, and on which
// its channel was blocked; -1: it was not.
func asking(t *testing.T, w *town, perDay, days, one int, relation policy.Relation) (warned, blocked int) {
	t.Helper()
	warned, blocked = -1, -1
	n := 0
	for day := range days {
		for range perDay {
			n++
			to := fmt.Sprint("person ", n)
			d := w.evaluate(policy.Message{Sender: "sam", Channel: "request", Recipients: []policy.Recipient{{ID: to, Relation: relation}}, Joined: w.now.Add(-400 * aDay)})
			for _, s := range d.Imposed {
				if s.Kind != policy.Warning {
					t.Errorf("day %d: %v for %v", day, s, s.Reasons)
				} else if warned < 0 {
					warned = day
				}
			}
			if r, ok := reasonOf(d, policy.CodeRequests); ok && d.Verdict == policy.Reject && blocked < 0 {
				blocked = day
				if d.RetryAfter <= 0 || d.RetryAfter > 7*aDay || d.Notice().Code != policy.NoticeRequests || r.K > r.N {
					t.Errorf("%v, retry after %v, %v", r, d.RetryAfter, d.Notice())
				}
				if m := w.evaluate(policy.Message{Sender: "sam", Recipients: policy.To("friend"), Text: "hello"}); !m.Delivered() {
					t.Errorf("a message is %v: %v", m.Verdict, m.Reasons)
				}
			}
			w.pass(time.Duration(-math.Log(1-math.Mod(float64(n)*.618, 1)) * float64(6*time.Hour) / float64(perDay))) // as people do: nothing regular
			if one > 0 && n%one == 0 && d.Delivered() {
				w.tell(policy.Accepted{From: to, To: "sam"})
			}
		}
		w.pass(w.now.Truncate(aDay).Add(33 * time.Hour).Sub(w.now))
	}
	return warned, blocked
}

// Who asks 10 people a day of whom none accepts is warned within a week, and sends no more
// requests within two; a third accepted is enough for ever.
func TestRequests(t *testing.T) {
	for _, relation := range []policy.Relation{policy.UnknownRelation, policy.Stranger, policy.SecondDegree} {
		warned, blocked := asking(t, newTown(t, policy.Config{}), 10, 14, 0, relation)
		t.Logf("%v: none accepted: warned on day %d, blocked on day %d", relation, warned+1, blocked+1)
		if warned < 0 || warned >= 7 || blocked <= warned || blocked >= 14 {
			t.Errorf("%v: warned on day %d, blocked on day %d", relation, warned, blocked)
		}
		if warned, blocked := asking(t, newTown(t, policy.Config{}), 10, 60, 3, relation); warned >= 0 || blocked >= 0 {
			t.Errorf("%v: a third accepted: warned on day %d, blocked on day %d", relation, warned, blocked)
		}
	}
}

// As many requests as may be are outstanding; one that is accepted or taken back makes
// room, and one that was never sent none.
func TestRequestsOutstanding(t *testing.T) {
	p := policy.Default()
	p.Classes[policy.Member].Requests.Outstanding = 5
	w := newTown(t, policy.Config{Policy: p})
	ask := func(to string) policy.Decision {
		w.pass(2 * time.Hour)
		return w.evaluate(policy.Message{Sender: "sam", Channel: "request", Recipients: policy.To(to)})
	}
	full := func(after string, want bool) {
		t.Helper()
		d := ask(fmt.Sprint("extra ", w.now.Unix()))
		r, ok := reasonOf(d, policy.CodeOutstanding)
		if ok != want || ok && (d.Verdict != policy.Defer || r.Value != 5 || r.Limit != 5 || d.RetryAfter < 100*aDay || d.Notice().Code != policy.NoticeRequests) {
			t.Errorf("after %s: %v after %v: %v", after, d.Verdict, d.RetryAfter, d.Reasons)
		}
	}
	for i := range 5 {
		if d := ask(fmt.Sprint("person ", i)); !d.Delivered() {
			t.Fatalf("request %d: %v", i, d.Reasons)
		}
	}
	full("five", true)
	if d := w.evaluate(policy.Message{Sender: "sam", Recipients: policy.To("friend"), Text: "hello"}); !d.Delivered() {
		t.Errorf("a message is %v", d.Verdict)
	}
	for what, ev := range map[string]policy.Event{
		"one never sent was accepted":  policy.Accepted{From: "nobody", To: "sam"},
		"one never sent was withdrawn": policy.Withdrawn{From: "sam", To: "nobody"},
		"a message was withdrawn":      policy.Withdrawn{From: "sam", To: "friend"},
	} {
		before := w.state()
		w.tell(ev)
		if w.state() != before {
			t.Errorf("%s: something changed", what)
		}
		full(what, true)
	}
	w.tell(policy.Withdrawn{From: "sam", To: "person 0"})
	w.tell(policy.Withdrawn{From: "sam", To: "person 0"})
	full("one was taken back", false)
	full("another one", true)
	w.tell(policy.Accepted{From: "person 1", To: "sam"})
	w.tell(policy.Accepted{From: "person 1", To: "sam"})
	full("one was accepted", false)
	full("another one", true)
	w.tell(policy.Reply{From: "person 2", To: "sam"})
	full("one was answered", false)
	w.pass(190 * aDay)
	for range 5 {
		full("half a year", false)
	}
}

// Somebody who was asked before many others may accept still, and may be given up.
func TestRequestsLate(t *testing.T) {
	w := newTown(t, policy.Config{})
	for i := range 200 {
		w.evaluate(policy.Message{Sender: "sam", Channel: "request", Recipients: policy.To(fmt.Sprint("person ", i))})
		if w.pass(8 * time.Hour); i%3 > 0 {
			w.tell(policy.Accepted{From: fmt.Sprint("person ", i), To: "sam"})
		}
	}
	for _, late := range []int{150, 120, 90} {
		from := fmt.Sprint("person ", late)
		w.tell(policy.Accepted{From: from, To: "sam"})
		if d := w.evaluate(policy.Message{Sender: from, Recipients: []policy.Recipient{{ID: "sam", Accepts: policy.AcceptsNobody}}}); !d.Delivered() {
			t.Errorf("%s is no contact: %v", from, d.Reasons)
		}
	}
}
