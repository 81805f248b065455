package policy_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// nextAccount has a new account write letters of its own to strangers, one in ten minutes; how
// many go out before one is held for a person, and what was imposed.
func (w *town) nextAccount(who, origin string, n int) (delivered int, held bool, imposed []policy.Sanction) {
	w.Helper()
	joined := w.now.Add(-time.Hour)
	for i := range n {
		d := w.send(policy.Message{ID: fmt.Sprint(who, " ", i, w.now.Unix()), Sender: who, Joined: joined, Origin: origin, Recipients: stranger(fmt.Sprint("prey ", i, " of ", who)), Text: "Good day, " + prose(uint64(len(who)*100+i))})
		imposed = append(imposed, d.Imposed...)
		if _, ok := reasonOf(d, policy.CodeNext); ok {
			held = held || d.Verdict == policy.Hold
		} else if d.Delivered() && !held {
			delivered++
		}
		w.pass(10 * time.Minute)
	}
	return delivered, held, imposed
}

// TestEvaderByDevice: the next account on the device of one that was sanctioned may
// approach three people, with a text of its own, and is then held for a person: that is
// no sanction. On another device it is as anybody; an order of a moderator frees it, so
// does an appeal that the first one wins, and so does time.
func TestEvaderByDevice(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.fool("one", "device")
	w.pass(24 * time.Hour)
	n, held, imposed := w.nextAccount("two", "device", 12)
	if n > 5 || n < 3 || !held || len(imposed) > 0 {
		t.Errorf("%d letters before one was held (%v), and %v imposed; want 3 to 5, and nothing", n, held, imposed)
	}
	if d := w.send(policy.Message{Sender: "two", Recipients: []policy.Recipient{{ID: "a friend", Relation: policy.Connection}}, Origin: "device", Text: "Good morning"}); d.Verdict != policy.Allow {
		t.Errorf("to a friend: %v, %v", d.Verdict, d.Reasons)
	}
	if n, held, _ := w.nextAccount("another", "another device", 12); n != 12 || held {
		t.Errorf("on another device %d of 12 go out, held %v", n, held)
	}
	w.must(w.e.Override(t.Context(), policy.Override{Account: "two", Verdict: policy.Allow, Until: w.now.Add(24 * time.Hour), By: "eve"}))
	if n, held, _ := w.nextAccount("two", "device", 5); n != 5 || held {
		t.Errorf("exempted, %d of 5 go out, held %v", n, held)
	}
	for _, s := range append(w.account("one").Standing, w.account("one").History...) {
		if s.Kind != policy.Warning {
			w.overturned("one", s.ID)
		}
	}
	if n, held, _ := w.nextAccount("three", "device", 12); n != 12 || held {
		t.Errorf("after the first was right to appeal %d of 12 go out, held %v", n, held)
	}

	w = newTown(t, policy.Config{})
	w.fool("one", "device")
	w.pass(120 * 24 * time.Hour)
	if n, held, _ := w.nextAccount("late", "device", 12); n != 12 || held {
		t.Errorf("four months later %d of 12 go out, held %v", n, held)
	}
}

// TestSchoolOfOneFool: 28 pupils behind one address, one of whom is sanctioned: the others
// are not hindered, those who wrote before and those who are new, and none is above a
// warning.
func TestSchoolOfOneFool(t *testing.T) {
	w := newTown(t, policy.Config{})
	joined := w.now.AddDate(0, 0, -2)
	write := func(i, k int) policy.Decision {
		return w.send(policy.Message{ID: fmt.Sprint("m", i, " ", k), Sender: fmt.Sprint("pupil ", i), Joined: joined, Origin: "school",
			Recipients: policy.To(fmt.Sprint("friend ", k, " of ", i)), Text: "Hey, " + prose(uint64(i*100+k))})
	}
	old := 20 // wrote before the fool fell
	for i := range old {
		write(i, 0)
		w.pass(time.Minute)
	}
	w.fool("fool", "school")
	for k := range 6 {
		for i := range 27 {
			d := write(i, k+1)
			if d.Verdict != policy.Allow || slices.ContainsFunc(d.Imposed, func(policy.Sanction) bool { return true }) {
				t.Fatalf("letter %d of pupil %d: %v, %v", k, i, d.Verdict, d.Reasons)
			}
			w.pass(2 * time.Minute)
		}
	}
}
