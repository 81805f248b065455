package limiter

import (
	"math"
	"time"
)

// maxMillis is the last millisecond of the year 9999. Times are counted in
// whole milliseconds since 1970; what lies outside is clamped.
const maxMillis = 253402300799_999

// millis is t in whole milliseconds since 1970.
func millis(t time.Time) uint64 {
	sec := t.Unix()
	if sec < 0 {
		return 0
	}
	if sec > maxMillis/1000 {
		return maxMillis
	}
	return uint64(sec)*1000 + uint64(t.Nanosecond())/1e6
}

// instant is the time of ms.
func instant(ms uint64) time.Time { return time.UnixMilli(int64(ms)).UTC() }

// until is how long after t the clock shows ms. It is zero if the clock ends
// before, and saturates.
func until(t time.Time, ms uint64) time.Duration {
	const far = math.MaxInt64 / 1_000_000_000 // seconds in the longest Duration
	if ms > maxMillis {
		return 0
	}
	sec := t.Unix()
	if whole := int64(ms / 1000); sec > whole-far {
		return time.Duration(whole-sec)*time.Second + time.Duration(ms%1000)*time.Millisecond - time.Duration(t.Nanosecond())
	}
	return math.MaxInt64
}

// perMillis is per in whole milliseconds, rounded up; 0 if it is negative.
func perMillis(per time.Duration) uint64 {
	return (uint64(max(per, 0)) + 1e6 - 1) / 1e6
}
