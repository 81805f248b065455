package similarity

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// artificial is a sketch of which same bins of 128 agree with base, with all
// anchors alike, so that only the comparison decides.
func artificial(r *rand.Rand, base *Sketch, same int, grams uint16) *Sketch {
	s := &Sketch{Exact: r.Uint64() | 1, Grams: grams, Information: grams, Filled: numBins}
	for i := range s.Bins {
		s.Bins[i] = uint8(1 + r.IntN(255))
		if base != nil && s.Bins[i] == base.Bins[i] {
			s.Bins[i] = s.Bins[i]%255 + 1
		}
		if i < same {
			s.Bins[i] = base.Bins[i]
		}
	}
	for i := range s.Anchors {
		s.Anchors[i] = r.Uint32()
	}
	if base != nil {
		s.Anchors = base.Anchors
	}
	return s
}

// TestIndexThresholds walks through what it takes to join.
func TestIndexThresholds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name            string
		same            int // of 128 bins
		grams, leader   uint16
		senders, before int // senders and messages in the cluster before
		joins           bool
	}{
		{"0.36 joins", 47, 100, 100, 1, 1, true},
		{"0.34 does not", 44, 100, 100, 1, 1, false},
		{"0.34 joins three messages of two", 44, 100, 100, 2, 3, true},
		{"0.34 does not join three of one", 44, 100, 100, 1, 3, false},
		{"0.34 does not join two of two", 44, 100, 100, 2, 2, false},
		{"0.28 joins an established cluster", 37, 100, 100, 2, 3, true},
		{"0.25 does not", 33, 100, 100, 2, 3, false},
		{"28 grams need 0.40", 50, 28, 100, 1, 1, false},
		{"28 grams have 0.43", 56, 28, 100, 1, 1, true},
		{"a short leader as well", 50, 100, 28, 1, 1, false},
	} {
		x := NewIndex(IndexConfig{})
		leader := artificial(r, nil, 0, c.leader)
		var id uint64
		for i := range c.before {
			id = x.Observe(t0, leader, uint64(i%c.senders), 1).ID
		}
		s := artificial(r, leader, c.same, c.grams)
		got := x.Observe(t0, s, 99, 1)
		if joined := got.ID == id; joined != c.joins {
			t.Errorf("%s: joined %v at %.3f", c.name, joined, s.Jaccard(leader))
		} else if joined {
			e, _ := x.byID(id)
			need := x.needed(e, s)
			if want := s.Jaccard(leader); got.Similarity != want || got.Strength < 0 || got.Strength > 0.2 {
				t.Errorf("%s: %+v, similarity %v, need %v", c.name, got, want, need)
			}
		}
	}
	x := NewIndex(IndexConfig{})
	if c := x.Observe(t0, artificial(r, nil, 0, 10), 1, 1); c.ID != 0 {
		t.Error("10 grams are too few")
	}
	if c := x.Observe(t0, artificial(r, nil, 0, 11), 1, 1); c.ID == 0 || c.Similarity != 1 || c.Strength != 1 {
		t.Error("11 are not")
	}
}

// The most similar cluster wins; of two equal ones, the older.
func TestIndexBest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := NewIndex(IndexConfig{})
	a := artificial(r, nil, 0, 100)
	b := artificial(r, a, 20, 100)
	c := artificial(r, a, 20, 100)
	ids := []uint64{x.Observe(t0, a, 1).ID, x.Observe(t0.Add(1), b, 2).ID, x.Observe(t0.Add(2), c, 3).ID}
	for i, s := range []*Sketch{a, b, c} {
		if got := x.Observe(t0, artificial(r, s, 90, 100), 9).ID; got != ids[i] {
			t.Errorf("joined %d, want %d", got, ids[i])
		}
	}
	both := artificial(r, b, 128, 100)
	copy(both.Bins[74:], c.Bins[74:]) // and 20 of the others are in all three
	if got := x.Observe(t0, both, 9).ID; got != ids[1] {
		t.Errorf("joined %d, want the older", got)
	}
	// Where they began at one time, it is the same one whichever came first.
	x, y := NewIndex(IndexConfig{}), NewIndex(IndexConfig{})
	x.Observe(t0, b, 1)
	x.Observe(t0, c, 1)
	y.Observe(t0, c, 1)
	y.Observe(t0, b, 1)
	if i, j := x.Observe(t0, both, 9), y.Observe(t0, both, 9); i.ID != j.ID || i.Messages != 2 {
		t.Errorf("joined %d or %d, as they came", i.ID, j.ID)
	}
}

// A text in use is not forgotten, however many others share its phrases: its
// places move to the front. One that nobody copies any more is.
func TestIndexKeepsWhatIsUsed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := NewIndex(IndexConfig{MaxClusters: 4096, Quota: 1 << 14})
	used, idle := artificial(r, nil, 0, 100), artificial(r, nil, 0, 100)
	id := x.Observe(t0, used, 1).ID
	x.Observe(t0, idle, 1)
	for i := range uint64(40) {
		x.Observe(t0, artificial(r, used, 0, 100), i) // the same anchors, another text
		x.Observe(t0, artificial(r, idle, 0, 100), i)
		if i%5 == 0 && x.Observe(t0, used, 2).ID != id {
			t.Fatalf("forgotten after %d", i)
		}
	}
	if c := x.Observe(t0, idle, 2); c.Messages != 1 {
		t.Error("the idle text should have been pushed out of its buckets")
	}

	// The ring: copied long ago is not for ever.
	x = NewIndex(IndexConfig{MaxClusters: 64, Quota: 1 << 14})
	id = x.Observe(t0, used, 1).ID
	x.Observe(t0, used, 1)
	for i := range 63 + 32 {
		x.Observe(t0, artificial(r, nil, 0, 100), uint64(i))
	}
	if _, ok := x.Lookup(t0, id); !ok {
		t.Error("a copied text goes before those that were not")
	}
	for i := range 200 {
		x.Observe(t0, artificial(r, nil, 0, 100), uint64(i))
	}
	if _, ok := x.Lookup(t0, id); ok {
		t.Error("a text copied once stays for ever")
	}
}

// halve keeps the even places of 64, in order, in every age.
func TestBoilerplateHalve(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		b := Boilerplate{grams: make([]boilerSet, 1), ages: ages{live: 1}}
		age := r.IntN(numAges)
		was := r.Uint64()
		b.grams[0].used[age][3] = was
		kept := 0
		for i := range uint64(50) {
			h := mix64(i)
			b.teachers.admit(h, i, &b.ages)
			if h&1 == 0 {
				kept++
			}
		}
		b.halve()
		var want uint64
		for i := range 32 {
			want |= was >> (2 * i) & 1 << i
		}
		s := &b.teachers
		if got := b.grams[0].used[age][3]; got != want || s.level != 1 || len(s.at) != kept || s.live != kept || len(s.origins) != kept {
			t.Fatalf("%064b became %032b (%d), want %032b; %+v", was, got, bits.OnesCount64(got), want, s)
		}
	}
}

func TestTemplateSlots(t *testing.T) {
	var p Template
	for _, s := range []string{
		"please have a look at our new offer today, it ends soon",
		"please have a look at our brand new offer today, it ends soon",
		"please have a look at our new offer today, it ends soon",
	} {
		p.Add(s)
	}
	if s := p.Slots(); len(s) != 1 || s[0] != (Slot{Class: SlotFree, Distinct: 1, Optional: true}) {
		t.Errorf("%+v", s)
	}
	var o Template
	for _, s := range []string{
		"please have a look at our brand new offer today, it ends soon",
		"please have a look at our great new offer today, it ends soon",
		"please have a look at our new offer today, it ends soon",
	} {
		if wasOptional := len(o.Slots()) > 0 && o.Slots()[0].Optional; wasOptional {
			t.Error("optional before the last message")
		}
		o.Add(s)
	}
	if s := o.Slots(); len(s) != 1 || s[0] != (Slot{Class: SlotFree, Distinct: 2, Optional: true}) {
		t.Errorf("%+v", s)
	}
	// A comma that happens to stand in the middle of two values holds nothing.
	var q Template
	for _, s := range []string{
		"we would like to invite you to red, green tonight at the club as our guest",
		"we would like to invite you to one, two tonight at the club as our guest",
		"we would like to invite you to salt, pepper tonight at the club as our guest",
	} {
		q.Add(s)
	}
	if want := "we would like to invite you to {free} tonight at the club as our guest"; q.String() != want || q.Slots()[0].Distinct != 3 {
		t.Errorf("%s, want %s", q.Detail(), want)
	}
	for c := SlotFree; c <= SlotURL; c++ {
		b, err := c.MarshalText()
		var d SlotClass
		if err != nil || d.UnmarshalText(b) != nil || d != c || string(b) != c.String() {
			t.Errorf("%v: %s %v", c, b, err)
		}
	}
	var d SlotClass
	if d.UnmarshalText([]byte("nonsense")) == nil || SlotClass(99).String() != "unknown" {
		t.Error("unknown class")
	}
	if _, err := SlotClass(99).MarshalText(); err == nil {
		t.Error("unknown class")
	}
}

// Many at once, under the race detector.
func TestIndexConcurrent(t *testing.T) {
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{MaxClusters: 256})
	var b Boilerplate
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 1))
			var s Sketch
			for i := range 200 {
				text := pitch(words(r, 1), words(r, 2))
				if i%3 == 0 {
					text = words(r, 30)
				}
				h.SketchWithout(&s, text, &b)
				b.Learn(t0, h, text, r.Uint64(), 0)
				at := t0.Add(time.Duration(i) * time.Minute)
				x.Preview(at, &s, uint64(g), 1)
				c := x.Observe(at, &s, uint64(g), uint64(i))
				x.AddText(h, c.ID, text)
				x.Template(c.ID, text)
				x.Flag(at, c.ID, uint64(g))
				x.Unflag(c.ID, uint64(g))
				x.Lookup(at, c.ID)
				if i%100 == 0 {
					x.Len()
					x.Snapshot(discard{})
				}
			}
		})
	}
	wg.Wait()
}

// TestIndexAtOnce: copies of one text that come at once are one cluster.
func TestIndexAtOnce(t *testing.T) {
	const texts, copies = 300, 4
	h := NewHasher([]byte("key"))
	x := NewIndex(IndexConfig{Quota: 1 << 15})
	r := rand.New(rand.NewPCG(1, 1))
	for range texts {
		s := sketch(h, words(r, 30))
		var wg sync.WaitGroup
		for i := range uint64(copies) {
			wg.Go(func() { x.Observe(t0, s, i, i) })
		}
		wg.Wait()
		if c, _ := x.Lookup(t0, s.ID()); c.Messages != copies {
			t.Fatalf("%d of %d copies", c.Messages, copies)
		}
	}
	if x.Len() != texts {
		t.Errorf("%d clusters, want %d", x.Len(), texts)
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// TestSnapshotMeanwhile: what is written while the Index changes can be read.
func TestSnapshotMeanwhile(t *testing.T) {
	h := NewHasher([]byte("key"))
	cfg := IndexConfig{MaxClusters: 3000, MaxTemplates: 20, SnapshotText: true, Quota: 1 << 20}
	x := NewIndex(cfg)
	var wg sync.WaitGroup
	over := make(chan struct{})
	for g := range 3 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 1))
			for i := 0; ; i++ {
				select {
				case <-over:
					return
				default:
				}
				text := words(r, 30)
				for k := range 3 { // of more people than a cluster has room for
					c := x.Observe(t0, sketch(h, text), uint64(i+k), uint64(i), uint64(k), uint64(i+k), uint64(i-k))
					x.AddText(h, c.ID, text)
					if i%7 == 0 {
						x.Flag(t0, c.ID, uint64(k))
					}
				}
			}
		})
	}
	for n := 0; n < 20 || x.Len() < cfg.MaxClusters; n++ {
		var b bytes.Buffer
		if err := x.Snapshot(&b); err != nil {
			t.Fatal(err)
		}
		if err := NewIndex(cfg).Restore(&b); err != nil {
			t.Fatalf("after %d snapshots, with %d clusters: %v", n, x.Len(), err)
		}
	}
	close(over)
	wg.Wait()
}

// TestSnapshotOfOneMoment: of texts shown one after the other while snapshots are
// written, a snapshot has the first so many, and each is found, and none of the rest.
func TestSnapshotOfOneMoment(t *testing.T) {
	cfg := IndexConfig{MaxClusters: 1 << 14}
	texts := make([]*Sketch, 6000)
	for i := range texts {
		texts[i] = unlike(uint64(i))
	}
	x := NewIndex(cfg)
	var wg sync.WaitGroup
	begin := make(chan struct{})
	wg.Go(func() {
		defer close(begin)
		for i, s := range texts {
			if i%600 == 0 {
				begin <- struct{}{}
			}
			x.Observe(t0, s, uint64(i), 1)
			to := []uint64{2, 3, 4, 5} // more than a cluster has room for
			x.Observe(t0, texts[i/2], uint64(i/2), to[:max(1, 4-i/500)]...)
		}
	})
	defer wg.Wait()
	amid := 0
	for n := 0; n < len(texts); {
		<-begin
		var b bytes.Buffer
		if err := x.Snapshot(&b); err != nil {
			t.Error(err)
		}
		y := NewIndex(cfg)
		if err := y.Restore(&b); err != nil {
			t.Error(err)
		}
		if n = y.Len(); n > 0 && n < len(texts) {
			amid++
		}
		again := 0
		for i, s := range texts {
			c, _ := y.Preview(t0, s, 7, 3)
			if got := c.ID == s.ID() && c.Messages > 1; got != (i < n) {
				t.Errorf("text %d of a snapshot of %d: %+v", i, n, c)
			}
			if i < n {
				again += c.Messages - 2
			}
		}
		if again != n && again != n-1 {
			t.Errorf("%d texts, shown again %d times", n, again)
		}
	}
	if amid < 3 {
		t.Errorf("%d snapshots were of some texts: too few to tell", amid)
	}
}
