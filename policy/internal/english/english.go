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

// Minute prints the first whole minute that is not before t.
func Minute(t time.Time) string {
	return t.UTC().Add(time.Minute - 1).Truncate(time.Minute).Format("2 January 2006, 15:04")
}

// Until is the end of what stands, after a space: a minute, or until somebody lifts it
// where t is zero.
func Until(t time.Time) string {
	if t.IsZero() {
		return " until lifted"
	}
	return " until " + Minute(t)
}

// Quoted prints an identifier as a line of text may have it: one with what a terminal
// would obey is quoted.
func Quoted(id string) string {
	if strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(id)
	}
	return id
}
