package events

import (
	"errors"
	"io"
	"slices"
)

// A Source yields the rows of a table that another program reads, such as those of
// a database.
type Source interface {
	// Next returns what stands in each column of the next row: nothing, one text, or
	// several of a list. They are valid until the following call. An error ends the
	// source, io.EOF at its end.
	Next() ([][]string, error)
	Close() error
}

// Records turns rows of a Source into events, by the same mappings as files of
// comma-separated values. Use it from one goroutine.
type Records struct {
	table  *table
	source *sourceRows
}

// Records opens a table with these columns, whose name chooses the mapping. open
// is told which columns are read; it is called again if only all rows tell how
// dates are written. Notes say what was guessed, and which columns are not read.
func (m *Mappings) Records(name string, columns []string, open func(used []bool) (Source, error)) (r *Records, notes []string, err error) {
	if err := m.check([]string{name}); err != nil {
		return nil, nil, err
	}
	one, _, err := m.of(name)
	if err != nil {
		return nil, nil, err
	}
	from := &sourceRows{csvRows: csvRows{header: columns, split: first(one.split, ";")}}
	if err := from.columns(one); err != nil {
		return nil, nil, err
	}
	used := make([]bool, len(columns))
	for i := range columns {
		used[i] = slices.Contains(from.column[:], i)
	}
	if from.source, err = open(used); err != nil {
		return nil, nil, err
	}
	r = &Records{table: newTable(one), source: from}
	r.table.rows = from
	if names := from.unread(); len(names) > 0 {
		notes = append(notes, "columns that are not read: "+listed(names))
	}
	from.ahead()
	sample := *from
	sample.source = nil
	more, err := r.table.guess(&sample, func() (rows, func(), error) {
		s, err := open(used)
		if err != nil {
			return nil, nil, err
		}
		whole := *from
		whole.source, whole.sample, whole.end = s, nil, nil
		return &whole, func() { _ = s.Close() }, nil
	})
	if err != nil {
		_ = r.Close()
		return nil, nil, err
	}
	return r, append(notes, more...), nil
}

// Next reads a row into e. An error of row is about it alone; end is what ends
// the table, io.EOF at its end. A row that the mapping leaves out is left out.
func (r *Records) Next(e *Event) (number int, row, end error) {
	for {
		if number, row, end = r.table.next(e); !errors.Is(row, errLeftOut) {
			return number, row, end
		}
	}
}

// Close closes the Source.
func (r *Records) Close() error { return r.source.source.Close() }

// sourceRows are the rows of a Source. The first are read ahead, to guess by.
type sourceRows struct {
	csvRows
	source Source // nil: only the sample
	sample [][][]string
	end    error // that the sample came to
	row    [][]string
}

const (
	maxSample     = 1000
	maxSampleSize = 1 << 20
)

// ahead reads the sample.
func (s *sourceRows) ahead() {
	for size := 0; len(s.sample) < maxSample && size < maxSampleSize; {
		row, err := s.source.Next()
		if s.end = err; err != nil {
			return
		}
		kept := make([][]string, len(row))
		for i := range row {
			kept[i] = slices.Clone(row[i])
			for _, text := range row[i] {
				size += len(text)
			}
		}
		s.sample = append(s.sample, kept)
	}
}

func (s *sourceRows) read() (line int, row, end error) {
	s.line++
	switch {
	case len(s.sample) > 0:
		s.row, s.sample = s.sample[0], s.sample[1:]
		return s.line, nil, nil
	case s.end != nil:
		return s.line, nil, s.end
	case s.source == nil:
		return s.line, nil, io.EOF
	}
	s.row, end = s.source.Next()
	return s.line, nil, end
}

func (s *sourceRows) value(i int) (string, error) {
	c := s.column[i]
	if c < 0 || len(s.row[c]) == 0 {
		return "", nil
	}
	if n := len(s.row[c]); n > 1 {
		return "", errSeveral
	}
	return s.row[c][0], nil
}

var errSeveral = errors.New("a list of several is not expected here")

func (s *sourceRows) list(i int) (all []string, err error) {
	c := s.column[i]
	if c < 0 {
		return nil, nil
	}
	if len(s.row[c]) == 1 {
		return parted(s.row[c][0], s.split), nil
	}
	return s.row[c], nil
}
