package policy_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
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

// suspicious is a message that brings a sanction only to whom the origin tells on.
func (w *town) suspicious(from, origin string) policy.Decision {
	return w.send(policy.Message{
		Sender: from, Recipients: policy.To("somebody of " + from), Origin: origin,
		Evidence: []scoring.Evidence{{Code: "host.links", Family: scoring.Content, LogOdds: 3, Value: 1, N: 1}},
	})
}

func fell(d policy.Decision) bool {
	return slices.ContainsFunc(d.Imposed, func(s policy.Sanction) bool { return harsh(s.Kind) })
}

// fool has an account sanctioned for what it did itself.
func (w *town) fool(who, origin string) {
	w.Helper()
	for range 3 {
		d := w.send(policy.Message{Sender: who, Recipients: policy.To("prey of " + who), Origin: origin, Evidence: damning})
		if fell(d) {
			return
		}
		w.pass(2 * time.Hour)
	}
	w.Fatalf("%s is not sanctioned", who)
}

// TestOriginOfMany: one who is sanctioned at an address of many is evidence against two
// others at most, and those whom it brings down are none against the next; a second one
// who falls by their own acts is a reason to look again.
func TestOriginOfMany(t *testing.T) {
	for _, quiet := range []int{0, 4} { // who write before anybody is suspicious
		w := newTown(t, policy.Config{})
		w.fool("fool", "school")
		for i := range quiet {
			w.send(policy.Message{Sender: fmt.Sprint("reader", i), Recipients: policy.To("teacher"), Reply: true, Origin: "school"})
		}
		blocked := 0
		for round := range 3 {
			for i := range 25 {
				if fell(w.suspicious(fmt.Sprint("pupil", i), "school")) {
					blocked++
				}
			}
			w.pass(time.Duration(round+1) * 26 * time.Hour)
		}
		if most := max(0, 2-quiet); blocked > most {
			t.Errorf("after %d others: %d of 25 pupils are sanctioned for sharing an address with one fool, at most %d should be", quiet, blocked, most)
		}
	}
}

// TestOriginOfFew: three throwaways on one device, one after the other or together,
// tell on each other; so do accounts of which most fell by their own acts.
func TestOriginOfFew(t *testing.T) {
	w := newTown(t, policy.Config{})
	for _, who := range []string{"one", "two", "three"} { // all wrote before
		w.send(policy.Message{Sender: who, Recipients: policy.To("friend of " + who), Reply: true, Origin: "device"})
	}
	w.fool("one", "device")
	for _, who := range []string{"two", "three"} {
		if d := w.suspicious(who, "device"); !fell(d) {
			t.Errorf("%s of three on one device: %v, %v", who, d.Verdict, d.Reasons)
		}
	}
	if fell(w.suspicious("elsewhere", "another device")) {
		t.Error("nothing is tested: the message alone brings a sanction")
	}

	w = newTown(t, policy.Config{})
	for i := range 4 {
		w.fool(fmt.Sprint("fool", i), "farm")
	}
	for i := range 8 {
		if d := w.suspicious(fmt.Sprint("next", i), "farm"); !fell(d) {
			t.Errorf("account %d behind an origin with four that fell: %v, %v", i, d.Verdict, d.Reasons)
		}
	}
}

// TestOriginSeenKept: what is known of an origin outlives a snapshot.
func TestOriginSeenKept(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.fool("fool", "school")
	for i := range 3 {
		w.send(policy.Message{Sender: fmt.Sprint("reader", i), Recipients: policy.To("teacher"), Reply: true, Origin: "school"})
	}
	var b bytes.Buffer
	w.must(w.e.Snapshot(t.Context(), &b))
	fresh := newTown(t, policy.Config{Now: func() time.Time { return w.now }})
	w.must(fresh.e.Restore(t.Context(), &b))
	w.e, w.store = fresh.e, fresh.store
	if d := w.suspicious("pupil", "school"); fell(d) {
		t.Errorf("%v", d.Reasons)
	}
}
