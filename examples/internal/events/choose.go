package events

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// choose finds out how a file is read: as lines of the format, as JSON of other
// fields, or as a table. Notes say what was guessed.
func (f *file) choose(name string, m *mapping, given bool) (notes []string, err error) {
	inJSON, ours := f.kind(name, m, given)
	if ours {
		f.elements = elementsOf(f.lines, f.head)
		return nil, nil
	}
	open := func(f *file) (rows, error) {
		if inJSON {
			f.elements = elementsOf(f.lines, f.head)
			return newJSON(f, m), nil
		}
		return newCSV(f.lines, m)
	}
	sample, err := open(f.sample())
	if err != nil {
		return nil, err
	}
	f.table = newTable(m)
	if f.table.rows, err = open(f); err != nil {
		return nil, err
	}
	switch r := f.table.rows.(type) {
	case *jsonRows:
		notes, err = f.known(m)
	case *csvRows:
		if names := r.unread(); len(names) > 0 {
			notes = append(notes, "columns that are not read: "+listed(names))
		}
	}
	if err != nil {
		return nil, err
	}
	more, err := f.table.guess(sample, func() (rows, func(), error) {
		if f.size == 0 {
			return nil, nil, errors.New("it cannot be read twice")
		}
		whole, err := openRaw(name, nil)
		if err != nil {
			return nil, nil, err
		}
		whole.head = f.head
		rows, err := open(whole)
		return rows, whole.close, err
	})
	return append(notes, more...), err
}

// kind is how a file is written: in JSON, and in that of the format.
func (f *file) kind(name string, m *mapping, given bool) (inJSON, ours bool) {
	f.head, _ = f.lines.Peek(f.lines.Size())
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) {
	case ".csv", ".tsv":
		return false, false
	case ".jsonl", ".ndjson", ".json":
		inJSON = true
	default:
		inJSON = bytes.HasPrefix(bytes.TrimLeft(f.head, " \t\r\n"), []byte("{")) || spread(f.head)
	}
	return inJSON, !given || inJSON && m.pattern == "" && f.ours()
}

func elementsOf(r *bufio.Reader, head []byte) *elements {
	if !spread(head) {
		return nil
	}
	return &elements{r: r, line: 1}
}

// sample is a file that is how f begins, without a line that is cut off.
func (f *file) sample() *file {
	head := f.head
	if len(head) == f.lines.Size() {
		if i := bytes.LastIndexByte(head, '\n'); i > 0 {
			head = head[:i+1]
		}
	}
	return &file{name: f.name, head: head, lines: bufio.NewReader(bytes.NewReader(head))}
}

// ours reports whether the first object of a file is an event of the format.
func (f *file) ours() bool {
	s := f.sample()
	s.elements = elementsOf(s.lines, s.head)
	line, err := s.next()
	var e Event
	return err == nil && Parse(string(line), &e) == nil
}

// known checks that the first objects of a file have what a mapping names, and
// notes what they have besides.
func (f *file) known(m *mapping) (notes []string, err error) {
	s := f.sample()
	s.elements = elementsOf(s.lines, s.head)
	j := newJSON(s, m)
	names, has := j.fields(1000)
	if len(names) == 0 {
		return nil, nil // every line will be a fault
	}
	for i, field := range fields {
		s, mapped := m.sources[field]
		switch {
		case has[i] || s.constant || !mapped:
		case field == "at" || field == "from" || field == "to":
			return nil, fmt.Errorf("no %q for %s in the first objects; they have %s", s.column, field, listed(names))
		default:
			notes = append(notes, fmt.Sprintf("no %q for %s in the first objects", s.column, field))
		}
	}
	if field := m.lacks(func(i int) bool { return has[i] }); field != "" {
		return nil, fmt.Errorf("no %q in the first objects; they have %s: say which it is with -map %s=…", field, listed(names), field)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(j.paths[:], func(path string) bool { return path == name || strings.HasPrefix(path, name+".") }) ||
			slices.ContainsFunc(j.extra, func(path string) bool { return path == name || strings.HasPrefix(path, name+".") })
	})
	if len(names) > 0 {
		notes = append(notes, "fields that are not read: "+listed(names))
	}
	return notes, nil
}

// fields are the names in the next n objects, and which of the fields they have.
func (j *jsonRows) fields(n int) (names []string, has [fieldCount]bool) {
	known := map[string]bool{}
	for range n {
		_, row, end := j.read()
		if end != nil {
			break
		}
		if row != nil {
			continue
		}
		for name := range j.row {
			known[name] = true
		}
		for i := range has {
			if !has[i] {
				list, err := j.list(i)
				has[i] = err != nil || len(list) > 0
			}
		}
	}
	return slices.Sorted(maps.Keys(known)), has
}

// utf8Of is in without a mark of order, from UTF-16 if it is that.
func utf8Of(in *bufio.Reader) *bufio.Reader {
	head, _ := in.Peek(4)
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(head, []byte("\ufeff")):
		_, _ = in.Discard(3)
		return in
	case bytes.HasPrefix(head, []byte("\xff\xfe")), len(head) == 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		order = binary.LittleEndian
	case bytes.HasPrefix(head, []byte("\xfe\xff")), len(head) == 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		order = binary.BigEndian
	default:
		return in
	}
	if order.Uint16(head) == 0xfeff {
		_, _ = in.Discard(2)
	}
	return bufio.NewReaderSize(&utf16Reader{r: in, order: order}, 64<<10)
}

// A utf16Reader reads UTF-16 as UTF-8.
type utf16Reader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	out   []byte // what did not fit
}

func (u *utf16Reader) Read(p []byte) (n int, err error) {
	for len(u.out) < len(p) && err == nil {
		var c rune
		if c, err = u.unit(); err != nil {
			break
		}
		if utf16.IsSurrogate(c) {
			next, _ := u.r.Peek(2)
			low := rune(0)
			if len(next) == 2 {
				low = rune(u.order.Uint16(next))
			}
			if c = utf16.DecodeRune(c, low); c != utf8.RuneError {
				_, _ = u.r.Discard(2)
			}
		}
		u.out = utf8.AppendRune(u.out, c)
	}
	n = copy(p, u.out)
	u.out = append(u.out[:0], u.out[n:]...)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

func (u *utf16Reader) unit() (rune, error) {
	var b [2]byte
	_, err := io.ReadFull(u.r, b[:])
	return rune(u.order.Uint16(b[:])), err
}
