package limiter

import (
	"bytes"
	"encoding/binary"
	"time"
)

// A month is a ring of 31 days, in 24 bytes so that who has no use for it pays
// nothing: it is no part of a table without a limit for longer than a week, nor of
// the binary form. Its newest tick is that of the clock of its Windows.
//
// It is a ring of three words (see ring.go) of which the last has three sub-buckets
// and the scale. The binary form is:
//
//	1 byte   bits 0–4: the scale; bits 5–7: how many threes of closed ones follow
//	uvarint  the open count
//	bytes    the closed ones, the newest first; threes of zeros at the end are left
//	         out, and the last three have one
type month struct {
	cells [2]uint64
	more  uint32 // the rest of the closed ones and, in the highest byte, the scale
	open  uint32 // 28 bits, and monthKept
}

const (
	monthKept  = 1 << 31 // without it all else is 0
	monthScale = 24
	monthSize  = 8 * (monthCells - 1) // bits of closed sub-buckets
	monthPart  = 3

	// MaxMonth is how many bytes [Windows.AppendMonth] appends at most.
	MaxMonth = 24
)

// KeepMonth counts over 31 days too from now on, as [Windows.Take] does by itself
// where a limit is for longer than a week: for who only asks with [Windows.Check],
// and counts with [Windows.Add]. It begins with what is known of the last week.
func (w *Windows) KeepMonth(t time.Time) {
	if !w.month.kept() {
		w.advance(millis(t), &w.month)
		w.keepMonth()
	}
}

// HasMonth reports whether w counts over 31 days.
func (w *Windows) HasMonth() bool { return w.month.kept() }

// DropMonth forgets what is longer ago than a week, and counts no more of it.
func (w *Windows) DropMonth() { w.month = month{} }

// AppendMonth appends what is counted over a month, for who keeps that apart from
// [Windows.AppendBinary] of a Windows after [Windows.DropMonth]: nothing if nothing
// is counted, and never more than [MaxMonth] bytes.
func (w Windows) AppendMonth(b []byte) []byte {
	if w.month == (month{}) || w.month == (month{open: monthKept}) {
		return b
	}
	return w.month.append(b)
}

// UnmarshalMonth is the way back, into a Windows that has the rest already. It refuses
// what AppendMonth cannot have written, and then leaves w as it was.
func (w *Windows) UnmarshalMonth(b []byte) error {
	var m month
	if len(b) != 0 {
		var ok bool
		if m, b, ok = readMonth(b); !ok || len(b) != 0 || m == (month{open: monthKept}) {
			return errBinary
		}
	}
	w.month = m
	return nil
}

// keepMonth begins a month with the counts of the week, each as of the end of its
// sub-bucket: none is forgotten early.
func (w *Windows) keepMonth() {
	if w.month.kept() {
		return
	}
	w.month.open = monthKept
	newest := w.clock & clockMask
	c, head := w.ring(weekRing), tick(weekRing, newest)
	at := tick(monthRing, less(newest, 2*perMillis(7*24*time.Hour)))
	count := func(end, n uint64) {
		if n != 0 {
			to := tick(monthRing, min(end*weekHalf-1, newest))
			w.month.roll(at, to)
			w.month.add(uint32(min(n, MaxN)))
			at = to
		}
	}
	width, age := uint64(4), uint64(1)
	s := scale(c)
	if s != 0 {
		width, age, head = 8, 2, head&^1
	}
	for i := size(c); i > 0; {
		i -= width
		n := c[i/64] >> (i % 64) & lowest(width) << (max(s, coarse) - coarse)
		count(less(head, i/width*age), n)
	}
	count(newest/weekHalf+1, uint64(w.open[weekRing]&openMask))
	w.month.roll(at, tick(monthRing, newest))
}

// kept reports whether there is a month.
func (m *month) kept() bool { return m != nil && m.open&monthKept != 0 }

// ring is the closed part as the functions of ring.go take it.
func (m *month) ring() [3]uint64 {
	return [3]uint64{m.cells[0], m.cells[1], uint64(m.more&(1<<monthScale-1)) | uint64(m.more>>monthScale)<<scaleShift}
}

// set is the opposite of ring.
func (m *month) set(c *[3]uint64) {
	m.cells = [2]uint64{c[0], c[1]}
	m.more = uint32(c[2]&(1<<monthScale-1) | c[2]>>scaleShift<<monthScale)
}

func (m *month) roll(from, to uint64) {
	if from >= to {
		return
	}
	c := m.ring()
	m.open = m.open&^openMask | uint32(roll(c[:], monthSize, uint64(m.open&openMask), from, to))
	m.set(&c)
}

func (m *month) add(n uint32) { m.open += min(n, openMask-m.open&openMask) }

func (m *month) refund(head, at, n uint64) {
	c := m.ring()
	refund(c[:], monthSize, &m.open, head, at, n)
	m.set(&c)
}

func (m *month) merge(o *month, head uint64) {
	a, b := m.ring(), o.ring()
	merge(a[:], b[:], monthSize, &m.open, o.open, head)
	m.set(&a)
}

// sum is what the window of length per holds that ends at now; see Windows.sums.
func (m *month) sum(w *short, now uint64, per uint32) uint32 {
	c := m.ring()
	head, tail := w.clock&clockMask/monthHalf, less(now, uint64(per))/monthHalf
	inside := 4 * (head - min(head, tail))
	s := scale(c[:])
	if s != 0 {
		inside = 8 * (head/2 - min(head/2, tail/2))
		head, tail = head/2, tail/2
	}
	var lanes uint64
	for i, x := range c {
		x &= lowest64(less(inside, uint64(64*i)))
		if s == 0 {
			x = halves(x)
		}
		lanes += pairs(x)
	}
	return counted(head, tail, lanes, c[2], m.open)
}

// lowest64 masks the k lowest bits of a word, or all.
func lowest64(k uint64) uint64 {
	if k >= 64 {
		return 1<<64 - 1
	}
	return lowest(k)
}

func (m *month) append(b []byte) []byte {
	c := m.bytes()
	n := monthCells - 1
	for n > 0 && c[n-1] == 0 {
		n--
	}
	parts := (n + monthPart - 1) / monthPart
	b = append(b, c[monthCells-1]|byte(parts)<<5)
	b = binary.AppendUvarint(b, uint64(m.open&openMask))
	return append(b, c[:min(parts*monthPart, monthCells-1)]...)
}

// bytes are the closed sub-buckets and the scale.
func (m *month) bytes() (c [monthCells]byte) {
	binary.LittleEndian.PutUint64(c[0:], m.cells[0])
	binary.LittleEndian.PutUint64(c[8:], m.cells[1])
	binary.LittleEndian.PutUint32(c[16:], m.more)
	return c
}

// readMonth reads what append wrote, and refuses what the rules of ring.go would have
// kept in a finer scale.
func readMonth(b []byte) (m month, rest []byte, ok bool) {
	if len(b) == 0 {
		return m, b, false
	}
	s, parts := uint64(b[0]&31), int(b[0]>>5)
	open, n := uvarint(b[1:])
	if n == 0 || open > openMask || s > maxExponent+coarse {
		return m, b, false
	}
	b = b[1+n:]
	size := min(parts*monthPart, monthCells-1)
	if len(b) < size {
		return m, b, false
	}
	var c [monthCells]byte
	copy(c[:], b[:size])
	if parts > 0 && len(bytes.Trim(c[(parts-1)*monthPart:size], "\x00")) == 0 {
		return m, b, false // zeros at the end are left out
	}
	var most uint64
	for _, x := range c {
		most = max(most, uint64(x))
	}
	e := max(s, coarse) - coarse
	if most<<e > maxClosed || e != 0 && most < 128 || s == coarse && most <= maxHalf && open <= maxHalf {
		return m, b, false
	}
	c[monthCells-1] = byte(s)
	m.cells = [2]uint64{binary.LittleEndian.Uint64(c[0:]), binary.LittleEndian.Uint64(c[8:])}
	m.more, m.open = binary.LittleEndian.Uint32(c[16:]), uint32(open)|monthKept
	return m, b[size:], true
}
