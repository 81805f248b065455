package ladder

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// A run plays random things on a log.
type run struct {
	*testing.T
	rng  *rand.Rand
	s    State
	o    oracle
	now  uint32
	id   uint64
	gone bool // something was forgotten or carried away: the oracle knows more
}

func newRun(t *testing.T, seed uint64, r *Rules) *run {
	return &run{T: t, rng: rand.New(rand.NewPCG(seed, 14)), o: oracle{r: r}, now: 1_700_000_000}
}

func (p *run) one(in int) bool { return p.rng.IntN(in) == 0 }

// wait lets some time pass: mostly hours, now and then months.
func (p *run) wait() {
	longest := []int{60, hour, day, 3 * day, 20 * day, 200 * day}[p.rng.IntN(6)]
	from := p.now
	p.now += uint32(1 + p.rng.IntN(longest))
	p.s.Conduct.Trim(p.s.Oldest())
	p.behave(from)
	if got, want := p.s.Advance(p.now, p.o.r), p.o.advance(p.now); got != want {
		p.Fatalf("Advance says %t, want %t", got, want)
	}
}

func (p *run) finding() (f Finding, grant Grant) {
	f = Finding{Warn: p.one(2), Act: p.one(3), Firm: p.one(2), Aggravated: p.one(5), Amount: []float64{0, 1, 1.5, 2}[p.rng.IntN(4)]}
	if n := len(p.o.r.Steps); n > 0 && p.one(8) {
		f.Rated = &p.o.r.Steps[p.rng.IntN(n)]
	}
	grant = Granted
	if p.one(8) {
		grant = Denied
	}
	return f, grant
}

func (p *run) decide() {
	f, grant := p.finding()
	p.id += 2
	before := p.s.Mass(p.now, p.o.r)
	got := p.s.Decide(f, p.now, p.o.r, grant, p.id)
	want, step := p.o.decide(f, p.now, grant, p.id)
	if got.Response != want || got.Step != step {
		p.Fatalf("Decide(%+v) answers %d with %+v, want %d with %+v", f, got.Response, got.Step, want, step)
	}
	if got.Entry != nil {
		x := p.o.find(p.id)
		got.Entry.Cluster = uint64(p.rng.IntN(3))
		x.Cluster = got.Entry.Cluster
		p.s.Replace(got.Entry)
		p.o.replace(x, p.now)
	}
	if after := p.s.Mass(p.now, p.o.r); after < before-1e-6 {
		p.Fatalf("an offence lowers the mass from %v to %v", before, after)
	}
}

func (p *run) severe() {
	st := &Step{Kind: Suspension, Scope: WholeAccount, For: uint32(p.rng.IntN(3)) * 10 * day}
	p.id += 2
	if a, b := p.s.Severe(st, p.now, p.o.r, p.id, p.id+1); a == nil || a.ID != p.id || b.ID != p.id+1 {
		p.Fatalf("Severe returns %+v and %+v", a, b)
	}
	p.o.severe(st, p.now, p.id)
}

func (p *run) impose() {
	p.id += 2
	e := Entry{ID: p.id, At: p.now, Kind: Kind(1 + p.rng.IntN(int(LastKind))), Scope: Messaging, Until: p.now + uint32(1+p.rng.IntN(30*day)), PerDay: 9}
	if !p.s.Impose(e, p.o.r) {
		p.Fatal("no room for a sanction by hand")
	}
	p.o.all = append(p.o.all, &event{Entry: e, hand: true})
}

func (p *run) lift(e *Entry, outcome Outcome) {
	x := p.o.find(e.ID)
	p.s.Lift(e, p.now)
	e.Outcome, e.Flags = outcome, e.Flags&^Appealed
	x.Ended, x.Outcome = p.now, outcome
}

func (p *run) promise(e *Entry) {
	x := p.o.find(e.ID)
	p.s.Promise(e, p.now, uint32(1+p.rng.IntN(90))*day)
	e.Outcome, e.Flags = Reduced, e.Flags&^Appealed
	x.Ended, x.Outcome, x.Span = p.now, Reduced, e.Span
}

func (p *run) overturn(e *Entry) {
	x := p.o.find(e.ID)
	was := p.s
	p.s.Overturn(e, p.now, p.o.r)
	p.o.overturn(x, p.now)
	p.milder(&was, e.ID)
	p.s.Advance(p.now, p.o.r)
	p.o.advance(p.now)
}

// milder fails where the log is graver than it was before a sanction was overturned,
// but for Restrictions that this one had replaced.
func (p *run) milder(was *State, id uint64) {
	for i := range was.N {
		old := &was.Log[i]
		e := p.s.Find(old.ID)
		if old.Kind == 0 || old.Flags&Replaced != 0 {
			continue
		}
		for _, at := range []uint32{p.now, p.now + hour, p.now + 2*day, p.now + 50*day, stamp.Last} {
			for _, contact := range []bool{false, true} {
				if e.Covers(at, contact) && !old.Covers(at, contact) {
					p.Fatalf("overturning %d makes %+v of %+v", id, e, old)
				}
			}
			if e.Stands(at) && e.Kind == Restriction && e.PerDay < old.PerDay {
				p.Fatalf("overturning %d makes %+v of %+v", id, e, old)
			}
		}
	}
}

// play does one random thing.
func (p *run) play() {
	open := func(*Entry) bool { return true }
	stands := func(e *Entry) bool { return e.Stands(p.now) }
	switch k := p.rng.IntN(20); {
	case p.s.N > MaxEntries-2 || k < 10:
		p.wait()
	case k < 16:
		p.decide()
	case k == 16:
		if e := pick(p.rng, &p.s, stands); e != nil && p.one(2) {
			p.promise(e)
		} else if e != nil {
			outcome := Outcome(0)
			if p.one(2) {
				outcome = Reduced
			}
			p.lift(e, outcome)
		}
	case k == 17:
		if e := pick(p.rng, &p.s, open); e != nil && e.Outcome == 0 {
			e.Flags ^= Appealed
		}
	case k == 18:
		if e := pick(p.rng, &p.s, open); e != nil && e.Outcome == 0 {
			p.overturn(e)
		}
	case p.one(2):
		p.impose()
	case p.one(3):
		p.severe()
	case p.one(3):
		p.forget()
	}
}

func (p *run) forget() {
	for i := range p.s.N {
		p.gone = p.gone || p.s.Log[i].Kind != 0 && p.s.Log[i].Outcome != Overturned
	}
	p.s.Forget(p.now, p.o.r)
}

// check compares where the log and the oracle stand.
func (p *run) check() {
	s, o, r := &p.s, &p.o, p.o.r
	got, want := s.Strikes(nil, p.now, r), o.strikes(len(o.all), p.now)
	if len(got) != len(want) {
		p.Fatalf("strikes %+v, want %+v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			p.Fatalf("strikes %+v, want %+v", got, want)
		}
	}
	equal := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-9 {
			p.Fatalf("%s is %v, want %v", what, got, want)
		}
	}
	equal("the mass", s.Mass(p.now, r), o.mass(want, p.now))
	level, held := s.level(p.now, r)
	oLevel, oHeld := o.level(want, p.now)
	equal("the level", float64(level), float64(oLevel))
	equal("the level that is held", float64(held), float64(oHeld))
	equal("the Warning", float64(s.Warned(p.now, r)), float64(o.warned(p.now)))
	equal("the probation", s.Probation(p.now, .5, r), o.probation(p.now, .5))
	opened := uint32(0)
	if o.open {
		opened, _, _ = o.state()
	}
	equal("the incident", float64(s.Opened(r)), float64(opened))
	for _, x := range o.all {
		e := s.Find(x.ID)
		x.lost = !slices.ContainsFunc(s.Log[:s.N], func(e Entry) bool { return e.ID == x.ID })
		switch {
		case x.Kind == 0:
		case e == nil && x.Stands(p.now):
			p.Fatalf("%+v stands, and is lost", x.Entry)
		case e != nil && e.Stands(p.now) != x.Stands(p.now):
			p.Fatalf("%+v stands: %t, want %+v", e, e.Stands(p.now), x.Entry)
		case e != nil && x.Stands(p.now) && (e.Kind != x.Kind || e.Scope != x.Scope || e.PerDay != x.PerDay || e.Until != x.Until):
			p.Fatalf("%+v, want %+v", e, x.Entry)
		}
	}
	p.checkFlagged()
	p.checkCodec()
}

func (p *run) checkFlagged() {
	for c := range uint64(4) {
		any, sure := false, false
		for _, x := range p.o.all {
			if x.Cluster == c && c != 0 && x.Outcome != Overturned && x.Kind.Above(Warning) {
				any = true
				sure = sure || x.Kind != 0 && p.now < x.At+Appealable && !p.gone
			}
		}
		if got := p.s.Flagged(c); got && !any || !got && sure {
			p.Fatalf("cluster %d is flagged: %t", c, got)
		}
	}
}

func (p *run) checkCodec() {
	b, _ := p.s.AppendBinary(nil)
	var back State
	d := wire.Reader{B: b}
	back.Read(&d)
	c := wire.Reader{B: p.s.Conduct.Append(nil)}
	if len(c.B) > 0 {
		back.Conduct.Read(&c)
	}
	if d.Bad || c.Bad || back != p.s {
		p.Fatalf("%+v is read back as %+v", p.s, back)
	}
}

// TestOracle compares the log with an oracle that forgets nothing.
func TestOracle(t *testing.T) {
	raced.Skip(t)
	entries, overturned, regraded, replaced, pledges, breaches, kept := 0, 0, 0, 0, 0, 0, 0
	for seed := range uint64(300) {
		p := newRun(t, seed, rulebooks[seed%uint64(len(rulebooks))])
		for step := range 150 {
			func() {
				defer func() {
					if t.Failed() {
						t.Logf("seed %d, step %d", seed, step)
					}
				}()
				p.play()
				p.check()
			}()
		}
		for _, x := range p.o.all {
			entries++
			if x.Outcome == Overturned {
				overturned++
			}
			if x.by != nil {
				replaced++
			}
			if x.Span > 0 {
				pledges++
			}
			if x.breach {
				breaches++
			}
			if n := len(p.o.all); x.Span > 0 && p.o.clean(n, p.now) == x.Ended {
				kept++
			}
		}
		for i := range p.s.N {
			if p.s.Log[i].Flags&Regraded != 0 {
				regraded++
			}
		}
	}
	t.Logf("%d entries, %d overturned, %d replaced, %d regraded, %d pledges, %d broken, %d kept", entries, overturned, replaced, regraded, pledges, breaches, kept)
	if pledges < 500 || breaches < 50 || kept < 100 || entries < 5000 || overturned < 500 || replaced < 20 || regraded < 10 {
		t.Error("the runs are too tame to mean anything")
	}
}
