package policy

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Duration is a time.Duration that is written as text: "24h", "7d12h". The
// zero Duration is "0s". It is a plain value.
//
// The text is whole numbers with the units d (24 hours), h, m, s, ms, us and
// ns, each at most once and the longer first; "0" needs none. It is written
// with days: "24h" reads the same as "1d", and is written "1d".
type Duration time.Duration

// durationUnits are the units of the text form, from long to short.
var durationUnits = [...]struct {
	name string
	unit Duration
}{
	{"d", day}, {"h", hour}, {"m", hour / 60}, {"s", hour / 3600},
	{"ms", Duration(time.Millisecond)}, {"us", Duration(time.Microsecond)}, {"ns", Duration(time.Nanosecond)},
}

// D returns the duration as the standard library knows it.
func (d Duration) D() time.Duration { return time.Duration(d) }

// String returns the text form: "1d12h". A negative duration, which no policy
// has, is that with a minus.
func (d Duration) String() string {
	if d == 0 {
		return "0s"
	}
	var b []byte
	rest := uint64(d)
	if d < 0 {
		b, rest = append(b, '-'), -rest
	}
	for _, u := range durationUnits {
		if n := rest / uint64(u.unit); n > 0 {
			b = append(strconv.AppendUint(b, n, 10), u.name...)
			rest -= n * uint64(u.unit)
		}
	}
	return string(b)
}

// MarshalText implements encoding.TextMarshaler. A negative duration is an error.
func (d Duration) MarshalText() ([]byte, error) {
	if d < 0 {
		return nil, fmt.Errorf("policy: duration %v is negative", d)
	}
	return []byte(d.String()), nil
}

var errDuration = errors.New(`policy: must be a duration such as "24h", "7d" or "1d12h"`)

// UnmarshalText implements encoding.TextUnmarshaler. On an error d is unchanged.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "0" {
		*d = 0
		return nil
	}
	if s == "" {
		return errDuration
	}
	var sum Duration
	next := 0 // the longest unit that may still come
	for s != "" {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		letters := len(s[digits:]) - len(strings.TrimLeft(s[digits:], "dhmnsu"))
		n, err := strconv.ParseInt(s[:digits], 10, 64)
		for next < len(durationUnits) && durationUnits[next].name != s[digits:digits+letters] {
			next++
		}
		if err != nil || next == len(durationUnits) || n > int64((math.MaxInt64-sum)/durationUnits[next].unit) {
			return errDuration
		}
		sum += Duration(n) * durationUnits[next].unit
		next++
		s = s[digits+letters:]
	}
	*d = sum
	return nil
}

const (
	hour = Duration(time.Hour)
	day  = 24 * hour
)
