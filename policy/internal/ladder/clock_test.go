package ladder

import (
	"testing"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// TestWrongTime: what a wrong clock did to a log, and what is kept of it.
func TestWrongTime(t *testing.T) {
	r := rulebooks[0]
	const now = 1_700_000_000
	var s State
	s.Decide(Finding{Warn: true}, now, r, Granted, 1)
	if !s.Open {
		t.Fatal("no incident is open")
	}
	ahead := uint32(now + 365*day)
	s.AdvanceTo(ahead, now-7*day, r)
	if s.Open || s.N != 1 || s.Warned(ahead, r) != 0 {
		t.Errorf("a year later: open %t, %d entries, warned %d", s.Open, s.N, s.Warned(ahead, r))
	}
	s.Decide(Finding{Act: true}, ahead, r, Granted, 2)
	s.Impose(Entry{ID: 3, At: ahead + 1, Until: ahead + 1 + day, Kind: Suspension}, r)
	length := s.Log[1].Until - s.Log[1].At
	s.Move(&stamp.Move{From: now + hour, To: stamp.Last, By: -365 * day, Least: now})
	if e := &s.Log[0]; e.At != now {
		t.Errorf("what was before has moved to %d", e.At)
	}
	if e := &s.Log[1]; e.At != now || e.Until != now+length {
		t.Errorf("the block of the wrong time is from %d to %d, want %d to %d", e.At, e.Until, now, now+length)
	}
	if e := &s.Log[2]; e.At != now+1 || e.Until != now+1+day || !e.Stands(now+2) {
		t.Errorf("the suspension of the wrong time is from %d to %d", e.At, e.Until)
	}

	// An incident that closed by a wrong clock is open again.
	s = State{}
	s.Decide(Finding{Warn: true}, now, r, Granted, 1)
	s.AdvanceTo(ahead, now-7*day, r)
	s.Reopen(now+1, r)
	if !s.Open {
		t.Error("the incident stays closed, and what follows weighs more than it should")
	}
	s.Reopen(ahead, r)
	s.AdvanceTo(ahead, now, r)
	if s.Reopen(ahead, r); s.Open {
		t.Error("an incident that is over opens again")
	}
	if s = (State{}); true {
		if s.Reopen(now, r); s.Open {
			t.Error("an incident of a clean log opens")
		}
	}

	// What had ended when the clock went back has ended.
	s = State{}
	s.Impose(Entry{ID: 1, At: now - 20*day, Until: now - day, Kind: Suspension}, r)
	s.Impose(Entry{ID: 2, At: now - 20*day, Until: now + day, Kind: Suspension}, r)
	s.Settle(now)
	back := uint32(now - 365*day)
	if s.Log[0].Stands(back) || !s.Log[1].Stands(back) {
		t.Errorf("a year back: the past one stands %t, the other %t", s.Log[0].Stands(back), s.Log[1].Stands(back))
	}

	// A log that slept, and what came meanwhile.
	var newer State
	newer.Decide(Finding{Act: true}, now, r, Granted, 9)
	s.Join(&newer, r)
	if s.N != 3 || s.Log[2].ID != 9 || !s.Open {
		t.Errorf("joined: %d entries, open %t", s.N, s.Open)
	}
}

// TestRestore: what was moved is where it was decided as soon as the clock that it was
// moved by is not that of now, with its end.
func TestRestore(t *testing.T) {
	const at, grace = 1_700_000_000, 7 * day
	entry := func(by int64, least uint32) *State {
		s := &State{N: 1}
		s.Log[0] = Entry{ID: 1, At: at, Until: at + 2*hour, Kind: Suspension}
		s.Move(&stamp.Move{From: 0, To: stamp.Last, By: by, Least: least})
		return s
	}
	back, ahead := int64(-365*day), int64(365*day)
	for _, c := range []struct {
		what              string
		by                int64
		now, least, wants uint32
	}{
		{"moved back, its time is to come", back, at - 365*day, 0, at - 365*day},
		{"moved back, its time has come", back, at + hour, 0, at},
		{"moved back, nearly", back, at - grace, 0, at},
		{"moved back, nothing is as old", back, at - 30*day, at - 40*day, at - 40*day},
		{"moved ahead, that is now", ahead, at + 365*day, at, at + 365*day},
		{"moved ahead, that is to come", ahead, at + hour, at, at},
		{"not moved", 0, at + 365*day, at + 300*day, at},
	} {
		e := &entry(c.by, 0).Log[0]
		e.Restore(c.now, grace, c.least)
		if e.At != c.wants || e.Until != c.wants+2*hour || c.wants == at && e.Was != 0 || c.wants != at && e.Was != at {
			t.Errorf("%s: of %d until %d, was %d; want %d", c.what, e.At, e.Until, e.Was, c.wants)
		}
	}
	s := entry(0, 0)
	s.Fix(&stamp.Move{From: at, To: at})
	if s.Move(&stamp.Move{From: 0, To: stamp.Last, By: ahead}); s.Log[0].At != at {
		t.Error("what is fixed has moved ahead")
	}
	if s.Settled(); s.Log[0].Was != 0 {
		t.Error("it is settled, and still fixed")
	}
}
