package similarity

import (
	"encoding/binary"
	"math/bits"
)

// A quota bounds how many clusters one sender starts in a day, so that nobody
// can flush the index alone. It is a table of fixed size; when it is full, the
// senders that started least are forgotten first.
type quota struct {
	sets []quotaSet
}

type quotaSet [8]quotaEntry

type quotaEntry struct {
	sender uint32 // 0: free
	day    uint16
	count  uint16
}

const dayNanos = 24 * 60 * 60 * 1e9

func newQuota(clusters int) quota {
	return quota{sets: make([]quotaSet, setsFor(clusters))}
}

func setsFor(clusters int) int { return clusters/32 + 1 }

// day numbers the days; it wraps after 179 years.
func day(now int64) uint16 {
	d := now / dayNanos
	if now < 0 {
		d--
	}
	return uint16(d)
}

func (q *quota) set(sender uint64) (*quotaSet, uint32) {
	h := mix64(sender ^ 0x9e3779b97f4a7c15)
	hi, _ := bits.Mul64(h, uint64(len(q.sets)))
	return &q.sets[hi], max(uint32(h), 1)
}

// another reports whether a day is another one than that of an entry. One up to a week
// before counts as that one; further before, the clock was ahead.
func (e *quotaEntry) another(today uint16) bool {
	d := int16(today - e.day)
	return d > 0 || d < -7
}

// allows reports whether sender may start another cluster.
func (q *quota) allows(now int64, sender uint64, limit int) bool {
	if q.sets == nil {
		return true // nobody has started any
	}
	set, h := q.set(sender)
	for i := range set {
		if e := &set[i]; e.sender == h {
			return e.another(day(now)) || int(e.count) < limit
		}
	}
	return true
}

// take counts a cluster that sender starts.
func (q *quota) take(now int64, sender uint64) {
	set, h := q.set(sender)
	today := day(now)
	victim := &set[0]
	for i := range set {
		e := &set[i]
		if e.sender == h {
			if e.another(today) {
				e.day, e.count = today, 0
			}
			if e.count < 1<<16-1 {
				e.count++
			}
			return
		}
		older, fewer := int16(victim.day-e.day) > 0, victim.day == e.day && victim.count > e.count
		if victim.sender != 0 && (e.sender == 0 || older || fewer) {
			victim = e
		}
	}
	*victim = quotaEntry{sender: h, day: today, count: 1}
}

// appendBinary appends the places of each set that are in use.
func (q *quota) appendBinary(b []byte) []byte {
	for i := range q.sets {
		s := &q.sets[i]
		n := 0
		for n < len(s) && s[n].sender != 0 {
			n++
		}
		b = append(b, byte(n))
		for _, e := range s[:n] {
			b = binary.LittleEndian.AppendUint32(b, e.sender)
			b = binary.LittleEndian.AppendUint16(b, e.day)
			b = binary.LittleEndian.AppendUint16(b, e.count)
		}
	}
	return b
}

func (q *quota) read(r *reader) {
	for i := range q.sets {
		s := &q.sets[i]
		for j := range r.less(int(r.u8()), len(s)+1) {
			s[j] = quotaEntry{sender: r.u32(), day: r.u16(), count: r.u16()}
		}
	}
}
