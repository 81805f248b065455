package policy

import (
	"fmt"
	"testing"
	"time"
)

// TestRestrictedTwice: an offence under a Restriction that brings the same again
// replaces it: one Restriction stands, and Lift of it is enough. The earlier one
// is past, can be appealed against, and is in force again where the later one is
// overturned.
func TestRestrictedTwice(t *testing.T) {
	w := newTown(t, Config{})
	var all []Sanction
	offend := func() {
		t.Helper()
		d := w.send(Message{Sender: "sam", Recipients: To(fmt.Sprint("prey", w.n)), Evidence: damning})
		if len(d.Imposed) != 1 {
			t.Fatalf("%d sanctions for an offence", len(d.Imposed))
		}
		all = append(all, d.Imposed...)
		w.pass(49 * time.Hour)
	}
	restrictions := func() (ids []string) {
		for _, s := range w.account("sam").Standing {
			if s.Kind == Restriction {
				ids = append(ids, s.ID)
			}
		}
		return ids
	}
	for len(all) < 4 {
		offend()
	}
	first, second := all[2], all[3]
	if first.Kind != Restriction || second.Kind != Restriction {
		t.Fatalf("%v, %v; want two restrictions", first.Kind, second.Kind)
	}
	if got := restrictions(); len(got) != 1 || got[0] != second.ID {
		t.Fatalf("%v stand, want %s alone", got, second.ID)
	}
	if !second.Review.After(first.Review) {
		t.Error("the second one is not reviewed later than the first")
	}
	// Both can be appealed against.
	rule := func(id string, outcome RulingOutcome) {
		t.Helper()
		a, err := w.e.Appeal(t.Context(), Appeal{Account: "sam", Sanction: id})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.e.Resolve(t.Context(), "sam", a.ID, Ruling{Outcome: outcome, By: "eve"}); err != nil {
			t.Fatal(err)
		}
	}
	strikes := w.account("sam").Strikes
	rule(second.ID, Overturned)
	if got := restrictions(); len(got) != 1 || got[0] != first.ID {
		t.Fatalf("%v stand after the second was overturned, want %s", got, first.ID)
	}
	if got := strikes - w.account("sam").Strikes; got < .9 || got > 1.1 {
		t.Errorf("the ruling took %v strikes, want one", got)
	}
	rule(first.ID, Overturned)
	if got := restrictions(); len(got) != 0 {
		t.Errorf("%v stand after both were overturned", got)
	}
}

// TestRestrictedTwiceTheOtherWay: overturning the earlier one leaves the later;
// then nothing comes back with the later one's end.
func TestRestrictedTwiceTheOtherWay(t *testing.T) {
	w := newTown(t, Config{})
	var all []Sanction
	for len(all) < 4 {
		all = append(all, w.send(Message{Sender: "sam", Recipients: To(fmt.Sprint("prey", w.n)), Evidence: damning}).Imposed...)
		w.pass(49 * time.Hour)
	}
	for i := 2; i < 4; i++ {
		a, err := w.e.Appeal(t.Context(), Appeal{Account: "sam", Sanction: all[i].ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.e.Resolve(t.Context(), "sam", a.ID, Ruling{Outcome: Overturned, By: "eve"}); err != nil {
			t.Fatal(err)
		}
		if got := len(w.account("sam").Standing); got != 3-i {
			t.Errorf("after ruling %d %d stand, want %d", i-1, got, 3-i)
		}
	}
	if d := w.say("sam", "bea", "Good morning"); d.Verdict != Allow {
		t.Errorf("a message: %v", d.Verdict)
	}
}

// TestRestrictedByHand: a Restriction by a person stays beside one of the ladder.
func TestRestrictedByHand(t *testing.T) {
	w := newTown(t, Config{})
	if _, err := w.e.Impose(t.Context(), Sanction{Account: "sam", Kind: Restriction, PerDay: 10, By: "eve"}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.send(Message{Sender: "sam", Recipients: To(fmt.Sprint("prey", w.n)), Evidence: damning})
		w.pass(49 * time.Hour)
	}
	if got := len(w.account("sam").Standing); got != 2 {
		t.Errorf("%d stand, want the one by hand and the ladder's", got)
	}
}

// TestReplacedChain: of three that replaced each other, the ruling on the middle
// one makes the first wait for the last.
func TestReplacedChain(t *testing.T) {
	var r record
	for id := uint64(1); id <= 3; id++ {
		s := sanction{id: id, kind: Restriction, scope: Messaging, perDay: 10, from: uint32(id), until: forever}
		r.replace(&s, uint32(id))
		r.sanctions = append(r.sanctions, s)
	}
	overturn := func(i int) {
		s := &r.sanctions[i]
		stood := s.stands(10)
		s.appeal = appeal{id: 9, outcome: Overturned}
		if stood {
			s.lifted = lifting{at: 10, by: "eve"}
		}
		r.putBack(s, stood)
	}
	standing := func() (ids []uint64) {
		for i := range r.sanctions {
			if r.sanctions[i].stands(11) {
				ids = append(ids, r.sanctions[i].id)
			}
		}
		return ids
	}
	for _, c := range []struct {
		ruled int
		want  []uint64
	}{{1, []uint64{3}}, {2, []uint64{1}}, {0, nil}} {
		overturn(c.ruled)
		if got := standing(); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("after the ruling on %d stand %v, want %v", c.ruled+1, got, c.want)
		}
	}
}
