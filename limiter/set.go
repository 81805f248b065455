package limiter

import "math/bits"

const (
	ways    = 8
	tagBits = 48
)

// A set has the tags apart from what they are the tags of, so that a look for
// one touches one or two cache lines. A place whose tag is 0 is free.
type set struct {
	high [2]uint64    // the high 16 bits of the tags: of those at even places, and at odd
	low  [ways]uint32 // the low 32 bits
	w    [ways]short
}

// months are those of the places of a set; nil where no limit is for longer than a week.
type months [ways]month

// at is the month of a place, nil without months.
func (ms *months) at(j int) *month {
	if ms == nil {
		return nil
	}
	return &ms[uint(j)%ways]
}

// tagOf is the tag of hash h. It is not 0.
func tagOf(h uint64) uint64 { return max(h&(1<<tagBits-1), 1) }

// seat is the place that a tag belongs at if it can. With a look there first,
// before it is known what the others are, the processor fetches the counts
// while it still waits for the tags.
func seat(tag uint64) int { return int(tag % ways) }

func (s *set) tag(j int) uint64 {
	return s.high[j%2]>>(16*(j/2))&0xffff<<32 | uint64(s.low[j])
}

func (s *set) setTag(j int, tag uint64) {
	shift := 16 * (j / 2)
	s.high[j%2] = s.high[j%2]&^(0xffff<<shift) | tag>>32<<shift
	s.low[j] = uint32(tag)
}

// find is the place with a tag; for tag 0 a free one.
func (s *set) find(tag uint64) (place int, ok bool) {
	const ones, tops = 0x0001000100010001, 0x8000800080008000
	// A lane is 0 where it equals; then its top bit stays 0 in y.
	want := tag >> 32 * ones
	x0, x1 := s.high[0]^want, s.high[1]^want
	y0, y1 := x0&^tops+^uint64(tops)|x0, x1&^tops+^uint64(tops)|x1
	for hits := ^y0&tops>>8 | ^y1&tops; hits != 0; hits &= hits - 1 {
		if j := uint(bits.TrailingZeros64(hits)) / 8 % ways; s.low[j] == uint32(tag) {
			return int(j), true
		}
	}
	return 0, false
}

// move copies place j over a place k of to.
func (s *set) move(j int, ms *months, to *set, mt *months, k int) {
	tag := s.tag(j)
	k = to.settle(k, tag, mt)
	to.setTag(k, tag)
	to.w[k] = s.w[j]
	if ms != nil {
		mt[k] = ms[j]
	}
}

// settle returns the place to put a tag at if j can be overwritten: its seat,
// unless that is taken by what belongs there too. What else is there moves to
// j.
func (s *set) settle(j int, tag uint64, ms *months) int {
	k := seat(tag)
	other := s.tag(k)
	if k == j || other != 0 && seat(other) == k {
		return j
	}
	if other != 0 {
		s.setTag(j, other)
		s.w[j] = s.w[k]
		if ms != nil {
			ms[j] = ms[k]
		}
	}
	return k
}

// weakest is the place that is the first to go: a free one, one whose counts
// have decayed, or the one under the least pressure, and of equals the one
// that was not used for longest.
func (s *set) weakest(now uint64, p *plan, ms *months) (place int, least pressure) {
	if j, ok := s.find(0); ok {
		return j, free
	}
	least = full + 1
	var oldest uint64
	for j := range ways {
		w, m := &s.w[j], ms.at(j)
		w.unshut(m)
		pr, seen := pressureOn(w, now, p, m), w.clock&clockMask
		if pr < least || pr == least && seen < oldest {
			place, least, oldest = j, pr, seen
		}
	}
	return place, least
}

// A pressure is how near a key is to the nearest of its limits, in millionths.
type pressure int64

const (
	free    pressure = -1
	decayed pressure = 0
	half    pressure = 500_000
	full    pressure = 1_000_000
)

// pressureOn is decayed only if there is nothing to lose.
func pressureOn(w *short, now uint64, p *plan, m *month) pressure {
	now = w.now(now)
	var s sums
	w.sums(now, &p.periods, &s)
	var most pressure
	for i := range p.rules {
		r := &p.rules[i]
		if n := uint64(r.sum(w, now, &s, m)); n != 0 {
			room := max(uint64(r.room), 1)
			most = max(most, pressure(uint64(full)*min(n, room)/room), 1)
		}
	}
	return most
}
