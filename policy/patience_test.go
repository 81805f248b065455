package policy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestAfterASuspension: strikes fade while a suspension stands, as the calendar
// says (30 days leave .63); that is no clean slate: the first offence after it
// brings a Restriction at least, the second a suspension.
func TestAfterASuspension(t *testing.T) {
	w := newTown(t, policy.Config{})
	all := w.offend("sam", 5)
	last := all[len(all)-1]
	if last.Kind != policy.Suspension {
		t.Fatalf("five offences end with a %v", last.Kind)
	}
	w.now = last.Until.Add(time.Hour)
	if got := w.account("sam").Strikes; got < 2.7 {
		t.Errorf("%v strikes are left", got)
	}
	if again := w.offend("sam", 1); again[0].Kind != policy.Restriction && again[0].Kind != policy.Suspension {
		t.Errorf("the first offence after a suspension brings a %v of %v", again[0].Kind, again[0].Scope)
	}
	if again := w.offend("sam", 1); len(again) > 0 && again[0].Kind != policy.Suspension {
		t.Errorf("the second brings a %v", again[0].Kind)
	}
}

// TestWarmingUp: 280 messages that say "Hi", to whomever, and a year asleep after
// them, buy a blaster nothing, and a drip hardly anything. Those that are answered buy a drip what answers buy
// anybody.
func TestWarmingUp(t *testing.T) {
	t.Parallel()
	hi := func(w *town, r policy.Relation) {
		for i := range 280 {
			w.pass(144 * time.Minute)
			w.send(policy.Message{Sender: "sam", Recipients: []policy.Recipient{{fmt.Sprint("known", i), r}}, Text: "Hi"})
		}
	}
	friends := func(w *town) {
		for i := range 280 {
			w.pass(144 * time.Minute)
			f := fmt.Sprint("friend", i%14)
			w.say("sam", f, "Hi")
			w.pass(time.Minute)
			w.say(f, "sam", "Hi")
		}
	}
	reach := func(warm func(*town), every time.Duration, perDay int, text func(*history) string) (reached int) {
		w := newTown(t, policy.Config{})
		h := &history{Rand: rand.New(rand.NewPCG(3, 1))}
		if warm != nil {
			warm(w)
		}
		for i := range 400 {
			w.pass(time.Duration(h.ExpFloat64()*float64(every)) + time.Second)
			if i%perDay == 0 {
				w.pass(24*time.Hour - min(24*time.Hour, time.Duration(perDay)*every))
			}
			d := w.say("sam", fmt.Sprint("stranger", i), text(h))
			if d.Delivered() {
				reached++
			}
			if harsh(worst(d)) {
				return reached
			}
		}
		return reached
	}
	same := func(*history) string { return spam }
	blast, slow := reach(nil, time.Minute, 400, same), reach(nil, 30*time.Minute, 12, pitch)
	for _, c := range []struct {
		name string
		warm func(*town)
		slow int // more strangers by a drip, at most
	}{
		{"connections", func(w *town) { hi(w, policy.Connection) }, 5},
		{"followers", func(w *town) { hi(w, policy.Follower) }, 5},
		{"friends who answer", friends, 30},
		{"friends, and a year asleep", func(w *town) { friends(w); w.pass(365 * 24 * time.Hour) }, 0},
	} {
		gotBlast, gotSlow := reach(c.warm, time.Minute, 400, same), reach(c.warm, 30*time.Minute, 12, pitch)
		t.Logf("%s: a blast reaches %d (cold %d), a drip %d (cold %d)", c.name, gotBlast, blast, gotSlow, slow)
		if gotBlast > blast+1 || gotSlow > slow+c.slow {
			t.Errorf("%s: a blast reaches %d, cold %d; a drip %d, cold %d", c.name, gotBlast, blast, gotSlow, slow)
		}
	}
}
