package events

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A CSV says how files of comma-separated values are read. A file is CSV if its
// name ends in .csv or .tsv (or that and .gz), and if columns were set every
// file whose name does not end in .jsonl, .ndjson or .json is. The zero CSV
// takes columns that have the names of the format's fields.
type CSV struct {
	columns map[string]string // field of the format → column
	layout  string
	zone    *time.Location
	split   string
}

// fields of the format that a column may hold.
var fields = []string{
	"at", "kind", "from", "to", "text", "id", "relation", "class", "joined", "origin", "group", "channel", "thread",
	"composed", "reply", "against", "account", "sender", "category", "message", "complaint", "by", "abusive", "abuse", "actor", "delayed", "edit", "media", "accepts", "protected", "outcome", "pledge", "impersonated", "verdict", "until", "note", "nats",
}

// SetColumns reads "at=sent_at,from=sender,to=recipient,text=body". An item
// whose column has a comma in its name stands in quotation marks, as in CSV.
func (c *CSV) SetColumns(list string) error {
	r := csv.NewReader(strings.NewReader(list))
	r.LazyQuotes = true
	items, err := r.Read()
	if err != nil {
		return fmt.Errorf("%q is no field=column", list)
	}
	columns := map[string]string{}
	for _, item := range items {
		field, column, ok := strings.Cut(item, "=")
		field, column = strings.TrimSpace(field), strings.TrimSpace(column)
		switch {
		case !ok || field == "" || column == "":
			return fmt.Errorf("%q is no field=column; where the column has a comma, write \"field=column\" with the quotation marks", item)
		case !slices.Contains(fields, field):
			return fmt.Errorf("no field %q; there are %s", field, strings.Join(fields, ", "))
		case columns[field] != "":
			return fmt.Errorf("field %q stands twice", field)
		}
		columns[field] = column
	}
	c.columns = columns
	return nil
}

// SetLayout sets how times are written, in the notation of package time.
func (c *CSV) SetLayout(layout string) error {
	if _, err := time.Parse(layout, time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC).Format(layout)); err != nil || !strings.Contains(layout, "2006") && !strings.Contains(layout, "06") {
		return fmt.Errorf("%q is no layout such as 2006-01-02 15:04:05 or 02.01.2006 15:04", layout)
	}
	c.layout = layout
	return nil
}

// SetZone sets the zone of times that name none.
func (c *CSV) SetZone(name string) (err error) {
	c.zone, err = time.LoadLocation(name)
	return err
}

// SetSplit sets what parts several recipients in one field.
func (c *CSV) SetSplit(s string) error {
	if s == "" {
		return errors.New("must not be empty")
	}
	c.split = s
	return nil
}

// reads reports whether a file of that name is CSV.
func (c *CSV) reads(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(strings.ToLower(name), ".gz"))
	switch filepath.Ext(name) {
	case ".csv", ".tsv":
		return true
	case ".jsonl", ".ndjson", ".json":
		return false
	}
	return c != nil && len(c.columns) > 0
}

// layouts that are known without being told: all begin with the year, so that
// no day can be taken for a month.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z0700", "2006-01-02 15:04:05.999999999Z07",
	"2006-01-02 15:04:05.999999999 MST", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04", "2006-01-02T15:04",
	"2006/01/02 15:04:05.999999999", "2006/01/02 15:04", "2006-01-02",
}

func (c *CSV) time(s string) (time.Time, error) {
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	if c.layout != "" {
		t, err := time.ParseInLocation(c.layout, s, zone)
		if err != nil {
			return t, fmt.Errorf("%q is not written as %s", firstOf(s, 40), c.layout)
		}
		return t.UTC(), nil
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC(), nil
		}
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 0 && n < 1e17 {
		switch { // seconds, or thousandths or millionths of them: all mean a time before the year 5000
		case n > 1e14:
			n /= 1e6
		case n > 1e11:
			n /= 1e3
		}
		whole, part := math.Modf(n)
		return time.Unix(int64(whole), int64(math.Round(part*1e6))*1e3).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is no time such as 2026-11-23 12:00:00; say how it is written with -csv-time", firstOf(s, 40))
}
