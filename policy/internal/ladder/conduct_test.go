package ladder

import (
	"math/rand/v2"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// A told is a fact as it comes in.
type told struct {
	at         uint32
	complained bool
}

func (c *Conduct) tell(f told) {
	if f.complained {
		c.Complain(f.at)
	} else {
		c.Answer(f.at, 0)
	}
}

// someFacts draws what happens within so many days of a time.
func someFacts(rng *rand.Rand, from uint32, n, span int) (all []told) {
	for range n {
		all = append(all, told{from + uint32(rng.IntN(span*day)), rng.IntN(8) == 0})
	}
	return all
}

// TestConductFactor: what was ages as fast as time at least, and twice as fast at most. One
// answer more never has it age less, one complaint more never more, and on the day of a
// complaint, and those after it that are to be quiet, good conduct adds nothing.
func TestConductFactor(t *testing.T) {
	faster, less, most := 0, 0, 0.
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 19))
		r := *rulebooks[0]
		r.well(rng.Float64(), 1+rng.IntN(MaxConduct), 1+rng.IntN(MaxConduct))
		const start = 1_700_000_000
		s := State{}
		s.Decide(Finding{Act: true}, start, &r, Granted, 1)
		x := s.last()
		for _, f := range someFacts(rng, start-20*day, rng.IntN(60), 150) {
			s.Conduct.tell(f)
		}
		from := uint32(start + rng.IntN(100*day))
		now := from + uint32(rng.IntN(60*day))
		aged := func(s *State) float64 { return s.gained(x.At, from, now, &r).Seconds() }
		plain, gained := s.awake(from, now).Seconds(), aged(&s)
		if gained < 0 || gained > plain*r.Conduct.Extra+1e-6 {
			t.Fatalf("seed %d: %v seconds more in %v", seed, gained, plain)
		}
		if plain > 0 {
			most = max(most, gained/plain)
		}
		f := told{start - 20*day + uint32(rng.IntN(150*day)), false}
		with := s
		with.Conduct.tell(f)
		if aged(&with) < gained {
			t.Fatalf("seed %d: an answer has it age less: %v, not %v", seed, aged(&with), gained)
		} else if aged(&with) > gained {
			faster++
		}
		f.complained = true
		with = s
		with.Conduct.tell(f)
		if aged(&with) > gained {
			t.Fatalf("seed %d: a complaint has it age more: %v, not %v", seed, aged(&with), gained)
		} else if aged(&with) < gained {
			less++
		}
		begins := f.at / day * day
		if ends := begins + uint32(1+r.Conduct.Quiet)*day; begins > x.At && with.gained(x.At, begins, ends, &r) != 0 {
			t.Fatalf("seed %d: it ages faster within %d days of a complaint", seed, r.Conduct.Quiet)
		}
		with.Conduct.Pardon(f.at)
		s.Conduct.Pardon(f.at)
		if with.Conduct != s.Conduct {
			t.Fatalf("seed %d: pardoned %+v, want %+v", seed, with.Conduct, s.Conduct)
		}
	}
	if faster < 50 || less < 50 || most < .9 {
		t.Errorf("only %d grow by an answer and %d shrink by a complaint, and the most is %v", faster, less, most)
	}
}

// TestConductOrder: the order in which facts come, and in which record they are, makes no
// difference; what is joined twice is joined once.
func TestConductOrder(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 20))
		all := someFacts(rng, 1_700_000_000, rng.IntN(80), mostConduct)
		var whole, a, b Conduct
		for i, f := range all {
			whole.tell(f)
			if i%3 == 0 {
				a.tell(f)
			} else {
				b.tell(f)
			}
		}
		var shuffled Conduct
		for _, i := range rng.Perm(len(all)) {
			shuffled.tell(all[i])
		}
		ab, ba := a, b
		ab.Join(&b)
		ba.Join(&a)
		ba.Join(&a)
		ba.Join(&ba)
		if whole != shuffled || ab != whole || ba != whole {
			t.Fatalf("seed %d: %+v, %+v shuffled, %+v and %+v joined", seed, whole, shuffled, ab, ba)
		}
		moved := whole
		moved.Move(func(at uint32) uint32 { return at + 9*day })
		moved.Move(func(at uint32) uint32 { return at - 9*day })
		if moved != whole {
			t.Fatalf("seed %d: %+v, moved there and back %+v", seed, whole, moved)
		}
		d := wire.Reader{B: whole.Append(nil)}
		var back Conduct
		if size := len(d.B); size > 0 {
			if back.Read(&d); d.Bad || back != whole || size > 4+2*mostConduct/8+2 {
				t.Fatalf("seed %d: %+v is read back as %+v from %d bytes", seed, whole, back, size)
			}
		}
	}
}

// TestConductRoom: the newest days are kept, whatever comes; the first day is exact after
// Trim, and an origin that was noted lately says nothing.
func TestConductRoom(t *testing.T) {
	var c Conduct
	const start = uint32(19_000 * day)
	for d := range uint32(400) {
		c.Answer(start+d*day, 0)
	}
	want := Conduct{}
	for d := uint32(400 - mostConduct); d < 400; d++ {
		want.Answer(start+d*day, 0)
	}
	if c != want || c.Holds(start+400*day) || !c.Holds(start+399*day) || c.Answer(start, 0) {
		t.Errorf("after 400 days: %+v, want %+v", c, want)
	}
	c.Trim(start + 395*day)
	if c.from != 19_396 || c.answered != (days{15}) {
		t.Errorf("trimmed: %+v", c)
	}
	if c.Trim(stamp.Last); c.Any() || c != (Conduct{}) {
		t.Errorf("all trimmed: %+v", c)
	}
	noted := 0
	for d := range uint32(20) {
		if c.Answer(start+d*day, 7) {
			noted++
		}
	}
	for o := range byte(5) {
		if !c.Answer(start+(30+uint32(o))*day, 8+o) {
			t.Errorf("origin %d says nothing", 8+o)
		}
	}
	if noted != 1 || !c.Answer(start+40*day, 7) || c.Answer(start+41*day, 7) {
		t.Errorf("one origin was noted %d times in a row", noted)
	}
}

// TestConductForgets: a strike is forgotten when it has aged as much as by time alone, not
// a second before; a block in between takes no good day.
func TestConductForgets(t *testing.T) {
	r, sooner := rulebooks[0], 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 21))
		const start = 1_700_000_000
		s := State{}
		s.Advance(start, r)
		s.Decide(Finding{Act: true}, start, r, Granted, 1)
		x := s.last()
		for _, f := range someFacts(rng, start, rng.IntN(40), 120) {
			s.Conduct.tell(f)
		}
		if rng.IntN(2) == 0 {
			at := uint32(start + (2+rng.IntN(80))*day)
			s.Impose(Entry{ID: 2, At: at, Kind: Suspension, Scope: WholeAccount, Until: at + 20*day}, r)
		}
		plain, end := s.Fades(&x), s.Forgets(&x, r)
		life := s.awake(x.At, plain)
		if end > plain || s.aged(&x, end, r) < life || s.aged(&x, end-1, r) >= life {
			t.Fatalf("seed %d: forgotten %v days on, by time alone %v", seed, float64(end-start)/day, float64(plain-start)/day)
		}
		if end < plain {
			sooner++
		}
	}
	if sooner < 100 {
		t.Error("only sooner", sooner)
	}
}

// TestConductPace: it says how fast strikes fade, and of one block how probation passes.
func TestConductPace(t *testing.T) {
	r, s := rulebooks[0], State{}
	const start = uint32(19_000 * day)
	pace := func(d, want float64) {
		t.Helper()
		if got := s.Pace(start+uint32(d*day), r); got != want {
			t.Errorf("after %v days: %v, want %v", d, got, want)
		}
	}
	pace(0, 0)
	s.Advance(start, r)
	s.Decide(Finding{Act: true}, start+hour, r, Granted, 1) // a block of a day
	pace(.5, 0)
	pace(1.5, 1)
	s.Conduct.Answer(start+hour, 0) // on the day of the strike: of what was before
	s.Conduct.Answer(start+2*day, 0)
	pace(2.9, 1)
	pace(3, 2)
	pace(5.9, 2)
	pace(6, 1)
	if got, want := s.Probation(start+6*day+hour, 0, r), (5.+3)/7; got != 1 {
		t.Errorf("%v of the probation is over, want all of it (%v)", got, want)
	}
	if got, want := s.Probation(start+4*day+hour, 0, r), (3.+1+1./24)/7; got < want-1e-9 || got > want+1e-9 {
		t.Errorf("%v of the probation is over, want %v", got, want)
	}
	s.Conduct.Complain(start + 4*day)
	pace(3.5, 2)
	pace(4.5, 1)
	s.Conduct.Answer(start+11*day, 0)
	pace(11.5, 1)
	pace(12, 2)
}
