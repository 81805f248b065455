package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fields of the format that a column may hold.
var fields = []string{
	"at", "kind", "from", "to", "text", "id", "relation", "class", "joined", "origin", "group", "channel", "thread",
	"composed", "reply", "against", "account", "sender", "category", "message", "complaint", "by", "abusive", "abuse", "actor", "delayed", "edit", "media", "accepts", "protected", "outcome", "pledge", "impersonated", "verdict", "until", "note", "nats", "attributes",
}

const fieldCount = 38

// index of a field.
func index(field string) int { return slices.Index(fields, field) }

// rows yields the rows of a file one after the other.
type rows interface {
	// read reads the next row. An error of row is about it alone; end is what
	// ends the file, io.EOF at its end.
	read() (line int, row, end error)
	// value is what the row has for a field; "" if it has nothing.
	value(field int) (string, error)
	// list is the same of a field that may have several.
	list(field int) ([]string, error)
	// named is what the row has for an attribute of the mapping, a list or one.
	named(k int, list bool) ([]string, error)
}

// A table turns rows into events.
type table struct {
	mapping *mapping
	rows    rows
	sources [fieldCount]*source // that the mapping gives; nil: none
	dates   [len(timed)]dates
}

func newTable(m *mapping) *table {
	t := &table{mapping: m}
	for i, field := range fields {
		if s, ok := m.sources[field]; ok {
			t.sources[i] = &s
		}
	}
	return t
}

// errLeftOut is about a row that the mapping leaves out.
var errLeftOut = errors.New("left out")

// next reads a row into e. An error of row is about it alone; end is what ends
// the file, io.EOF at its end.
func (t *table) next(e *Event) (line int, row, end error) {
	line, row, end = t.rows.read()
	if row != nil || end != nil {
		return line, row, end
	}
	return line, t.event(e), nil
}

// value is what a row has for a field, as the mapping reads it.
func (t *table) value(from rows, i int) (string, error) {
	s := t.sources[i]
	if s != nil && s.constant {
		return s.column, nil
	}
	is, err := from.value(i)
	if err != nil || s == nil || s.values == nil {
		return is, err
	}
	if is = s.value(is); is == leaveOut {
		return "", errLeftOut
	}
	return is, nil
}

// A cells reads the fields of the row in hand, and keeps the first error.
type cells struct {
	*table
	err error
}

func (c *cells) fail(i int, err error) {
	if c.err == nil || err == errLeftOut {
		if c.err = err; err != errLeftOut {
			c.err = fmt.Errorf("%s: %w", fields[i], err)
		}
	}
}

func (c *cells) get(i int) string {
	s, err := c.table.value(c.rows, i)
	if err != nil {
		c.fail(i, err)
	}
	return s
}

func (c *cells) lower(i int) string { return strings.ToLower(c.get(i)) }

// list is a field that may have several.
func (c *cells) list(i int) (all []string) {
	s := c.sources[i]
	if s != nil && s.constant {
		return []string{s.column}
	}
	list, err := c.rows.list(i)
	if err != nil {
		c.fail(i, err)
	}
	if s == nil || s.values == nil {
		return list
	}
	for _, one := range list {
		if one = s.value(one); one != "" && one != leaveOut {
			all = append(all, one)
		}
	}
	return all
}

// time is a date as a line of the format has it.
func (c *cells) time(i, column int) string {
	s := c.get(i)
	if s == "" {
		return ""
	}
	at, err := c.dates[column].time(s)
	if err != nil {
		c.fail(i, err)
	}
	return at.Format(time.RFC3339Nano)
}

func (c *cells) number(i int, of string) *float64 {
	s := c.get(i)
	if s == "" {
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n-n != 0 {
		c.fail(i, fmt.Errorf("%q is no number of %s", firstOf(s, 40), of))
	}
	return &n
}

func (c *cells) truth(i int) *bool {
	s := c.get(i)
	if s == "" {
		return nil
	}
	b, err := truth(s)
	if err != nil {
		c.fail(i, err)
	}
	return &b
}

func is(b *bool) bool { return b != nil && *b }

// event turns the row in hand into an Event, by the same rules as a line of JSON.
func (t *table) event(e *Event) error {
	c := cells{table: t}
	w := wire{
		At: c.time(0, 0), Kind: c.lower(1), From: c.get(2), To: c.list(3), Text: c.get(4), ID: c.get(5), Relation: c.lower(6), Class: c.get(7), Joined: c.time(8, 1),
		Origin: c.get(9), Group: c.get(10), Channel: c.get(11), Thread: c.get(12), Composed: c.number(13, "seconds"), Reply: is(c.truth(14)),
		Against: c.get(15), Account: c.get(16), Sender: c.get(17), Category: c.lower(18), Message: c.get(19), Complaint: c.get(20), By: c.get(21),
		Abusive: c.truth(22), Abuse: c.truth(23), Actor: c.get(24), Delayed: is(c.truth(25)), Edit: is(c.truth(26)), Media: c.list(27),
		Accepts: c.lower(28), Protected: is(c.truth(29)), Outcome: c.lower(30), Pledge: is(c.truth(31)), Impersonated: c.get(32), Verdict: c.lower(33), Until: c.time(34, 2), Note: c.get(35),
	}
	if nats := c.number(36, "nats"); nats != nil {
		w.Nats = *nats
	}
	if text := c.get(37); text != "" {
		if err := json.Unmarshal([]byte(text), &w.Attributes); err != nil {
			c.fail(37, fmt.Errorf("%q is no JSON object of texts, numbers, true and false, and lists of texts", firstOf(text, 40)))
		}
	}
	w.Attributes = c.attributes(w.Attributes)
	if c.err != nil {
		return c.err
	}
	return w.event(e)
}

// parted is the names in a field, between which split stands; all of it if that is "".
func parted(s, split string) (all []string) {
	if split == "" {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	for name := range strings.SplitSeq(s, split) {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

func truth(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "t", "yes", "y", "1", "spam", "abusive":
		return true, nil
	case "false", "f", "no", "n", "0", "ham", "honest":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", firstOf(s, 40))
}

// listed is names for a message, not more than can be read.
func listed(header []string) string {
	const most = 40
	names := make([]string, 0, most+1)
	for i, s := range header {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(header)-most))
			break
		}
		if s = firstOf(s, 40); strings.ContainsFunc(s, Obeyed) {
			s = strconv.Quote(s)
		}
		names = append(names, s)
	}
	return strings.Join(names, ", ")
}
