package limiter

import "math/bits"

const (
	ways    = 8
	tagBits = 48
)

// A set has the tags apart from what they are the tags of, so that a look for
// one touches one or two cache lines. A place whose tag is 0 is free.
type set struct {
	high [ways / 4]uint64 // the high 16 bits of the tags, four in a word
	low  [ways]uint32     // the low 32 bits
	w    [ways]Windows
}

// tagOf is the tag of hash h. It is not 0.
func tagOf(h uint64) uint64 { return max(h&(1<<tagBits-1), 1) }

func (s *set) tag(j int) uint64 {
	return s.high[j/4]>>(16*(j%4))&0xffff<<32 | uint64(s.low[j])
}

func (s *set) setTag(j int, tag uint64) {
	shift := 16 * (j % 4)
	s.high[j/4] = s.high[j/4]&^(0xffff<<shift) | tag>>32<<shift
	s.low[j] = uint32(tag)
}

// find is the place with a tag; for tag 0 a free one.
func (s *set) find(tag uint64) (place int, ok bool) {
	const ones, tops = 0x0001000100010001, 0x8000800080008000
	want := tag >> 32 * ones
	for i, x := range s.high {
		// Lanes that are equal have their top bit set in hits. So can lanes
		// above them, but not below.
		x ^= want
		for hits := (x - ones) &^ x & tops; hits != 0; hits &= hits - 1 {
			if j := (4*i + bits.TrailingZeros64(hits)/16) % ways; s.low[j] == uint32(tag) && x>>(16*(j%4))&0xffff == 0 {
				return j, true
			}
		}
	}
	return 0, false
}

// move copies place j over place k of to.
func (s *set) move(j int, to *set, k int) {
	to.setTag(k, s.tag(j))
	to.w[k] = s.w[j]
}

// weakest is the place that is the first to go: a free one, one whose counts
// have decayed, or the one under the least pressure, and of equals the one
// that was not used for longest.
func (s *set) weakest(now uint64, rules []rule) (place int, least pressure) {
	if j, ok := s.find(0); ok {
		return j, free
	}
	least = full + 1
	var oldest uint64
	for j := range ways {
		w := &s.w[j]
		pr, seen := pressureOn(w, now, rules), w.clock&clockMask
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
func pressureOn(w *Windows, now uint64, rules []rule) pressure {
	now = w.now(now)
	var most pressure
	for i := range rules {
		r := &rules[i]
		n := w.sum(r.ring, now, uint64(r.per))
		if n == 0 {
			continue
		}
		room := max(uint64(r.room), 1)
		most = max(most, pressure(uint64(full)*min(n, room)/room), 1)
	}
	return most
}
