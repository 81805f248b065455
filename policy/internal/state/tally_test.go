package state

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestTally compares sums with all that was added: of messages as limiter counts them, of
// up to 32 people exactly, of more within four standard errors and an eighth of a window.
func TestTally(t *testing.T) {
	type seen struct {
		at  time.Time
		who uint32
	}
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 7))
		sums := []Sum{{1, time.Hour, false}, {2, 30 * 24 * time.Hour, false}, {3, time.Hour, true}, {4, 24 * time.Hour, true}, {5, 30 * 24 * time.Hour, true}}
		var tally Tally
		log := map[uint32][]seen{}
		now := dawn
		people := []int{5, 40, 300}[seed%3]
		for range 1500 {
			now = now.Add(time.Duration(rng.ExpFloat64() * float64(5*time.Minute))).Truncate(time.Second)
			var all []Addition
			for _, s := range sums {
				if rng.IntN(2) == 0 {
					who := uint32(rng.IntN(people)) * 0x9e3779b1
					all = append(all, Addition{Sum: s, Who: []uint32{who, who}})
					log[s.ID] = append(log[s.ID], seen{now, who})
				}
			}
			tally = tally.Add(nil, now, all)
			at := now.Add(time.Duration(rng.IntN(2)) * 40 * time.Minute)
			for _, s := range sums {
				exact, longer := map[uint32]bool{}, map[uint32]bool{}
				n := 0
				for _, e := range log[s.ID] {
					if e.at.Add(s.Window).After(at) {
						n++
						exact[e.who] = true
					}
					if e.at.Add(s.Window * 7 / 8).After(at) {
						longer[e.who] = true
					}
				}
				got := tally.Count(s, at)
				switch {
				case !s.People && (got < n || float64(got) > 1.3*float64(n)+6):
					t.Fatalf("seed %d: %v: %d messages, were %d", seed, s, got, n)
				case s.People && people < exactPeople && got != len(exact):
					t.Fatalf("seed %d: %v: %d people, were %d", seed, s, got, len(exact))
				case s.People && (float64(got) > 4+1.25*float64(len(exact)) || float64(got) < .75*float64(len(longer))-4):
					t.Fatalf("seed %d: %v: %d people, were %d, in 7/8 of the window %d", seed, s, got, len(exact), len(longer))
				}
				if who := uint32(rng.IntN(people)) * 0x9e3779b1; s.People && len(exact) <= 5 && tally.Has(s, at, who) != exact[who] && people < exactPeople {
					t.Fatalf("seed %d: %v has %d: %v", seed, s, who, !exact[who])
				}
			}
			r := Record{Newest: now.UnixMilli(), Tally: tally}
			if size := len(r.Encode(nil)); size > 1500 {
				t.Fatalf("%d bytes", size)
			}
		}
		if len(tally) == 0 || tally.Count(sums[4], now.Add(31*24*time.Hour)) != 0 || tally.Has(sums[4], now.Add(31*24*time.Hour), 0) {
			t.Errorf("a sum outlives its window")
		}
		if all := tally.Add(nil, now.Add(32*24*time.Hour), nil); len(all) != 0 {
			t.Errorf("what has ended is kept: %d bytes", len(all))
		}
	}
}

// TestTallyBounds: a counter that counts otherwise than before begins anew, one record has
// room for so many, and expires with the last.
func TestTallyBounds(t *testing.T) {
	var tally Tally
	for i := range uint32(100) {
		tally = tally.Add(nil, dawn, []Addition{{Sum: Sum{i + 1, time.Duration(i+1) * time.Hour, true}, Who: []uint32{i}}})
	}
	r := Record{Newest: dawn.UnixMilli(), Tally: tally}
	data := r.Encode(nil)
	if err := r.Decode(data); err != nil {
		t.Fatal(err)
	}
	if n := r.Tally.Count(Sum{100, 100 * time.Hour, true}, dawn); n != 1 {
		t.Errorf("the newest of 100 sums: %d", n)
	}
	expires, listed, pinned := r.Meta()
	if expires.Before(dawn.Add(100*time.Hour)) || expires.After(dawn.Add(101*time.Hour)) || listed || pinned {
		t.Errorf("expires %v, %v, %v", expires, listed, pinned)
	}
	tally = tally.Add(nil, dawn, []Addition{{Sum: Sum{100, time.Hour, false}}})
	if p, m := tally.Count(Sum{100, time.Hour, true}, dawn), tally.Count(Sum{100, time.Hour, false}, dawn); p != 0 || m != 1 {
		t.Errorf("%d people, %d messages", p, m)
	}
	many := make([]uint32, 10_000)
	for i := range many {
		many[i] = rand.Uint32()
	}
	tally = Tally(nil).Add(nil, dawn, []Addition{{Sum: Sum{1, time.Hour, true}, Who: many[:200]}})
	if n := tally.Count(Sum{1, time.Hour, true}, dawn); math.Abs(float64(n)-200) > 40 {
		t.Errorf("%d of 200", n)
	}
	tally = tally.Add(nil, dawn, []Addition{{Sum: Sum{1, time.Hour, true}, Who: many}})
	if n := tally.Count(Sum{1, time.Hour, true}, dawn); n < 1000 {
		t.Errorf("%d of 10,000", n)
	}
	r = Record{Newest: dawn.Add(99 * 24 * time.Hour).UnixMilli(), Tally: tally}
	if r.Begin(dawn, dawn, time.Minute, &testRules); len(r.Tally) != 0 {
		t.Error("what a wrong clock counted is kept")
	}
}

// TestTallyAlloc: a look allocates nothing, and an addition nothing but what it is told to
// write into.
func TestTallyAlloc(t *testing.T) {
	tally := newFiller(1, 1, 1).tally()
	buf := make([]byte, 0, 4096)
	all := []Addition{{Sum: Sum{1, 24 * time.Hour, false}}, {Sum: Sum{2, 20 * time.Hour, true}, Who: []uint32{5}}, {Sum: Sum{3, 48 * time.Hour, true}, Who: []uint32{6}}}
	if n := testing.AllocsPerRun(100, func() {
		for i := range all {
			tally.Count(all[i].Sum, dawn)
			tally.Has(all[i].Sum, dawn, 5)
		}
		buf = tally.Add(buf[:0], dawn, all)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
