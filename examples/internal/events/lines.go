package events

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// MaxLine is the longest line that is read, in bytes. It has room for 10,000
// recipients with the longest names, and for the longest text that is judged.
const MaxLine = 4 << 20

var errLongLine = fmt.Errorf("a line of more than %d MB: skipped", MaxLine>>20)

// A file is one opened input.
type file struct {
	name  string
	raw   io.Closer
	read  atomic.Int64 // bytes as they lie on the disk
	size  int64        // 0: unknown
	lines *bufio.Reader
	table *table // of CSV
	n     int    // the number of the last line
	long  []byte // a line longer than the buffer of lines
}

// openFile opens name, "-" for stdin, and looks at how it begins.
func openFile(name string, stdin io.Reader, c *CSV) (*file, error) {
	f := &file{name: name}
	var raw io.Reader = stdin
	if name == "-" {
		f.name = "standard input"
	} else {
		h, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		info, err := h.Stat()
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s: a directory, not a file of events", name)
		}
		if err != nil {
			h.Close()
			return nil, err
		}
		f.raw, raw = h, h
		if info.Mode().IsRegular() {
			f.size = info.Size()
		}
	}
	err := f.sniff(raw)
	if err == nil && f.lines != nil && c.reads(name) {
		f.table, err = c.open(f.lines)
	}
	if err != nil {
		f.close()
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return f, nil
}

// Same reports whether two names are of one file, so that a program does not
// overwrite what it reads.
func Same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// Beginnings of what is often given by mistake.
var foreign = map[string]string{
	"\x28\xb5\x2f\xfd": "zstd",
	"\xfd7zXZ\x00":     "xz",
	"BZh":              "bzip2",
	"PK\x03\x04":       "zip",
}

func (f *file) sniff(raw io.Reader) error {
	in := bufio.NewReaderSize(&counter{raw, &f.read}, 64<<10)
	head, err := in.Peek(6)
	if err != nil && err != io.EOF {
		return err
	}
	named := strings.EqualFold(filepath.Ext(f.name), ".gz")
	for magic, format := range foreign {
		if bytes.HasPrefix(head, []byte(magic)) {
			return fmt.Errorf("packed as %s, which is not read here: unpack it, or pack it as gzip", format)
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("gzip: %w", noEOF(err))
		}
		in = bufio.NewReaderSize(unpacked, 256<<10)
	case len(head) == 0:
		return nil // said when nothing else is read
	case named:
		return fmt.Errorf("named .gz but not gzip: starts with %q; rename it if it is JSON lines", head)
	}
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		_, _ = in.Discard(3)
	}
	f.lines = in
	return nil
}

// next returns the next line that is not blank, without its end. It is valid
// until the following call. errLongLine is about one line; any other error
// ends the file.
func (f *file) next() ([]byte, error) {
	if f.lines == nil {
		return nil, io.EOF
	}
	for {
		line, err := f.lines.ReadSlice('\n')
		f.n++
		if err == bufio.ErrBufferFull {
			line, err = f.rest(line)
		}
		switch {
		case err == errLongLine:
			return nil, err
		case err != nil && err != io.EOF:
			return nil, fmt.Errorf("%s:%d: %w", f.name, f.n, noEOF(err))
		}
		if line = bytes.TrimRight(line, " \t\r\n"); len(line) > 0 {
			return line, nil
		}
		if err == io.EOF {
			return nil, err
		}
	}
}

// rest collects a line that does not fit the buffer, or skips it.
func (f *file) rest(part []byte) ([]byte, error) {
	f.long = f.long[:0]
	for {
		if len(f.long) <= MaxLine {
			f.long = append(f.long, part...)
		}
		var err error
		part, err = f.lines.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		if len(f.long)+len(part) > MaxLine {
			f.long = nil
			return nil, errLongLine
		}
		f.long = append(f.long, part...)
		return f.long, err
	}
}

func (f *file) close() {
	if f.raw != nil {
		f.raw.Close()
	}
}

// noEOF says in words what io.ErrUnexpectedEOF means in a gzip file.
func noEOF(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return errors.New("cut short")
	}
	return err
}

type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}
