package replay

import (
	"fmt"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// knobChart draws how many senders a knob's variants warn and block.
func knobChart(k *knob) *chart {
	c := &chart{Label: "Senders warned and blocked as " + k.name + " is moved", Unit: "senders"}
	most := 1
	for _, v := range k.variants {
		if v.result != nil {
			most = max(most, v.result.sanctioned[policy.Warning])
		}
	}
	top := c.scale(most)
	for _, drawn := range []struct {
		kind  policy.Kind
		class string
	}{{policy.Warning, "curve warning"}, {policy.Block, "curve block"}} {
		var xy []float64
		for i, v := range k.variants {
			if v.result != nil {
				xy = append(xy, 1000*float64(i)/float64(len(k.variants)-1), 100-100*float64(v.result.sanctioned[drawn.kind])/top)
			}
		}
		c.path(drawn.class, xy...)
	}
	for i, v := range k.variants {
		c.X = append(c.X, tick{100 * float64(i) / float64(len(k.variants)-1), fmt.Sprintf("×%g", v.by)})
	}
	c.Legend = []legend{{"warning", "warned or worse"}, {"block", "blocked or worse"}}
	return c
}

// storyChart draws a sender's messages: a line for each, as high as its score.
func storyChart(t *story) *chart {
	c := &chart{Label: fmt.Sprintf("Messages over time, as high as their score; %d sanctions", len(t.steps)), Unit: "score"}
	if len(t.points) == 0 {
		return nil
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
	c.share()
	span := max(last.Sub(first), time.Second)
	place := func(p *point) string { return short(4 + 992*float64(p.at.Sub(first))/float64(span)) }
	stepped := false
	for i := range t.points {
		if p := &t.points[i]; p.step > 0 {
			stepped = true
			fmt.Fprintf(&c.svg, `<path class="step" d="M%s 0V100"/>`, place(p))
		}
	}
	for v := policy.Allow; v <= policy.Duplicate; v++ { // one drawing for each, which is small
		var d strings.Builder
		for i := range t.points {
			if p := &t.points[i]; p.verdict == v {
				d.WriteString(fmt.Sprintf("M%s 100V%s", place(p), short(min(97, 100-100*p.score))))
			}
		}
		if d.String() != "" {
			fmt.Fprintf(&c.svg, `<path class="%s" d="%s"/>`, v, d.String())
			c.Legend = append(c.Legend, legend{v.String(), v.String()})
		}
	}
	if stepped {
		c.Legend = append(c.Legend, legend{"step", "sanction"})
	}
	layout := "2 Jan 15:04"
	if span > 200*24*time.Hour {
		layout = "2 Jan 2006"
	}
	c.X = []tick{{0, first.UTC().Format(layout)}}
	if last.After(first) {
		c.X = append(c.X, tick{100, last.UTC().Format(layout)})
	}
	return c
}
