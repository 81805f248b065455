package policy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// A parish is a town with people of some age who have contacts, so that they teach
// what everybody writes.
type parish struct {
	*town
	r    *rand.Rand
	said *witness
	from map[string]string // origins
}

func newParish(t *testing.T, people int) *parish {
	t.Helper()
	w := &parish{r: rand.New(rand.NewPCG(6, uint64(people))), said: &witness{}, from: map[string]string{}}
	w.town = newTown(t, policy.Config{Signals: []policy.SignalFunc{w.said.signal}})
	w.befriend("person", people)
	w.pass(50 * time.Hour)
	return w
}

func (w *parish) write(m policy.Message) policy.Decision {
	w.Helper()
	m.Origin = w.from[m.Sender]
	return w.send(m)
}

// befriend has accounts write to the three after them, who answer.
func (w *parish) befriend(name string, n int) {
	w.Helper()
	for i := range n {
		for k := range 3 {
			a, b := fmt.Sprint(name, i), fmt.Sprint(name, (i+k+1)%n)
			for _, m := range []policy.Message{
				{Sender: a, Recipients: policy.To(b), Text: "Hello, " + gibberish(w.r, 6)},
				{Sender: b, Recipients: policy.To(a), Text: "Gladly, " + gibberish(w.r, 6)},
			} {
				if d := w.write(m); !d.Delivered() {
					w.Fatalf("%s to %v: %v", m.Sender, m.Recipients, d.Reasons)
				}
			}
			w.pass(time.Second)
		}
	}
}

// everyday has each of the people write to a stranger.
func (w *parish) everyday(people int) {
	w.Helper()
	for i := range people {
		w.write(w.stranger(fmt.Sprint("person", i), gibberish(w.r, 20)))
		w.pass(time.Minute)
	}
}

// teach has each of the teachers send each quarter of a text to a stranger.
func (w *parish) teach(name string, n int, text string) {
	w.Helper()
	for p := range 4 {
		for i := range n {
			w.write(w.stranger(fmt.Sprint(name, i), part(w.r, text, (p+i)%4, 40)))
			w.pass(20 * time.Second)
		}
		w.pass(3 * time.Hour)
	}
}

// campaign has four new accounts send a text 38 times each, and returns how many go
// out, and the grams of it that count at the first.
func (w *parish) campaign(name, text string) (delivered, grams int) {
	w.Helper()
	for i := range 4 {
		for k := range 38 {
			if d := w.write(w.stranger(fmt.Sprint(name, i), text)); d.Delivered() {
				delivered++
			}
			if i == 0 && k == 0 {
				grams = w.said.grams
			}
			w.pass(100 * time.Second)
		}
	}
	return delivered, grams
}

// campaigns is how many go out of several campaigns, each in a parish of its own: which
// copies go out as probes is chance.
func campaigns(text string, n int, in func(i int) *parish) (delivered, grams int) {
	for i := range n {
		d, g := in(i).campaign(fmt.Sprint("boss", i), text)
		delivered, grams = delivered+d, g
	}
	return delivered, grams
}

// taught is a parish in which people with a life of their own teach a text: each has
// answers of three others, waits for two days, and sends a quarter of it among words
// that nobody else uses to a stranger, four times. before is what happens first.
func taught(t *testing.T, teachers int, text string, origins bool, before func(w *parish)) *parish {
	t.Helper()
	const people = 300
	w := newParish(t, people)
	for i := range teachers {
		if origins {
			w.from[fmt.Sprint("teacher", i)] = fmt.Sprint("network ", i)
		}
	}
	if teachers > 0 {
		w.befriend("teacher", teachers)
	}
	w.pass(50 * time.Hour)
	w.everyday(people)
	before(w)
	w.teach("teacher", teachers, text)
	w.everyday(people)
	return w
}

// A text that was taught to be everybody's goes out no more often than one that was
// not, and is forgotten within 30 days.
func TestTaughtText(t *testing.T) {
	t.Parallel()
	raced.Skip(t)
	nothing := func(*parish) {}
	for _, text := range []string{fund, fund[:120]} {
		clean, whole := campaigns(text, 6, func(int) *parish { return taught(t, 0, text, false, nothing) })
		healed := 0
		for _, teachers := range []int{12, 60, 150} {
			for _, origins := range []bool{false, true} {
				w := taught(t, teachers, text, origins, nothing)
				got, grams := w.campaign("boss", text)
				if grams > whole/2 {
					t.Fatalf("%d teachers: %d of %d grams count: nothing was learned, so that this shows nothing", teachers, grams, whole)
				}
				if 6*10*got > 12*clean {
					t.Errorf("%d teachers: %d of 152 go out, %d of 912 if nobody teaches", teachers, got, clean)
				}
				w.pass(30 * 24 * time.Hour)
				again, grams := w.campaign("heir", text)
				if healed += again; 10*grams < 9*whole {
					t.Errorf("%d teachers, 30 days later: %d of %d grams count", teachers, grams, whole)
				}
			}
		}
		if 10*healed > 11*clean { // one in ten is chance: some 130 probes
			t.Errorf("30 days later %d of 912 go out, %d if nobody teaches", healed, clean)
		}
	}
}

// What was flagged is known however many teach it afterwards, short texts as well.
func TestTaughtFlagged(t *testing.T) {
	t.Parallel()
	raced.Skip(t)
	for _, text := range []string{fund, fund[:70]} {
		first := func(w *parish) { w.campaign("first", text) }
		clean, _ := campaigns(text, 4, func(int) *parish { return taught(t, 0, text, false, first) })
		got, _ := campaigns(text, 4, func(i int) *parish {
			w := taught(t, []int{12, 150}[i%2], text, false, first)
			w.preview(w.stranger("probe", text[:len(text)-8]))
			return w
		})
		if 10*got > 12*clean {
			t.Errorf("%d of 608 go out, %d if nobody teaches", got, clean)
		}
	}
}

// Accounts without contacts teach nothing, nor do those behind one address.
func TestWhoTeaches(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	for name, c := range map[string]struct {
		meet    func(w *parish)
		learned bool
	}{
		"no contacts": {func(*parish) {}, false},
		"one origin": {func(w *parish) {
			for i := range 40 {
				w.from[fmt.Sprint("teacher", i)] = "one house"
			}
			w.befriend("teacher", 40)
		}, false},
		"contacts on other origins, then one": {func(w *parish) {
			for i := range 40 {
				w.from[fmt.Sprint("teacher", i)] = fmt.Sprint("network ", i)
			}
			w.befriend("teacher", 40)
			for i := range 40 {
				w.from[fmt.Sprint("teacher", i)] = "one house"
			}
		}, false},
		"contacts": {func(w *parish) { w.befriend("teacher", 40) }, true},
	} {
		w := newParish(t, 300)
		for i := range 40 { // of age
			w.write(w.stranger(fmt.Sprint("teacher", i), gibberish(w.r, 10)))
		}
		c.meet(w)
		w.pass(50 * time.Hour)
		w.teach("teacher", 40, fund)
		w.everyday(300)
		w.preview(w.stranger("probe", fund))
		if learned := w.said.grams < 100; learned != c.learned {
			t.Errorf("%s: %d grams of the text count", name, w.said.grams)
		}
	}
}

// A clock that jumps for one message, in either direction, makes what everybody writes
// no one's campaign: a moment later it is left out as before.
func TestPhrasesClock(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	for _, jump := range []time.Duration{-365 * 24 * time.Hour, 365 * 24 * time.Hour} {
		w := newParish(t, 300)
		w.pass(50 * time.Hour)
		for range 2 {
			for i := range 300 {
				w.write(w.stranger(fmt.Sprint("person", i), opening+gibberish(w.r, 20)))
				w.pass(time.Minute)
			}
		}
		counts := func() int {
			w.preview(w.stranger("probe", opening+fund))
			return w.said.grams
		}
		before := counts()
		w.pass(jump)
		w.write(w.stranger("somebody", gibberish(w.r, 20)))
		during := counts()
		w.pass(time.Minute - jump)
		w.write(w.stranger("somebody else", gibberish(w.r, 20)))
		if after := counts(); max(after-before, before-after) > 10 || during < before+30 {
			t.Errorf("%v: %d grams count, %d while the clock was wrong, %d after it", jump, before, during, after)
		}
	}
}
