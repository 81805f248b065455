package policy_test

import (
	"slices"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// TestRestrictedTwice: an offence under a Restriction that brings the same again
// replaces it: one Restriction stands, and Lift of it is enough. The earlier one
// is past, can be appealed against, and is in force again where the later one is
// overturned.
func TestRestrictedTwice(t *testing.T) {
	w := newTown(t, policy.Config{})
	all := w.offend("sam", 4)
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
	if _, err := w.e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Restriction, PerDay: 10, By: "eve"}); err != nil {
		t.Fatal(err)
	}
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
