package main

import (
	"fmt"
	"io"
	"strings"
)

// Tables are Markdown, for README.md.

// row writes a row of a table.
func row(w io.Writer, cells ...string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }

func head(w io.Writer, cells ...string) {
	row(w, cells...)
	fmt.Fprintf(w, "|%s\n", strings.Repeat("---|", len(cells)))
}

func names(runs []run) (list []string) {
	for i := range runs {
		list = append(list, runs[i].name)
	}
	return list
}

func percent(k, n int) string {
	switch x := 100 * float64(k) / float64(max(1, n)); {
	case k == 0:
		return "0%"
	case k == n:
		return "100%"
	case x < .1:
		return "< 0.1%"
	case x < 1:
		return fmt.Sprintf("%.1f%%", x)
	default:
		return fmt.Sprintf("%.0f%%", min(x, 99))
	}
}

// sums writes a row a system: what became of all kinds.
func sums(w io.Writer, runs []run) {
	head(w, "", "abusive kinds caught", "abuse delivered, mean of kinds", "of all their messages", "honest kinds harmed", "honest accounts blocked")
	for i := range runs {
		t := &runs[i].total
		row(w, runs[i].name, fmt.Sprintf("%d of %d", t.caught, t.abusive), fmt.Sprintf("%.1f%%", 100*t.mean()), percent(t.delivered, t.sent),
			fmt.Sprintf("%d of %d", t.harmed, t.honest), fmt.Sprintf("%d of %d", t.blocked, t.people))
	}
	fmt.Fprintln(w)
}

// abusive writes a row an abusive kind, a column a system: what is delivered, and the
// share of accounts blocked.
func abusive(w io.Writer, runs []run) {
	head(w, append([]string{"abusive", "accounts"}, names(runs)...)...)
	for _, o := range runs[0].outcomes {
		if !o.kind.abuse {
			continue
		}
		cells := []string{o.kind.name, fmt.Sprint(o.accounts)}
		for i := range runs {
			o := runs[i].of(o.kind)
			cell := percent(o.delivered, o.sent) + " / " + percent(o.blocked, o.accounts)
			if o.caught() {
				cell = "**" + cell + "**"
			}
			cells = append(cells, cell)
		}
		row(w, cells...)
	}
	fmt.Fprintln(w)
}

// honest writes a row for each honest kind of which somebody blocks anybody.
func honest(w io.Writer, runs []run) {
	head(w, append([]string{"honest, blocked", "accounts"}, names(runs)...)...)
	spared := 0
	for _, o := range runs[0].outcomes {
		if o.kind.abuse {
			continue
		}
		cells, any := []string{o.kind.name, fmt.Sprint(o.accounts)}, false
		for i := range runs {
			o := runs[i].of(o.kind)
			cell := percent(o.blocked, o.accounts)
			if o.harmed() {
				cell = "**" + cell + "**"
			}
			cells, any = append(cells, cell), any || o.blocked > 0
		}
		if any {
			row(w, cells...)
		} else {
			spared++
		}
	}
	fmt.Fprintf(w, "\nOf %d other honest kinds none of them blocks anybody.\n\n", spared)
}

// byComplaints writes what systems catch by complaints alone, and decorum's part.
func byComplaints(w io.Writer, runs, deaf []run) {
	head(w, "by complaints alone", "caught by", "decorum: delivered / accounts blocked")
	for _, o := range runs[0].outcomes {
		var by []string
		for i := range deaf {
			if !deaf[i].of(o.kind).caught() && find(runs, deaf[i].name).of(o.kind).caught() {
				by = append(by, deaf[i].name)
			}
		}
		if len(by) > 0 {
			row(w, o.kind.name, strings.Join(by, ", "), percent(o.delivered, o.sent)+" / "+percent(o.blocked, o.accounts))
		}
	}
	fmt.Fprintln(w)
}

// find returns the run of a system.
func find(runs []run, name string) *run {
	for i := range runs {
		if runs[i].name == name {
			return &runs[i]
		}
	}
	return nil
}

// real writes a row for each stream of real people: who is blocked, and what does not
// go out.
func real(w io.Writer, runs []run) {
	head(w, append([]string{"real people", "senders"}, names(runs)...)...)
	for _, o := range runs[0].outcomes {
		cells := []string{o.kind.name, fmt.Sprint(o.accounts)}
		for i := range runs {
			o := runs[i].of(o.kind)
			cells = append(cells, fmt.Sprintf("%d / %s", o.blocked, percent(o.sent-o.delivered, o.sent)))
		}
		row(w, cells...)
	}
	fmt.Fprintln(w)
}
