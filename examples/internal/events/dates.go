package events

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A reading is one of the ways in which a date can be read that can be read in
// several.
type reading uint8

const (
	unsaid reading = iota
	dayFirst
	monthFirst
	yearFirst
	unix // seconds, or thousandths, … of them by their size
	excel
	unixS
	unixMS
	unixUS
	unixNS
	laidOut // by a layout
	readings
)

var readingNames = [...]string{"", "dmy", "mdy", "ymd", "unix", "excel", "s", "ms", "us", "ns"}

// guessed are those that are tried where nobody says which.
var guessed = []reading{dayFirst, monthFirst, yearFirst, unix, excel}

// dates reads the dates of a column. It changes nothing after it was made.
type dates struct {
	reading reading
	layout  string
	zone    *time.Location
}

// newDates reads what SetDates takes; "" is unsaid.
func newDates(s string, zone *time.Location) (dates, error) {
	if i := slices.Index(readingNames[:], s); i >= 0 {
		return dates{reading: reading(i), zone: zone}, nil
	}
	now := time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)
	if back, err := time.Parse(s, now.Format(s)); err != nil || back.Year() != 2006 || back.YearDay() != 2 {
		return dates{}, fmt.Errorf("%q is none of %s, and no layout such as 02.01.2006 15:04", s, strings.Join(readingNames[1:], ", "))
	}
	return dates{reading: laidOut, layout: s, zone: zone}, nil
}

var errNoDate = errors.New("is no time such as 2026-11-23 12:00:00; say how it is written with -dates")

// time reads one date.
func (d *dates) time(s string) (time.Time, error) {
	if d.reading == laidOut {
		t, err := time.ParseInLocation(d.layout, s, d.zone)
		if err != nil {
			return t, fmt.Errorf("%q is not written as %s", firstOf(s, 40), d.layout)
		}
		return t.UTC(), nil
	}
	w := scanDate(s)
	r := d.reading
	if r == unsaid && w.form != fixed {
		possible := w.possible()
		if len(possible) > 1 {
			return time.Time{}, fmt.Errorf("%q can be %s: say which", firstOf(s, 40), asked(&w, possible, d.zone))
		}
		if len(possible) == 1 {
			r = possible[0]
		}
	}
	t, err := w.time(r, d.zone)
	if err == errNoDate && d.reading != unsaid && w.form != none {
		err = fmt.Errorf("%q is no time that is written as the others, which are %s (-dates)", firstOf(s, 40), readingNames[d.reading])
	} else if err != nil {
		err = fmt.Errorf("%q %w", firstOf(s, 40), err)
	}
	return t, err
}

// possible are the readings that nobody had to say.
func (w *written) possible() (all []reading) {
	for _, r := range guessed {
		if w.guess(r) {
			all = append(all, r)
		}
	}
	return all
}

// guess reports whether a date may be read so without being told to: dates of
// years from 1954 to 2200, and a year of two digits first only where hyphens are.
func (w *written) guess(r reading) bool {
	if w.form != triple && w.form != numeral {
		return false
	}
	t, err := w.time(r, time.UTC)
	switch {
	case err == errNoDate || t.Year() > 2200 && w.form == numeral:
		return false
	case r == excel:
		return len(w.whole) == 5 && w.whole >= "20000" && w.whole < "80000"
	case r == yearFirst && w.form == numeral:
		return t.Year() >= 1954
	case r == yearFirst:
		return w.seps[1] == '-'
	}
	return true
}

// time reads it in one way; errNoDate is that it is no such date.
func (w *written) time(r reading, zone *time.Location) (time.Time, error) {
	switch w.form {
	case none:
		return time.Time{}, errNoDate
	case numeral:
		return w.number(r, zone)
	}
	year, month, day, ok := w.ymd(r)
	if !ok {
		return time.Time{}, errNoDate
	}
	hour := w.hour
	if w.half != 0 {
		if hour %= 12; w.half == 'p' {
			hour += 12
		}
	}
	switch {
	case w.letters != "":
		return w.lettered(time.Date(year, time.Month(month), day, hour, w.min, w.sec, w.ns, zone))
	case w.zoned:
		return time.Date(year, time.Month(month), day, hour, w.min, w.sec-w.offset, w.ns, time.UTC), nil
	}
	return time.Date(year, time.Month(month), day, hour, w.min, w.sec, w.ns, zone).UTC(), nil
}

// lettered is a time whose zone is named by letters, which the zone of the log
// must know: an offset that is guessed would be wrong by hours.
func (w *written) lettered(t time.Time) (time.Time, error) {
	_, here := t.Zone()
	for _, by := range []time.Duration{0, time.Hour, -time.Hour} { // on both sides of a change of the clocks
		name, offset := t.Add(by).Zone()
		if name == w.letters {
			return t.Add(time.Duration(here-offset) * time.Second).UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("has a zone of letters, which several have: say where with -zone, such as -zone Europe/Berlin")
}

// number reads one number in one way.
func (w *written) number(r reading, zone *time.Location) (time.Time, error) {
	n, err := strconv.ParseInt(w.whole, 10, 64)
	if err != nil {
		return time.Time{}, errNoDate
	}
	if r == unix {
		r = unixBy(n)
	}
	switch r {
	case unixS:
		return time.Unix(n, int64(parts(w.frac, 9))).UTC(), nil
	case unixMS:
		return time.UnixMilli(n).Add(time.Duration(parts(w.frac, 6))).UTC(), nil
	case unixUS:
		return time.UnixMicro(n).Add(time.Duration(parts(w.frac, 3))).UTC(), nil
	case unixNS:
		return time.Unix(n/1e9, n%1e9).UTC(), nil
	case excel:
		day, err := strconv.ParseFloat("0."+w.frac+"0", 64)
		if err != nil || n > 3e6 {
			return time.Time{}, errNoDate
		}
		return time.Date(1899, 12, 30+int(n), 0, 0, 0, int(math.Round(day*864e5))*1e6, zone).UTC(), nil
	case yearFirst:
		return w.compact(zone)
	}
	return time.Time{}, errNoDate
}

// compact reads 20240201, and that with 1000 or 100000 behind it.
func (w *written) compact(zone *time.Location) (time.Time, error) {
	s := w.whole
	if w.frac != "" || len(s) != 8 && len(s) != 12 && len(s) != 14 {
		return time.Time{}, errNoDate
	}
	c := written{form: fixed, num: [3]int{number(s[:4]), two(s, 4), two(s, 6)}, digits: [3]int{4, 2, 2}, n: 3, seps: [3]byte{'-', '-', '-'}}
	if s = s[8:]; len(s) >= 4 {
		c.hour, c.min, c.clock = two(s, 0), two(s, 2), len(s)/2
	}
	if len(s) == 6 {
		c.sec = two(s, 4)
	}
	if c.judge() != fixed {
		return time.Time{}, errNoDate
	}
	return c.time(yearFirst, zone)
}

// asked says what a date can be, and which flag says so.
func asked(w *written, all []reading, zone *time.Location) string {
	var b strings.Builder
	for i, r := range all {
		switch {
		case i > 0 && i == len(all)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		t, _ := w.time(r, zone)
		fmt.Fprintf(&b, "%s (-dates %s)", t.In(zone).Format("2 January 2006"), readingNames[r])
	}
	return b.String()
}

// unit is what a Unix time counts.
func (w *written) unit(r reading) string {
	names := map[reading]string{unixS: "seconds", unixMS: "milliseconds", unixUS: "microseconds", unixNS: "nanoseconds"}
	if n, err := strconv.ParseInt(w.whole, 10, 64); r == unix && err == nil {
		r = unixBy(n)
	}
	return names[r]
}

// unixBy guesses the unit by the size: seconds until the year 5138, milliseconds from
// 1973 on, and so forth.
func unixBy(n int64) reading {
	switch {
	case n > 1e17:
		return unixNS
	case n > 1e14:
		return unixUS
	case n > 1e11:
		return unixMS
	}
	return unixS
}

// shape is how a date is written and read, in words.
func (w *written) shape(r reading, zone *time.Location) string {
	var b strings.Builder
	parts := []string{"year", "month", "day"}
	switch {
	case w.form == numeral:
		b.WriteString(map[reading]string{excel: "the days of Excel", yearFirst: "year, month and day in one number"}[r])
		if b.Len() == 0 {
			return "Unix times in " + w.unit(r)
		}
		return b.String() + ", " + zone.String()
	case w.month > 0:
		parts = []string{"day", "month", "year"}
	case w.form == triple && r == dayFirst:
		parts = []string{"day", "month", "year"}
	case w.form == triple && r == monthFirst:
		parts = []string{"month", "day", "year"}
	}
	sep := string(w.seps[1])
	if w.month > 0 {
		sep = " "
	}
	b.WriteString(strings.Join(parts, sep))
	if w.clock > 0 {
		b.WriteString(" " + strings.Join([]string{"hour", "minute", "second"}[:w.clock], ":"))
	}
	if w.half != 0 {
		b.WriteString(" AM/PM")
	}
	if !w.zoned {
		b.WriteString(", " + zone.String())
	}
	return b.String()
}
