package similarity

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

const greeting = "I hope this message finds you well and in the best of health"

// A class is a Boilerplate and people who teach it.
type class struct {
	testing.TB
	Boilerplate
	h *Hasher
	r *rand.Rand
}

func newClass(t testing.TB) *class {
	return &class{TB: t, h: NewHasher([]byte("class")), r: rand.New(rand.NewPCG(9, 9))}
}

// write has 300 people write once, the first of them beginning with a phrase.
func (c *class) write(at time.Time, phrase string, users int) {
	for i := range 300 {
		text := words(c.r, 4)
		if i < users {
			text = phrase + text
		}
		c.Learn(at.Add(time.Duration(i)*time.Second), c.h, text, uint64(i), 0)
	}
}

// left is what part of a text's grams counts.
func (c *class) left(text string) float64 {
	var s, whole Sketch
	c.h.SketchWithout(&s, text, &c.Boilerplate)
	c.h.Sketch(&whole, text)
	return float64(s.Grams) / float64(whole.Grams)
}

func (c *class) common(what string, want bool) {
	c.Helper()
	if is := c.left(greeting); want && is > .4 || !want && is < .8 {
		c.Errorf("%s: %.2f of the greeting counts", what, is)
	}
}

const oneDay = 24 * time.Hour

// A phrase is forgotten 15 to 30 days after it was used last, whether others write on
// or nobody does; one that is in use stays.
func TestBoilerplateFades(t *testing.T) {
	alone(t)
	for from := time.Duration(0); from < 15*oneDay; from += 2 * oneDay {
		for _, busy := range []bool{true, false} {
			c := newClass(t)
			at := t0.Add(from)
			c.write(at, greeting, 50)
			c.common("as it is learned", true)
			for d := range 31 {
				now := at.Add(time.Duration(d) * oneDay)
				if busy {
					c.write(now, "", 0)
				}
				c.Age(now)
				if d < 15 || d == 30 {
					c.common(fmt.Sprint("after ", d, " days, others write: ", busy), d < 15)
				}
			}
		}
	}
	c := newClass(t)
	for d := range 200 {
		c.write(t0.Add(time.Duration(d)*oneDay), greeting, 20)
		c.common("in use", true)
	}
}

// A clock that jumps, for a call, for a busy hour or back and forth, by any length,
// costs nothing that was learned before: when it is right again, all is as it was and
// goes on.
func TestBoilerplateClock(t *testing.T) {
	alone(t)
	start := time.Unix(0, t0.UnixNano()/agePeriod*agePeriod).UTC() // of an age
	for _, jump := range []time.Duration{-3000 * oneDay, -365 * oneDay, -40 * oneDay, -16 * oneDay, 16 * oneDay, 31 * oneDay, 365 * oneDay, 3000 * oneDay} {
		for _, how := range []string{"asked", "one message", "a busy hour", "back and forth"} {
			what := fmt.Sprintf("%v, %s", jump, how)
			c, twin := newClass(t), newClass(t)
			same := func(when string, now time.Time) {
				c.Age(now)
				twin.Age(now)
				if math.Abs(c.left(greeting)-twin.left(greeting)) > .05 {
					t.Errorf("%s, %s: %.2f of the greeting counts, want %.2f", what, when, c.left(greeting), twin.left(greeting))
				}
			}
			for d := range 3 { // in two ages
				c.write(start.Add(time.Duration(7*d)*oneDay), greeting, 50)
				twin.write(start.Add(time.Duration(7*d)*oneDay), greeting, 50)
			}
			now := start.Add(18 * oneDay)
			switch wrong := now.Add(jump); how {
			case "asked":
				c.Age(wrong)
			case "one message":
				c.Learn(wrong, c.h, words(c.r, 10), 1, 0)
			case "a busy hour":
				for range 5 {
					c.write(wrong, "", 0)
				}
			case "back and forth":
				for range 20 {
					c.Learn(wrong, c.h, words(c.r, 10), 1, 0)
					c.Learn(now, c.h, words(c.r, 10), 1, 0)
				}
			}
			same("right again", now)
			c.common(what+", right again", true)
			for d := range 32 {
				same(fmt.Sprint(d, " days later"), now.Add(time.Duration(d)*oneDay))
			}
			c.common(what+", a month later", false)
		}
	}
}

// However many teach, through any number of ages, memory is bounded.
func TestBoilerplateBounded(t *testing.T) {
	c := newClass(t)
	for i := range 60_000 {
		c.Learn(t0.Add(time.Duration(i)*time.Hour/10), c.h, words(c.r, 2), c.r.Uint64(), c.r.Uint64())
	}
	if s := &c.teachers; s.live > maxTeachers || len(s.at) > numAges*maxTeachers || len(s.origins) > len(s.at) || len(c.grams) != boilerSets {
		t.Errorf("%d teachers, %d kept, %d origins, %d sets", s.live, len(s.at), len(s.origins), len(c.grams))
	}
}

// Of one origin one sender teaches, and a sender is one whatever its origins.
func TestBoilerplateOrigins(t *testing.T) {
	for _, c := range []struct {
		name   string
		person func(i uint64) (sender, origin uint64)
		want   bool
	}{
		{"one origin", func(i uint64) (uint64, uint64) { return i, 7 }, false},
		{"seven origins", func(i uint64) (uint64, uint64) { return i, 1 + i%7 }, false},
		{"one sender, many origins", func(i uint64) (uint64, uint64) { return 7, 1 + i }, false},
		{"seven senders, many origins", func(i uint64) (uint64, uint64) { return i % 7, 1 + i }, false},
		{"an origin each", func(i uint64) (uint64, uint64) { return i, 1 + i }, true},
		{"unknown", func(i uint64) (uint64, uint64) { return i, 0 }, true},
	} {
		b := newClass(t)
		for i := range uint64(2 * boilerEvery) {
			sender, origin := c.person(i % 60)
			b.Learn(t0, b.h, greeting, sender, origin)
		}
		b.common(c.name, c.want)
	}
	// Nor are those of one origin several who teach in two processes.
	both := [2]*class{newClass(t), newClass(t)}
	for i := range uint64(4 * boilerEvery) {
		sender, origin := i%60, 1+i%7
		here, there := both[sender/7%2], both[1-sender/7%2]
		grams, _ := here.LearnShared(nil, t0, here.h, greeting, sender, origin)
		there.LearnGrams(t0, grams, sender, origin)
	}
	both[0].common("here", false)
	both[1].common("there", false)
	// Who has not taught for long holds an origin no more.
	var s teachers
	var a ages
	a.turn(t0)
	for _, step := range []struct {
		day          int
		hash, origin uint64
		want         bool
	}{{0, 1, 9, true}, {0, 2, 9, false}, {10, 2, 9, false}, {46, 2, 9, true}, {46, 1, 9, false}, {46, 1, 8, true}, {46, 1, 9, true}} {
		if _, over := a.turn(t0.Add(time.Duration(step.day) * oneDay)); over {
			s.forget(a.now)
		}
		if got := s.admit(step.hash, step.origin, &a); got != step.want {
			t.Errorf("%+v: %v", step, got)
		}
	}
}

// Whatever is boilerplate, a text keeps a third of its grams, or 48: copies of it are known by
// these, also where each has a name of its own, and it is like no other.
func TestBoilerplateKeeps(t *testing.T) {
	c := newClass(t)
	texts := []string{campaign, campaign[:130], campaign[100:190], campaign[:60]}
	for i := range uint64(20 * boilerEvery) {
		c.Learn(t0, c.h, texts[i%4], i%80, 0)
	}
	for _, text := range texts {
		var s, o, copied, whole Sketch
		c.h.Sketch(&whole, text)
		var both Sketch
		if cut := c.h.SketchBoth(&s, &both, text, &c.Boilerplate); !cut || both != whole {
			t.Errorf("cut %t: the whole text is not sketched as it is alone: %s", cut, text)
		}
		if least := min(int(whole.Grams)/3, 48); int(s.Grams) < least || int(s.Grams) > least+4 {
			t.Errorf("of %d grams %d are kept, want %d", whole.Grams, s.Grams, least)
		}
		c.h.SketchWithout(&copied, "Hello Bob! "+text, &c.Boilerplate)
		if j := s.Jaccard(&copied); j < .35 {
			t.Errorf("%.2f of a copy is alike: %s", j, text)
		}
		c.h.SketchWithout(&o, greeting+words(c.r, 20), &c.Boilerplate)
		if j := s.Jaccard(&o); j > .1 {
			t.Errorf("%.2f of another text is alike: %s", j, text)
		}
	}
	// With enough of its own, a text keeps that alone.
	own := words(c.r, 20)
	var s, o Sketch
	c.h.SketchWithout(&s, campaign[:60]+own, &c.Boilerplate)
	c.h.Sketch(&o, own)
	if s.Grams > o.Grams+5 {
		t.Errorf("%d grams are kept, of which %d are its own", s.Grams, o.Grams)
	}
}

// What was flagged is told by the whole text, whatever is left out of it by now.
func TestIndexFlagged(t *testing.T) {
	h := NewHasher([]byte("flagged"))
	small := IndexConfig{MaxClusters: 64}
	x, y := NewIndex(small), NewIndex(small)
	s := sketch(h, campaign)
	id := x.Observe(t0, s, 1, 2).ID
	if x.Flagged(t0, s) || x.AnyFlagged() {
		t.Error("before it was flagged")
	}
	x.Flag(t0, id, 1)
	x.Flag(t0, id, 2)
	var b bytes.Buffer
	x.Snapshot(&b)
	if err := y.Restore(&b); err != nil || !x.AnyFlagged() || !y.AnyFlagged() {
		t.Errorf("flagged: %v, restored: %v, %v", x.AnyFlagged(), y.AnyFlagged(), err)
	}
	for text, want := range map[string]bool{
		campaign:                 true,
		"Hello Bob! " + campaign: true,
		campaign[:len(campaign)/2] + words(rand.New(rand.NewPCG(1, 1)), 20): false, // a copy, but no more than half
		greeting: false,
		"hi":     false,
	} {
		if x.Flagged(t0, sketch(h, text)) != want {
			t.Errorf("want %v: %s", want, text)
		}
	}
	if x.Flagged(t0.Add(8*oneDay), s) {
		t.Error("past the window")
	}
	x.Unflag(id, 1)
	if !x.AnyFlagged() {
		t.Error("one of two senders was taken away")
	}
	x.Unflag(id, 2)
	for i := range uint64(2 * 64) { // which push out what is in y
		y.Observe(t0.Add(8*oneDay), sketch(h, words(rand.New(rand.NewPCG(i, 2)), 25)), i)
	}
	if x.AnyFlagged() || y.AnyFlagged() {
		t.Errorf("with no flag: %v, forgotten: %v", x.AnyFlagged(), y.AnyFlagged())
	}
}

// withoutAges is the form that was written before there were ages.
func (c *class) withoutAges() []byte {
	le := binary.LittleEndian
	b := append([]byte{1, byte(c.teachers.level)}, 0, 0, 0, 0)
	b = le.AppendUint32(b, uint32(len(c.teachers.at)))
	for hash := range c.teachers.at {
		b = le.AppendUint64(b, hash)
	}
	b = le.AppendUint32(b, boilerSets)
	for i := range c.grams {
		s := &c.grams[i]
		n := 0
		for n < len(s.gram) && s.gram[n] != 0 {
			n++
		}
		b = append(b, byte(n))
		for j := range n {
			b = le.AppendUint64(le.AppendUint32(b, s.gram[j]), s.by(j, allAges))
		}
	}
	b = append(b, 1)
	for _, w := range c.set.Load() {
		b = le.AppendUint64(b, w)
	}
	return sealed(b)
}

// What was learned before there were ages counts as learned when it is read.
func TestBoilerplateWithoutAges(t *testing.T) {
	c, d := newClass(t), newClass(t)
	c.write(t0, greeting, 50)
	if err := d.UnmarshalBinary(c.withoutAges()); err != nil {
		t.Fatal(err)
	}
	d.common("at first", true)
	d.Learn(t0, d.h, "a message", 1, 0)
	for _, day := range []time.Duration{0, 14} {
		d.Age(t0.Add(day * oneDay))
		d.common(fmt.Sprint("day ", day), true)
	}
	d.Age(t0.Add(31 * oneDay))
	d.common("a month later", false)
}

// A snapshot while the clock is wrong changes nothing that follows.
func TestBoilerplateRestart(t *testing.T) {
	one, two := newClass(t), newClass(t)
	for i := range 400 {
		at := t0.Add(time.Duration(i) * 4 * time.Hour)
		if i%50 == 20 {
			at = at.Add(365 * oneDay)
		}
		text := greeting + words(one.r, 5)
		one.Learn(at, one.h, text, uint64(i%40), uint64(i%30))
		two.Learn(at, two.h, text, uint64(i%40), uint64(i%30))
		if i%7 == 0 {
			data, _ := two.AppendBinary(nil)
			two = newClass(t)
			if err := two.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
		}
	}
	a, _ := one.AppendBinary(nil)
	b, _ := two.AppendBinary(nil)
	if string(a) != string(b) {
		t.Error("what was restored goes on differently")
	}
}
