package boltstore

import (
	"bufio"
	"bytes"
	"io"
	"os"
)

// differ writes a state to a new file, from the first byte on that is not that of
// the old one: before that there is no new file.
type differ struct {
	begin func() (*os.File, error)

	old    *os.File
	ahead  *bufio.Reader // of old; nil: there is no old file, or the state differs
	same   int64         // bytes that were
	next   *os.File      // nil: none differed
	unread bool          // old could not be read
}

func (d *differ) compare(old *os.File) { d.old, d.ahead = old, bufio.NewReaderSize(old, 64<<10) }

// Write implements io.Writer.
func (d *differ) Write(p []byte) (n int, err error) {
	for d.ahead != nil && n < len(p) {
		b, err := d.ahead.Peek(min(len(p)-n, d.ahead.Size()))
		if err != nil && err != io.EOF {
			d.unread = true
			return n, err
		}
		if err == io.EOF || !bytes.Equal(b, p[n:n+len(b)]) {
			d.ahead = nil
			break
		}
		_, _ = d.ahead.Discard(len(b)) // they were peeked at
		d.same, n = d.same+int64(len(b)), n+len(b)
	}
	if n == len(p) {
		return n, nil
	}
	if err := d.part(); err != nil {
		return n, err
	}
	more, err := d.next.Write(p[n:])
	return n + more, err
}

// part begins the new file, with what is the same in both.
func (d *differ) part() (err error) {
	d.ahead = nil
	if d.next != nil {
		return nil
	}
	if d.next, err = d.begin(); err != nil || d.same == 0 {
		return err
	}
	if _, err = d.old.Seek(0, io.SeekStart); err == nil {
		_, err = io.CopyN(d.next, d.old, d.same)
	}
	d.unread = err != nil
	return err
}

// end finds out whether the old file goes on where the state ends.
func (d *differ) end() error {
	if d.ahead != nil {
		_, err := d.ahead.Peek(1)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			d.unread = true
			return err
		}
	}
	return d.part()
}
