package similarity

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var t0 = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// words makes n random words, so that two texts share nothing.
func words(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		for range 3 + r.IntN(6) {
			b.WriteByte("etaoinshrdlucmfwypvbgkqjxz"[min(r.IntN(26), r.IntN(26))])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func sketch(h *Hasher, text string) *Sketch {
	s := new(Sketch)
	h.Sketch(s, text)
	return s
}

func pitch(name, company string) string {
	return "Hi " + name + ", I came across your profile at " + company + " and was impressed by what you do. Would you be open to a quick chat about your next role this week?"
}

func TestIndexJoinsCopies(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{})
	r := rand.New(rand.NewPCG(1, 2))
	var first uint64
	for i := range 40 {
		c := x.Observe(t0.Add(time.Duration(i)*time.Minute), sketch(h, pitch(words(r, 1), words(r, 2))), uint64(i%5), uint64(100+i), uint64(200+i))
		if i == 0 {
			first = c.ID
		}
		if c.ID == 0 || c.ID != first {
			t.Fatalf("message %d: cluster %d, want %d", i, c.ID, first)
		}
		want := Cluster{ID: first, Messages: i + 1, Senders: min(i+1, 5), Recipients: 2 * (i + 1), First: t0, Last: t0.Add(time.Duration(i) * time.Minute), Similarity: c.Similarity, Strength: c.Strength, Author: i%5 == 0}
		if i > 15 { // no longer exact
			if c.Recipients < 26 || c.Recipients > 110 {
				t.Errorf("%d recipients, want about %d", c.Recipients, want.Recipients)
			}
			want.Recipients = c.Recipients
		}
		if d := cmp.Diff(want, c); d != "" {
			t.Fatalf("message %d:\n%s", i, d)
		}
		if x.Observe(t0, sketch(h, words(r, 30)), 1, 2).ID == first {
			t.Fatal("an unrelated text joined")
		}
	}
}

// stream is a mix of campaigns, copies and unrelated texts.
func stream(h *Hasher, seed uint64, n int) []func(*Index) (Cluster, bool, Cluster) {
	r := rand.New(rand.NewPCG(seed, 7))
	var calls []func(*Index) (Cluster, bool, Cluster)
	texts := []string{}
	for range 30 {
		texts = append(texts, words(r, 25))
	}
	now := t0
	for i := range n {
		text := words(r, 20)
		if r.IntN(2) == 0 {
			text = texts[r.IntN(len(texts))] + words(r, r.IntN(12))
		}
		now = now.Add(time.Duration(r.IntN(7200)-600) * time.Second)
		at, sender := now, uint64(r.IntN(40))
		var to []uint64
		for range 1 + r.IntN(4) {
			to = append(to, uint64(r.IntN(500)))
		}
		s := sketch(h, text)
		flag := r.IntN(10)
		calls = append(calls, func(x *Index) (Cluster, bool, Cluster) {
			p, ok := x.Preview(at, s, sender, to...)
			c := x.Observe(at, s, sender, to...)
			switch flag {
			case 0:
				x.Flag(at, c.ID, sender)
			case 1:
				x.Unflag(c.ID, sender)
			}
			if i%97 == 0 {
				x.Lookup(at, c.ID)
			}
			return p, ok, c
		})
	}
	return calls
}

func TestIndexPreviewIsObserve(t *testing.T) {
	h := NewHasher([]byte("key"))
	for _, cfg := range []IndexConfig{{}, {MaxClusters: 64, Quota: 5, Window: 24 * time.Hour}} {
		x := NewIndex(cfg)
		joined := 0
		for i, call := range stream(h, 3, 3000) {
			p, ok, c := call(x)
			if ok != (c.ID != 0) {
				t.Fatalf("call %d: preview %v, observed %d", i, ok, c.ID)
			}
			if d := cmp.Diff(c, p); d != "" {
				t.Fatalf("call %d: preview differs:\n%s", i, d)
			}
			if c.Messages > 1 {
				joined++
			}
		}
		if joined < 500 {
			t.Errorf("%d joined: the stream tests nothing", joined)
		}
	}
}

// A snapshot in the middle changes no later answer, and equal streams give
// equal answers.
func TestIndexSnapshot(t *testing.T) {
	h := NewHasher([]byte("key"))
	cfg := IndexConfig{MaxClusters: 200, Quota: 9, Window: 48 * time.Hour}
	x, y, z := NewIndex(cfg), NewIndex(cfg), NewIndex(cfg)
	for i, call := range stream(h, 5, 3000) {
		if i%500 == 250 {
			var b bytes.Buffer
			if err := y.Snapshot(&b); err != nil {
				t.Fatal(err)
			}
			y = NewIndex(cfg)
			y.Observe(t0, sketch(h, "something that the restored state must replace altogether, to the last bit"), 1, 2)
			if err := y.Restore(&b); err != nil {
				t.Fatal(err)
			}
		}
		_, _, a := call(x)
		_, _, b := call(y)
		_, _, c := call(z)
		if d := cmp.Diff(a, b); d != "" {
			t.Fatalf("call %d after restore:\n%s", i, d)
		}
		if a != c {
			t.Fatalf("call %d: %v and %v", i, a, c)
		}
	}
	var a, b bytes.Buffer
	x.Snapshot(&a)
	y.Snapshot(&b)
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("snapshots differ")
	}
}

func TestIndexRestoreRefuses(t *testing.T) {
	h := NewHasher(nil)
	x := NewIndex(IndexConfig{MaxClusters: 64})
	for i, call := range stream(h, 9, 100) {
		call(x)
		_ = i
	}
	var b bytes.Buffer
	x.Snapshot(&b)
	good := b.Bytes()
	for name, bad := range map[string][]byte{
		"empty":     nil,
		"cut":       good[:len(good)-1],
		"garbage":   []byte(strings.Repeat("x", 500)),
		"bit":       append(append(bytes.Clone(good[:99]), good[99]^4), good[100:]...),
		"long":      append(bytes.Clone(good), 0),
		"very long": append(bytes.Clone(good), make([]byte, 1<<20)...),
	} {
		if err := x.Restore(bytes.NewReader(bad)); err == nil {
			t.Errorf("%s: no error", name)
		}
		var after bytes.Buffer
		x.Snapshot(&after)
		if !bytes.Equal(after.Bytes(), good) {
			t.Fatalf("%s: state changed", name)
		}
	}
	if err := NewIndex(IndexConfig{MaxClusters: 65}).Restore(bytes.NewReader(good)); err == nil {
		t.Error("another size was accepted")
	}
}

func TestIndexFlood(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{MaxClusters: 1000})
	r := rand.New(rand.NewPCG(1, 3))
	victim := sketch(h, pitch("Anna", "Acme"))
	id := x.Observe(t0, victim, 1, 2).ID
	refused := 0
	for i := range 5000 {
		if c := x.Observe(t0.Add(time.Duration(i)*time.Second), sketch(h, words(r, 25)), 666, uint64(i)); c.ID == 0 {
			refused++
		}
	}
	if refused != 5000-64 {
		t.Errorf("%d refused", refused)
	}
	if c := x.Observe(t0.Add(2*time.Hour), victim, 3, 4); c.ID != id || c.Messages != 2 {
		t.Errorf("the flood flushed the index: %+v", c)
	}
	if c := x.Observe(t0.Add(2*time.Hour), victim, 666, 4); c.ID != id {
		t.Errorf("over quota, but joining is free: %+v", c)
	}
	if c := x.Observe(t0.Add(24*time.Hour), sketch(h, words(r, 25)), 666, 4); c.ID == 0 {
		t.Error("no new quota the next day")
	}
}

func TestIndexFlag(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{})
	c := x.Observe(t0, sketch(h, pitch("Anna", "Acme")), 1, 2)
	var before, after bytes.Buffer
	x.Flag(t0, c.ID, 99)
	x.Unflag(c.ID, 99)
	x.Snapshot(&before)
	for i := range uint64(10) {
		if once, twice := x.Flag(t0, c.ID, i), x.Flag(t0, c.ID, i); !once || !twice {
			t.Fatal("not flagged")
		}
		if got, _ := x.Lookup(t0, c.ID); got.Flagged != min(int(i)+1, 8) {
			t.Errorf("%d flagged after %d", got.Flagged, i+1)
		}
	}
	for i := range uint64(10) {
		if x.Unflag(c.ID, i) != (i < 8) {
			t.Errorf("unflag %d", i)
		}
	}
	x.Snapshot(&after)
	if !bytes.Equal(before.Bytes(), after.Bytes()) {
		t.Error("a flag taken back leaves a trace")
	}
	if x.Flag(t0, c.ID+1, 1) || x.Flag(t0.Add(8*24*time.Hour), c.ID, 1) || x.Unflag(12345, 1) {
		t.Error("flagged what is not there")
	}
}

func TestIndexAllocs(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{})
	s, o := sketch(h, pitch("Anna", "Acme")), sketch(h, pitch("Bob", "Globex"))
	for range 10 {
		x.Observe(t0, s, 1, 2)
	}
	i := uint64(0)
	to := []uint64{1, 2, 3}
	if n := testing.AllocsPerRun(1000, func() { i++; x.Observe(t0, o, i, to...); x.Preview(t0, o, i, to...) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// prose returns a source of texts of n words out of 20,000, by Zipf's law, as
// in natural language. The words are the same for every seed.
func prose(seed uint64) func(n int) string {
	r := rand.New(rand.NewPCG(1, 1))
	vocabulary := make([]string, 20_000)
	for i := range vocabulary {
		vocabulary[i] = words(r, 1)
	}
	r = rand.New(rand.NewPCG(seed, 2))
	z := rand.NewZipf(r, 1.1, 4, uint64(len(vocabulary)-1))
	return func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(vocabulary[z.Uint64()])
		}
		return b.String()
	}
}

func BenchmarkIndex(b *testing.B) {
	h := NewHasher([]byte("key"))
	for _, n := range []int{50_000, 1_000_000} {
		x := NewIndex(IndexConfig{MaxClusters: n, Quota: 1 << 15})
		text := prose(1)
		ring := make([]Sketch, 1024)
		for i := range n {
			s := &ring[i%len(ring)]
			h.Sketch(s, text(20))
			x.Observe(t0, s, uint64(i), uint64(i))
		}
		fresh := make([]Sketch, 1<<13)
		for i := range fresh {
			h.Sketch(&fresh[i], text(20))
		}
		b.Run(fmt.Sprintf("Preview/new/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				x.Preview(t0, &fresh[i%len(fresh)], uint64(i), uint64(i))
			}
		})
		b.Run(fmt.Sprintf("Observe/join/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				x.Observe(t0, &ring[i*7919%len(ring)], uint64(i), uint64(i))
			}
		})
		b.Run(fmt.Sprintf("Observe/new/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			joined, i := 0, 0
			for b.Loop() {
				s := &fresh[i%len(fresh)]
				if i++; i >= len(fresh) { // what was new last time is another text now
					for k, v := range s.Bins {
						if v != 0 {
							s.Bins[k] = v%255 + 1
						}
					}
					for k := 0; k < numAnchors; k += 2 { // the others stay those of natural texts
						s.Anchors[k] ^= uint32(i)
					}
				}
				if x.Observe(t0, s, uint64(i), uint64(i)).Messages > 1 {
					joined++
				}
			}
			b.ReportMetric(float64(joined)/float64(b.N), "joined/op")
		})
	}
}
