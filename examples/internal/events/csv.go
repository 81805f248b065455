package events

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// csvRows reads the rows of a file of comma-separated values.
type csvRows struct {
	r      *csv.Reader
	limit  *limited
	header []string
	column [fieldCount]int // by the index in fields; −1: none
	extra  []int           // of the mapping's attributes
	split  string
	line   int // of the last row
	record []string
}

// newCSV reads the header of a table that is read by a mapping.
func newCSV(in *bufio.Reader, m *mapping) (*csvRows, error) {
	t := &csvRows{limit: &limited{r: in, left: MaxLine}, split: first(m.split, ";")}
	t.r = csv.NewReader(t.limit)
	t.r.FieldsPerRecord, t.r.ReuseRecord, t.r.LazyQuotes = -1, true, true
	head, _ := in.Peek(4096)
	if err := t.sniff(head); err != nil {
		return nil, err
	}
	row, err := t.r.Read()
	if err == io.EOF {
		return nil, errors.New("nothing in it: no line of column names")
	}
	if err != nil {
		return nil, fmt.Errorf("no line of column names: %w", err)
	}
	t.header = make([]string, len(row))
	for i := range row {
		t.header[i] = strings.TrimSpace(row[i])
	}
	if err := t.columns(m); err != nil {
		return nil, err
	}
	return t, t.extras(m)
}

// sniff finds out by the beginning of a file how it is written.
func (t *csvRows) sniff(head []byte) error {
	if bytes.Count(head, []byte("\r")) > 1 && !bytes.Contains(head, []byte("\n")) {
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

// columns finds the column of each field: what a mapping names, and then what
// has the name of the field and is not yet taken.
func (t *csvRows) columns(m *mapping) error {
	taken := make([]string, len(t.header))
	for i, field := range fields {
		t.column[i] = -1
		s, ok := m.sources[field]
		if !ok || s.constant {
			continue
		}
		c, err := find(t.header, s.column)
		switch {
		case err != nil:
			return err
		case c < 0:
			return fmt.Errorf("no column %q for %s; it has %s", s.column, field, listed(t.header))
		case taken[c] != "":
			return fmt.Errorf("column %q stands twice: it is %s and %s", t.header[c], taken[c], field)
		}
		t.column[i], taken[c] = c, field
	}
	for i, field := range fields {
		if _, ok := m.sources[field]; ok {
			continue
		}
		c, err := find(t.header, field)
		switch {
		case err != nil:
			return err
		case c >= 0 && taken[c] == "":
			t.column[i] = c
		}
	}
	if field := m.lacks(func(i int) bool { return t.column[i] >= 0 }); field != "" {
		return fmt.Errorf("no column %q; it has %s: say which it is with -map %s=…", field, listed(t.header), field)
	}
	return nil
}

// unread are the columns that are no field.
func (t *csvRows) unread() (names []string) {
	for i, name := range t.header {
		if !slices.Contains(t.column[:], i) && !slices.Contains(t.extra, i) && name != "" {
			names = append(names, name)
		}
	}
	return names
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

func (t *csvRows) read() (line int, row, end error) {
	t.limit.left = MaxLine
	record, err := t.r.Read()
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return parse.StartLine, parse.Err, nil
	}
	if err != nil && err != io.EOF {
		err = fmt.Errorf("after line %d: %w", t.line, noEOF(err))
	}
	if err != nil {
		return t.line, nil, err
	}
	t.line, _ = t.r.FieldPos(0)
	t.record = record
	return t.line, t.fault(), nil
}

// fault is what is wrong with the row in hand as a whole.
func (t *csvRows) fault() error {
	last := strings.TrimRight(t.record[len(t.record)-1], "\r\n")
	atEnd := t.limit.ended && t.r.InputOffset() >= t.limit.total
	if n := strings.Count(last, "\n"); n > 0 && atEnd && t.limit.last != '"' {
		// Package csv, told to be lenient, ends such a field with the file.
		after := "1 line after it is"
		if n > 1 {
			after = fmt.Sprintf("%d lines after it are", n)
		}
		return fmt.Errorf("a quotation mark is never closed: the %s lost with this one", after)
	}
	if atEnd && !t.limit.newline && len(t.record) < len(t.header) {
		return fmt.Errorf("cut off: the file ends after %d of %d columns", len(t.record), len(t.header))
	}
	if len(t.record) == len(t.header) && t.again() {
		return errors.New("the line of column names again: left out")
	}
	return nil
}

// again reports whether a row is the line of column names.
func (t *csvRows) again() bool {
	for i, s := range t.header {
		if strings.TrimSpace(t.record[i]) != s {
			return false
		}
	}
	return true
}

func (t *csvRows) value(i int) (string, error) {
	if c := t.column[i]; c >= 0 && c < len(t.record) {
		return strings.TrimSpace(t.record[c]), nil
	}
	return "", nil
}

func (t *csvRows) list(i int) ([]string, error) {
	s, _ := t.value(i)
	return parted(s, t.split), nil
}

var errUnclosed = errors.New("a row of more than 4 MB: is a quotation mark never closed?")

// limited fails where one row takes more than MaxLine bytes.
type limited struct {
	r       io.Reader
	left    int
	total   int64 // bytes read
	last    byte  // the last that ends no line
	newline bool  // the last of all ends one
	ended   bool
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errUnclosed
	}
	n, err := l.r.Read(p)
	l.left -= n
	l.total += int64(n)
	if n > 0 {
		l.newline = p[n-1] == '\n'
	}
	if b := bytes.TrimRight(p[:n], "\r\n"); len(b) > 0 {
		l.last = b[len(b)-1]
	}
	l.ended = l.ended || err == io.EOF
	return n, err
}
