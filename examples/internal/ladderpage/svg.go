package ladderpage

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The drawing is as narrow as a telephone, so that its letters can be read on one.
const (
	width    = 420
	margin   = 14
	lineHigh = 17
	letters  = 56 // in a line of the whole width; some fonts are wide
)

const style = `
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1b1f24 }
.title { font-size: 17px; font-weight: 600 } .head { font-weight: 600 } .faint { fill: #57606a } .ground { fill: #ffffff }
.card { fill: #f6f8fa; stroke: #d0d7de } .arrow { stroke: #57606a; fill: none; stroke-width: 1.5 } .tip { fill: #57606a }
.free { fill: #cfe8d5 } .rank0 { fill: #fff3c4 } .rank1 { fill: #ffdcb0 } .rank2 { fill: #ffc9a3 } .rank3 { fill: #f5b7b1 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .faint { fill: #9da7b1 } .ground { fill: #0d1117 } .card { fill: #161b22; stroke: #30363d }
.arrow { stroke: #9da7b1 } .tip { fill: #9da7b1 }
.free { fill: #1f4a2d } .rank0 { fill: #4d4212 } .rank1 { fill: #5c3a10 } .rank2 { fill: #66321a } .rank3 { fill: #6b2622 }
}`

// A canvas is drawn from top to bottom.
type canvas struct {
	bytes.Buffer
	y float64
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

func (c *canvas) text(class string, x, y float64, s string) {
	fmt.Fprintf(c, `<text class="%s" x="%g" y="%g">%s</text>`+"\n", class, x, y, escaped(s))
}

func (c *canvas) rect(class string, x, y, wide, high float64) {
	fmt.Fprintf(c, `<rect class="%s" x="%g" y="%g" width="%.4g" height="%g" rx="4"/>`+"\n", class, x, y, wide, high)
}

// lines writes a text in lines of so many letters, from y on.
func (c *canvas) lines(class string, x float64, s string, most int) {
	for _, line := range wrap(s, most) {
		c.y += lineHigh
		c.text(class, x, c.y, line)
	}
}

// down draws an arrow down, with a word beside it.
func (c *canvas) down(word string) {
	x := 40.
	fmt.Fprintf(c, `<path class="arrow" d="M%g %gV%g"/><path class="tip" d="M%g %gl-5 -8h10z"/>`+"\n", x, c.y+6, c.y+30, x, c.y+36)
	c.text("faint", x+14, c.y+25, word)
	c.y += 40
}

// WriteSVG draws the page: the score, the ladder step by step, and the rest in words.
// It is one element without script, and loads nothing.
func (p *Page) WriteSVG(out io.Writer) error {
	var c canvas
	c.y = 26
	c.text("title", margin, c.y, "What brings what")
	c.lines("faint", margin, "Members under policy "+p.Policy, letters)
	if p.Observe {
		c.lines("head", margin, "It only measures: nothing of this is imposed.", letters)
	}
	c.band(p)
	c.down("an offence adds to the account's strikes")
	c.staircase(p)
	c.rows(p)
	for _, s := range p.Sections {
		if s.Title != ladderTitle && s.Title != paceTitle && s.Title != limitsTitle {
			c.card(&s)
		}
	}
	high := c.y + margin
	_, err := fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%g" viewBox="0 0 %d %g" role="img" aria-labelledby="ladder-title ladder-desc">
<title id="ladder-title">%s</title>
<desc id="ladder-desc">%s</desc>
<style>svg { width: min(%dpx, 100%%); height: auto }%s
</style>
<rect class="ground" width="%d" height="%g"/>
%s</svg>
`, width, high, width, high, escaped("The ladder of policy "+p.Policy), escaped(p.described()), width, style, width, high, c.String())
	return err
}

// described says what is drawn.
func (p *Page) described() string {
	parts := []string{fmt.Sprintf("A message with a score under %s is delivered, from %s on the account is warned, and from %s on it is an offence.", percent(p.Warn), percent(p.Warn), percent(p.Act))}
	for _, st := range p.Steps {
		parts = append(parts, fmt.Sprintf("Strikes of %s or more: %s.", number(st.From), st.Name))
	}
	return strings.Join(append(parts, "The words below the ladder say what an offence weighs, how strikes fade, and how to appeal."), " ")
}

// band draws the score from 0 to 100%, and where it is what.
func (c *canvas) band(p *Page) {
	const wide = width - 2*margin
	c.y += 16
	at := []float64{0, p.Warn, p.Act, 1}
	for i, class := range []string{"free", "rank0", "rank1"} {
		c.rect(class, margin+at[i]*wide, c.y, (at[i+1]-at[i])*wide, 22)
	}
	c.text("faint", margin+6, c.y+15, "score")
	c.y += 22
	for _, row := range []struct{ class, says string }{
		{"free", "under " + percent(p.Warn) + ": delivered"},
		{"rank0", "from " + percent(p.Warn) + ": delivered and flagged; a warning"},
		{"rank1", "from " + percent(p.Act) + ", by independent evidence: an offence"},
	} {
		c.y += 19
		c.rect(row.class, margin, c.y-11, 13, 13)
		c.text("", margin+21, c.y, row.says)
	}
}

// staircase draws the steps, each a bit further in and graver than the one before.
func (c *canvas) staircase(p *Page) {
	for i, st := range p.Steps {
		x := margin + min(9*float64(i), 72)
		most := letters - 2*min(i, 8) - 3
		name, says := wrap(sentence(st.Name), most-9), wrap(st.Says, most)
		high := float64(10 + lineHigh*(len(name)+len(says)))
		c.rect("rank"+fmt.Sprint(st.Rank), x, c.y, width-margin-x, high)
		from := number(st.From)
		c.text("head", width-margin-8-8*float64(len(from)), c.y+lineHigh, from)
		for _, line := range name {
			c.y += lineHigh
			c.text("head", x+8, c.y, line)
		}
		for _, line := range says {
			c.y += lineHigh
			c.text("", x+8, c.y, line)
		}
		c.y += 10 + 5
	}
	c.lines("faint", margin, "The numbers are what strikes weigh together.", letters)
}

// rows draws what offences bring that follow each other at once: a square for each, of
// the colour of its step.
func (c *canvas) rows(p *Page) {
	c.y += 10
	c.lines("head", margin, paceTitle, letters)
	c.lines("faint", margin, paceIntro, letters)
	c.y += 8
	const side = 26
	for _, q := range p.Paces {
		c.y += 4
		c.text("", margin, c.y+17, q.Head)
		for i, step := range q.Steps[:min(len(q.Steps), (width-margin-150)/side)] {
			class, x := "free", float64(150+side*i)
			if step >= 0 {
				class = "rank" + fmt.Sprint(p.Steps[step].Rank)
			}
			c.rect(class, x, c.y, side-3, side-3)
			c.text("", x+side/2-2-4*float64(len(fmt.Sprint(i+1))), c.y+16, fmt.Sprint(i+1))
		}
		c.y += side - 3
	}
	for _, q := range p.Paces {
		if n := len(q.Steps); n > 0 && q.Steps[n-1] == len(p.Steps)-1 {
			c.lines("faint", margin, "The last square is the last step.", letters)
			break
		}
	}
}

// card draws a section in words.
func (c *canvas) card(s *Section) {
	c.y += 20
	top, rows := c.y, canvas{y: c.y + 4}
	rows.lines("head", margin+10, s.Title, letters)
	rows.lines("faint", margin+10, s.Intro, letters-3)
	for _, row := range s.Rows {
		rows.y += 5
		rows.lines("head", margin+10, row.Head, letters)
		rows.lines("", margin+24, row.Says, letters-5)
	}
	c.rect("card", margin, top, width-2*margin, rows.y+12-top)
	c.Write(rows.Bytes())
	c.y = rows.y + 12
}
