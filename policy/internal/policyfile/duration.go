package policyfile

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// units are those of a duration as text, from long to short.
var units = [...]struct {
	name string
	unit time.Duration
}{
	{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second},
	{"ms", time.Millisecond}, {"us", time.Microsecond}, {"ns", time.Nanosecond},
}

// FormatDuration writes a duration as text: "1d12h", "0s".
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	var b []byte
	rest := uint64(d)
	if d < 0 {
		b, rest = append(b, '-'), -rest
	}
	for _, u := range units {
		if n := rest / uint64(u.unit); n > 0 {
			b = append(strconv.AppendUint(b, n, 10), u.name...)
			rest -= n * uint64(u.unit)
		}
	}
	return string(b)
}

// ParseDuration reads whole numbers with units, each at most once and the longer first;
// "0" needs none.
func ParseDuration(s string) (sum time.Duration, ok bool) {
	if s == "0" {
		return 0, true
	}
	next := 0 // the longest unit that may still come
	for rest := s; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		letters := len(rest[digits:]) - len(strings.TrimLeft(rest[digits:], "dhmnsu"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		for next < len(units) && units[next].name != rest[digits:digits+letters] {
			next++
		}
		if err != nil || next == len(units) || n > int64((math.MaxInt64-sum)/units[next].unit) {
			return 0, false
		}
		sum += time.Duration(n) * units[next].unit
		next++
		rest = rest[digits+letters:]
	}
	return sum, s != ""
}
