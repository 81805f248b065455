package similarity

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// Greetings of a word or two never make a campaign, and those of three say little:
// Chinese ones as well.
func TestGreetingsAreNoCampaign(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{})
	for i, s := range []string{"Happy birthday!", "生日快乐", "С днём рождения!", "สวัสดีค่ะ", "👍", "ok", "Hi, how are you?"} {
		for k := range 50 {
			if c := x.Observe(t0.Add(time.Duration(k)*time.Minute), sketch(h, s), uint64(100*i+k), uint64(k)); c.ID != 0 {
				t.Errorf("%q: %d messages of %d senders", s, c.Messages, c.Senders)
				break
			}
		}
		if w := sketch(h, s).WeightAcross(); w != 0 {
			t.Errorf("%q weighs %v", s, w)
		}
	}
	for _, s := range []string{"Merry Christmas!", "Thank you so much!", "早上好呀"} {
		if k := sketch(h, s); k.WeightAcross() > .5 || k.Weight() > .8 {
			t.Errorf("%q says %d, weighs %v, %v across senders", s, k.Information, k.Weight(), k.WeightAcross())
		}
	}
}

// Passcodes and order notices form clusters; their templates say that what
// differs is a number, so that they can be told from a campaign.
func TestNoticesHaveNumberSlots(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{})
	r := rand.New(rand.NewPCG(1, 1))
	var c Cluster
	var text string
	for i := range 30 {
		text = fmt.Sprintf("Your verification code is %06d. It expires in 10 minutes. Never share this code with anybody, including our staff.", r.IntN(1e6))
		c = x.Observe(t0, sketch(h, text), 1, uint64(i))
		x.AddText(h, c.ID, text)
	}
	if c.Messages != 30 || c.Senders != 1 || c.Recipients != 30 {
		t.Errorf("%+v", c)
	}
	p, ok := x.Template(c.ID, text)
	if !ok || len(p.Slots()) != 1 || p.Slots()[0].Class != SlotNumber {
		t.Errorf("%v %v", p, ok)
	}
}

// Members are not chained: a text that drifts away from the first one leaves.
func TestNoChaining(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{})
	r := rand.New(rand.NewPCG(1, 1))
	parts := make([]string, 20)
	for i := range parts {
		parts[i] = words(r, 4)
	}
	join := func() (s string) {
		for _, p := range parts {
			s += p
		}
		return s
	}
	first := x.Observe(t0, sketch(h, join()), 1, 1)
	for i := range parts {
		parts[i] = words(r, 4)
		c := x.Observe(t0, sketch(h, join()), uint64(i), 1)
		if i > 15 && c.ID == first.ID {
			t.Errorf("after %d of 20 parts still in the cluster, similarity %.2f", i+1, c.Similarity)
		}
		if c.ID == first.ID && c.Similarity < 0.27 {
			t.Errorf("joined at %.2f", c.Similarity)
		}
	}
}

func TestIndexForgets(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{Window: time.Hour})
	s := sketch(h, pitch("Anna", "Acme"))
	a := x.Observe(t0, s, 1, 1)
	b := x.Observe(t0.Add(time.Hour), s, 2, 1)
	if _, ok := x.Lookup(t0.Add(2*time.Hour+time.Second), a.ID); ok {
		t.Error("still there")
	}
	// The same text begins anew, under the name that it had.
	at := t0.Add(2*time.Hour + time.Second)
	c := x.Observe(at, s, 3, 1)
	if a.ID != b.ID || c.ID != a.ID || c.Messages != 1 || !c.First.Equal(at) {
		t.Errorf("%+v %+v %+v", a, b, c)
	}
	c.Author = false // Lookup asks about nobody
	if d, ok := x.Lookup(at, a.ID); !ok || d != c {
		t.Errorf("looked up %+v, want %+v", d, c)
	}
	if _, ok := x.Lookup(t0.Add(4*time.Hour), a.ID); ok {
		t.Error("still there")
	}
	// Any time is taken.
	for _, at := range []time.Time{{}, time.Unix(1<<62, 0), time.Unix(-1<<62, 0), t0.AddDate(-500, 0, 0), t0.AddDate(9000, 0, 0), t0} {
		if d := x.Observe(at, s, 4, 1); d.ID == 0 || d.Last.Before(d.First) {
			t.Errorf("%v: %+v", at, d)
		}
	}
}

// Memory per text is below 300 bytes, everything included, and the cap holds.
func TestIndexMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector uses memory of its own")
	}
	const n = 50_000
	h := NewHasher([]byte("key"))
	r := rand.New(rand.NewPCG(1, 2))
	var before, after, capped runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := NewIndex(IndexConfig{MaxClusters: n})
	var s Sketch
	fill := func(from, to int) {
		for i := from; i < to; i++ {
			for k := range s.Bins {
				s.Bins[k] = uint8(1 + r.IntN(255))
			}
			for k := range s.Anchors {
				s.Anchors[k] = r.Uint32()
			}
			s.Grams, s.Information, s.Exact = 100, 100, r.Uint64()
			x.Observe(t0, &s, uint64(i), uint64(i))
			if i%10 == 0 { // every tenth is sent to many
				x.Observe(t0, &s, uint64(i+1), uint64(i+1), uint64(i+2), uint64(i+3), uint64(i+4))
			}
		}
	}
	fill(0, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	per := float64(after.HeapAlloc-before.HeapAlloc) / n
	t.Logf("%.0f bytes a text", per)
	if per > 300 {
		t.Errorf("%.0f bytes a text, want at most 300", per)
	}
	fill(n, 3*n)
	runtime.GC()
	runtime.ReadMemStats(&capped)
	if grown := float64(capped.HeapAlloc) / float64(after.HeapAlloc); grown > 1.02 {
		t.Errorf("grown by %.2f beyond the cap", grown)
	}
	_ = h
	runtime.KeepAlive(x)
}

// Recipients come in any number, twice, or not at all.
func TestIndexManyRecipients(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{})
	s := sketch(h, pitch("Anna", "Acme"))
	if c := x.Observe(t0, s, 1); c.Recipients != 0 || c.Messages != 1 {
		t.Errorf("%+v", c)
	}
	if c := x.Observe(t0, s, 1, 7, 7, 7); c.Recipients != 1 {
		t.Errorf("%+v", c)
	}
	many := make([]uint64, 10_000)
	for i := range many {
		many[i] = uint64(i)
	}
	p, _ := x.Preview(t0, s, 1, many...)
	c := x.Observe(t0, s, 1, many...)
	if p != c || c.Recipients < 7000 || c.Recipients > 13_000 {
		t.Errorf("%+v, preview %+v", c, p)
	}
}
