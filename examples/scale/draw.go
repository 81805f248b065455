package main

import (
	"fmt"
	"math"
	"strings"
)

// draw draws a line of circles for each figure over the number of accounts, whose
// axis is logarithmic.
func draw(rows []row) string {
	const width, high, left, step = 420, 150, 60, 190
	var s strings.Builder
	charts := []struct {
		title string
		lines []func(row) float64
	}{
		{"µs a message, median: conversation ●, stranger ○", []func(row) float64{
			func(r row) float64 { return r.conversation.p50 }, func(r row) float64 { return r.stranger.p50 },
		}},
		{"bytes of heap an account", []func(row) float64{func(r row) float64 { return r.heap }}},
	}
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="cost over accounts">`+"\n", width, step*len(charts)+10)
	s.WriteString(`<style>text { font: 12px system-ui, sans-serif; fill: #1b1f24 } .ground { fill: #fff } .line { stroke: #57606a; fill: none } .axis { stroke: #d0d7de } .full { fill: #1b1f24 } .open { fill: #fff; stroke: #1b1f24 }</style>` + "\n")
	fmt.Fprintf(&s, `<rect class="ground" width="%d" height="%d"/>`+"\n", width, step*len(charts)+10)
	low, top := math.Log(float64(rows[0].accounts)), math.Log(float64(rows[len(rows)-1].accounts))
	x := func(r row) float64 {
		if top == low {
			return left
		}
		return left + (width-left-40)*(math.Log(float64(r.accounts))-low)/(top-low)
	}
	for i, c := range charts {
		floor := float64(step*i + 30 + high - 20)
		most := 0.
		for _, r := range rows {
			for _, f := range c.lines {
				most = max(most, f(r))
			}
		}
		y := func(v float64) float64 { return floor - (high-30)*v/max(most, 1e-9) }
		fmt.Fprintf(&s, `<text x="14" y="%d">%s</text>`+"\n", step*i+20, c.title)
		fmt.Fprintf(&s, `<line class="axis" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/><text x="14" y="%.1f">0</text><text x="14" y="%.1f">%.4g</text>`+"\n", left, floor, width-20, floor, floor, y(most)+4, most)
		for k, f := range c.lines {
			class := []string{"full", "open"}[k]
			s.WriteString(`<polyline class="line" points="`)
			for _, r := range rows {
				fmt.Fprintf(&s, "%.1f,%.1f ", x(r), y(f(r)))
			}
			s.WriteString(`"/>` + "\n")
			for _, r := range rows {
				fmt.Fprintf(&s, `<circle class="%s" cx="%.1f" cy="%.1f" r="4"/>`+"\n", class, x(r), y(f(r)))
			}
		}
		for _, r := range rows {
			fmt.Fprintf(&s, `<text x="%.1f" y="%.1f" text-anchor="middle">%d</text>`+"\n", x(r), floor+18, r.accounts)
		}
	}
	s.WriteString("</svg>\n")
	return s.String()
}
