package ladderpage

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	lineWidth = 96 // of the text
	headWidth = 20 // of the words on its left
)

// WriteText writes the page as text.
func (p *Page) WriteText(out io.Writer) error {
	b := bufio.NewWriter(out)
	fmt.Fprintf(b, "The ladder of policy %s: what brings what for members, and then what differs in other classes.\n", p.Policy)
	if p.Observe {
		fmt.Fprintln(b, "The policy only measures: nothing of this is imposed.")
	}
	for _, s := range append(append([]Section{}, p.Sections...), p.Classes...) {
		fmt.Fprintf(b, "\n%s\n", strings.ToUpper(s.Title))
		for _, line := range wrap(s.Intro, lineWidth-2) {
			fmt.Fprintf(b, "  %s\n", line)
		}
		for _, row := range s.Rows {
			for i, line := range wrap(row.Says, lineWidth-headWidth-4) {
				head := ""
				if i == 0 {
					head = row.Head
				}
				fmt.Fprintf(b, "  %-*s  %s\n", headWidth, head, line)
			}
		}
	}
	return b.Flush()
}

// wrap breaks a text into lines.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
