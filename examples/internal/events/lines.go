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
	n     int    // the number of the last line
	long  []byte // a line longer than the buffer of lines
	head  []byte // how it begins

	elements *elements // of JSON that is not one object a line; nil: it is
	table    *table    // of what is read by a mapping; nil: of the format's lines
}

// openFile opens name, "-" for stdin, and looks at how it begins. Notes say what
// was guessed.
func openFile(name string, stdin io.Reader, maps *Mappings) (f *file, notes []string, err error) {
	m, given, err := maps.of(name)
	if err == nil {
		f, err = openRaw(name, stdin)
	}
	if f != nil && name == maps.spooled {
		f.name = stdinName
	}
	if err == nil && f.lines != nil {
		notes, err = f.choose(name, m, given)
	}
	if err != nil {
		if f != nil {
			f.close()
			name = f.name
		}
		return nil, nil, fmt.Errorf("%s: %w", name, pathless(err))
	}
	return f, notes, nil
}

const stdinName = "standard input"

// openRaw opens name, unpacked and as UTF-8.
func openRaw(name string, stdin io.Reader) (*file, error) {
	f := &file{name: name}
	var raw io.Reader = stdin
	if name == "-" {
		f.name = stdinName
	} else {
		h, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		info, err := h.Stat()
		if err == nil && info.IsDir() {
			err = errors.New("a directory, not a file of events")
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
	return f, err
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
	"\x28\xb5\x2f\xfd": "packed as zstd, which is not read here: unpack it, or pack it as gzip",
	"\xfd7zXZ\x00":     "packed as xz, which is not read here: unpack it, or pack it as gzip",
	"BZh":              "packed as bzip2, which is not read here: unpack it, or pack it as gzip",
	"PK\x03\x04":       "packed as zip, which is not read here: unpack it, or pack it as gzip; save a workbook as CSV; of an export of Slack: import slack FILE | replay -",
	"PAR1":             "a Parquet file: import parquet FILE | replay -",
	"SQLite format 3":  "an SQLite database: import sql … | replay -",
}

func (f *file) sniff(raw io.Reader) error {
	in := bufio.NewReaderSize(&counter{raw, &f.read}, 64<<10)
	head, err := in.Peek(15)
	if err != nil && err != io.EOF {
		return err
	}
	named := strings.EqualFold(filepath.Ext(f.name), ".gz")
	for magic, what := range foreign {
		if bytes.HasPrefix(head, []byte(magic)) {
			return errors.New(what)
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
		return fmt.Errorf("named .gz but not gzip: starts with %q; rename it if it is JSON lines", head[:min(6, len(head))])
	}
	f.lines = utf8Of(in)
	return nil
}

// next returns the next line that is not blank, without its end. It is valid
// until the following call. errLongLine is about one line; any other error
// ends the file.
func (f *file) next() ([]byte, error) {
	switch {
	case f.lines == nil:
		return nil, io.EOF
	case f.elements != nil:
		return f.element()
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

// element is next of JSON that is not one object a line.
func (f *file) element() ([]byte, error) {
	one, err := f.elements.next()
	f.n = f.elements.began
	if err != nil && err != io.EOF && err != errLongLine {
		err = fmt.Errorf("%s: %w", f.name, err)
	}
	return one, err
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

// pathless is an error without the name of the file, which is said before it.
func pathless(err error) error {
	if path, ok := errors.AsType[*os.PathError](err); ok {
		return path.Err
	}
	return err
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
