package events

import (
	"fmt"
	"io"
	"sync"
)

// Window is how many events of a file are held to put them in order of time.
const Window = 4096

// Bounds in bytes, for lines that are long.
const (
	maxWindow = 64 << 20 // of the events held to be sorted
	maxBatch  = 1 << 20  // of the lines parsed at once
)

// A Stream yields the events of several files in order of time; events of one
// time come in the order of the files, then of the lines. Each file is read
// ahead in a goroutine, which Close ends. Use it from one goroutine.
type Stream struct {
	// Fault, if set, hears of every broken line, in an order that does not
	// depend on scheduling.
	Fault func(*Fault)

	files []*file
	heads []*head // those that have an event, in no order
	errs  []error
	notes []string
	done  chan struct{}
	wg    sync.WaitGroup
	began bool

	leftOut  int // rows, by mappings
	turnable int // bytes of a file that may be turned round
}

// Open opens files of events, "-" for stdin, and checks how they begin.
func Open(names []string, stdin io.Reader) (*Stream, error) {
	return OpenWith(names, stdin, &Mappings{})
}

// OpenWith is Open for files among which there are tables, or JSON of other
// fields. A file is a table of comma-separated values if its name ends in .csv or
// .tsv (or that and .gz), or if a mapping is for it and it does not begin as JSON
// does. JSON is read by a mapping for all files unless it has the format's fields.
func OpenWith(names []string, stdin io.Reader, m *Mappings) (*Stream, error) {
	if err := m.check(names); err != nil {
		return nil, err
	}
	s := &Stream{done: make(chan struct{}), turnable: maxTurned}
	for _, name := range names {
		f, notes, err := openFile(name, stdin, m)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.files = append(s.files, f)
		for _, note := range notes {
			s.notes = append(s.notes, f.name+": "+note)
		}
	}
	return s, nil
}

// Notes are what was guessed of how files are written, and what of them is not
// read, a line each.
func (s *Stream) Notes() []string { return s.notes }

// Name returns the name of the file with the index that an Event has.
func (s *Stream) Name(file int) string { return s.files[file].name }

// Read returns how many bytes of how many were read; total is 0 if unknown.
func (s *Stream) Read() (read, total int64) {
	known := true
	for _, f := range s.files {
		read += f.read.Load()
		total += f.size
		known = known && f.size > 0
	}
	if !known {
		total = 0
	}
	return read, total
}

// LeftOut returns how many rows were left out so far because a mapping says so.
func (s *Stream) LeftOut() int { return s.leftOut }

// Next returns the next event, which is the caller's, or io.EOF. A file that
// cannot be read to its end ends there; Err tells.
func (s *Stream) Next() (*Event, error) {
	if !s.began {
		s.began = true
		for i, f := range s.files {
			h := &head{stream: s, index: i, name: f.name, batches: make(chan *batch, 4)}
			s.wg.Go(func() { readAhead(f, i, h.batches, s.done) })
			if h.advance() {
				s.heads = append(s.heads, h)
			}
		}
	}
	if len(s.heads) == 0 {
		return nil, io.EOF
	}
	least := 0
	for i := 1; i < len(s.heads); i++ {
		if a, b := s.heads[i], s.heads[least]; before(a.event, b.event) {
			least = i
		}
	}
	h := s.heads[least]
	e := h.event
	if !h.advance() {
		s.heads = append(s.heads[:least], s.heads[least+1:]...)
	}
	return e, nil
}

// before orders events by time, file, line.
func before(a, b *Event) bool {
	if c := a.At.Compare(b.At); c != 0 {
		return c < 0
	}
	if a.File != b.File {
		return a.File < b.File
	}
	return a.Line < b.Line
}

// Err returns what ended files before their ends.
func (s *Stream) Err() []error { return s.errs }

// Close ends the reading ahead and closes the files.
func (s *Stream) Close() {
	close(s.done)
	for _, f := range s.files {
		f.close()
	}
	for _, h := range s.heads {
		for range h.batches { // so that readers that wait to send see done
		}
	}
	s.wg.Wait()
}

// A batch is what goes from a reader to the merge at once.
type batch struct {
	events []Event
	faults []Fault
	err    error // of the file

	leftOut int // rows, by a mapping
}

const batchSize = 256

// readAhead parses f into batches until its end.
func readAhead(f *file, index int, out chan<- *batch, done <-chan struct{}) {
	defer close(out)
	for end := false; !end; {
		b := &batch{events: make([]Event, 0, batchSize)}
		lists := make([]string, 0, batchSize)
		for read := 0; !end && len(b.events) < batchSize && len(b.faults) < batchSize && read < maxBatch; {
			b.events = append(b.events, Event{File: index})
			e, n := &b.events[len(b.events)-1], 0
			if f.table != nil {
				n, end = b.row(f, e)
			} else {
				n, end = b.line(f, e, &lists)
			}
			read += n
		}
		select {
		case out <- b:
		case <-done:
			return
		}
	}
}

// row reads a row of a table into the last event, and returns what that takes.
func (b *batch) row(f *file, e *Event) (size int, end bool) {
	index := e.File
	line, row, err := f.table.next(e)
	e.Line, e.File = line, index
	size = e.Size()
	if row != nil || err != nil {
		b.drop()
	}
	if row == errLeftOut {
		b.leftOut++
	} else if row != nil {
		b.faults = append(b.faults, Fault{File: f.name, Line: line, Err: row})
	}
	if err != nil && err != io.EOF {
		b.err = err
		if _, csv := f.table.rows.(*csvRows); csv {
			b.err = fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return size, err != nil
}

// line reads a line of JSON into the last event.
func (b *batch) line(f *file, e *Event, lists *[]string) (size int, end bool) {
	line, err := f.next()
	if err != nil && err != errLongLine {
		b.drop()
		if err != io.EOF {
			b.err = err
		}
		return 0, true
	}
	if err == nil {
		e.Line = f.n
		err = parse(string(line), e, lists)
	}
	if err != nil {
		b.drop()
		b.faults = append(b.faults, Fault{File: f.name, Line: f.n, Err: err})
	}
	return len(line), false
}

// drop takes back the last event, which could not be read.
func (b *batch) drop() { b.events = b.events[:len(b.events)-1] }
