package similarity

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// A cluster has the same ID in every index, whatever else came before.
func TestIDs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	h, x, y := NewHasher([]byte("key")), NewIndex(IndexConfig{}), NewIndex(IndexConfig{MaxClusters: 999})
	var texts []string
	for range 50 {
		texts = append(texts, words(r, 25))
	}
	ids := map[uint64]bool{}
	for i, s := range texts {
		ids[x.Observe(t0, sketch(h, s), uint64(i)).ID] = true
	}
	slices.Reverse(texts)
	for _, s := range texts {
		k := sketch(h, s)
		p, _ := y.Preview(t0, k, 1)
		c := y.Observe(t0, k, 1)
		if !ids[c.ID] || p != c {
			t.Fatalf("%d is not known to the other; previewed as %d", c.ID, p.ID)
		}
		if got := NewIndex(IndexConfig{}).Observe(t0, sketch(NewHasher([]byte("another key")), s), 1); got.ID == c.ID {
			t.Error("the ID does not depend on the key")
		}
	}
	if len(ids) != len(texts) {
		t.Errorf("%d IDs for %d texts", len(ids), len(texts))
	}
}

// Every cluster that is there is found by its ID, and none that is not.
func TestIDsFindAll(t *testing.T) {
	alone(t)
	h := NewHasher([]byte("key"))
	for _, n := range []int{16, 64, 1500} {
		x := NewIndex(IndexConfig{MaxClusters: n, Quota: 1 << 14, Window: 1000 * time.Hour})
		var gone []uint64
		for i, call := range stream(h, uint64(n), 3000) {
			_, _, c := call(x)
			gone = append(gone, c.ID)
			if i%50 == 49 {
				var b bytes.Buffer
				x.Snapshot(&b)
				y := NewIndex(x.cfg)
				if err := y.Restore(&b); err != nil {
					t.Fatal(err)
				}
				checkIDs(t, x, gone)
				checkIDs(t, y, gone)
			}
		}
	}
}

func checkIDs(t *testing.T, x *Index, seen []uint64) {
	t.Helper()
	there := map[uint64]*entry{}
	for slot := range len(x.segments) * segmentSize {
		if e := x.entry(slot); e.messages != 0 {
			if o := there[e.id()]; o == nil || e.first > o.first {
				there[e.id()] = e
			}
		}
	}
	for _, id := range append(seen, 0, 1) {
		if e, _ := x.byID(id); e != there[id] {
			t.Fatalf("cluster %d: %p, want %p", id, e, there[id])
		}
	}
	if len(there) < 10 {
		t.Fatalf("only %d clusters: nothing is tested", len(there))
	}
}

// The ID is made of all bins and of Exact.
func TestIDOf(t *testing.T) {
	var bins [numBins]uint8
	seen := map[uint64]int{idOf(&bins, 0): -1, idOf(&bins, 1): -2}
	for i := range bins {
		for bit := range 8 {
			b := bins
			b[i] ^= 1 << bit
			id := idOf(&b, 0)
			if other, twice := seen[id]; twice {
				t.Fatalf("bin %d as %d", i, other)
			}
			seen[id] = i
		}
	}
}

func TestRestoreSaysWhichVersion(t *testing.T) {
	old := "decorum similarity index 1\n" + strings.Repeat("x", 100)
	if err := NewIndex(IndexConfig{}).Restore(strings.NewReader(old)); !errors.Is(err, ErrSnapshot) || !strings.Contains(err.Error(), "version 1") {
		t.Errorf("%v", err)
	}
}
