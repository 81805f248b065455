package state

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// A Tally is what the counters of rules have counted of one thing that messages have in
// common: a device, a recipient. It has a record of its own, which a store may drop: then
// it counts anew. It stays encoded, for a message adds to few of its sums:
//
//	end of the last sum (4 bytes), then sums: ID (4), end (4), form (1), length
//	(uvarint), content
//
// The content is a limiter.Windows; or people, each a hash (4) and when they were seen last
// (4); or, of more than these, the number of the newest eighth of a window (4) and what was
// seen in it, and in those before it, each a scoring.Distinct. The zero Tally is empty.
type Tally []byte

// A Sum says what one counter counts in a Tally.
type Sum struct {
	ID     uint32        // of the counter
	Window time.Duration // from a second to limiter.MaxPer
	People bool          // people, each once; else messages
}

// Forms of sums.
const (
	sumMessages = iota
	sumPeople   // each by itself
	sumCrowd    // estimated
)

const (
	exactPeople = 32 // until they are estimated
	seenSize    = 8  // of one of them
	eighths     = 8
	crowdPart   = 32 // bytes
)

// MaxSums is how many sums one Tally holds; what was added to longest ago goes.
const MaxSums = 40

// A sumEntry is one encoded sum.
type sumEntry struct {
	id, end uint32
	form    uint8
	body    []byte
}

// firstSum takes the first sum off; ok is false where there is none, or it is malformed.
func firstSum(d *wire.Reader) (e sumEntry, ok bool) {
	e = sumEntry{id: d.U32(), end: d.U32(), form: d.U8(), body: d.Sized()}
	return e, !d.Bad && e.valid()
}

// valid reports whether the content is of the form.
func (e *sumEntry) valid() bool {
	n := len(e.body)
	switch e.form {
	case sumMessages:
		return n > 0 && n <= 255
	case sumPeople:
		return n > 0 && n%seenSize == 0 && n <= exactPeople*seenSize
	case sumCrowd:
		return n > 4 && (n-4)%crowdPart == 0 && n <= 4+eighths*crowdPart
	}
	return false
}

// find finds a sum that has not ended.
func (t Tally) find(id uint32, now time.Time) (e sumEntry, ok bool) {
	d := wire.Reader{B: t}
	for d.U32(); len(d.B) > 0; {
		if e, ok = firstSum(&d); !ok {
			return e, false
		} else if e.id == id {
			return e, e.end > stamp.Of(now)
		}
	}
	return e, false
}

// Count is a sum at a time.
func (t Tally) Count(s Sum, now time.Time) int {
	e, ok := t.find(s.ID, now)
	if !ok || (e.form != sumMessages) != s.People {
		return 0
	}
	switch e.form {
	case sumMessages:
		var w limiter.Windows
		if w.UnmarshalBinary(e.body) != nil {
			return 0
		}
		return w.Count(now, s.Window)
	case sumPeople:
		n := 0
		for at := seenSize; at <= len(e.body); at += seenSize {
			if s.fresh(wire.Get32(e.body[at-4:]), now) {
				n++
			}
		}
		return n
	}
	d := e.crowd(s, now)
	return int(math.Round(d.Count()))
}

// Has reports whether somebody is among the people of a sum at a time. Of a crowd it is an
// estimate.
func (t Tally) Has(s Sum, now time.Time, who uint32) bool {
	e, ok := t.find(s.ID, now)
	if !ok || e.form == sumMessages || !s.People {
		return false
	}
	if e.form == sumCrowd {
		d := e.crowd(s, now)
		return !d.Add(uint64(who))
	}
	for at := 0; at < len(e.body); at += seenSize {
		if wire.Get32(e.body[at:]) == who {
			return s.fresh(wire.Get32(e.body[at+4:]), now)
		}
	}
	return false
}

// fresh reports whether what was seen at a time is within the window.
func (s *Sum) fresh(at uint32, now time.Time) bool {
	return stamp.After(at, stamp.Seconds(s.Window)) > stamp.Of(now)
}

// eighth is the number of the eighth of a window that a time is in.
func (s *Sum) eighth(now time.Time) uint32 {
	return stamp.Of(now) / max(1, (stamp.Seconds(s.Window)+eighths-1)/eighths)
}

// crowd is who was seen in the eighths that a window reaches into.
func (e *sumEntry) crowd(s Sum, now time.Time) (all scoring.Distinct) {
	newest, at := wire.Get32(e.body), s.eighth(now)
	for i, parts := uint32(0), e.body[4:]; len(parts) > 0; i, parts = i+1, parts[crowdPart:] {
		if newest-min(i, newest)+eighths > at {
			all.Merge(distinctOf(parts))
		}
	}
	return all
}

func distinctOf(b []byte) (d scoring.Distinct) {
	for i := range d.Bits {
		d.Bits[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return d
}

// An Addition is what a message adds to a sum: itself, or people.
type Addition struct {
	Sum
	Who []uint32 // of people
}

// Add appends to dst the Tally with what a message adds at a time, and without what has
// ended. A sum whose counter counts otherwise than before begins anew.
func (t Tally) Add(dst []byte, now time.Time, all []Addition) []byte {
	start, last, n := len(dst), uint32(0), 0
	dst = append(dst, 0, 0, 0, 0)
	for i := range all {
		a := &all[i]
		e, ok := t.find(a.ID, now)
		if !ok || (e.form != sumMessages) != a.People {
			e = sumEntry{id: a.ID}
			if a.People {
				e.form = sumPeople
			}
		}
		if at := len(dst); n < MaxSums {
			if dst = e.add(dst, a, now); len(dst) > at {
				dst, last, n = e.head(dst, at), max(last, e.end), n+1
			}
		}
	}
	d := wire.Reader{B: t}
	for d.U32(); len(d.B) > 0 && n < MaxSums; {
		e, ok := firstSum(&d)
		if !ok {
			break
		}
		added := e.end <= stamp.Of(now)
		for i := range all {
			added = added || all[i].ID == e.id
		}
		if at := len(dst); !added {
			dst, last, n = e.head(append(dst, e.body...), at), max(last, e.end), n+1
		}
	}
	if n == 0 {
		return dst[:start]
	}
	binary.LittleEndian.PutUint32(dst[start:], last)
	return dst
}

// head puts what is before its content before the content that begins at a place.
func (e *sumEntry) head(dst []byte, at int) []byte {
	var room [13 + binary.MaxVarintLen16]byte
	h := wire.Put32(wire.Put32(room[:0], e.id), e.end)
	h = binary.AppendUvarint(append(h, e.form), uint64(len(dst)-at))
	dst = append(dst, h...)
	copy(dst[at+len(h):], dst[at:])
	copy(dst[at:], h)
	return dst
}

// add appends what a sum becomes.
func (e *sumEntry) add(dst []byte, a *Addition, now time.Time) []byte {
	e.end = stamp.After(stamp.Of(now), stamp.Seconds(a.Window)+1)
	switch e.form {
	case sumMessages:
		var w limiter.Windows
		_ = w.UnmarshalBinary(e.body) // what cannot be read begins anew
		if a.Window > limiter.MaxWeek {
			w.KeepMonth(now)
		}
		w.Add(now, 1)
		dst, _ = w.AppendBinary(dst)
		return dst
	case sumPeople:
		at := len(dst)
		if dst = e.see(dst, a, now); len(dst)-at > exactPeople*seenSize {
			return e.estimate(dst, at, a, now)
		}
		return dst
	}
	return e.seeCrowd(dst, a, now)
}

// see appends those who were seen within the window, and those who are now.
func (e *sumEntry) see(dst []byte, a *Addition, now time.Time) []byte {
	for b := e.body; len(b) > 0; b = b[seenSize:] {
		if a.fresh(wire.Get32(b[4:]), now) && !has(a.Who, wire.Get32(b)) {
			dst = append(dst, b[:seenSize]...)
		}
	}
	for i, who := range a.Who[:min(len(a.Who), exactPeople+1)] { // more are a crowd at once
		if !has(a.Who[:i], who) {
			dst = wire.Put32(wire.Put32(dst, who), stamp.Of(now))
		}
	}
	return dst
}

func has(all []uint32, who uint32) bool {
	return slices.Contains(all, who)
}

// estimate makes a crowd of the people who were written from a place on.
func (e *sumEntry) estimate(dst []byte, at int, a *Addition, now time.Time) []byte {
	var parts [eighths]scoring.Distinct
	newest := a.eighth(now)
	for b := dst[at:]; len(b) > 0; b = b[seenSize:] {
		if i := newest - a.eighth(stamp.Time(wire.Get32(b[4:]))); i < eighths {
			parts[i].Add(uint64(wire.Get32(b)))
		}
	}
	e.form = sumCrowd
	return putCrowd(dst[:at], newest, &parts, a.Who)
}

// seeCrowd appends a crowd with more people.
func (e *sumEntry) seeCrowd(dst []byte, a *Addition, now time.Time) []byte {
	was := wire.Get32(e.body)
	newest := max(a.eighth(now), was)
	var parts [eighths]scoring.Distinct
	for i, b := newest-was, e.body[4:]; i < eighths && len(b) > 0; i, b = i+1, b[crowdPart:] {
		parts[i] = distinctOf(b)
	}
	return putCrowd(dst, newest, &parts, a.Who)
}

// putCrowd appends a crowd, with who is seen in its newest part.
func putCrowd(dst []byte, newest uint32, parts *[eighths]scoring.Distinct, now []uint32) []byte {
	for _, who := range now {
		parts[0].Add(uint64(who))
	}
	dst = wire.Put32(dst, newest)
	for i := range parts {
		for _, w := range parts[i].Bits {
			dst = binary.LittleEndian.AppendUint64(dst, w)
		}
	}
	return dst
}

// ends is when the last sum has ended.
func (t Tally) ends() uint32 {
	if len(t) < 4 {
		return 0
	}
	return wire.Get32(t)
}

func putTally(r *Record, b []byte) []byte { return append(b, r.Tally...) }

func getTally(r *Record, d *wire.Reader) {
	body := d.Take(len(d.B))
	r.Tally = append(r.Tally[:0], body...)
	sums := wire.Reader{B: body}
	d.Bad = d.Bad || sums.U32() == 0 || len(sums.B) == 0
	for n := 0; len(sums.B) > 0 && !d.Bad; n++ {
		_, ok := firstSum(&sums)
		d.Bad = !ok || n == MaxSums
	}
}
