package replay

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy"
)

// A senderTable has a row for each sanctioned sender. There may be very many: a row is
// as short as can be, and a column in which all are alike is left out.
type senderTable struct {
	Columns []tableColumn
	Class   string // names the columns of words, from 1, whose cells have no room for it
	Rows    []template.HTML
	Folded  bool // there are so many that the table is closed at first
	senders []*sender
}

type tableColumn struct {
	Name  string
	Words bool // not numbers
}

// rowsOpen is how many rows a page shows without being asked.
const rowsOpen = 200

// newSenderTable makes it; campaigns have numbers by their cluster. It is nil if nobody was
// sanctioned.
func newSenderTable(res *result, campaigns map[uint64]int) *senderTable {
	list := ranked(res.tally, policy.Warning)
	if len(list) == 0 {
		return nil
	}
	cells := make([][]string, len(list))
	for i, s := range list {
		cells[i] = tableCells(s, campaigns)
	}
	t := &senderTable{Folded: len(list) > rowsOpen, senders: list}
	columns := []tableColumn{
		{"sender", true}, {"class", true}, {"gravest", true}, {"messages", false}, {"delivered", false}, {"people reached", false}, {"warned after", false},
		{"blocked after", false}, {"score", false}, {"main reason", true}, {"campaign", false}, {"in truth", true},
	}
	var shown []int
	for j, column := range columns {
		for i := range cells {
			if !slices.Contains([]int{1, 7, 10, 11}, j) || cells[i][j] != cells[0][j] {
				shown = append(shown, j)
				if t.Columns = append(t.Columns, column); column.Words {
					t.Class += fmt.Sprintf(" w%d", len(shown))
				}
				break
			}
		}
	}
	for i := range list {
		var row strings.Builder
		row.WriteString("<th scope=row>" + template.HTMLEscapeString(cells[i][0]))
		for _, j := range shown[1:] {
			row.WriteString("<td>" + template.HTMLEscapeString(cells[i][j]))
		}
		t.Rows = append(t.Rows, template.HTML(row.String()))
	}
	return t
}

// size is how many bytes it takes.
func (t *senderTable) size() (n int) {
	if t != nil {
		for _, row := range t.Rows {
			n += len(row) + len("<tr>\n")
		}
	}
	return n
}

// link leads from the names to the places where the page tells more of them.
func (t *senderTable) link(places map[string]int) {
	if t == nil {
		return
	}
	for i, s := range t.senders {
		if n, ok := places[s.name]; ok {
			head, rest, _ := strings.Cut(string(t.Rows[i]), "<td>")
			_, name, _ := strings.Cut(head, ">")
			t.Rows[i] = template.HTML(fmt.Sprintf(`<th scope=row><a href="#s%d">%s</a><td>%s`, n, name, rest))
		}
	}
}

// nameMost runes of a sender's name are in the table.
const nameMost = 64

func tableCells(s *sender, campaigns map[uint64]int) []string {
	l := s.line()
	cells := []string{
		cut(s.name, nameMost), string(l.Class), l.Gravest, thousands(l.Messages), thousands(l.Delivered), thousands(l.People),
		number(l.WarnedAfter), number(l.BlockedAfter), strconv.FormatFloat(s.peak, 'f', 2, 64), "", "", truthName(s.truth, ""),
	}
	if step := s.gravest(); step != nil && len(step.reasons) > 0 {
		cells[9] = step.reasons[0].Code
	}
	if n := campaigns[s.listed.cluster]; n > 0 {
		cells[10] = strconv.Itoa(n)
	}
	return cells
}
