// Package english prints figures as people read them.
package english

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Most is the largest number that is printed.
const Most = 1_000_000_000

// Number prints a measurement with at most two decimals.
func Number(v float64) string {
	switch {
	case v != v:
		return "unknown"
	case v > Most:
		return "over " + strconv.Itoa(Most)
	}
	return strconv.FormatFloat(max(-Most, math.Round(v*100)/100)+0, 'f', -1, 64) // and no -0
}

// Exact prints a number in full.
func Exact(x float64) string {
	if x > -1e12 && x < 1e12 && (x < -1e-6 || x > 1e-6) {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// Count prints how many there are of what has these names.
func Count(v float64, one, many string) string {
	switch s := Number(v); {
	case v != v:
		return "an unknown number of " + many
	case s != "1":
		return s + " " + many
	}
	return "1 " + one
}

// Percent prints a share; close to 0 and 1 with as many digits as it takes not
// to claim certainty.
func Percent(v float64) string {
	switch {
	case v != v:
		return "unknown"
	case v > .9999 && v < 1:
		return "over 99.99%"
	case v > .995 && v < 1:
		return strconv.FormatFloat(math.Floor(v*1e4)/100, 'f', 2, 64) + "%"
	case v > 0 && v < .01:
		return strconv.FormatFloat(v*100, 'g', 2, 64) + "%"
	}
	return strconv.FormatFloat(min(1, max(0, v))*100, 'f', 0, 64) + "%"
}

// OneIn prints a small rate as people say it.
func OneIn(rate float64) string {
	if n := math.Round(1 / rate); n >= 2 && n <= Most && math.Abs(1/rate-n) < 1e-6 {
		return "1 in " + strconv.Itoa(int(n))
	}
	return Percent(rate)
}

// Span prints a length of time in the largest unit that fits, in whole seconds.
func Span(d time.Duration) string {
	for _, u := range [...]struct {
		d    time.Duration
		name string
	}{{7 * 24 * time.Hour, "week"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		switch {
		case d < u.d || d%u.d != 0:
		case d == time.Hour:
			return "an hour"
		case d == u.d:
			return "a " + u.name
		default:
			return Count(float64(d/u.d), u.name, u.name+"s")
		}
	}
	return "0 seconds"
}

// Minute prints the first whole minute that is not before t.
func Minute(t time.Time) string {
	return t.UTC().Add(time.Minute - 1).Truncate(time.Minute).Format("2 January 2006, 15:04")
}

// Quoted prints an identifier as a line of text may have it: one with what a terminal
// would obey is quoted.
func Quoted(id string) string {
	if strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(id)
	}
	return id
}
