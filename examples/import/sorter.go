package main

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// maxHeld is how many bytes of events are sorted in memory; what is more goes,
// sorted, into runs in a temporary file, which are merged.
const maxHeld = 16 << 20

// errSpill is about the temporary file.
var errSpill = errors.New("the temporary file, whose folder -temp sets")

// A sorter puts lines in order of time; lines of one time stay as they came. It
// holds maxHeld bytes, whatever is given to it. The zero sorter is ready.
type sorter struct {
	dir   string
	limit int // tests set it; 0: maxHeld
	held  []byte
	index []entry
	file  *os.File
	size  int64   // of the file
	runs  []int64 // where each begins
}

type entry struct {
	sec  int64
	nsec int32
	off  uint32
	n    uint32
}

const header = 16 // bytes before a line in a run: seconds, nanoseconds, length

// add takes a line; it keeps no part of it.
func (s *sorter) add(at time.Time, line []byte) error {
	s.index = append(s.index, entry{at.Unix(), int32(at.Nanosecond()), uint32(len(s.held)), uint32(len(line))})
	s.held = append(s.held, line...)
	if len(s.held)+len(s.index)*24 < cmp.Or(s.limit, maxHeld) {
		return nil
	}
	return s.spill()
}

func (s *sorter) sort() {
	slices.SortFunc(s.index, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.sec, b.sec), cmp.Compare(a.nsec, b.nsec), cmp.Compare(a.off, b.off))
	})
}

// spill writes what is held as a run.
func (s *sorter) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "import-*")
		if err != nil {
			return fmt.Errorf("%w: %w", errSpill, err)
		}
		s.file = f
		os.Remove(f.Name()) // where the system lets go of a name while the file is open
	}
	s.sort()
	s.runs = append(s.runs, s.size)
	w := bufio.NewWriterSize(s.file, 1<<16)
	for _, e := range s.index {
		var h [header]byte
		binary.LittleEndian.PutUint64(h[:], uint64(e.sec))
		binary.LittleEndian.PutUint32(h[8:], uint32(e.nsec))
		binary.LittleEndian.PutUint32(h[12:], e.n)
		w.Write(h[:])
		w.Write(s.held[e.off : e.off+e.n])
		s.size += header + int64(e.n)
	}
	s.held, s.index = s.held[:0], s.index[:0]
	if err := w.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errSpill, err)
	}
	return nil
}

// each calls f with every line in order. The line is f's until it returns.
func (s *sorter) each(f func(time.Time, []byte) error) error {
	if len(s.runs) == 0 {
		s.sort()
		for _, e := range s.index {
			if err := f(time.Unix(e.sec, int64(e.nsec)), s.held[e.off:e.off+e.n:e.off+e.n]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.spill(); err != nil {
		return err
	}
	s.held, s.index = nil, nil
	var m merge
	for i, begin := range s.runs {
		end := s.size
		if i+1 < len(s.runs) {
			end = s.runs[i+1]
		}
		r := &runReader{r: bufio.NewReaderSize(io.NewSectionReader(s.file, begin, end-begin), 1<<16), number: i}
		if more, err := r.next(); err != nil {
			return err
		} else if more {
			m = append(m, r)
		}
	}
	heap.Init(&m)
	for len(m) > 0 {
		r := m[0]
		if err := f(time.Unix(r.sec, int64(r.nsec)), r.line[:len(r.line):len(r.line)]); err != nil {
			return err
		}
		more, err := r.next()
		if err != nil {
			return err
		}
		if !more {
			heap.Pop(&m)
			continue
		}
		heap.Fix(&m, 0)
	}
	return nil
}

func (s *sorter) close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
}

// A runReader reads one run.
type runReader struct {
	r      *bufio.Reader
	number int
	sec    int64
	nsec   int32
	line   []byte
}

// next reads a line; false at the end.
func (r *runReader) next() (bool, error) {
	var h [header]byte
	if _, err := io.ReadFull(r.r, h[:]); err == io.EOF {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("%w: %w", errSpill, err)
	}
	r.sec = int64(binary.LittleEndian.Uint64(h[:]))
	r.nsec = int32(binary.LittleEndian.Uint32(h[8:]))
	r.line = slices.Grow(r.line[:0], int(binary.LittleEndian.Uint32(h[12:])))[:binary.LittleEndian.Uint32(h[12:])]
	if _, err := io.ReadFull(r.r, r.line); err != nil {
		return false, fmt.Errorf("%w: %w", errSpill, err)
	}
	return true, nil
}

// merge is a heap of runs by their next line.
type merge []*runReader

func (m merge) Len() int { return len(m) }

func (m merge) Less(i, j int) bool {
	a, b := m[i], m[j]
	return cmp.Or(cmp.Compare(a.sec, b.sec), cmp.Compare(a.nsec, b.nsec), cmp.Compare(a.number, b.number)) < 0
}

func (m merge) Swap(i, j int) { m[i], m[j] = m[j], m[i] }

func (m *merge) Push(x any) { *m = append(*m, x.(*runReader)) }

func (m *merge) Pop() any {
	old := *m
	last := old[len(old)-1]
	*m = old[:len(old)-1]
	return last
}
