// Package budget bounds what automation does to people in an hour, by a number or
// by a share of the accounts that are active.
package budget

import (
	"errors"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// A Budget counts the sanctions of the last hour and the accounts that are
// active. It is safe for concurrent use. In the zero Budget nothing is taken,
// and nobody was seen.
//
// latest, an argument of its methods, is the latest time that is no wrong clock. A
// Budget that is ahead of it is brought back.
type Budget struct {
	mu     sync.Mutex
	used   hour
	active active
}

// Take asks for one sanction, and reports whether it may be: there are at most
// perHour in any hour, or share of the active accounts where that is more.
func (b *Budget) Take(t, latest time.Time, perHour int, share float64) bool {
	l := b.limit(t, latest, perHour, share)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used.bring(t, latest)
	return b.used.now.Take(t, l[:], 1).OK
}

// Check says what Take would, and takes nothing.
func (b *Budget) Check(t, latest time.Time, perHour int, share float64) bool {
	return b.Left(t, latest, perHour, share) > 0
}

// Left is how many may still be taken.
func (b *Budget) Left(t, latest time.Time, perHour int, share float64) int {
	l := b.limit(t, latest, perHour, share)
	b.mu.Lock()
	used := b.used
	b.mu.Unlock()
	used.bring(t, latest)
	return max(0, l[0].N-used.now.Count(t, time.Hour))
}

func (b *Budget) limit(t, latest time.Time, perHour int, share float64) [1]limiter.Limit {
	return [1]limiter.Limit{{N: max(perHour, int(share*b.active.count(t, latest))), Per: time.Hour}}
}

// An hour is what was taken, and what had been before the clock went on, or back, so
// far that all of it was forgotten: it counts again if that was a wrong clock.
type hour struct{ now, before limiter.Windows }

// bring brings the hour to a time.
func (h *hour) bring(t, latest time.Time) {
	newest := h.now.Newest()
	if !newest.After(latest) && t.Sub(newest) < time.Hour {
		return
	}
	was := h.now
	h.now.Rewind(t)
	if since := t.Sub(h.before.Newest()); since >= 0 && since < time.Hour {
		h.now.Merge(&h.before)
	}
	h.before = was
}

// GiveBack returns one that was taken at t and not used.
func (b *Budget) GiveBack(t time.Time) {
	b.mu.Lock()
	b.used.now.Refund(t, 1)
	b.mu.Unlock()
}

// See counts an account as active.
func (b *Budget) See(who uint64, t, latest time.Time) { b.active.see(who, t, latest) }

// Active is how many accounts were active within the last day or two.
func (b *Budget) Active(t, latest time.Time) int { return int(b.active.count(t, latest) + .5) }

// active counts the accounts seen within 24 to 48 hours: a linear counter
// (Whang, Vander-Zanden & Taylor 1990) of 65,536 bits a day, right within a few
// percent up to some 300,000 accounts and too low above. It is safe for
// concurrent use.
type active struct {
	mu   sync.Mutex // for turning the page
	day  atomic.Uint64
	bits [2][activeWords]atomic.Uint64 // by parity of the day
	set  [2]atomic.Int64               // how many of them

	before    float64 // the count when the clock last went on, or back, by more than a day
	beforeDay uint64  // the day until then
}

const activeWords = 1024

func dayOf(t time.Time) uint64 { return uint64(max(0, t.Unix()) / 86400) }

func (a *active) see(who uint64, t, latest time.Time) {
	day := dayOf(t)
	if d := a.day.Load(); d < day || d > dayOf(latest) {
		a.turn(day, dayOf(latest))
	}
	w := &a.bits[day&1][who/64%activeWords]
	if bit := uint64(1) << (who % 64); w.Load()&bit == 0 {
		if w.Or(bit)&bit == 0 {
			a.set[day&1].Add(1)
		}
	}
}

// turn begins a day, later than the one that is open, or earlier if that lies after the
// latest.
func (a *active) turn(day, latest uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.day.Load()
	if old >= day && old <= latest {
		return
	}
	if day != old+1 && !a.holds(day) {
		a.before, a.beforeDay = a.pages(), old
	}
	if day > old {
		a.clear(day)
	}
	if day > old+1 {
		a.clear(day - 1)
	}
	a.day.Store(day)
}

// holds reports whether what was counted before is of a day or the day before.
func (a *active) holds(day uint64) bool {
	return a.beforeDay == day || a.beforeDay+1 == day
}

func (a *active) clear(day uint64) {
	a.set[day&1].Store(0)
	for i := range a.bits[day&1] {
		a.bits[day&1][i].Store(0)
	}
}

// count is the larger of the two days' counts, as they will be once the day is begun. It
// begins none: a preview asks, too.
func (a *active) count(t, latest time.Time) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	day, open := dayOf(t), a.day.Load()
	kept := [2]bool{true, true}
	if open < day || open > dayOf(latest) {
		if day > open {
			kept[day&1] = false
		}
		if day > open+1 {
			kept[(day-1)&1] = false
		}
		open = day
	}
	most := 0.
	for d := range a.set {
		if kept[d] {
			most = max(most, a.page(d))
		}
	}
	if a.holds(open) {
		most = max(most, a.before)
	}
	return most
}

// pages is the larger of what is counted now.
func (a *active) pages() float64 { return max(a.page(0), a.page(1)) }

func (a *active) page(d int) float64 {
	const size = 64 * activeWords
	set := min(int(a.set[d].Load()), size-1)
	return -size * scoring.Log(float64(size-set)/size)
}

// A State is a Budget as Append wrote it.
type State struct {
	used limiter.Windows
	day  uint64
	bits [2][activeWords]uint64
}

// Append appends the binary form: what was taken, and which accounts were
// active.
func (b *Budget) Append(dst []byte) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	dst = wire.PutSized(dst, func(d []byte) []byte { d, _ = b.used.now.AppendBinary(d); return d })
	dst = wire.Put64(dst, b.active.day.Load())
	for d := range b.active.bits {
		for i := range b.active.bits[d] {
			dst = wire.Put64(dst, b.active.bits[d][i].Load())
		}
	}
	return dst
}

// Parse reads what Append wrote. After an error s means nothing.
func (s *State) Parse(data []byte) error {
	d := wire.Reader{B: data}
	d.Into(&s.used, d.Sized())
	s.day = d.U64()
	for k := range s.bits {
		for i := range s.bits[k] {
			s.bits[k][i] = d.U64()
		}
	}
	if d.Bad || len(d.B) > 0 {
		return errors.New("the budget is malformed")
	}
	return nil
}

// Restore puts s in place of what b holds.
func (b *Budget) Restore(s *State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = hour{now: s.used}
	b.active.day.Store(s.day)
	for k := range s.bits {
		set := 0
		for i, w := range s.bits[k] {
			b.active.bits[k][i].Store(w)
			set += bits.OnesCount64(w)
		}
		b.active.set[k].Store(int64(set))
	}
}
