package policy_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A Restriction to so many messages a day is about all of them, whatever channel
// they take.
func TestRestrictionOverChannels(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Restriction, PerDay: 4, By: "mod"})
	delivered := 0
	for i := range 20 {
		w.pass(time.Duration(1+i*i%11) * time.Minute)
		m := policy.Message{Sender: "sam", Channel: "request", Recipients: []policy.Recipient{{ID: fmt.Sprint("person", i), Relation: policy.Connection}}}
		if i%5 == 0 {
			m.Channel = ""
		}
		d := w.evaluate(m)
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
		w := newTown(t, policy.Config{})
		w.impose(policy.Sanction{Account: "sam", Kind: policy.Restriction, PerDay: 10, By: "mod"})
		evaluate := func(m policy.Message) bool { d := w.evaluate(m); return d.Delivered() }
		reached := 0
		for i := range 12 {
			w.pass(time.Duration(30+i*i%23) * time.Minute)
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

// TestRestrictedTwice: an offence under a Restriction that brings the same again
// replaces it: one Restriction stands, and Lift of it is enough. The earlier one
// is past, can be appealed against, and is in force again where the later one is
// overturned.
func TestRestrictedTwice(t *testing.T) {
	w := newTown(t, policy.Config{})
	var all []policy.Sanction
	for i := range 4 { // each with a text of its own: the same one again weighs more
		d := w.send(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", i)), Evidence: damning})
		all = append(all, d.Imposed...)
		w.pass(49 * time.Hour)
	}
	if len(all) != 4 {
		t.Fatalf("%d sanctions for 4 offences", len(all))
	}
	first, second := all[2], all[3]
	if first.Kind != policy.Restriction || second.Kind != policy.Restriction {
		t.Fatalf("%v, %v; want two restrictions", first.Kind, second.Kind)
	}
	restrictions := func() []string { return w.standing("sam", policy.Restriction) }
	if got := restrictions(); len(got) != 1 || got[0] != second.ID {
		t.Fatalf("%v stand, want %s alone", got, second.ID)
	}
	if !second.Review.After(first.Review) {
		t.Error("the second one is not reviewed later than the first")
	}
	// Both can be appealed against.
	strikes := w.account("sam").Strikes
	w.overturned("sam", second.ID)
	if got := restrictions(); len(got) != 1 || got[0] != first.ID {
		t.Fatalf("%v stand after the second was overturned, want %s", got, first.ID)
	}
	if got := strikes - w.account("sam").Strikes; got < .9 || got > 1.1 {
		t.Errorf("the ruling took %v strikes, want one", got)
	}
	w.overturned("sam", first.ID)
	if got := restrictions(); len(got) != 0 {
		t.Errorf("%v stand after both were overturned", got)
	}
}

// TestRestrictedTwiceTheOtherWay: overturning the earlier one leaves the later;
// then nothing comes back with the later one's end.
func TestRestrictedTwiceTheOtherWay(t *testing.T) {
	w := newTown(t, policy.Config{})
	all := w.offend("sam", 4)
	for i := 2; i < 4; i++ {
		w.overturned("sam", all[i].ID)
		if got := len(w.account("sam").Standing); got != 3-i {
			t.Errorf("after ruling %d %d stand, want %d", i-1, got, 3-i)
		}
	}
	if d := w.say("sam", "bea", "Good morning"); d.Verdict != policy.Allow {
		t.Errorf("a message: %v", d.Verdict)
	}
}

// TestRestrictedByHand: a Restriction by a person stays beside one of the ladder.
func TestRestrictedByHand(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Restriction, PerDay: 10, By: "eve"})
	w.offend("sam", 3)
	if got := len(w.account("sam").Standing); got != 2 {
		t.Errorf("%d stand, want the one by hand and the ladder's", got)
	}
}

// TestReplacedChain: of three that replaced each other, the ruling on the middle
// one makes the first wait for the last.
func TestReplacedChain(t *testing.T) {
	p := policy.Default()
	rules := p.Classes[policy.Member]
	rules.Ladder = slices.DeleteFunc(rules.Ladder, func(s policy.Step) bool { return s.Kind == policy.Block || s.Kind == policy.Suspension })
	w := newTown(t, policy.Config{Policy: p})
	var all []string
	for len(all) < 3 {
		d := w.offend("sam", 1)
		if len(d) != 1 || d[0].Kind != policy.Restriction && d[0].Kind != policy.Warning {
			t.Fatalf("an offence brings %v", d)
		}
		if d[0].Kind == policy.Restriction {
			all = append(all, d[0].ID)
		}
	}
	for _, c := range []struct{ ruled, stands int }{{1, 2}, {2, 0}, {0, -1}} {
		w.overturned("sam", all[c.ruled])
		want := []string(nil)
		if c.stands >= 0 {
			want = all[c.stands : c.stands+1]
		}
		if got := w.standing("sam", policy.Restriction); !slices.Equal(got, want) {
			t.Errorf("after the ruling on %d of %v stand %v, want %v", c.ruled, all, got, want)
		}
	}
}
