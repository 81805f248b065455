package console

import "time"

// A chart is bars by day, drawn by the server: numbers alone, no style and no script.
type chart struct {
	Title, From, To string
	Top             int // the most of a day
	W, H            int
	Bars            []bar
	Legend          []legend
}

type bar struct {
	Class      string
	X, Y, W, H float64
}

type legend struct{ Class, Says string }

// A series is one kind of thing that is counted by day.
type series struct {
	name  string
	class string // of the bars, in style.css: a, b, c or d
	n     []int  // by day
}

// Measures of a chart; the page stretches it.
const (
	chartW = 720
	chartH = 120
)

// draw stacks series by day.
func draw(title string, days []time.Time, all ...series) chart {
	c := chart{Title: title, W: chartW, H: chartH, From: days[0].Format("2 Jan"), To: days[len(days)-1].Format("2 Jan")}
	for d := range days {
		sum := 0
		for _, s := range all {
			sum += s.n[d]
		}
		c.Top = max(c.Top, sum)
	}
	width := float64(chartW) / float64(len(days))
	for d := range days {
		y := float64(chartH)
		for _, s := range all {
			h := round(chartH * float64(s.n[d]) / float64(max(c.Top, 1)))
			if y -= h; h > 0 {
				c.Bars = append(c.Bars, bar{s.class, round(width * float64(d)), round(y), round(width * .85), h})
			}
		}
	}
	for _, s := range all {
		sum := 0
		for _, n := range s.n {
			sum += n
		}
		c.Legend = append(c.Legend, legend{s.class, s.name + ": " + thousands(sum)})
	}
	return c
}

func round(x float64) float64 { return float64(int(x*10+.5)) / 10 }
