package events

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Mappings say what the columns of tables, and the fields of JSON that is not
// of this package's format, mean. The zero Mappings takes what has the names of
// the format's fields. Set them before Open; a Stream only reads them.
//
// A mapping is items with commas between them, for all files or, behind the
// name of a file or a pattern of names, for those:
//
//	at=sent_at,from=sender,to=recipient,text=body
//	complaints.csv:kind:=complaint,from=reporter,against=reported,at=time
//	*.jsonl:from=user.id,kind=type{msg:message,abuse:complaint,*:-}
//
// field=column is what stands in that column; in JSON, at that path, whose
// names have dots between them and go through lists. field:=value is the same
// in every row. In braces stands what values mean: another one, * for all that
// are not named (else they are kept), - for a row that is left out, and nothing
// for a value that is none. Of dates, dates:=, zone:= and split:= do in one
// mapping what SetDates, SetZone and SetSplit do for all. What holds one of
// ,:{}" stands in quotation marks, "" in which is one of them.
//
// attributes.NAME=column is an attribute for rules, a text; one of another kind
// says so, as policies do: attributes.links(list(string))=links, bool, int or
// double.
//
// A column that no mapping names is the field that has its name.
type Mappings struct {
	list               []*mapping
	dates, zone, split string
	spooled            string // the file that is standard input
}

// A mapping is one of them.
type mapping struct {
	pattern            string // "": all files
	sources            map[string]source
	attributes         []extra // that have columns of their own
	dates, zone, split string
	location           *time.Location // of zone
}

// A source is where a field comes from.
type source struct {
	column   string // or the constant
	constant bool
	values   map[string]string // nil: as they stand
}

// leaveOut is what a value means whose row is left out.
const leaveOut = "-"

// value is what a field is that stands there as s.
func (s *source) value(is string) string {
	if s.values == nil {
		return is
	}
	if means, ok := s.values[is]; ok {
		return means
	}
	if means, ok := s.values[strings.ToLower(is)]; ok {
		return means
	}
	if means, ok := s.values["*"]; ok {
		return means
	}
	return is
}

// Add reads a mapping, which is for other files than those before it.
func (m *Mappings) Add(text string) error {
	pattern, rest := cutPattern(text)
	if _, err := filepath.Match(pattern, ""); err != nil {
		return fmt.Errorf("%q is no pattern of names of files: %w", pattern, err)
	}
	if slices.ContainsFunc(m.list, func(o *mapping) bool { return o.pattern == pattern }) {
		if pattern == "" {
			return errors.New("two mappings for all files: put everything in one, or say which file one is for, as in complaints.csv:from=reporter")
		}
		return fmt.Errorf("two mappings for %s: put everything in one", pattern)
	}
	one, err := parseMapping(rest)
	if err != nil {
		return err
	}
	one.pattern = pattern
	m.list = append(m.list, one)
	return nil
}

// cutPattern cuts the name of a file off: what stands before the last colon that
// is before the first sign of equality, but for the colon of ":=".
func cutPattern(s string) (pattern, rest string) {
	i := strings.IndexByte(s, '=')
	if i < 0 {
		return "", s
	}
	i = strings.LastIndexByte(strings.TrimSuffix(s[:i], ":"), ':')
	if i < 0 {
		return "", s
	}
	return strings.TrimSpace(s[:i]), s[i+1:]
}

// SetDates sets how dates that can be read in several ways are read: dmy, mdy
// or ymd, unix (seconds, thousandths, … by their size), s, ms, us, ns, excel, or a
// layout in the notation of package time.
func (m *Mappings) SetDates(s string) error {
	m.dates = s
	_, err := newDates(s, time.UTC)
	return err
}

// SetZone sets the zone of dates that name none; without it, UTC.
func (m *Mappings) SetZone(name string) error {
	m.zone = name
	_, err := time.LoadLocation(name)
	return err
}

// SetSplit sets what parts several names in one field; without it, ";" in a
// table, and nothing in JSON.
func (m *Mappings) SetSplit(s string) error {
	if s == "" {
		return errors.New("must not be empty")
	}
	m.split = s
	return nil
}

// Spooled tells that standard input lies in a file of that name.
func (m *Mappings) Spooled(name string) {
	m.spooled = name
	for _, one := range m.list {
		if one.pattern == "-" {
			one.pattern = name
		}
	}
}

// matches reports whether a mapping is for a file of its own.
func (m *mapping) matches(name string) bool {
	for _, name := range []string{name, filepath.Base(name)} {
		if ok, _ := filepath.Match(m.pattern, name); ok || m.pattern == name {
			return true
		}
	}
	return false
}

// of returns the mapping of a file; given is false if nobody gave one.
func (m *Mappings) of(name string) (one *mapping, given bool, err error) {
	own, all := &mapping{}, (*mapping)(nil)
	for _, o := range m.list {
		switch {
		case o.pattern == "":
			all = o
		case !o.matches(name):
		case given:
			return nil, false, fmt.Errorf("two mappings are for it: of %s and of %s", own.pattern, o.pattern)
		default:
			own, given = o, true
		}
	}
	if !given && all != nil {
		own, given = all, true
	}
	found := *own
	found.dates, found.split = first(own.dates, m.dates), first(own.split, m.split)
	found.location, err = time.LoadLocation(first(own.zone, m.zone))
	return &found, given, err
}

// lacks returns a field without which no row is an event; "" if there are all. has says which
// fields there are besides those that the mapping gives.
func (m *mapping) lacks(has func(i int) bool) string {
	given := func(field string) bool {
		_, mapped := m.sources[field]
		return mapped || has(index(field))
	}
	switch {
	case !given("at"):
		return "at"
	case !given("from"):
		return "from"
	case !given("to") && !given("group") && !given("kind"): // all are messages
		return "to"
	}
	return ""
}

// check reports a mapping of no file.
func (m *Mappings) check(names []string) error {
	for _, one := range m.list {
		if one.pattern != "" && !slices.ContainsFunc(names, one.matches) {
			var short []string
			for _, name := range names {
				short = append(short, filepath.Base(name))
			}
			return fmt.Errorf("a mapping is for %s, which is not read; read is %s", one.pattern, listed(short))
		}
	}
	return nil
}
