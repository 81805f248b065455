package main

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A chart is a drawing without letters: the words stand around it in HTML, so
// that they can be read at any width. It is drawn in a box of 1000 by 100 that
// is stretched to the place there is.
type chart struct {
	svg    strings.Builder
	Label  string   // what a screen reader says
	Top    string   // at the upper end of the vertical axis
	Ticks  []string // along the horizontal axis, first to last
	Legend []legend
}

type legend struct{ Class, Name string }

// SVG returns the drawing.
func (c *chart) SVG() template.HTML { return template.HTML(c.svg.String()) } // numbers and names of classes only

func (c *chart) rect(class string, x, y, width, height float64) {
	if height > 0 && width > 0 {
		fmt.Fprintf(&c.svg, `<rect class="%s" x="%.2f" y="%.2f" width="%.2f" height="%.2f"/>`, class, x, y, width, height)
	}
}

func (c *chart) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.svg, `<line class="%s" x1="%.2f" y1="%.2f" x2="%.2f" y2="%.2f"/>`, class, x1, y1, x2, y2)
}

func (c *chart) path(class string, xy ...float64) {
	fmt.Fprintf(&c.svg, `<polyline class="%s" points="`, class)
	for i := 0; i+1 < len(xy); i += 2 {
		fmt.Fprintf(&c.svg, "%.2f,%.2f ", xy[i], xy[i+1])
	}
	c.svg.WriteString(`"/>`)
}

// stack draws columns of parts that lie on each other.
func (c *chart) stack(columns [][]float64, classes []string, most float64) {
	if most <= 0 {
		return
	}
	width := 1000 / float64(len(columns))
	for i, column := range columns {
		y := 100.0
		for j, v := range column {
			h := 100 * v / most
			y -= h
			c.rect(classes[j], float64(i)*width+.08*width, y, .84*width, h)
		}
	}
}

// verdictChart draws what was not simply delivered, over time.
func verdictChart(h *history) *chart {
	c := &chart{Label: "Messages flagged, deferred, held and rejected over time"}
	classes := []string{"flag", "defer", "hold", "reject"}
	columns, most := make([][]float64, len(h.buckets)), 0.0
	for i := range h.buckets {
		sum := 0.0
		for v := policy.Flag; v <= policy.Reject; v++ {
			n := float64(h.buckets[i].verdicts[v])
			columns[i] = append(columns[i], n)
			sum += n
		}
		most = max(most, sum)
	}
	c.stack(columns, classes, most)
	c.Top = thousands(int(most)) + " messages"
	c.Ticks = h.ticks()
	c.Legend = []legend{{"flag", "flag"}, {"defer", "defer"}, {"hold", "hold"}, {"reject", "reject"}}
	return c
}

// sanctionChart draws the sanctions over time.
func sanctionChart(h *history) *chart {
	c := &chart{Label: "Sanctions over time"}
	classes := []string{"warning", "block", "restriction", "suspension", "referral"}
	columns, most := make([][]float64, len(h.buckets)), 0.0
	for i := range h.buckets {
		sum := 0.0
		for k := policy.Warning; k <= policy.Referral; k++ {
			n := float64(h.buckets[i].sanctions[k])
			columns[i] = append(columns[i], n)
			sum += n
		}
		most = max(most, sum)
	}
	c.stack(columns, classes, most)
	c.Top = count(int(most), "sanction")
	c.Ticks = h.ticks()
	for _, class := range classes {
		c.Legend = append(c.Legend, legend{class, class})
	}
	return c
}

func (h *history) ticks() []string {
	if len(h.buckets) == 0 {
		return nil
	}
	layout := "2 Jan 2006"
	if h.width < 24*time.Hour {
		layout = "2 Jan 15:04"
	}
	last := h.from.Add(time.Duration(len(h.buckets)) * h.width)
	return []string{h.from.Format(layout), h.from.Add(last.Sub(h.from) / 2).Format(layout), last.Format(layout)}
}

// scoreChart draws how many there are of each score; the height is the
// logarithm of the number, or the few that matter could not be seen.
func scoreChart(what string, h *histogram, truth bool, levels *policy.Levels) *chart {
	c := &chart{Label: what + " by score"}
	classes := []string{"unknown", "honest", "abusive"}
	height := func(n int) float64 { return math.Log10(1 + float64(n)) }
	most, top := 0.0, 0
	for _, bin := range h.bins {
		n := bin[0] + bin[1] + bin[2]
		if n > top {
			most, top = height(n), n
		}
	}
	columns := make([][]float64, scoreBins)
	for i, bin := range h.bins {
		n := bin[0] + bin[1] + bin[2]
		for t := range bin {
			part := 0.0
			if n > 0 {
				part = height(n) * float64(bin[t]) / float64(n)
			}
			columns[i] = append(columns[i], part)
		}
	}
	c.stack(columns, classes, most)
	for _, level := range []struct {
		class string
		p     float64
	}{{"warn", levels.Warn}, {"act", levels.Act}} {
		x := 1000 * (math.Log(level.p/(1-level.p)) - scoreLeast) / (scoreWidth * scoreBins)
		c.line("level "+level.class, x, 0, x, 100)
	}
	c.Top = thousands(top) + " " + strings.ToLower(what) + ", logarithmic"
	for i := 0; i <= 4; i++ {
		c.Ticks = append(c.Ticks, fmt.Sprintf("%.2g%%", 100*edge(i*scoreBins/4)))
	}
	if truth {
		c.Legend = []legend{{"honest", "honest"}, {"abusive", "abusive"}, {"unknown", "not known"}}
	}
	c.Legend = append(c.Legend, legend{"warn", fmt.Sprintf("warn from %.3g", levels.Warn)}, legend{"act", fmt.Sprintf("act from %.3g", levels.Act)})
	return c
}

// beforeChart draws which share of the blocked abusive senders had so many
// messages delivered before their first block.
func beforeChart(sorted []int) *chart {
	c := &chart{Label: "Share of abusive senders blocked, by messages delivered before"}
	if len(sorted) == 0 {
		return c
	}
	most := float64(max(1, sorted[len(sorted)-1]))
	xy := []float64{0, 100}
	y := 100.0
	for i, n := range sorted {
		x := 1000 * float64(n) / most
		xy = append(xy, x, y)
		y = 100 - 100*float64(i+1)/float64(len(sorted))
		xy = append(xy, x, y)
	}
	c.path("curve abusive", xy...)
	c.Top = "all that were blocked"
	c.Ticks = []string{"0", thousands(int(most / 2)), thousands(int(most)) + " delivered"}
	return c
}

// knobChart draws how many senders a knob's variants warn and block.
func knobChart(k *knob) *chart {
	c := &chart{Label: "Senders warned and blocked as " + k.name + " is moved"}
	most := 1
	for _, v := range k.variants {
		if v.result != nil {
			most = max(most, v.result.sanctioned[policy.Warning])
		}
	}
	for _, drawn := range []struct {
		kind  policy.Kind
		class string
	}{{policy.Warning, "curve warning"}, {policy.Block, "curve block"}} {
		var xy []float64
		for i, v := range k.variants {
			if v.result != nil {
				xy = append(xy, 1000*float64(i)/float64(len(k.variants)-1), 100-96*float64(v.result.sanctioned[drawn.kind])/float64(most))
			}
		}
		c.path(drawn.class, xy...)
	}
	c.Top = count(most, "sender")
	for _, v := range k.variants {
		c.Ticks = append(c.Ticks, fmt.Sprintf("×%g", v.by))
	}
	c.Legend = []legend{{"warning", "warned or worse"}, {"block", "blocked or worse"}}
	return c
}

// storyChart draws a sender's messages: a line for each, as high as its score.
func storyChart(t *story) *chart {
	c := &chart{Label: fmt.Sprintf("Messages over time, as high as their score; %d sanctions", len(t.steps))}
	if len(t.points) == 0 {
		return c
	}
	first, last := t.points[0].at, t.points[0].at
	for _, p := range t.points {
		if p.at.Before(first) {
			first = p.at
		}
		if p.at.After(last) {
			last = p.at
		}
	}
	span := max(last.Sub(first), time.Second)
	for _, p := range t.points {
		x := 4 + 992*float64(p.at.Sub(first))/float64(span)
		if p.step > 0 {
			c.line("step "+p.step.String(), x, 0, x, 100)
		}
		if p.verdict > 0 {
			c.line("message "+p.verdict.String(), x, 100, x, 97-92*p.score)
		}
	}
	layout := "2 Jan 15:04"
	if span > 200*24*time.Hour {
		layout = "2 Jan 2006"
	}
	c.Top = "score 1"
	c.Ticks = []string{first.UTC().Format(layout), last.UTC().Format(layout)}
	for v := policy.Allow; v <= policy.Duplicate; v++ {
		c.Legend = append(c.Legend, legend{v.String(), v.String()})
	}
	c.Legend = append(c.Legend, legend{"step", "sanction"})
	return c
}
