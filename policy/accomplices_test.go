package policy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A drip is somebody who fills in a template, twelve strangers a day, and has
// accomplices who answer him.
type drip struct {
	accomplices int
	origin      string // of all of them; "": each has his own
	accept      bool   // accomplices answer outside: the host records a Reply
	text        func(h *history) string
}

func pitch(h *history) string {
	return fmt.Sprintf("Dear %s, we have looked at your page about the %s and can bring you twice as many visitors within a month, call us about the %s", h.text(1), h.text(1), h.text(1))
}

// strangers returns how many the drip reaches before the first Block. He writes
// to his accomplices first: then they help most.
func (d drip) strangers(t *testing.T, w *town) (reached int) {
	t.Helper()
	h := &history{Rand: rand.New(rand.NewPCG(3, 1))}
	for i := range 1000 {
		w.pass(time.Duration(h.ExpFloat64() * float64(30*time.Minute)).Truncate(time.Second))
		if i%12 == 11 {
			w.pass(18 * time.Hour)
		}
		to := fmt.Sprint("stranger", i)
		if i < d.accomplices {
			to = fmt.Sprint("accomplice", i)
		}
		m := w.send(policy.Message{Sender: "sam", Recipients: policy.To(to), Text: d.text(h), Origin: d.origin})
		if harsh(worst(m)) {
			return reached
		}
		switch {
		case i >= d.accomplices:
			reached++
		case d.accept:
			w.pass(time.Minute)
			w.send(policy.Message{Sender: to, Recipients: policy.To("somebody" + to), Origin: d.origin})
			w.tell(policy.Reply{From: to, To: "sam", At: w.now})
		default:
			w.pass(time.Minute)
			w.send(policy.Message{Sender: to, Recipients: policy.To("sam"), Text: "yes", Origin: d.origin})
		}
	}
	return reached
}

// TestAccomplices: accounts that answer an abuser are worth some strangers each,
// and those on an origin of his own a quarter of that. The bounds are what was
// measured, and a little: 47, 56, 67, 106 strangers with 0, 1, 3 and 10 of them.
func TestAccomplices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n           int
		other, same int // strangers at most
	}{{0, 50, 50}, {1, 60, 52}, {3, 71, 57}, {10, 112, 65}} {
		other := drip{accomplices: c.n, text: pitch}.strangers(t, newTown(t, policy.Config{}))
		same := drip{accomplices: c.n, origin: "cafe", text: pitch}.strangers(t, newTown(t, policy.Config{}))
		t.Logf("%d accomplices: %d strangers; on his own origin: %d", c.n, other, same)
		if other > c.other || same > c.same {
			t.Errorf("%d accomplices: %d strangers, want at most %d; on his own origin %d, want at most %d", c.n, other, c.other, same, c.same)
		}
	}
}

// TestAccomplicesHurry: who writes fast is blocked as soon with accomplices as
// without.
func TestAccomplicesHurry(t *testing.T) {
	alone := 0
	for _, n := range []int{0, 1, 3, 10} {
		w := newTown(t, policy.Config{})
		for i := range n {
			w.pass(time.Minute)
			w.say("sam", fmt.Sprint("accomplice", i), spam)
			w.pass(time.Minute)
			w.say(fmt.Sprint("accomplice", i), "sam", "yes")
		}
		w.until("sam", spam, policy.Block)
		reached := int(w.account("sam").Reached+.5) - n
		if n == 0 {
			alone = reached
		}
		if reached > alone {
			t.Errorf("with %d accomplices a blaster reaches %d strangers, without %d", n, reached, alone)
		}
	}
}

// TestOneAddress: colleagues behind one address, who answer each other as people
// do, come to no harm by it: they write to 60 new ones within three weeks, 35%
// of whom answer, and one of them sends a note of some length to 25.
func TestOneAddress(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		h := &history{Rand: rand.New(rand.NewPCG(seed, 8))}
		w := newTown(t, policy.Config{})
		said := func(from, to, text string) {
			t.Helper()
			d := w.send(policy.Message{Sender: from, Recipients: policy.To(to), Text: text, Origin: "office"})
			if len(d.Imposed) > 0 || !d.Delivered() {
				t.Fatalf("seed %d: %s to %s: %v, %v, %v", seed, from, to, d.Verdict, d.Imposed, d.Reasons)
			}
		}
		note := "The lift on the north side is out of order until Thursday, please take the stairs by the canteen. " + h.text(6)
		for i := range 60 {
			w.pass(time.Duration(2+h.IntN(4)) * time.Hour * 2)
			to := fmt.Sprint("colleague", i)
			text := h.text(5 + h.IntN(12))
			if i%5 < 2 {
				text = note
			}
			said("ann", to, text)
			if h.Float64() < .35 {
				w.pass(time.Duration(1+h.IntN(90)) * time.Minute)
				said(to, "ann", h.text(3))
			}
		}
	}
}

// TestTiesOfOneOrigin: the accounts of one origin are no circle of friends, on
// whose account a text that many send would be taken for a letter that goes
// round.
func TestTiesOfOneOrigin(t *testing.T) {
	const letter = "Please sign the petition for a crossing at our school before Friday, our children need a safe way to walk there every day"
	for _, c := range []struct {
		origin      string
		least, most int
	}{{"", 0, 0}, {"cafe", 8, 12}} {
		w := newTown(t, policy.Config{})
		for i := range 20 {
			friend := fmt.Sprint("friend", i)
			w.pass(time.Hour)
			if i%2 == 0 { // he writes first
				w.send(policy.Message{Sender: friend, Recipients: policy.To("sam"), Origin: c.origin})
				w.send(policy.Message{Sender: "sam", Recipients: policy.To(friend), Origin: c.origin})
				continue
			}
			w.send(policy.Message{Sender: "sam", Recipients: policy.To(friend), Origin: c.origin})
			w.send(policy.Message{Sender: friend, Recipients: policy.To("sam"), Origin: c.origin})
		}
		for i := range 20 {
			w.say(fmt.Sprint("somebody", i), fmt.Sprint("reader", i), letter)
		}
		waits := 0
		for i := range 12 {
			if w.preview(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("stranger", i)), Text: letter}).Verdict == policy.Defer {
				waits++
			}
		}
		if waits < c.least || waits > c.most {
			t.Errorf("origin %q: %d of 12 copies wait because others send the letter, want %d to %d", c.origin, waits, c.least, c.most)
		}
		// A tie it is all the same: they may write to each other as they like.
		if d := w.send(policy.Message{Sender: "sam", Recipients: policy.To("friend3"), Origin: c.origin}); d.Verdict != policy.Allow {
			t.Errorf("origin %q: to a friend: %v", c.origin, d.Verdict)
		}
	}
}

// TestAccomplicesOutside: an answer that the host records counts what a message
// would: as much from an origin of one's own, and from somebody with strikes.
func TestAccomplicesOutside(t *testing.T) {
	answered := func(outside bool, origin string, struck bool) float64 {
		w := newTown(t, policy.Config{})
		if struck {
			w.until("bea", spam, policy.Block)
			w.pass(48 * time.Hour)
		}
		w.send(policy.Message{Sender: "bea", Recipients: policy.To("carl"), Origin: origin})
		w.send(policy.Message{Sender: "sam", Recipients: policy.To("bea"), Origin: "cafe"})
		w.pass(time.Minute)
		if outside {
			w.tell(policy.Reply{From: "bea", To: "sam"})
		} else {
			w.send(policy.Message{Sender: "bea", Recipients: policy.To("sam"), Origin: origin})
		}
		return w.account("sam").Answered
	}
	for _, c := range []struct {
		origin string
		struck bool
		want   float64
	}{{"home", false, 1}, {"cafe", false, .25}, {"home", true, .25}} {
		for _, outside := range []bool{false, true} {
			if got := answered(outside, c.origin, c.struck); got < c.want-.001 || got > c.want+.001 {
				t.Errorf("outside %v, origin %s, strikes %v: counts %v, want %v", outside, c.origin, c.struck, got, c.want)
			}
		}
	}
}

// TestStruckAccomplices: the answers of accounts with strikes do not speak for a
// text.
func TestStruckAccomplices(t *testing.T) {
	for _, struck := range []bool{false, true} {
		w := newTown(t, policy.Config{})
		const n = 6
		for i := range n {
			if struck {
				w.until(fmt.Sprint("accomplice", i), prose(uint64(i)), policy.Block)
			}
		}
		w.pass(72 * time.Hour)
		h := &history{Rand: rand.New(rand.NewPCG(3, 1))}
		for i := range n {
			w.pass(time.Minute)
			w.say("sam", fmt.Sprint("stranger", i), pitch(h))
			w.say("sam", fmt.Sprint("accomplice", i), pitch(h))
			w.pass(time.Minute)
			w.say(fmt.Sprint("accomplice", i), "sam", "yes")
		}
		want := n
		if struck {
			want = 0
		}
		if got := w.account("sam").Texts[0].Answered; got != want {
			t.Errorf("strikes %v: %d answers speak for the text, want %d", struck, got, want)
		}
	}
}
