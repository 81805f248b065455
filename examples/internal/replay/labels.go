package replay

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// A label is what people found about a sender.
type label struct {
	known   bool // there is a finding
	abusive bool
	// Whether the row was drawn by chance, of all with a sanction or of those blocked.
	drawn, drawnBlocked bool
}

// What the column "for" has of a row that was drawn by chance.
const (
	forEstimate = "estimate"
	forBlocked  = "estimate of blocked"
)

// readLabels reads CSV with the columns sender and abusive, and for if it is there.
// Rows without a finding are unknown.
func readLabels(name string) (map[string]label, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	labels, err := parseLabels(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return labels, nil
}

func parseLabels(in io.Reader) (map[string]label, error) {
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	r := tableOf(strings.TrimPrefix(string(text), "\ufeff"))
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("no header with sender and abusive: %w", err)
	}
	column := func(name string) int {
		return slices.IndexFunc(header, func(s string) bool {
			return strings.EqualFold(strings.TrimSpace(s), name)
		})
	}
	sender, abusive, use := column("sender"), column("abusive"), column("for")
	if sender < 0 || abusive < 0 {
		return nil, fmt.Errorf("needs columns sender and abusive; it has %s", plain(strings.Join(header, ", ")))
	}
	labels, both := map[string]label{}, []string{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if len(row) <= max(sender, abusive) {
			return nil, fmt.Errorf("line %d: %d fields, fewer than the header has", line, len(row))
		}
		l, err := parseLabel(row[abusive])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if use >= 0 && use < len(row) {
			l.mark(row[use])
		}
		name := bare(row[sender])
		if !l.join(labels[name]) {
			both = append(both, fmt.Sprintf("%s (line %d)", name, line))
		}
		labels[name] = l
	}
	if len(both) > 0 {
		return nil, fmt.Errorf("%s found to be both, abusive and not: %s", count(len(both), "sender"), firstNames(both))
	}
	return labels, nil
}

// tableOf reads CSV with commas, or as some spreadsheets save it.
func tableOf(text string) *csv.Reader {
	first, _, _ := strings.Cut(text, "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	for _, comma := range []rune{';', '\t'} {
		if strings.Count(first, string(comma)) > strings.Count(first, string(r.Comma)) {
			r.Comma = comma
		}
	}
	return r
}

// mark reads what a row is for.
func (l *label) mark(uses string) {
	for what := range strings.SplitSeq(uses, ",") {
		l.drawn = l.drawn || strings.TrimSpace(what) == forEstimate
		l.drawnBlocked = l.drawnBlocked || strings.TrimSpace(what) == forBlocked
	}
}

// join adds what an earlier row of the sender has, and reports whether both agree.
func (l *label) join(old label) bool {
	agree := !old.known || !l.known || old.abusive == l.abusive
	if !l.known {
		l.known, l.abusive = old.known, old.abusive
	}
	l.drawn, l.drawnBlocked = l.drawn || old.drawn, l.drawnBlocked || old.drawnBlocked
	return agree
}

// parseLabel reads a finding; "" is none.
func parseLabel(finding string) (l label, err error) {
	switch s := strings.ToLower(strings.TrimSpace(finding)); s {
	case "":
	case "yes", "y", "true", "t", "1", "abusive", "spam", "x":
		l.known, l.abusive = true, true
	case "no", "n", "false", "f", "0", "honest", "ham":
		l.known = true
	default:
		err = fmt.Errorf("abusive %q is neither yes nor no", s)
	}
	return l, err
}

// finding is what is written of a label.
func (l label) finding() string {
	switch {
	case !l.known:
		return ""
	case l.abusive:
		return "yes"
	}
	return "no"
}

// tellAbsent names the labels whose sender is not in the log, and those that say
// otherwise than the log itself.
func (s *session) tellAbsent(t *tally) {
	var absent, other []string
	for name, l := range s.found {
		x := t.senders[name]
		switch {
		case !l.known:
		case x == nil || x.messages == 0:
			absent = append(absent, name)
		case x.truth != events.Unknown && l.abusive != (x.truth == events.Abusive):
			other = append(other, name)
		}
	}
	if slices.Sort(absent); len(absent) > 0 {
		fmt.Fprintf(s.stderr, "replay: %s of senders who are not in the log: %s\n", count(len(absent), "label"), firstNames(absent))
	}
	if slices.Sort(other); len(other) > 0 {
		fmt.Fprintf(s.stderr, "replay: %s labelled otherwise than the log itself says; the label counts: %s\n", count(len(other), "sender"), firstNames(other))
	}
}

// namesShown of many are printed.
const namesShown = 20

// firstNames writes the first names of a list, and how many more there are.
func firstNames(names []string) string {
	var s strings.Builder
	for i, name := range names[:min(len(names), namesShown)] {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(shorten(name))
	}
	if more := len(names) - namesShown; more > 0 {
		s.WriteString(fmt.Sprintf(" and %s more", thousands(more)))
	}
	return s.String()
}
