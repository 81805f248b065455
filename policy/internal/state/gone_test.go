package state

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// TestGone: the last 128 messages that went out within 24 hours are known, also after
// the record was stored; nothing else is.
func TestGone(t *testing.T) {
	var r Record
	begin := stamp.Of(dawn)
	at := func(i uint32) uint32 { return begin + 300*i }
	const n = 300
	for i := range uint32(n) {
		v := Allow
		switch i % 10 {
		case 3:
			v = Flag
		case 5:
			v = Defer
		case 7:
			v = Reject
		}
		r.Touch(stamp.Time(at(i)))
		r.DecayTo(at(i), &testRules, nil)
		r.Remember(RecentDecision{ID: i, Content: i * i, At: at(i), Verdict: v})
		if i%10 == 9 {
			r.Recent.ByID(i, at(i)).Flags |= Retracted
		}
	}
	var read Record
	if err := read.Decode(r.Encode(nil)); err != nil {
		t.Fatal(err)
	}
	now := at(n)
	known := 0
	for i := range uint32(n) {
		v, when := read.Gone.Find(i, i*i, now)
		if v == 0 {
			continue
		}
		known++
		want := Allow
		if i%10 == 3 {
			want = Flag
		}
		if v != want || at(i)-when >= hour || i%10 == 5 || i%10 == 7 || i%10 == 9 {
			t.Errorf("message %d: %v at %d, want %v at %d", i, v, when, want, at(i))
		}
		if v, _ := read.Gone.Find(i, i*i+1, now); v != 0 {
			t.Errorf("message %d with another text is known", i)
		}
		if v, _ := read.Gone.Find(i, i*i, at(i)+day); v != 0 {
			t.Errorf("message %d is known after a day", i)
		}
	}
	if known != MaxGone {
		t.Errorf("%d are known, want %d", known, MaxGone)
	}
	for i := uint32(n - 1); !read.Gone.Forget(i); i-- {
		if i == 0 {
			t.Fatal("none can be forgotten")
		}
	}
	if read.Gone.N != known-1 {
		t.Errorf("%d are left of %d", read.Gone.N, known)
	}
}

// TestGoneCollisions: a new message is hardly ever taken for one that went out, also
// where clients give all of them one ID, or all have one text.
func TestGoneCollisions(t *testing.T) {
	raced.Skip(t)
	rng := rand.New(rand.NewPCG(1, 16))
	now := stamp.Of(dawn)
	for name, next := range map[string]func() (id, content uint32){
		"new IDs and texts": func() (uint32, uint32) { return rng.Uint32(), rng.Uint32() },
		"one ID":            func() (uint32, uint32) { return 7, rng.Uint32() },
		"one text":          func() (uint32, uint32) { return rng.Uint32(), 7 },
	} {
		var g Gone
		for range MaxGone {
			id, content := next()
			g.Add(&RecentDecision{ID: id, Content: content, At: now, Verdict: Allow})
		}
		hits := 0
		for range 1 << 20 {
			if v, _ := g.Find(func() (uint32, uint32, uint32) { id, content := next(); return id, content, now }()); v != 0 {
				hits++
			}
		}
		if hits > 1 { // .06 are expected
			t.Errorf("%s: %d of a million are taken for one that went out", name, hits)
		}
	}
}

// TestGoneGivesWay: in the record of the busy account what went out gives way first,
// and nothing else does.
func TestGoneGivesWay(t *testing.T) {
	r := busy(t)
	without := sectionSizes(r.encode(nil))
	for i := range uint32(MaxGone) {
		r.Gone.Add(&RecentDecision{ID: i, Content: i, At: stamp.Of(dawn) - day/2 + 300*i, Verdict: Allow})
	}
	t.Logf("of %d messages in %d hours: %d bytes", MaxGone, MaxGone*300/hour, sectionSizes(r.encode(nil))["gone"])
	sizes := sectionSizes(r.Encode(nil))
	delete(sizes, "gone")
	for name, n := range without {
		if sizes[name] != n {
			t.Errorf("%s: %d bytes, %d without what went out", name, sizes[name], n)
		}
	}
	var light Record
	light.Touch(dawn)
	light.Gone = r.Gone
	if light.Gone.N = 3; len(light.Encode(nil)) > 60 {
		t.Errorf("%d bytes", len(light.Encode(nil)))
	}
}

// TestQueue: whoever waits has others ahead until the last has had its turn.
func TestQueue(t *testing.T) {
	var q Queue
	now := stamp.Of(dawn)
	for i := range MaxQueue {
		if n := q.Ahead(now); n != i || !q.Join(now, uint32(60+i)) {
			t.Fatalf("%d are ahead of message %d", n, i)
		}
	}
	if q.Join(now, 60) || new(Queue).Join(now, 0) {
		t.Error("there is room for one more, or for what never has a turn")
	}
	if q.leave(); q.Ahead(now) != MaxQueue-1 || !q.Join(now, 1) || q.Ahead(now+60+MaxQueue-2) != MaxQueue || q.Ahead(now+60+MaxQueue-1) != 0 {
		t.Errorf("%+v at %v", q, time.Duration(now))
	}
}
