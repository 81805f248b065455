package casebook

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const segmentSize = 8 << 20

// open takes the folder, and reads what is in it.
func (s *spool) open() (err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	if s.lock, err = os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	if err := lockFile(s.lock); err != nil {
		return fmt.Errorf("%s is in use by another process: %w", s.dir, err)
	}
	files, err := filepath.Glob(filepath.Join(s.dir, "*-*.spool"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	for i, path := range files {
		id, _, _ := strings.Cut(filepath.Base(path), "-")
		if i > 0 && id != s.id || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
			return fmt.Errorf("%s is of another spool: give each process a folder of its own", path)
		}
		s.id = id
		if err := s.load(path); err != nil {
			return err
		}
	}
	return nil
}

// load reads a file. Lines that are damaged, as the last one of a crash, are left out.
func (s *spool) load(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, lines := bufio.NewReader(f), []line(nil)
	for {
		text, err := r.ReadBytes('\n')
		switch l, ok := parseLine(text); {
		case ok:
			s.n = max(s.n, l.n)
			lines = append(lines, l)
			s.bytes += len(l.data)
		case len(text) > 0:
			s.dropped++
		}
		if errors.Is(err, io.EOF) {
			if len(lines) == 0 {
				return os.Remove(path)
			}
			s.push(lines)
			s.segs = append(s.segs, segment{path, s.n})
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (l *line) append(to []byte) []byte {
	body := strconv.AppendUint(nil, l.n, 10)
	body = append(append(body, ' '), l.data...)
	to = fmt.Appendf(to, "%08x ", crc32.ChecksumIEEE(body))
	return append(append(to, body...), '\n')
}

// parseLine reads a line that append wrote.
func parseLine(text []byte) (l line, ok bool) {
	text, whole := bytes.CutSuffix(text, []byte{'\n'})
	sum, body, _ := bytes.Cut(text, []byte{' '})
	if !whole || string(sum) != fmt.Sprintf("%08x", crc32.ChecksumIEEE(body)) {
		return l, false
	}
	n, data, ok := bytes.Cut(body, []byte{' '})
	l.n, _ = strconv.ParseUint(string(n), 10, 64)
	l.data = data
	return l, ok && l.n > 0
}

// sync writes lines, the first of which has a number. After a failure it goes on in a new
// file: what the old one has at its end may be half a line.
func (s *spool) sync(lines []byte, first uint64) (err error) {
	if s.file == nil || s.size > segmentSize {
		if err := s.rotate(first); err != nil {
			return err
		}
	}
	n, err := s.file.Write(lines)
	if s.size += int64(n); err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		s.size = segmentSize + 1
	}
	return err
}

// rotate begins a new file.
func (s *spool) rotate(first uint64) error {
	path := filepath.Join(s.dir, fmt.Sprintf("%s-%020d.spool", s.id, first))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if dir, err := os.Open(s.dir); err == nil { // so that the name survives, too
		_ = dir.Sync()
		dir.Close()
	}
	if s.file != nil {
		s.file.Close()
	}
	s.mu.Lock()
	if k := len(s.segs); k == 0 || s.segs[k-1].path != path {
		s.segs = append(s.segs, segment{path, first})
	}
	s.mu.Unlock()
	s.file, s.size = f, 0
	return nil
}
