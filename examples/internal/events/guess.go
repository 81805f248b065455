package events

import (
	"fmt"
	"slices"
)

// timed are the fields that hold dates.
var timed = [...]string{"at", "joined", "until"}

// An evidence is what the dates of a column say of how they are read.
type evidence struct {
	n     int              // dates that can be read in one way or another
	count [readings]int    // how many a reading can read
	only  [readings]string // a date that no other can
	one   written          // the first date of any form
	open  written          // the first of several readings
	said  string           // which is written so
}

func (e *evidence) add(s string) {
	w := scanDate(s)
	if w.form == none {
		return
	}
	if e.n++; e.one.form == none {
		e.one = w
	}
	if w.form == fixed {
		return
	}
	possible := w.possible()
	for _, r := range possible {
		e.count[r]++
	}
	switch {
	case len(possible) == 1:
		e.only[possible[0]] = s
	case len(possible) > 1 && e.said == "":
		e.open, e.said = w, s
	}
}

// readings are those that read the most dates: none if all dates can be read in one way.
func (e *evidence) readings() (best []reading) {
	most := 0
	for _, r := range guessed {
		switch n := e.count[r]; {
		case n == 0 || n < most:
		case n > most:
			most, best = n, []reading{r}
		default:
			best = append(best, r)
		}
	}
	return best
}

// mixed reports dates of a column of which some have the day first, others the month.
func (e *evidence) mixed(zone string) error {
	if e.only[dayFirst] == "" || e.only[monthFirst] == "" {
		return nil
	}
	return fmt.Errorf("%q has the day first and %q the month: two ways in one column; make them one", e.only[dayFirst], e.only[monthFirst])
}

// guess finds out how the dates of a table are read: by what a mapping says, by
// the sample and, if that leaves two ways, by all of the file.
func (t *table) guess(sample rows, again func() (rows, func(), error)) (notes []string, err error) {
	var all [len(timed)]evidence
	t.collect(sample, &all, nil)
	said, err := newDates(t.mapping.dates, t.mapping.location)
	if err != nil {
		return nil, err
	}
	for i := range timed {
		t.dates[i] = dates{zone: t.mapping.location}
		if said.reads(&all[i]) || all[i].n == 0 && timed[i] == "at" {
			t.dates[i] = said
		}
	}
	if t.open(&all) {
		if rows, done, err := again(); err == nil { // if it cannot be read again, the sample must do
			t.collect(rows, &all, t.open)
			done()
		}
	}
	for i := range timed {
		if t.dates[i].reading == unsaid {
			if err := t.settle(i, &all); err != nil {
				return nil, fmt.Errorf("%s: %w", timed[i], err)
			}
		}
	}
	if note := t.told(&all[0]); note != "" {
		notes = append(notes, note)
	}
	return notes, nil
}

// reads reports whether what a mapping says of dates is about those of a column.
func (d *dates) reads(e *evidence) bool {
	switch {
	case d.reading == unsaid || e.n == 0 && d.reading != laidOut:
		return false
	case d.reading == laidOut || e.open.form == none && e.count == [readings]int{}:
		return d.reading == laidOut
	case e.one.form == numeral:
		return d.reading == yearFirst || d.reading >= unix
	}
	return d.reading <= yearFirst
}

// open reports whether a column can be read in several ways.
func (t *table) open(all *[len(timed)]evidence) bool {
	for i := range all {
		if t.dates[i].reading == unsaid && len(all[i].readings()) > 1 {
			return true
		}
	}
	return false
}

// collect reads dates from rows, to their end or until enough says no.
func (t *table) collect(from rows, all *[len(timed)]evidence, enough func(*[len(timed)]evidence) bool) {
	for n := 1; ; n++ {
		_, row, end := from.read()
		if end != nil || n%512 == 0 && enough != nil && !enough(all) {
			return
		}
		if row != nil {
			continue
		}
		for i, field := range timed {
			if s, err := t.value(from, index(field)); err == nil && s != "" {
				all[i].add(s)
			}
		}
	}
}

// settle decides how a column is read, or asks.
func (t *table) settle(i int, all *[len(timed)]evidence) error {
	e, d := &all[i], &t.dates[i]
	best := e.readings()
	if err := e.mixed(d.zone.String()); err != nil {
		return err
	}
	if len(best) > 1 { // dates of one file are written alike
		for j := range timed {
			if other := all[j].readings(); len(other) == 1 && slices.Contains(best, other[0]) {
				best = other
			}
		}
	}
	switch len(best) {
	case 0:
	case 1:
		d.reading = best[0]
	default:
		return fmt.Errorf("%q can be %s, and nothing in the file tells: say which", firstOf(e.said, 40), asked(&e.open, best, d.zone))
	}
	return nil
}

// told says how dates are read, if anything was guessed.
func (t *table) told(e *evidence) string {
	d, w := &t.dates[0], e.one
	if e.open.form != none {
		w = e.open
	}
	if d.reading == laidOut || w.form == none || w.form == fixed && w.zoned && w.month == 0 && w.digits[0] == 4 {
		return ""
	}
	change := "-dates and -zone change that"
	switch {
	case w.form == fixed && w.zoned, w.form == numeral && d.reading != excel && d.reading != yearFirst:
		change = "-dates changes that"
	case w.form == fixed:
		change = "-zone changes that"
	}
	return fmt.Sprintf("dates are read as %s; %s", w.shape(d.reading, d.zone), change)
}
