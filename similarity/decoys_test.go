package similarity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

const campaign = "Good afternoon, our fund pays a guaranteed fourteen percent every month on deposits of bitcoin, and members who bring a relative receive their first payout on Friday. Reply with the word start and my assistant Veronica opens your wallet before tonight."

// decoy is a quarter of the campaign among words of its own: it shares anchors with
// the campaign, and is too unlike to join it.
func decoy(r *rand.Rand, quarter int) string {
	w := strings.Fields(campaign)
	return words(r, 10) + strings.Join(w[quarter*len(w)/4:(quarter+1)*len(w)/4], " ") + " " + words(r, 10)
}

// TestIndexDecoys: a campaign that was flagged, or that many sent, is found by its
// copies after ten thousand texts of throwaway accounts with a quarter of it each,
// with the index as it is and with one that the decoys fill over and over.
func TestIndexDecoys(t *testing.T) {
	alone(t)
	const decoys = 10_000
	for _, c := range []struct {
		name                string
		clusters            int
		senders, recipients int // of the campaign; of a decoy
		flags               int
	}{
		{"flagged", 0, 1, 1, 1},
		{"flagged by many", 0, 30, 1, 8},
		{"of many senders", 0, 12, 1, 0},
		{"flagged, small index", 2048, 1, 1, 1},
		{"flagged, decoys to many", 2048, 30, 5, 8},
	} {
		for key := range 2 {
			r := rand.New(rand.NewPCG(uint64(key), 10))
			h := NewHasher(fmt.Append(nil, "decoys ", key))
			x := NewIndex(IndexConfig{MaxClusters: c.clusters})
			s := sketch(h, campaign)
			var id uint64
			for i := range uint64(c.senders) {
				id = x.Observe(t0, s, i, 1000+i).ID
			}
			for i := range uint64(c.flags) {
				x.Flag(t0, id, i)
			}
			to := make([]uint64, c.recipients)
			now, joined := t0, 0
			for i := range decoys {
				for k := range to {
					to[k] = r.Uint64()
				}
				now = now.Add(10 * time.Second)
				if x.Observe(now, sketch(h, decoy(r, i%4)), uint64(90_000+i/60), to...).ID == id {
					joined++
				}
			}
			if joined > decoys/1000 {
				t.Fatalf("%s: %d decoys joined: they are no decoys", c.name, joined)
			}
			for what, text := range map[string]string{"the text": campaign, "another name": strings.Replace(campaign, "Veronica", "Philippa", 1)} {
				p, ok := x.Preview(now, sketch(h, text), 7777, 8)
				if !ok || p.ID != id || p.Flagged != c.flags || p.Senders <= c.senders {
					t.Errorf("%s, key %d: %s finds %+v", c.name, key, what, p)
				}
			}
		}
	}
}

// TestIndexFloodOfFlags: flagged texts with a phrase in common push out each other,
// the oldest first, and leave room for what is new. Past the window they are worth
// no more than others.
func TestIndexFloodOfFlags(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 10))
	x := NewIndex(IndexConfig{MaxClusters: 2048, Quota: 1 << 14})
	base := artificial(r, nil, 0, 100)
	var all []*Sketch
	var ids []uint64
	now := t0
	for i := range uint64(100) {
		now = now.Add(time.Minute)
		s := artificial(r, base, 0, 100) // the same anchors, another text
		id := x.Observe(now, s, i).ID
		if !x.Flag(now, id, i) {
			t.Fatal("not flagged")
		}
		all, ids = append(all, s), append(ids, id)
	}
	found := func(s *Sketch, id uint64) bool {
		p, ok := x.Preview(now, s, 999)
		return ok && p.ID == id && p.Messages > 1
	}
	newest, oldest := 0, 0
	for i := range 8 {
		if found(all[len(all)-1-i], ids[len(ids)-1-i]) {
			newest++
		}
		if found(all[i], ids[i]) {
			oldest++
		}
	}
	if newest != 8 || oldest != 0 {
		t.Errorf("%d of the newest 8 are found, want 8; %d of the oldest, want none", newest, oldest)
	}
	// What is new has its place, though all others of its phrase are flagged.
	for i := range uint64(8) {
		s := artificial(r, base, 0, 100)
		if id := x.Observe(now, s, i).ID; !found(s, id) {
			t.Fatal("a new text is not found")
		}
	}
	now = now.Add(x.cfg.Window + time.Hour)
	var last []*Sketch
	for i := range uint64(2 * bucketSize) {
		s := artificial(r, base, 0, 100)
		x.Observe(now, s, i)
		last = append(last, s)
	}
	for _, s := range last[bucketSize:] {
		if c, _ := x.Preview(now, s, 999); c.Messages < 2 {
			t.Error("a flagged text past its window keeps a place")
		}
	}
}
