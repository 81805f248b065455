package main

import (
	"fmt"
	"io"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// table emits the rows of a table, as the mapping of replay reads them. place names
// a row by its number.
func (j *job) table(name string, columns []string, open func(used []bool) (events.Source, error)) error {
	r, notes, err := j.maps.Records(name, columns, open)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer r.Close()
	j.tables = true
	for _, s := range notes {
		j.report.note(name + ": " + s)
	}
	for {
		var e events.Event
		n, row, end := r.Next(&e)
		place := fmt.Sprintf("%s: row %d", name, n)
		if end == io.EOF {
			return nil
		}
		if end != nil {
			return fmt.Errorf("%s: %w", place, end)
		}
		if row != nil {
			j.report.fault(place, row)
			continue
		}
		if err := j.sorter.add(e.At, events.AppendLine(nil, &e)); err != nil {
			return err
		}
	}
}
