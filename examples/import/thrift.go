package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errCount is a list or text that is longer than what is left of the bytes it stands in.
var errCount = errors.New("damaged: its directory names more than it can hold")

// footed reports whether lengths in the directory of a Parquet file can be true. The
// library makes room for what they say before it reads, gigabytes for one wrong byte.
// tail is the end of the file, from the directory on.
func footed(tail []byte) error {
	w := thrift{tail}
	if err := w.fields(0); err != nil {
		return fmt.Errorf("%w (%d bytes)", err, len(tail))
	}
	return nil
}

// A thrift goes through Thrift's compact protocol.
type thrift struct{ rest []byte }

// fields passes a struct.
func (t *thrift) fields(depth int) error {
	for {
		head, err := t.take(1)
		if err != nil {
			return err
		}
		if head[0] == 0 {
			return nil
		}
		if head[0]>>4 == 0 { // the number of the field follows
			if _, err := t.length(); err != nil {
				return err
			}
		}
		if kind := head[0] & 15; kind > 2 { // else a truth value, which is in the head
			if err := t.value(kind, depth); err != nil {
				return err
			}
		}
	}
}

// value passes a value of a kind; a truth value in a list is a byte.
func (t *thrift) value(kind byte, depth int) error {
	switch kind {
	case 1, 2, 3:
		_, err := t.take(1)
		return err
	case 4, 5, 6:
		_, err := t.length()
		return err
	case 7:
		_, err := t.take(8)
		return err
	case 8:
		n, err := t.length()
		if err == nil {
			_, err = t.take(n)
		}
		return err
	case 9, 10:
		return t.list(depth + 1)
	case 12:
		if depth < 64 {
			return t.fields(depth + 1)
		}
	}
	return fmt.Errorf("damaged: its directory has a value of no kind that is known (%d)", kind)
}

// list passes a list or a set: each element takes a byte at least.
func (t *thrift) list(depth int) error {
	head, err := t.take(1)
	if err != nil {
		return err
	}
	n := uint64(head[0] >> 4)
	if n == 15 {
		if n, err = t.length(); err != nil {
			return err
		}
	}
	if n > uint64(len(t.rest)) || depth > 64 {
		return errCount
	}
	for range n {
		if err := t.value(head[0]&15, depth); err != nil {
			return err
		}
	}
	return nil
}

// length reads a number.
func (t *thrift) length() (uint64, error) {
	n, size := binary.Uvarint(t.rest)
	if size <= 0 {
		return 0, errCount
	}
	t.rest = t.rest[size:]
	return n, nil
}

func (t *thrift) take(n uint64) ([]byte, error) {
	if n > uint64(len(t.rest)) {
		return nil, errCount
	}
	part := t.rest[:n]
	t.rest = t.rest[n:]
	return part, nil
}
