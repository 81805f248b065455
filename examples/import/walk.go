package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// maxValue is the longest value that is read as a whole: one message.
const maxValue = 16 << 20

var (
	errCut  = errors.New("cut off: the file ends in the middle")
	errLong = fmt.Errorf("a message of more than %d MB", maxValue>>20)
)

// A walker goes through JSON that does not fit into memory. It looks only at
// what parts values from each other, so that one that is broken inside costs
// nothing but itself; package json would end there.
type walker struct {
	name string
	r    *bufio.Reader
	off  int64 // bytes read
	line int   // from 1
	buf  []byte
}

func newWalker(name string, r io.Reader) *walker {
	w := &walker{name: name, r: bufio.NewReaderSize(r, 1<<16), line: 1}
	if mark, _ := w.r.Peek(3); string(mark) == "\ufeff" {
		_, _ = w.r.Discard(3)
		w.off = 3
	}
	return w
}

// place is where the walker stands.
func (w *walker) place() string { return fmt.Sprintf("%s:%d (byte %d)", w.name, w.line, w.off) }

// wrap adds the place to an error that ends the file, once.
func (w *walker) wrap(err error) error {
	var at *placed
	if err == nil || errors.As(err, &at) || errors.Is(err, errSpill) {
		return err
	}
	return &placed{w.place(), err}
}

// A placed error knows where it happened.
type placed struct {
	place string
	err   error
}

func (p *placed) Error() string { return p.place + ": " + p.err.Error() }

func (p *placed) Unwrap() error { return p.err }

func (w *walker) byte() (byte, error) {
	c, err := w.r.ReadByte()
	if err == io.EOF {
		return 0, errCut
	}
	if err != nil {
		return 0, err
	}
	w.off++
	if c == '\n' {
		w.line++
	}
	return c, nil
}

// peek returns the next byte that is no blank, and leaves it there.
func (w *walker) peek() (byte, error) {
	for {
		c, err := w.byte()
		if err != nil {
			return 0, err
		}
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			continue
		}
		w.off--
		return c, w.r.UnreadByte()
	}
}

// want reads c.
func (w *walker) want(c byte) error {
	got, err := w.peek()
	if err != nil {
		return err
	}
	if got != c {
		return w.wrap(fmt.Errorf("%q where %q is expected", got, c))
	}
	_, err = w.byte()
	return err
}

// object calls f with each key of an object; f reads the value.
func (w *walker) object(f func(key string) error) error {
	if err := w.want('{'); err != nil {
		return w.wrap(err)
	}
	return w.list('}', func() error {
		raw, err := w.value()
		if err != nil {
			return err
		}
		var key string
		if err := json.Unmarshal(raw, &key); err != nil {
			return fmt.Errorf("a key that is no text: %.20q", raw)
		}
		if err := w.want(':'); err != nil {
			return err
		}
		return f(key)
	})
}

// array calls f at each element of an array; f reads it.
func (w *walker) array(f func() error) error {
	if err := w.want('['); err != nil {
		return w.wrap(err)
	}
	return w.list(']', f)
}

// list calls f at each element until the end.
func (w *walker) list(end byte, f func() error) error {
	for first := true; ; first = false {
		c, err := w.peek()
		switch {
		case err != nil:
			return w.wrap(err)
		case c == end:
			_, err := w.byte()
			return w.wrap(err)
		case c == ',' && !first:
			_, _ = w.byte()
			if c, err = w.peek(); err == nil && c == end {
				continue // a comma before the end: harmless
			}
		case !first:
			return w.wrap(fmt.Errorf("%q where ',' or %q is expected", c, end))
		}
		if err := f(); err != nil {
			return w.wrap(err)
		}
	}
}

// value reads a whole value; it is valid until the following call.
func (w *walker) value() ([]byte, error) { return w.take(true) }

// skip reads past a value.
func (w *walker) skip() error {
	_, err := w.take(false)
	return err
}

// take reads a value, and keeps it. One that is too long is read to its end.
func (w *walker) take(keep bool) ([]byte, error) {
	w.buf = w.buf[:0]
	c, err := w.peek()
	if err != nil {
		return nil, err
	}
	if parts(c) {
		return nil, w.wrap(fmt.Errorf("%q where a value is expected", c))
	}
	long := false
	for in := (events.Nesting{}); ; {
		if _, err = w.byte(); err != nil {
			return nil, err
		}
		if long = long || len(w.buf) >= maxValue; keep && !long {
			w.buf = append(w.buf, c)
		}
		if in.Step(c); in.Over() && (c == '"' || parts(c) || w.ends()) {
			break
		}
		if c, err = w.next(); err != nil {
			return nil, err
		}
	}
	if long {
		return nil, errLong
	}
	return w.buf, nil
}

// parts reports whether a byte stands between values.
func parts(c byte) bool { return c == ',' || c == ':' || c == '}' || c == ']' }

// next looks at the next byte, blank or not.
func (w *walker) next() (byte, error) {
	b, err := w.r.Peek(1)
	if err == io.EOF {
		return 0, errCut
	}
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// ends reports whether a number or a word is over.
func (w *walker) ends() bool {
	c, err := w.next()
	return err != nil || parts(c) || c == ' ' || c == '\t' || c == '\r' || c == '\n'
}

// each reads an array of values into T, one after the other, and calls f. What
// is broken inside is a fault at its place.
func each[T any](w *walker, r *report, f func(v *T, place string) error) error {
	return w.array(func() error {
		if _, err := w.peek(); err != nil {
			return err
		}
		place := w.place()
		raw, err := w.value()
		if errors.Is(err, errLong) {
			r.fault(place, err)
			return nil
		}
		if err != nil {
			return err
		}
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			r.fault(place+named(raw), reason(err))
			return nil
		}
		return f(&v, place)
	})
}

// named names a message that is broken by what it has of an ID.
func named(raw []byte) string {
	var ids struct {
		ID    any `json:"id"`
		TS    any `json:"ts"`
		Event any `json:"event_id"`
	}
	_ = json.Unmarshal(raw, &ids) // what can be read of it
	for _, id := range []any{ids.ID, ids.TS, ids.Event} {
		if id != nil {
			return fmt.Sprintf(", message %.60v", id)
		}
	}
	return ""
}

// reason says what is wrong with a value, without Go's types.
func reason(err error) error {
	if at, ok := errors.AsType[*time.ParseError](err); ok {
		return fmt.Errorf("%.40q is no time such as 2026-11-23T12:00:00Z", at.Value)
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s: a JSON %s is not expected here", kind.Field, kind.Value)
	}
	return err
}
