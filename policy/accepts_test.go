package policy_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// A message that goes against the settings of some goes to the others, as if it had not
// been for these; and a contact gets it whatever the settings are.
func TestAccepts(t *testing.T) {
	for _, c := range []struct {
		accepts  policy.Accepts
		relation policy.Relation
		takes    bool
	}{
		{policy.AcceptsAnyone, policy.Stranger, true}, {policy.AcceptsAnyone, policy.UnknownRelation, true},
		{policy.AcceptsSecondDegree, policy.SecondDegree, true}, {policy.AcceptsSecondDegree, policy.Invited, true},
		{policy.AcceptsSecondDegree, policy.Stranger, false}, {policy.AcceptsSecondDegree, policy.UnknownRelation, false},
		{policy.AcceptsConnections, policy.Connection, true}, {policy.AcceptsConnections, policy.Follower, true}, {policy.AcceptsConnections, policy.Invited, true},
		{policy.AcceptsConnections, policy.SecondDegree, false}, {policy.AcceptsConnections, policy.UnknownRelation, false},
		{policy.AcceptsNobody, policy.Connection, false}, {policy.AcceptsNobody, policy.UnknownRelation, false},
	} {
		vic := policy.Recipient{ID: "vic", Accepts: c.accepts, Relation: c.relation}
		told := func(to []policy.Recipient) (policy.Decision, policy.Account) {
			w := newTown(t, policy.Config{})
			d := w.evaluate(policy.Message{Sender: "sam", Recipients: to, Text: "The meeting is on Thursday."})
			return d, w.account("sam")
		}
		_, without := told(places(39, 0))
		d, with := told(append(places(39, 0), vic))
		if !d.DeliveredTo("member0") || d.DeliveredTo("vic") != c.takes {
			t.Errorf("%v, %v: %v, and apart %v", c.accepts, c.relation, d.Verdict, d.Recipients)
		}
		if !c.takes && (d.Recipients[0].Reason.Code != policy.CodeSettings || cmp.Diff(without, with) != "") {
			t.Errorf("%v, %v: %v\n%s", c.accepts, c.relation, d.Recipients, cmp.Diff(without, with))
		}
		w := newTown(t, policy.Config{})
		w.say("vic", "sam", "hello")
		if d := w.evaluate(policy.Message{Sender: "sam", Recipients: []policy.Recipient{vic}}); !d.Delivered() {
			t.Errorf("%v, %v: an answer is %v", c.accepts, c.relation, d.Verdict)
		}
		if d := w.evaluate(policy.Message{Sender: "tom", Reply: true, Recipients: []policy.Recipient{vic}}); !d.Delivered() {
			t.Errorf("%v, %v: what the host calls an answer is %v", c.accepts, c.relation, d.Verdict)
		}
	}
}

// Who is protected weighs twice as much as somebody else, is never one of an
// announcement, and waits alone where a sender has approached a third of those whom the
// limits allow.
func TestProtected(t *testing.T) {
	approached := func(n int, protected bool) float64 {
		w := newTown(t, policy.Config{})
		to := places(n, 0)
		for i := range to {
			to[i].Protected = protected
		}
		w.evaluate(policy.Message{Sender: "sam", Recipients: to})
		return w.account("sam").Approached
	}
	if one, other := approached(1, true), approached(1, false); one != 2*other {
		t.Errorf("one who is protected weighs %v, somebody else %v", one, other)
	}
	if all, one := approached(12, true), approached(1, true); all < 11.9*one || approached(12, false) > 6 {
		t.Errorf("12 who are protected weigh %v, one %v", all, one)
	}
	w := newTown(t, policy.Config{})
	for i := range 13 {
		w.say("sam", fmt.Sprint("person ", i), fmt.Sprint("hello ", i))
		w.pass(time.Minute)
	}
	d := w.evaluate(policy.Message{Sender: "sam", Recipients: []policy.Recipient{{ID: "kid", Protected: true}, {ID: "carl"}}})
	if !d.DeliveredTo("carl") || d.DeliveredTo("kid") || d.Recipients[0].Verdict != policy.Defer || d.Recipients[0].RetryAfter <= 0 {
		t.Errorf("%v, and apart %v", d.Verdict, d.Recipients)
	}
}

// A message to several goes out to those who take it.
func ExampleDecision_DeliveredTo() {
	engine, err := policy.New(policy.Config{})
	if err != nil {
		panic(err)
	}
	defer engine.Close()
	d, err := engine.Evaluate(context.Background(), policy.Message{
		ID: "m1", Sender: "ann", Text: "We sing on Friday at six.",
		Recipients: []policy.Recipient{{ID: "bea"}, {ID: "carl", Accepts: policy.AcceptsConnections}},
	})
	for _, id := range []string{"bea", "carl"} {
		fmt.Println(id, d.DeliveredTo(id))
	}
	for _, r := range d.Recipients {
		fmt.Printf("%s: %v, %v\n", r.ID, r.Verdict, r.Reason)
	}
	if err != nil {
		panic(err)
	}
	// Output:
	// bea true
	// carl false
	// carl: reject, wrote to somebody whose settings take no first messages from this sender
}
