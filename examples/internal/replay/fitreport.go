package replay

import (
	"bufio"
	"fmt"
)

// labelled counts the people with a label.
func (f *fitting) labelled() (senders, abusive int) {
	for _, x := range f.people {
		senders += bit(x.label.known)
		abusive += bit(x.label.known && x.label.abusive)
	}
	return senders, abusive
}

// write prints what people read.
func (f *fitting) write(b *bufio.Writer) {
	senders, abusive := f.labelled()
	fmt.Fprintf(b, "\nfitted to %s, %s of them abusive\n", count(senders, "labelled sender"), thousands(abusive))
	for _, m := range f.moves {
		fmt.Fprintf(b, "%s: %s ×%.3f\n", m.Class, m.What, m.By)
	}
	for _, s := range f.scores {
		fmt.Fprintf(b, "steps too many or too few, %s: %d → %d\n", s.On, s.Before, s.After)
	}
	fmt.Fprintf(b, "messages of labelled abusers that go out, and of labelled honest senders that do not: %s → %s\n", thousands(f.base.wrong), thousands(f.last.wrong))
	for _, harder := range []bool{true, false} {
		g := f.group(f.last.changes, harder, all)
		fmt.Fprintln(b, f.sentence(&g, harder))
		for _, line := range f.lines(&g) {
			fmt.Fprintf(b, "  %s\n", line)
		}
	}
	fmt.Fprintf(b, "wrote %s\n", f.file)
}

// lines says who is in a group, one each.
func (f *fitting) lines(g *fitGroup) (lines []string) {
	for n, i := range g.people {
		if n == changesShown {
			return append(lines, fmt.Sprintf("… and %s more", thousands(g.Senders-n)))
		}
		x := f.people[i]
		lines = append(lines, fmt.Sprintf("%s: %s → %s, %s", shorten(x.name), kindName(x.worst), kindName(f.last.changes[i]), x.label))
	}
	return lines
}

// sentence is one about a group.
func (f *fitting) sentence(g *fitGroup, harder bool) string {
	how, who := "less gravely", "honest"
	if harder {
		how, who = "more gravely", "abusive"
	}
	s := fmt.Sprintf("sanctioned %s: %s", how, count(g.Senders, "sender"))
	if g.Senders > 0 {
		s += fmt.Sprintf(", %s to %s of them %s by %s", thousands(g.Lo), thousands(g.Hi), who, count(g.Honest+g.Abusive, "label"))
	}
	return s
}

func (l label) String() string {
	switch {
	case !l.known:
		return "without a label"
	case l.abusive:
		return "labelled abusive"
	}
	return "labelled honest"
}

// A fitReport is what -json has of a fitting.
type fitReport struct {
	Senders int        `json:"senders"`
	Abusive int        `json:"abusive"`
	Moves   []fitMove  `json:"moves"`
	Scores  []fitScore `json:"steps_wrong"`
	Before  int        `json:"messages_wrong_before"`
	After   int        `json:"messages_wrong_after"`
	Harder  fitGroup   `json:"harder"`
	Milder  fitGroup   `json:"milder"`
	File    string     `json:"file"`
}

func (f *fitting) report() *fitReport {
	if f == nil {
		return nil
	}
	senders, abusive := f.labelled()
	return &fitReport{senders, abusive, f.moves, f.scores, f.base.wrong, f.last.wrong, f.group(f.last.changes, true, all), f.group(f.last.changes, false, all), f.file}
}
