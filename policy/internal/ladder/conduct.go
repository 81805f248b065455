package ladder

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// Conduct is what speaks for an account since it has strikes: the days on which somebody
// whom it had newly approached answered, and those on which somebody complained. It holds
// facts alone, and what they mean for a strike follows from the rules, whatever else is in
// the log: so what an overturned sanction delayed is made up for exactly. The facts of the
// same days are equal, in whatever order they came. The zero Conduct has none.
type Conduct struct {
	from                 uint16 // the first of the days, since 1970
	answered, complained days   // one of the two has that first day
	origins              [4]byte
}

// ConductRules say what good conduct does; the zero value: nothing.
type ConductRules struct {
	Extra    float64 // of the time that goes by, on a good day; up to 1
	Lasts    int     // days after one with an answer that are good
	Quiet    int     // days after one with a complaint that are not; itself is not, either
	Answered float64 // share of the people approached that must have answered
}

const (
	// mostConduct is how many days of conduct are kept: longer than a strike lasts under
	// the default policy.
	mostConduct = 64*len(days{}) - MaxConduct - 1
	// MaxConduct is the most that ConductRules.Lasts and Quiet may be.
	MaxConduct = 30
)

func dayOf(at uint32) int { return int(at / stamp.Day) }

// Any reports whether there is any fact.
func (c *Conduct) Any() bool { return !c.answered.empty() || !c.complained.empty() }

// Answer notes an answer by somebody newly approached. origin names, in a byte, where it
// came from; 0: that is not known. One of the origins of the last four days that an answer
// was noted on says nothing: many accounts may be one person's. It reports whether it was
// noted.
func (c *Conduct) Answer(at uint32, origin byte) bool {
	day := dayOf(at)
	for _, o := range c.origins {
		if origin != 0 && o == origin {
			return false
		}
	}
	if i := day - int(c.from); c.Any() && i >= 0 && i < 64*len(days{}) && c.answered.has(i) || !c.note(day, false) {
		return false
	}
	if origin != 0 {
		copy(c.origins[1:], c.origins[:])
		c.origins[0] = origin
	}
	return true
}

// Complain notes a complaint.
func (c *Conduct) Complain(at uint32) { c.note(dayOf(at), true) }

// Pardon takes the complaints of a day back.
func (c *Conduct) Pardon(at uint32) {
	if i := dayOf(at) - int(c.from); c.Any() && i >= 0 && i < 64*len(days{}) {
		c.complained.clear(i)
		c.settle()
	}
}

// note adds a day, and reports whether it has room. Of more than have room the oldest go.
func (c *Conduct) note(day int, complained bool) bool {
	if !c.Any() {
		c.from = uint16(day)
	}
	i := day - int(c.from)
	if i < 0 { // it comes late
		all := c.answered
		all.or(&c.complained)
		if all.last()-i >= mostConduct {
			return false
		}
		c.answered.later(-i)
		c.complained.later(-i)
		c.from, i = uint16(day), 0
	}
	if over := i - mostConduct + 1; over > 0 {
		c.answered.earlier(over)
		c.complained.earlier(over)
		c.from, i = uint16(int(c.from)+over), i-over
	}
	if complained {
		c.complained.set(i)
	} else {
		c.answered.set(i)
	}
	c.settle()
	return true
}

// settle has the first day be one of which there is a fact.
func (c *Conduct) settle() {
	all := c.answered
	all.or(&c.complained)
	if all.empty() {
		*c = Conduct{}
		return
	}
	n := all.first()
	c.answered.earlier(n)
	c.complained.earlier(n)
	c.from += uint16(n)
}

// Trim forgets what was up to a day: the strikes are all of later.
func (c *Conduct) Trim(at uint32) {
	if n := dayOf(at) - int(c.from) + 1; c.Any() && n > 0 {
		c.answered.earlier(n)
		c.complained.earlier(n)
		c.from += uint16(n)
		c.settle()
	}
}

// Holds reports whether a day has room without that an older one makes room for it.
func (c *Conduct) Holds(at uint32) bool { return !c.Any() || dayOf(at)-int(c.from) < mostConduct }

// Join adds the facts of another one.
func (c *Conduct) Join(o *Conduct) { o.each(func(at uint32) uint32 { return at }, c) }

// Move moves the facts to other days.
func (c *Conduct) Move(of func(at uint32) uint32) {
	if c.Any() {
		moved := Conduct{origins: c.origins}
		c.each(of, &moved)
		*c = moved
	}
}

func (c *Conduct) each(of func(at uint32) uint32, to *Conduct) {
	for i := range 64 * len(days{}) {
		day := dayOf(of(uint32(int(c.from)+i) * stamp.Day))
		if c.answered.has(i) {
			to.note(day, false)
		}
		if c.complained.has(i) {
			to.note(day, true)
		}
	}
}

// good is the days that count more for what was at a time: of answers and complaints on
// later days alone.
func (c *Conduct) good(since uint32, r *ConductRules) days {
	answered, complained := c.answered, c.complained
	if n := dayOf(since) - int(c.from) + 1; n > 0 {
		for _, d := range [...]*days{&answered, &complained} {
			d.earlier(n)
			d.later(n)
		}
	}
	if answered.empty() {
		return answered
	}
	good := answered
	good.later(1)
	good.spread(r.Lasts - 1)
	complained.spread(r.Quiet)
	good.without(&complained)
	return good
}

// gained is by how much what was at a time has aged more between two times than the time
// that went by, for good conduct.
func (s *State) gained(since, from, to uint32, r *Rules) time.Duration {
	if r.Conduct.Extra == 0 || s.Conduct.answered.empty() {
		return 0
	}
	good, first := s.Conduct.good(since, &r.Conduct), int(s.Conduct.from)
	var d time.Duration
	for i := good.next(max(0, dayOf(from)-first), true); i < 64*len(good) && i <= dayOf(to)-first; {
		end := good.next(i, false)
		d += s.awake(max(from, uint32(first+i)*stamp.Day), min(to, stamp.After(uint32(first+i)*stamp.Day, uint32(end-i)*stamp.Day)))
		i = good.next(end, true)
	}
	return time.Duration(float64(d) * r.Conduct.Extra)
}

// aged is by how much a strike has aged at a time: while no sanction refused messages, and
// faster on days of good conduct.
func (s *State) aged(x *Strike, now uint32, r *Rules) time.Duration {
	return s.awake(x.At, now) + s.gained(x.At, x.At, now, r)
}

// Pace is how fast strikes fade at a time: 1 as by time alone, more for good conduct; 0:
// there are none, or a sanction refuses messages.
func (s *State) Pace(now uint32, r *Rules) float64 {
	var buf strikes
	all := s.Strikes(buf[:0], now, r)
	if len(all) == 0 || s.Refuses(now) {
		return 0
	}
	i := dayOf(now) - int(s.Conduct.from)
	if good := s.Conduct.good(all[0].At, &r.Conduct); r.Conduct.Extra == 0 || !s.Conduct.Any() || i < 0 || i >= 64*len(good) || !good.has(i) {
		return 1
	}
	return 1 + r.Conduct.Extra
}

// Forgets is when a strike means nothing any more, as Fades, with what good conduct has
// gained; stamp.Forever: not before what refuses messages now ends, which has no end.
func (s *State) Forgets(x *Strike, r *Rules) uint32 {
	end := s.fades(x)
	if end == stamp.Last {
		return s.pardoned(x, stamp.Forever)
	}
	for life, from, to := s.awake(x.At, end), x.At, end; from < to; {
		if at := from + (to-from)/2; s.aged(x, at, r) >= life {
			end, to = at, at
		} else {
			from = at + 1
		}
	}
	return s.pardoned(x, end)
}

// What there is besides days with an answer, above their number of bytes.
const (
	hasComplained = 0x40 << iota
	hasOrigins
)

// Append appends the binary form, nothing of what has no fact: the first day (2 bytes), how
// many bytes the days with an answer take and what else there is (1), those days, as many
// bytes (1) and the days with a complaint, the origins (4).
func (c *Conduct) Append(b []byte) []byte {
	if !c.Any() {
		return b
	}
	b = wire.Put16(b, c.from)
	at := len(b)
	b = c.answered.append(b)
	if !c.complained.empty() {
		b[at] |= hasComplained
		b = c.complained.append(b)
	}
	if c.origins != [4]byte{} {
		b[at] |= hasOrigins
		b = append(b, c.origins[:]...)
	}
	return b
}

// Read replaces c by what Append wrote, all that is left in d. It marks d bad where that is
// malformed.
func (c *Conduct) Read(d *wire.Reader) {
	*c = Conduct{from: d.U16()}
	has := d.U8()
	c.answered.read(d, has&^(hasComplained|hasOrigins))
	if has&hasComplained != 0 {
		c.complained.read(d, d.U8())
		d.Bad = d.Bad || c.complained.empty()
	}
	if has&hasOrigins != 0 {
		copy(c.origins[:], d.Take(len(c.origins)))
		d.Bad = d.Bad || c.origins == [4]byte{}
	}
	all := c.answered
	all.or(&c.complained)
	if d.Bad || !all.has(0) || all.last() >= mostConduct || int(c.from)+all.last() > dayOf(stamp.Last) {
		*c, d.Bad = Conduct{}, true
	}
}

// Oldest is when the oldest of what a log holds was; stamp.Forever: it holds nothing.
func (s *State) Oldest() (at uint32) {
	at = stamp.Forever
	if s.Carried != 0 {
		at = s.CarriedAt
	}
	for i := range s.N {
		at = min(at, s.Log[i].At)
	}
	return at
}
