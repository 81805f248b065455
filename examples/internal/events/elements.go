package events

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// elements reads the objects of a JSON array, or objects that go over several
// lines, one after the other.
type elements struct {
	r      *bufio.Reader
	line   int // where reading is
	began  int // where the element in hand begins
	opened int // arrays around the elements
	buf    []byte
}

// next returns the bytes of an element, which are valid until the following
// call. errLongLine is about one; any other error ends the file.
func (e *elements) next() ([]byte, error) {
	c, err := e.gap()
	if err == io.EOF && e.opened > 0 {
		return nil, fmt.Errorf("cut off in line %d: the array is not closed", e.line)
	}
	if err != nil {
		return nil, err
	}
	e.buf, e.began = append(e.buf[:0], c), e.line
	if c != '{' && c != '[' && c != '"' {
		return e.plain()
	}
	var in Nesting
	for in.Step(c); !in.Over(); in.Step(c) {
		if c, err = e.r.ReadByte(); err != nil {
			return nil, fmt.Errorf("cut off in what begins in line %d: %w", e.began, noEOF(err))
		}
		if c == '\n' {
			e.line++
		}
		if len(e.buf) <= MaxLine {
			e.buf = append(e.buf, c)
		}
	}
	if len(e.buf) > MaxLine {
		e.buf = nil
		return nil, errLongLine
	}
	return e.buf, nil
}

// plain reads on an element that is a number, or no JSON.
func (e *elements) plain() ([]byte, error) {
	for {
		c, err := e.r.ReadByte()
		if err == io.EOF {
			return e.buf, nil
		}
		if err != nil {
			return nil, err
		}
		if c == ',' || c == ']' || c == '\n' {
			_ = e.r.UnreadByte()
			return e.buf, nil
		}
		if len(e.buf) < MaxLine {
			e.buf = append(e.buf, c)
		}
	}
}

// gap skips what stands between elements, and returns how the next one begins.
func (e *elements) gap() (byte, error) {
	for {
		c, err := e.r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case '\n':
			e.line++
		case ' ', '\t', '\r', ',':
		case '[':
			if e.opened > 0 {
				return c, nil
			}
			e.opened++
		case ']':
			e.opened = max(0, e.opened-1)
		default:
			return c, nil
		}
	}
}

// spread reports whether a file of JSON is an array, or has an object that goes
// over several lines.
func spread(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	if bytes.HasPrefix(head, []byte("[")) {
		return true
	}
	line, rest, more := bytes.Cut(head, []byte("\n"))
	if !more || !bytes.HasPrefix(line, []byte("{")) || json.Valid(line) {
		return false
	}
	return bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(`"`)) // of lines, one of which is broken, the next has a brace
}
