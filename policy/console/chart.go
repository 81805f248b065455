package console

import (
	"fmt"
	"strings"
	"time"
)

// A chart is bars by day, drawn by the server: numbers alone, no style and no script.
type chart struct {
	Title, Says string
	W, H        int
	Bars        []bar
	Words       []word
}

type bar struct {
	Class      string
	X, Y, W, H float64
}

type word struct {
	Text string
	X, Y float64
	End  bool
}

// A series is one kind of thing that is counted by day.
type series struct {
	name  string
	class string // of the bars, in style.css: a, b, c or d
	n     []int  // by day
}

// Measures of a chart.
const (
	chartW    = 720
	chartH    = 150
	chartFoot = 18
	chartLeft = 44
)

// draw stacks series by day, and says in words what the figure shows.
func draw(title string, days []time.Time, all ...series) chart {
	c := chart{Title: title, W: chartW, H: chartH}
	top := 1
	for d := range days {
		sum := 0
		for _, s := range all {
			sum += s.n[d]
		}
		top = max(top, sum)
	}
	width := float64(chartW-chartLeft) / float64(max(len(days), 1))
	high := float64(chartH - chartFoot - 8)
	for d := range days {
		y := float64(chartH - chartFoot)
		for _, s := range all {
			h := round(high * float64(s.n[d]) / float64(top))
			if y -= h; h > 0 {
				c.Bars = append(c.Bars, bar{s.class, round(chartLeft + width*float64(d)), round(y), round(max(width-1, .5)), h})
			}
		}
	}
	c.Words = append(c.Words, word{thousands(top), chartLeft - 6, 14, true}, word{"0", chartLeft - 6, chartH - chartFoot, true})
	if n := len(days); n > 0 {
		c.Words = append(c.Words, word{days[0].Format("2 Jan"), chartLeft, chartH - 4, false}, word{days[n-1].Format("2 Jan"), chartW, chartH - 4, true})
	}
	var says []string
	colours := map[string]string{"a": "grey", "b": "yellow", "c": "red", "d": "green"}
	for _, s := range all {
		sum := 0
		for _, n := range s.n {
			sum += n
		}
		says = append(says, fmt.Sprintf("%s (%s) %s", s.name, colours[s.class], thousands(sum)))
	}
	c.Says = strings.Join(says, ", ") + "; at most " + thousands(top) + " a day."
	return c
}

func round(x float64) float64 { return float64(int(x*10+.5)) / 10 }
