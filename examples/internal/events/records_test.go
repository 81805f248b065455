package events

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// given is a Source of rows in memory.
type given struct {
	rows   [][][]string
	closed int
}

func (f *given) Next() ([][]string, error) {
	if len(f.rows) == 0 {
		return nil, io.EOF
	}
	row := f.rows[0]
	f.rows = f.rows[1:]
	return row, nil
}

func (f *given) Close() error { f.closed++; return nil }

// tableOf reads "a|b" as the lines of a table, between whose columns bars stand, and
// commas between what a column has several of.
func tableOf(text string) (rows [][][]string) {
	for line := range strings.SplitSeq(text, "\n") {
		var row [][]string
		for cell := range strings.SplitSeq(line, "|") {
			if cell == "" {
				row = append(row, nil)
			} else {
				row = append(row, strings.Split(cell, ","))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// TestRecords: rows that a program reads itself become events by the mappings of
// tables, dates included.
func TestRecords(t *testing.T) {
	many := strings.Repeat("1/2/25|ann|bea|hello|message\n", maxSample)
	for _, c := range []struct {
		name, mapping, columns, rows, want string
	}{
		{"names of the format", "", "at|from|to|text|x", "2025-02-03T04:05:06Z|ann|bea,cem|hello, you|",
			"1: text: a list of several is not expected here"},
		{"left out", "at=t,from=who,to=whom,kind=what{m:message,*:-}", "t|who|whom|what", "2025-02-03T04:05:06Z|ann|bea|call", ""},
		{"mapped", "at=t,from=who,to=whom,text=said,kind=what{m:message,*:-}", "t|who|whom|said|what",
			"2025-02-03T04:05:06Z|ann|bea,cem|hello|m\n2025-02-03T04:05:06Z|ann|bea|bye|call\n2025-02-03T04:05:07Z|ann|bea;dan||m",
			"1: 2025-02-03T04:05:06Z ann [bea cem] hello\n3: 2025-02-03T04:05:07Z ann [bea dan] \n"},
		{"dates that all rows tell", "at=t,from=who,to=whom,text=said,kind=what", "t|who|whom|said|what", many + "1/13/25|ann|bea|last|message", "2025-01-13T00:00:00Z ann [bea] last"},
		{"dates that two readings fit", "at=t,from=who,to=whom,text=said,kind=what", "t|who|whom|said|what", "1/2/25|ann|bea|hello|message", "-dates"},
		{"no such column", "at=time", "t|from", "", `no column "time" for at; it has t, from`},
		{"one column twice", "at=t,from=t", "t|x", "", `column "t" stands twice: it is at and from`},
		{"for another table", "other:at=t", "t|from", "", "a mapping is for other, which is not read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m Mappings
			var sources []*given
			var r *Records
			var err error
			if c.mapping != "" {
				err = m.Add(c.mapping)
			}
			if err == nil {
				r, _, err = m.Records("table", strings.Split(c.columns, "|"), func(used []bool) (Source, error) {
					sources = append(sources, &given{rows: tableOf(c.rows)})
					return sources[len(sources)-1], nil
				})
			}
			var got strings.Builder
			if err != nil {
				got.WriteString(err.Error())
			} else {
				for {
					var e Event
					n, row, end := r.Next(&e)
					if end != nil {
						if !errors.Is(end, io.EOF) {
							t.Error(end)
						}
						break
					}
					if row != nil {
						fmt.Fprintf(&got, "%d: %v\n", n, row)
						continue
					}
					fmt.Fprintf(&got, "%d: %s %s %v %s\n", n, e.At.Format(time.RFC3339), e.From, e.To, e.Text)
				}
				r.Close()
			}
			if !strings.Contains(got.String(), c.want) || c.want == "" && got.Len() > 0 {
				t.Errorf("got %.300s, want %s", got.String(), c.want)
			}
			for i, s := range sources {
				if s.closed != 1 {
					t.Errorf("source %d was closed %d times", i, s.closed)
				}
			}
		})
	}
}
