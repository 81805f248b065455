package replay

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A chart is a drawing without letters: the words stand around it in HTML, so
// that they can be read at any width. It is drawn in a box of 1000 by 100 that
// is stretched to the place there is.
type chart struct {
	svg    strings.Builder
	Label  string // what a screen reader says
	Unit   string // of the vertical axis
	Y, X   []tick
	Links  bool // it holds links
	Legend []legend
}

type legend struct{ Class, Name string }

// A tick is a mark on an axis: in percent from the left, or from below.
type tick struct {
	At   float64
	Text string
}

// SVG returns the drawing.
func (c *chart) SVG() template.HTML { return template.HTML(c.svg.String()) } // numbers, dates and names of classes only

// short writes a coordinate.
func short(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") }

func (c *chart) rect(class string, x, y, width, height float64) {
	if height > 0 && width > 0 {
		fmt.Fprintf(&c.svg, `<rect class="%s" x="%s" y="%.2f" width="%s" height="%.2f"/>`, class, short(x), y, short(width), height)
	}
}

func (c *chart) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.svg, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, short(x1), short(y1), short(x2), short(y2))
}

func (c *chart) path(class string, xy ...float64) {
	fmt.Fprintf(&c.svg, `<polyline class="%s" points="`, class)
	for i := 0; i+1 < len(xy); i += 2 {
		fmt.Fprintf(&c.svg, "%s,%s ", short(xy[i]), short(xy[i+1]))
	}
	c.svg.WriteString(`"/>`)
}

// scale marks the vertical axis with 0, the half and the whole of a round number that is
// at least most, and returns that.
func (c *chart) scale(most int) float64 {
	top := roundUp(most)
	for _, part := range []int{0, 1, 2} {
		if n := top * part; n%2 == 0 {
			c.yTick(50*float64(part), thousands(n/2))
		}
	}
	return float64(top)
}

// yTick marks the vertical axis, with a line across.
func (c *chart) yTick(at float64, text string) {
	c.Y = append(c.Y, tick{at, text})
	if at > 0 && at < 100 {
		c.line("grid", 0, 100-at, 1000, 100-at)
	}
}

// roundUp returns the next of 1, 2, 4, 6, 8 and 10 times a power of ten.
func roundUp(n int) int {
	for power := 1; ; power *= 10 {
		for _, x := range []int{1, 2, 4, 6, 8} {
			if n <= x*power {
				return x * power
			}
		}
	}
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

// over draws a history: a column for each stretch of time, which leads to its figures.
func (c *chart) over(h *history, names []string, numbers func(*bucket) []int) *chart {
	most, used := 0, make([]bool, len(names))
	for i := range h.buckets {
		sum := 0
		for j, n := range numbers(&h.buckets[i]) {
			sum += n
			used[j] = used[j] || n > 0
		}
		most = max(most, sum)
	}
	if most == 0 {
		return nil
	}
	c.Links = true
	top := c.scale(most)
	width := 1000 / float64(len(h.buckets))
	for i := range h.buckets {
		x, y := float64(i)*width, 100.0
		title := h.name(i)
		var parts strings.Builder
		part := chart{}
		for j, n := range numbers(&h.buckets[i]) {
			if n == 0 {
				continue
			}
			fmt.Fprintf(&parts, "; %s %s", names[j], thousands(n))
			height := 100 * float64(n) / top
			y -= height
			part.rect(names[j], x+.08*width, y, .84*width, height)
		}
		if parts.Len() > 0 {
			part.rect("hit", x, 0, width, 100)
			fmt.Fprintf(&c.svg, `<a href="#t%d" tabindex="-1"><title>%s%s</title>%s</a>`, i, title, parts.String(), part.svg.String())
		}
	}
	c.X = h.ticks()
	for j, name := range names {
		if used[j] {
			c.Legend = append(c.Legend, legend{name, name})
		}
	}
	return c
}

// verdictChart draws what was not simply delivered, over time; nil if nothing was.
func verdictChart(h *history) *chart {
	c := &chart{Label: "Messages flagged, deferred, held and rejected over time", Unit: "messages per " + widthName(h.width)}
	return c.over(h, []string{"flag", "defer", "hold", "reject"}, func(b *bucket) []int { return b.verdicts[policy.Flag : policy.Reject+1] })
}

// sanctionChart draws the sanctions over time; nil if there was none.
func sanctionChart(h *history) *chart {
	c := &chart{Label: "Sanctions over time", Unit: "sanctions per " + widthName(h.width)}
	return c.over(h, []string{"warning", "block", "restriction", "suspension", "referral"}, func(b *bucket) []int { return b.sanctions[policy.Warning:] })
}

// name says when a stretch of a history begins.
func (h *history) name(i int) string {
	return h.from.Add(time.Duration(i) * h.width).Format(h.layout())
}

func (h *history) layout() string {
	if h.width%(24*time.Hour) == 0 {
		return "2 Jan 2006"
	}
	return "2 Jan 2006 15:04"
}

// ticks mark where stretches begin, at most three of them.
func (h *history) ticks() (list []tick) {
	n := len(h.buckets)
	for _, i := range slices.Compact([]int{0, n / 2, n}) {
		list = append(list, tick{100 * float64(i) / float64(n), h.name(i)})
	}
	return list
}

// scoreChart draws how many there are of each score; the height is the
// logarithm of the number, or the few that matter could not be seen.
func scoreChart(what string, h *histogram, truth bool, levels *policy.Levels) *chart {
	c := &chart{Label: what + " by score", Unit: strings.ToLower(what) + ", in powers of ten"}
	classes := []string{"unknown", "honest", "abusive"}
	height := func(n int) float64 { return math.Log10(1 + float64(n)) }
	top := 0
	for _, bin := range h.bins {
		top = max(top, bin[0]+bin[1]+bin[2])
	}
	if top == 0 {
		return nil
	}
	most := height(10)
	for ; height(top) > most; most++ {
	}
	c.yTick(0, "0")
	for n := 10; height(n) <= most; n *= 10 {
		c.yTick(100*height(n)/most, thousands(n))
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
	at := func(p float64) float64 { return 100 * (math.Log(p/(1-p)) - scoreLeast) / (scoreWidth * scoreBins) }
	c.line("level warn", 10*at(levels.Warn), 0, 10*at(levels.Warn), 100)
	c.line("level act", 10*at(levels.Act), 0, 10*at(levels.Act), 100)
	for _, p := range []float64{.01, .05, .2, .5, .8, .95} {
		c.X = append(c.X, tick{at(p), fmt.Sprintf("%g%%", 100*p)})
	}
	if truth {
		c.Legend = []legend{{"honest", "honest"}, {"abusive", "abusive"}, {"unknown", "not known"}}
	}
	c.Legend = append(c.Legend, legend{"warn", fmt.Sprintf("warn from %.3g%%", 100*levels.Warn)}, legend{"act", fmt.Sprintf("act from %.3g%%", 100*levels.Act)})
	return c
}

// beforeChart draws which share of the blocked abusive senders had so many
// messages delivered before their first block; nil if none was blocked.
func beforeChart(sorted []int) *chart {
	if len(sorted) == 0 {
		return nil
	}
	c := &chart{Label: "Share of abusive senders blocked, by messages delivered before", Unit: "of those that were blocked"}
	c.share()
	most := float64(roundUp(max(1, sorted[len(sorted)-1])))
	xy := []float64{0, 100}
	y := 100.0
	for i, n := range sorted {
		x := 1000 * float64(n) / most
		xy = append(xy, x, y)
		y = 100 - 100*float64(i+1)/float64(len(sorted))
		xy = append(xy, x, y)
	}
	c.path("curve abusive", append(xy, 1000, y)...)
	c.X = []tick{{0, "0"}, {50, short(most / 2)}, {100, thousands(int(most)) + " delivered"}}
	return c
}

// share marks the vertical axis with percent.
func (c *chart) share() {
	for _, at := range []float64{0, 50, 100} {
		c.yTick(at, fmt.Sprintf("%g%%", at))
	}
}
