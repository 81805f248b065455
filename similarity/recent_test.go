package similarity

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An Index that remembers its previews answers as one that does not, whatever
// happens between the preview and the message.
func TestIndexRecent(t *testing.T) {
	hasher := NewHasher([]byte("key"))
	cfg := IndexConfig{MaxClusters: 256, Quota: 5, Window: 24 * time.Hour}
	with, without := NewIndex(cfg), NewIndex(cfg)
	r := rand.New(rand.NewPCG(4, 7))
	texts := make([]string, 30)
	for i := range texts {
		texts[i] = words(r, 25)
	}
	var blank bytes.Buffer
	if err := with.Snapshot(&blank); err != nil {
		t.Fatal(err)
	}
	ids := []uint64{0}
	now, used, joined := t0, 0, 0
	for i := range 4000 {
		text := func() *Sketch {
			if r.IntN(2) == 0 {
				return sketch(hasher, texts[r.IntN(len(texts))]+words(r, r.IntN(12)))
			}
			return sketch(hasher, words(r, 20))
		}
		now = now.Add(time.Duration(r.IntN(3600)) * time.Second)
		s, sender, to := text(), uint64(r.IntN(40)), []uint64{uint64(r.IntN(500)), uint64(r.IntN(500))}
		p, ok := with.Preview(now, s, sender, to...)
		q, okay := without.Preview(now, s, sender, to...)
		if d := cmp.Diff(q, p); d != "" || ok != okay {
			t.Fatalf("call %d: preview differs:\n%s", i, d)
		}
		at := now
		switch r.IntN(12) {
		case 0: // another message
			other := text()
			with.Observe(now, other, 7, 8)
			without.Observe(now, other, 7, 8)
		case 1: // a sanction, for which another cluster may go
			for range 4 {
				id := ids[r.IntN(len(ids))]
				with.Flag(now, id, sender)
				without.Flag(now, id, sender)
			}
		case 2: // another time, when the cluster may be forgotten
			at = now.Add(23 * time.Hour)
		case 3: // another text than was looked for
			s = text()
		case 4:
			if r.IntN(10) > 0 {
				break
			}
			if r.IntN(2) == 0 { // another Index
				with = NewIndex(cfg)
			}
			for _, x := range []*Index{with, without} {
				if err := x.Restore(bytes.NewReader(blank.Bytes())); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, ok := with.recent.get(with.changes, nanos(at), s); ok {
			used++
		}
		without.recent = recent{}
		c, d := with.Observe(at, s, sender, to...), without.Observe(at, s, sender, to...)
		if diff := cmp.Diff(d, c); diff != "" {
			t.Fatalf("call %d: differs:\n%s", i, diff)
		}
		ids = append(ids, c.ID)
		if ids = ids[max(0, len(ids)-200):]; c.Messages > 1 {
			joined++
		}
	}
	if used < 1500 || used > 3000 || joined < 500 {
		t.Error(fmt.Sprint(used, " previews held, ", joined, " messages joined: the stream tests too little"))
	}
}

// A cluster that made room for another, which was flagged, is not found by a
// preview from before.
func TestIndexRecentOfForgotten(t *testing.T) {
	h, x := NewHasher([]byte("key")), NewIndex(IndexConfig{MaxClusters: 256})
	r := rand.New(rand.NewPCG(5, 7))
	var all []*Sketch
	var ids []uint64
	for i := range x.maxOverflows() + 1 {
		s := sketch(h, words(r, 25))
		all, ids = append(all, s), append(ids, x.Observe(t0, s, uint64(i), 1).ID)
	}
	for _, id := range ids[:len(ids)-1] {
		x.Flag(t0, id, 1)
	}
	for _, s := range all {
		x.Preview(t0, s, 1, 2)
	}
	x.Flag(t0, ids[len(ids)-1], 1)
	for i, s := range all {
		if _, ok := x.Lookup(t0, ids[i]); !ok {
			if c := x.Observe(t0, s, 1, 2); c.Messages != 1 || c.ID != ids[i] {
				t.Errorf("not a new cluster of the same text: %+v", c)
			}
			return
		}
	}
	t.Error("no cluster made room")
}
