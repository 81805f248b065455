package policy_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestOriginsSee: an account's own origins are the newest and three before it, each
// once: an answer from one of them counts a quarter.
func TestOriginsSee(t *testing.T) {
	const steps, probes = 12, 8
	w := newTown(t, policy.Config{Policy: policy.Observe()})
	write := func(from, to, origin string) {
		w.send(policy.Message{Sender: from, Recipients: policy.To(to), Origin: origin})
	}
	for i := range steps * probes {
		if i%30 == 0 {
			w.pass(time.Hour)
		}
		write("sam", fmt.Sprint("friend", i), "")
	}
	w.pass(time.Hour)
	var own []int // newest first
	for i, k := range []int{1, 1, 2, 1, 3, 4, 5, 4, 3, 6, 6, 1} {
		write("sam", "bea", fmt.Sprint("origin", k))
		write("sam", "bea", "") // none
		own = slices.Insert(slices.DeleteFunc(own, func(x int) bool { return x == k }), 0, k)
		own = own[:min(len(own), 4)]
		for x := range probes {
			before := w.account("sam").Answered
			origin := ""
			if x > 0 {
				origin = fmt.Sprint("origin", x)
			}
			write(fmt.Sprint("friend", i*probes+x), "sam", origin)
			want := 1.
			if slices.Contains(own, x) {
				want = .25
			}
			if got := w.account("sam").Answered - before; math.Abs(got-want) > .01 {
				t.Fatalf("step %d: an answer from origin %d counts %v, want %v: its own are %v", i, x, got, want, own)
			}
		}
	}
}

// TestOriginOfAnEvent: a sanction that complaints or a moderator's finding bring
// is noted at the origin from which the account last wrote, like one that a message
// brings, and taken off where it is overturned.
func TestOriginOfAnEvent(t *testing.T) {
	for _, category := range []policy.Category{policy.Spam, policy.Fraud} {
		w := newTown(t, policy.Config{})
		for i := range 3 {
			victim := fmt.Sprint("victim", i)
			w.pass(time.Hour)
			w.send(policy.Message{Sender: "sam", Recipients: policy.To(victim), Origin: "cafe"})
			w.pass(30 * time.Minute)
			w.tell(policy.Complaint{From: victim, Against: "sam", Category: category})
		}
		w.tell(policy.Review{Account: "sam", Abusive: true, By: "eve"})
		var id string
		for _, s := range w.account("sam").Standing {
			if s.Kind == policy.Block || s.Kind == policy.Suspension {
				id = s.ID
			}
		}
		if id == "" {
			t.Fatalf("%v: nothing stands: %v", category, w.account("sam"))
		}
		told := func(who, origin string) bool {
			d := w.send(policy.Message{Sender: who, Recipients: policy.To("bea" + who), Origin: origin})
			_, ok := reasonOf(d, policy.CodeOrigin)
			return ok
		}
		if !told("sam2", "cafe") {
			t.Errorf("%v: another account of the origin begins with nothing", category)
		}
		if told("tom", "home") {
			t.Errorf("%v: an account of another origin begins with something", category)
		}
		for _, s := range w.account("sam").Standing {
			w.overturned("sam", s.ID)
		}
		if told("sam3", "cafe") {
			t.Errorf("%v: overturned, and the origin is still told on", category)
		}
	}
}
