package events

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A table reads the rows of a file.
type table struct {
	config *CSV
	r      *csv.Reader
	limit  *limited
	column [37]int // by the index in fields; −1: none
	line   int     // of the last row
}

// index of a field.
func index(field string) int { return slices.Index(fields, field) }

// open reads the header.
func (c *CSV) open(in interface {
	io.Reader
	Peek(int) ([]byte, error)
}) (*table, error) {
	if c == nil {
		c = &CSV{}
	}
	t := &table{config: c, limit: &limited{r: in, left: MaxLine}}
	t.r = csv.NewReader(t.limit)
	t.r.FieldsPerRecord, t.r.ReuseRecord, t.r.LazyQuotes = -1, true, true
	head, _ := in.Peek(4096)
	if err := t.sniff(head); err != nil {
		return nil, err
	}
	row, err := t.r.Read()
	if err != nil {
		return nil, fmt.Errorf("no line of column names: %w", err)
	}
	header := make([]string, len(row))
	for i := range row {
		header[i] = strings.TrimSpace(row[i])
	}
	return t, t.columns(header)
}

// sniff finds out by the beginning of a file how it is written.
func (t *table) sniff(head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return errors.New("it is UTF-16: save it as UTF-8")
	case bytes.Count(head, []byte("\r")) > 1 && !bytes.Contains(head, []byte("\n")):
		return errors.New("its lines end in CR alone: save it with LF or CR LF")
	}
	first, _, _ := strings.Cut(string(head), "\n")
	for _, comma := range []rune{';', '\t', '|'} {
		if strings.Count(first, string(comma)) > strings.Count(first, string(t.r.Comma)) {
			t.r.Comma = comma
		}
	}
	return nil
}

// columns finds the column of each field.
func (t *table) columns(header []string) (err error) {
	for i, field := range fields {
		name, set := t.config.columns[field]
		if !set {
			name = field
		}
		if t.column[i], err = find(header, name); err != nil {
			return err
		}
		if set && t.column[i] < 0 {
			return fmt.Errorf("no column %q for %s; it has %s", name, field, listed(header))
		}
	}
	for _, field := range []string{"at", "from"} {
		if t.column[index(field)] < 0 {
			return fmt.Errorf("no column %q; it has %s: say which it is with -csv %s=…", field, listed(header), field)
		}
	}
	return nil
}

// find returns the column of that name, −1 if there is none. Case matters only
// where it tells two apart.
func find(header []string, name string) (int, error) {
	for _, equal := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		found := -1
		for i, s := range header {
			if !equal(s, name) {
				continue
			}
			if found >= 0 {
				return -1, fmt.Errorf("columns %d and %d are both named %q: which is meant?", found+1, i+1, s)
			}
			found = i
		}
		if found >= 0 {
			return found, nil
		}
	}
	return -1, nil
}

// listed is the names of columns for a message, not more than can be read.
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

// next reads a row into e. An error of row is about it alone; end is what ends
// the file, io.EOF at its end.
func (t *table) next(e *Event) (line int, row, end error) {
	t.limit.left = MaxLine
	record, err := t.r.Read()
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return parse.StartLine, parse.Err, nil
	}
	if err == errUnclosed {
		err = fmt.Errorf("after line %d: %w", t.line, err)
	}
	if err != nil {
		return t.line, nil, err
	}
	t.line, _ = t.r.FieldPos(0)
	if n := t.swallowed(record); n > 0 {
		return t.line, fmt.Errorf("a quotation mark is never closed: the %d lines after it are lost with this one", n), nil
	}
	return t.line, t.event(record, e), nil
}

// swallowed is how many further lines a quotation mark that is never closed has
// taken: package csv, told to be lenient, ends such a field with the file.
func (t *table) swallowed(record []string) int {
	last := strings.TrimRight(record[len(record)-1], "\r\n")
	if !t.limit.ended || t.r.InputOffset() < t.limit.total || t.limit.last == '"' {
		return 0
	}
	return strings.Count(last, "\n")
}

// event turns a row into an Event, by the same rules as a line of JSON.
func (t *table) event(record []string, e *Event) error {
	get := func(i int) string {
		if c := t.column[i]; c >= 0 && c < len(record) {
			return strings.TrimSpace(record[c])
		}
		return ""
	}
	w := wire{
		Kind: strings.ToLower(get(1)), From: get(2), Text: get(4), ID: get(5), Relation: strings.ToLower(get(6)), Class: get(7),
		Origin: get(9), Group: get(10), Channel: get(11), Thread: get(12),
		Against: get(15), Account: get(16), Sender: get(17), Category: strings.ToLower(get(18)), Message: get(19), Complaint: get(20), By: get(21), Actor: get(24), Accepts: strings.ToLower(get(28)), Outcome: strings.ToLower(get(30)), Impersonated: get(32), Verdict: strings.ToLower(get(33)), Note: get(35),
	}
	w.To, w.Media = t.list(get(3)), t.list(get(27))
	for _, x := range []struct {
		field int
		into  *string
	}{{0, &w.At}, {8, &w.Joined}, {34, &w.Until}} {
		s := get(x.field)
		if s == "" {
			continue
		}
		at, err := t.config.time(s)
		if err != nil {
			return fmt.Errorf("%s: %w", fields[x.field], err)
		}
		*x.into = at.Format(time.RFC3339Nano)
	}
	if s := get(13); s != "" {
		seconds, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Errorf("composed: %q is no number of seconds", firstOf(s, 40))
		}
		w.Composed = &seconds
	}
	if s := get(36); s != "" {
		nats, err := strconv.ParseFloat(s, 64)
		if err != nil || nats-nats != 0 {
			return fmt.Errorf("nats: %q is no number of nats", firstOf(s, 40))
		}
		w.Nats = nats
	}
	for _, x := range []struct {
		field int
		set   func(bool)
	}{{14, func(b bool) { w.Reply = b }}, {22, func(b bool) { w.Abusive = &b }}, {23, func(b bool) { w.Abuse = &b }}, {25, func(b bool) { w.Delayed = b }}, {26, func(b bool) { w.Edit = b }}, {29, func(b bool) { w.Protected = b }}, {31, func(b bool) { w.Pledge = b }}} {
		s := get(x.field)
		if s == "" {
			continue
		}
		b, err := truth(s)
		if err != nil {
			return fmt.Errorf("%s: %w", fields[x.field], err)
		}
		x.set(b)
	}
	return w.event(e)
}

// list parts a field.
func (t *table) list(s string) (all names) {
	split := t.config.split
	if split == "" {
		split = ";"
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

var errUnclosed = errors.New("a row of more than 4 MB: is a quotation mark never closed?")

// limited fails where one row takes more than MaxLine bytes.
type limited struct {
	r     io.Reader
	left  int
	total int64 // bytes read
	last  byte  // the last that ends no line
	ended bool
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errUnclosed
	}
	n, err := l.r.Read(p)
	l.left -= n
	l.total += int64(n)
	if b := bytes.TrimRight(p[:n], "\r\n"); len(b) > 0 {
		l.last = b[len(b)-1]
	}
	l.ended = l.ended || err == io.EOF
	return n, err
}
