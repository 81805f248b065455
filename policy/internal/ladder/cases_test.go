package ladder

import (
	"testing"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// TestEase: a sanction that is graded anew is milder in each respect or the same.
func TestEase(t *testing.T) {
	const at = 1000
	sanction := func(k Kind, s Scope, perDay uint16, length uint32) Entry {
		return Entry{At: at, Kind: k, Scope: s, PerDay: perDay, Until: at + length}
	}
	for _, c := range []struct {
		name string
		is   Entry
		step Step
		want Entry
	}{
		{"shorter", sanction(Block, Messaging, 0, 2*day), Step{Kind: Block, Scope: Messaging, For: day}, sanction(Block, Messaging, 0, day)},
		{"narrower, longer", sanction(Block, Messaging, 0, day), Step{Kind: Block, Scope: Outreach, For: 2 * day}, sanction(Block, Outreach, 0, day)},
		{"wider, shorter", sanction(Block, Outreach, 0, 2*day), Step{Kind: Block, Scope: Messaging, For: day}, sanction(Block, Outreach, 0, day)},
		{"fewer a day", sanction(Restriction, Messaging, 9, 2*day), Step{Kind: Restriction, Scope: Messaging, PerDay: 4, For: day}, sanction(Restriction, Messaging, 9, day)},
		{"more a day", sanction(Restriction, Messaging, 4, day), Step{Kind: Restriction, Scope: Messaging, PerDay: 9}, sanction(Restriction, Messaging, 9, day)},
		{"no Block of a Restriction", sanction(Restriction, Messaging, 9, 9*day), Step{Kind: Block, Scope: Outreach, For: day}, sanction(Restriction, Messaging, 9, day)},
		{"Block of a Suspension", sanction(Suspension, WholeAccount, 0, 9*day), Step{Kind: Block, Scope: Messaging, For: day}, sanction(Block, Messaging, 0, day)},
		{"never graver", sanction(Block, Outreach, 0, day), Step{Kind: Suspension, Scope: WholeAccount}, sanction(Block, Outreach, 0, day)},
	} {
		if got := c.is.ease(&c.step, rulebooks[0]); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestUnwarned: an overturned Warning lightens what came soon after it, and nothing
// that came after another one, though that is not in the log any more.
func TestUnwarned(t *testing.T) {
	r, now := rulebooks[0], uint32(1_700_000_000)
	afterWarning := Entry{ID: 1, At: now, Until: now + day, Kind: Block, Mass: 1.5, Plain: 1, Flags: Counted | Opens | Strikes | Graded}
	warning := Entry{ID: 2, At: now + 30*day, Until: now + 37*day, Kind: Warning, Mass: .5, Plain: .5, Flags: Counted | Opens | Strikes | Warns}
	after, late := afterWarning, afterWarning
	after.ID, after.At, late.ID, late.At = 3, now+33*day, 4, now+60*day
	s := State{N: 4, Log: [MaxEntries]Entry{afterWarning, warning, after, late}, Ignored: 5}
	s.Overturn(s.Find(2), now+61*day, r)
	for id, want := range map[uint64]float32{1: 1.5, 3: 1, 4: 1.5} {
		if got := s.Find(id).Mass; got != want {
			t.Errorf("sanction %d weighs %v, want %v", id, got, want)
		}
	}
	if s.Ignored != 0 {
		t.Error("people approached since the Warning still count")
	}
}

// TestAnswered: what an overturned sanction of the open incident answered stays
// answered, also that people were approached since the Warning before it.
func TestAnswered(t *testing.T) {
	r, now := rulebooks[0], uint32(1_700_000_000)
	var s State
	s.Decide(Finding{Warn: true}, now, r, Granted, 1)
	s.Ignored, s.Confirmed = 4, true
	e := s.Decide(Finding{Act: true}, now+hour, r, Granted, 2).Entry
	if !s.Overturn(e, now+2*hour, r) || s.Ignored != 0 || s.Confirmed || !s.Open || s.Warned(now+2*hour, r) != now {
		t.Errorf("%+v", s)
	}
	if s.Overturn(&Entry{}, now, r) {
		t.Error("what is not in the log was overturned")
	}
}

// TestFindingWithoutIncident: what a moderator found counts in the incident that it
// is about. With no incident, strike or Warning beside it, a sanction by hand does
// not keep it.
func TestFindingWithoutIncident(t *testing.T) {
	r, now := rulebooks[0], uint32(1_700_000_000)
	s := State{Confirmed: true}
	if s.Advance(now, r); s.Confirmed {
		t.Error("a finding stays alone")
	}
	s.Impose(Entry{ID: 1, At: now, Kind: Block, Until: now + 30*day, Flags: Hand}, r)
	s.Confirmed = true
	if s.Advance(now+hour, r); s.Confirmed {
		t.Error("a finding stays beside a sanction by hand")
	}
	s.Decide(Finding{Act: true}, now+hour, r, Granted, 2)
	s.Confirmed = true
	if s.Advance(now+2*hour, r); !s.Confirmed {
		t.Error("a finding went in an open incident")
	}
}

// TestCarriedOrder: what was held when younger ones were carried comes before them,
// or it would seem to have reached a level that it never did.
func TestCarriedOrder(t *testing.T) {
	r, now := rulebooks[0], uint32(1_700_000_000)
	s := State{N: 1, Carried: 1, CarriedAt: now + 120*day}
	s.Log[0] = Entry{ID: 1, At: now, Until: stamp.Forever, Kind: Restriction, Mass: 1, Plain: 1, Flags: Counted | Opens | Strikes}
	all := s.Strikes(nil, now+121*day, r)
	if level, _ := s.level(now+121*day, r); len(all) != 2 || all[0].ID != 1 || level != 2 {
		t.Errorf("level %d by %+v", level, all)
	}
}

// TestProbationOfDamage: a sanction that ends before it begins brings none.
func TestProbationOfDamage(t *testing.T) {
	s := State{N: 1}
	s.Log[0] = Entry{ID: 1, At: 5000, Until: 4000, Kind: Block, Mass: 1, Flags: Counted | Opens | Strikes}
	if got := s.Probation(6000, .5, rulebooks[0]); got != 1 {
		t.Errorf("probation %v", got)
	}
}

// TestHeir: what raised a strike weighs, when the beginning of that leaves the log,
// what both did; a mass that was overturned does not come back.
func TestHeir(t *testing.T) {
	r, now := rulebooks[0], uint32(1_700_000_000)
	first := Entry{ID: 1, At: now, Until: now + day, Kind: Warning, Mass: 1.5, Plain: 1, Flags: Counted | Opens | Strikes | Warns}
	raise := Entry{ID: 3, At: now + hour, Until: now + day, Kind: Block, Mass: 1, Plain: 1, Flags: Counted | Graded}
	hand := Entry{ID: 2, At: now, Until: now + day, Kind: Block, Flags: Hand}
	for _, c := range []struct {
		outcome Outcome
		want    float64
	}{{0, 1.5}, {Overturned, 1}} {
		s := State{N: 3, Log: [MaxEntries]Entry{first, hand, raise}}
		s.Log[0].Outcome = c.outcome
		s.carry(0, now+2*day, r)
		if all := s.Strikes(nil, now+hour, r); len(all) != 1 || all[0].Mass != c.want || s.Carried != 0 || s.incidentAt() != 1 {
			t.Errorf("outcome %d: %+v of %+v", c.outcome, all, s)
		}
	}
}
