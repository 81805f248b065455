package ladder

import (
	"math"
	"slices"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// same compares where two logs stand, now and later.
func (p *run) same(a, b *State) {
	p.Helper()
	r := p.o.r
	for _, at := range []uint32{p.now, p.now + hour, p.now + 3*day, p.now + 40*day, p.now + 700*day} {
		x, y := *a, *b
		x.Advance(at, r)
		y.Advance(at, r)
		if got, want := x.Strikes(nil, at, r), y.Strikes(nil, at, r); !slices.Equal(got, want) {
			p.Fatalf("strikes %+v, want %+v", got, want)
		}
		for _, n := range [][3]float64{
			{0, x.Mass(at, r), y.Mass(at, r)},
			{1, levels(&x, at, r), levels(&y, at, r)},
			{2, float64(x.Warned(at, r)), float64(y.Warned(at, r))},
			{3, x.Probation(at, .5, r), y.Probation(at, .5, r)},
			{4, float64(x.Opened(r)), float64(y.Opened(r))},
		} {
			if math.Abs(n[1]-n[2]) > 1e-9 {
				name := []string{"mass", "level", "Warning", "probation", "incident"}[int(n[0])]
				p.Fatalf("%s at %d is %v, want %v", name, at-p.now, n[1], n[2])
			}
		}
	}
}

// levels is the level in tenths, and the one that is held.
func levels(s *State, now uint32, r *Rules) float64 {
	level, held := s.level(now, r)
	return float64(level) + float64(held)/10
}

// TestOverturnIsNever: an offence whose sanction is overturned leaves what there
// would be without it, where nothing that came later depended on it.
func TestOverturnIsNever(t *testing.T) {
	compared, followed := 0, 0
	for seed := range uint64(3000) {
		p := newRun(t, seed, rulebooks[seed%uint64(len(rulebooks))])
		for range p.rng.IntN(40) {
			p.play()
		}
		if p.s.N > 8 {
			continue
		}
		p.wait()
		r, without := p.o.r, p.s
		f, _ := p.finding()
		const id = 1 << 40
		got := p.s.Decide(f, p.now, r, Granted, id)
		if got.Step == nil {
			continue
		}
		p.s.Replace(got.Entry)
		later, alike := 0, true
		for range p.rng.IntN(6) {
			from := p.now
			p.now += uint32(1 + p.rng.IntN(4*day))
			p.behave(from)
			without.Conduct = p.s.Conduct
			p.s.Advance(p.now, r)
			without.Advance(p.now, r)
			f, grant := p.finding()
			p.id += 2
			a, b := p.s.Decide(f, p.now, r, grant, p.id), without.Decide(f, p.now, r, grant, p.id)
			if alike = alike && a.Response == b.Response && a.Step == b.Step && (a.Entry == nil) == (b.Entry == nil); a.Entry != nil && b.Entry != nil {
				p.s.Replace(a.Entry)
				without.Replace(b.Entry)
				later++
			}
		}
		e := p.s.Find(id)
		if !alike || e == nil {
			continue // later ones depended on it
		}
		p.s.Overturn(e, p.now, r)
		p.same(&p.s, &without)
		if compared++; later > 0 {
			followed++
		}
		if t.Failed() {
			t.Fatal("seed ", seed)
		}
	}
	t.Logf("%d compared, %d with offences that followed", compared, followed)
	if compared < 300 || followed < 30 {
		t.Error("too few to mean anything")
	}
}

// TestOverturnAll: a log all of whose sanctions are overturned, in any order, is
// clean.
func TestOverturnAll(t *testing.T) {
	for seed := range uint64(400) {
		p := newRun(t, seed, rulebooks[seed%3/2*2]) // a ladder with a Warning, or what warned stays
		for range p.rng.IntN(60) {
			p.play()
		}
		r := p.o.r
		for {
			e := pick(p.rng, &p.s, func(e *Entry) bool { return e.Outcome != Overturned })
			if e == nil {
				break
			}
			was := p.s
			p.s.Overturn(e, p.now, r)
			p.milder(&was, e.ID)
			p.now += uint32(p.rng.IntN(hour))
		}
		s := &p.s
		if n := len(s.Strikes(nil, p.now, r)); n > 0 || s.Mass(p.now, r) != 0 || levels(s, p.now, r) != 0 ||
			s.Warned(p.now, r) != 0 || s.Probation(p.now, .5, r) != 1 || s.Opened(r) != 0 || s.Open || s.Standing(p.now) || s.Confirmed || s.Ignored != 0 {
			t.Fatalf("seed %d: not clean: %+v", seed, s)
		}
		for c := range uint64(4) {
			if s.Flagged(c) {
				t.Fatalf("seed %d: cluster %d is flagged", seed, c)
			}
		}
		if s.Advance(p.now+2*Appealable, r); s.N > 0 {
			t.Fatalf("seed %d: %d entries stay", seed, s.N)
		}
	}
}

// TestFull plays on full logs: what stands and what an appeal is open against stays,
// no mass is lost, and when all has ended there is room again.
func TestFull(t *testing.T) {
	raced.Skip(t)
	refused, carried := 0, 0
	for seed := range uint64(60) {
		p := newRun(t, seed, rulebooks[seed%4])
		r := p.o.r
		for range 400 {
			p.now += uint32(1 + p.rng.IntN(10*day))
			was := p.s
			p.s.Advance(p.now, r)
			p.keeps(&was)
			mass, offence := p.s.Mass(p.now, r), false
			was = p.s
			p.id += 2
			switch p.rng.IntN(12) {
			case 0:
				p.s.Impose(Entry{ID: p.id, At: p.now, Kind: Suspension, Scope: WholeAccount, Until: p.now + uint32(1+p.rng.IntN(90*day))}, r)
			case 1:
				offence = true
				p.s.Severe(&Step{Kind: Block, Scope: Messaging, For: day}, p.now, r, p.id, p.id+1)
			case 2, 3:
				if e := pick(p.rng, &p.s, func(e *Entry) bool { return e.Stands(p.now) }); e != nil {
					if p.s.Lift(e, p.now); p.one(2) {
						p.s.Promise(e, p.now, uint32(1+p.rng.IntN(90))*day)
					}
					was = p.s
				}
			case 4:
				if e := pick(p.rng, &p.s, func(*Entry) bool { return true }); e != nil && p.one(3) {
					e.Flags ^= Appealed
					was = p.s
				}
			default:
				offence = true
				got := p.s.Decide(Finding{Warn: true, Act: p.one(3)}, p.now, r, Granted, p.id)
				if got.Response == Refuse && got.Entry == nil {
					refused++
				}
				if got.Entry != nil && got.Entry != &p.s.Log[p.s.N-1] {
					t.Fatal("the entry is not the newest")
				}
			}
			p.keeps(&was)
			if after := p.s.Mass(p.now, r); after < mass*(1-1e-6) || after > mass*(1+1e-6) && !offence {
				t.Fatalf("seed %d: the mass was %v and is %v", seed, mass, after)
			}
			if p.s.Carried > 0 {
				carried++
			}
			p.checkCodec()
		}
		for i := range p.s.N {
			e := &p.s.Log[i]
			if e.Flags &^= Appealed; e.Until == stamp.Forever && e.Ended == 0 {
				p.s.Lift(e, p.now)
			}
		}
		// Expires keeps its word, to a second.
		end := p.s.Expires()
		p.s.Advance(max(end, p.now), r)
		if !p.s.Blank() && end < stamp.Last {
			t.Fatalf("seed %d: %+v is left after it expired", seed, p.s)
		}
	}
	t.Logf("%d refused without room, %d times a mass was carried", refused, carried)
	if carried < 1000 {
		t.Error("the logs were not full")
	}
}

// keeps fails where a sanction that stood or has an open appeal is gone.
func (p *run) keeps(was *State) {
	for i := range was.N {
		old := &was.Log[i]
		_, broken := was.offence(old, was.N)
		pledged := old.pledges() && !broken && !was.over(old, p.now)
		if old.Kind != 0 && (old.Stands(p.now) || old.Flags&Appealed != 0 || pledged) && p.s.Find(old.ID) == nil {
			p.Fatalf("%+v made room", old)
		}
	}
}

// TestNoRoom: as many sanctions stand as a log can hold. Neither a person nor the
// ladder can add one, but an offence is refused, and a person who lifts one makes
// room.
func TestNoRoom(t *testing.T) {
	r, now := rulebooks[0], uint32(1_700_000_000)
	var s State
	hand := func(id uint64) bool {
		return s.Impose(Entry{ID: id, At: now, Kind: Referral, Until: stamp.Forever}, r)
	}
	for id := range uint64(MaxEntries - handRoom) {
		if !hand(id + 1) {
			t.Fatal("no room for", id+1)
		}
	}
	if hand(100) {
		t.Error("a person took the room of automation")
	}
	for i := range handRoom {
		got := s.Decide(Finding{Act: true}, now, r, Granted, 200+uint64(i))
		if got.Response != Refuse || got.Entry == nil {
			t.Fatalf("offence %d: %+v", i, got)
		}
		got.Entry.Flags |= Appealed
		now += 3 * day
		s.Advance(now, r)
	}
	before := s
	if got := s.Decide(Finding{Act: true}, now, r, Granted, 300); got.Response != Refuse || got.Step != nil || got.Entry != nil {
		t.Errorf("an offence without room: %+v", got)
	}
	if a, b := s.Severe(&Step{Kind: Suspension}, now, r, 301, 302); a != nil || b != nil {
		t.Error("a severe sanction without room")
	}
	if s != before {
		t.Error("what found no room changed the log")
	}
	s.Lift(s.Find(1), now)
	if got := s.Decide(Finding{Act: true}, now, r, Granted, 303); got.Entry == nil {
		t.Errorf("after one was lifted: %+v", got)
	}
}

// TestMonotone: within a half-life of a sanction an offence never brings a lower step
// than that sanction was, unless a pledge was kept since, and strikes never weigh less for
// an offence more. An offence that breaks a pledge brings a graver one than was lifted.
func TestMonotone(t *testing.T) {
	raced.Skip(t)
	held, broken := 0, 0
	for seed := range uint64(1200) {
		book := *rulebooks[seed%4]
		book.Forget = 1e-12
		p := newRun(t, seed, &book)
		r, s := p.o.r, &p.s
		step := func(e *Entry) int {
			for i := range r.Steps {
				if st := &r.Steps[i]; st.Kind == e.Kind && st.Scope == e.Scope && st.PerDay == e.PerDay && st.until(e.At, r) == e.Until {
					return i
				}
			}
			return -1
		}
		for s.N < MaxEntries {
			from := p.now
			p.now += uint32(1 + p.rng.IntN([]int{hour, 2 * day, 30 * day}[p.rng.IntN(3)]))
			p.behave(from)
			s.Advance(p.now, r)
			if e := pick(p.rng, s, func(e *Entry) bool { return e.Stands(p.now) }); e != nil && seed%2 == 0 {
				s.Promise(e, p.now, uint32(1+p.rng.IntN(90))*day)
				p.now += uint32(1 + p.rng.IntN(20*day))
				s.Advance(p.now, r)
			}
			was := *s
			p.id++
			got := s.Decide(Finding{Warn: true, Act: p.one(2)}, p.now, r, Granted, p.id)
			if got.Entry == nil {
				continue
			}
			if s.Replace(got.Entry); !got.Entry.Kind.Above(Warning) {
				continue
			}
			now, clean := step(got.Entry), was.clean(was.N, p.now)
			for i := range was.N {
				e := &was.Log[i]
				if _, breach := was.offence(e, was.N); was.runs(e, p.now) && !breach {
					if broken++; now <= step(e) && now < len(r.Steps)-1 && !r.Steps[now+1].Person {
						t.Fatalf("seed %d: step %d for breaking the pledge for %d", seed, now, step(e))
					}
				}
				if e.Kind.Above(Warning) && e.At > clean && was.awake(e.At, p.now) < r.HalfLife {
					if held++; step(e) > now {
						t.Fatalf("seed %d: step %d, and %d before it, %v awake earlier", seed, now, step(e), was.awake(e.At, p.now))
					}
				}
			}
		}
	}
	if held < 1000 || broken < 1000 {
		t.Errorf("only %d compared, and %d pledges broken", held, broken)
	}
}
