// Package stamp holds times as a record keeps them: Unix seconds in 32 bits, from
// 1970 to 2106.
package stamp

import (
	"math"
	"time"
)

// Forever, as an end, is no time: until somebody ends it.
const Forever = math.MaxUint32

// Last is the last moment that a record can keep, in 2106.
const Last = Forever - 1

// Of is t in whole seconds, clamped to what a record can keep.
func Of(t time.Time) uint32 { return uint32(max(0, min(t.Unix(), Last))) }

// OfMilli is the second of a time in Unix milliseconds, clamped likewise.
func OfMilli(ms int64) uint32 { return uint32(max(0, min(ms/1000, Last))) }

// Time is the time that a record keeps as s, in UTC.
func Time(s uint32) time.Time { return time.Unix(int64(s), 0).UTC() }

// Seconds is a duration in whole seconds, as far as a record can keep it.
func Seconds(d time.Duration) uint32 { return uint32(min(max(d/time.Second, 0), Last)) }

// After is d seconds after t. It never reaches Forever.
func After(t, d uint32) uint32 { return uint32(min(uint64(t)+uint64(d), Last)) }

// Since is the time from then to now; 0 if then lies ahead.
func Since(then, now uint32) time.Duration {
	return time.Duration(now-min(now, then)) * time.Second
}

// A Move is how times move when a clock turns out to have been wrong: those from From
// to To by By seconds, and to no time before Least.
type Move struct {
	From, To uint32
	By       int64
	Least    uint32
}

// Moves reports whether a time is among those that move. Forever never is.
func (m *Move) Moves(t uint32) bool { return m.From <= t && t <= m.To && t != Forever }

// Of is where a time moves to.
func (m *Move) Of(t uint32) uint32 {
	if !m.Moves(t) {
		return t
	}
	return uint32(min(max(int64(t)+m.By, int64(m.Least), 1), Last))
}
