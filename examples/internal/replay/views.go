package replay

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// What the page's template sees: plain values with the words already chosen.

type (
	countRow struct {
		Verdict policy.Verdict
		N       int
		Share   string
		Key     string // in -json
		Means   string
	}
	kindRow struct {
		Kind                             policy.Kind
		Imposed, Senders, Caught, Harmed int
		Key                              string
	}
	historyRow struct {
		N      int // of the stretch
		From   string
		Counts []int
	}
	qualityRow struct {
		Kind                      policy.Kind
		Precision, Recall, Harmed estimate
	}
	diffView struct {
		Policy                  string
		Harder, Milder, Refused int
		Rows                    []compareRow
		Moves                   []moveRow
		Kinds                   []string
		Lists                   []changeList
	}
	changeList struct {
		Title string
		Rows  []changeRow
		More  int
	}
	compareRow struct {
		What string
		A, B int
	}
	moveRow struct {
		Kind string
		N    []int
	}
	changeRow struct {
		Name, From, To, Truth string
		A, B, Messages        int
		Harder                bool
		Why                   []policy.Reason
	}
	fitView struct {
		*fitReport
		Groups []fitGroupView
	}
	fitGroupView struct {
		Sentence string
		Rows     []string
	}
	knobView struct {
		Name, About string
		Chart       *chart
		Rows        []knobRow
	}
	knobRow struct {
		By, Problem              string
		Warned, Blocked, Refused int
		Truth                    bool
		Caught, Harmed           int
		Base                     bool
	}
)

var meanings = map[policy.Verdict]string{
	policy.Allow: "delivered", policy.Flag: "delivered, and a moderator is told", policy.Defer: "over a limit: may be tried again later",
	policy.Hold: "a person decides", policy.Reject: "a sanction covers it, or it brought one",
	policy.Duplicate: "the same ID again, of what was delivered before",
}

// countRows counts verdicts, and names those of which there is none. Where all was
// simply delivered there is nothing to count.
func countRows(r *result) (rows []countRow, none []string) {
	if r.verdicts[policy.Allow] == r.messages && r.sanctions == (byKind{}) {
		return nil, nil
	}
	for v := policy.Allow; v <= policy.Duplicate; v++ {
		if r.verdicts[v] == 0 {
			none = append(none, v.String())
			continue
		}
		rows = append(rows, countRow{v, r.verdicts[v], percent(r.verdicts[v], r.messages), "verdicts." + v.String(), meanings[v]})
	}
	return rows, none
}

// kindRows counts sanctions, and names those of which there is none.
func kindRows(r *result) (rows []kindRow, none []string) {
	for k := policy.Warning; k <= policy.Referral; k++ {
		if r.sanctions[k] == 0 && r.sanctioned[k] == 0 {
			none = append(none, k.String())
			continue
		}
		rows = append(rows, kindRow{k, r.sanctions[k], r.sanctioned[k], r.caught[k], r.harmed[k], k.String()})
	}
	return rows, none
}

// historyRows are the figures of all stretches of time in which something was sent, in
// columns that are not all zeros.
func historyRows(h *history) (of []string, rows []historyRow) {
	all := make([][]int, len(h.buckets))
	for i := range h.buckets {
		b := &h.buckets[i]
		all[i] = append(slices.Clone(b.verdicts[policy.Allow:]), b.sanctions[policy.Warning:]...)
	}
	for j := range len(all[0]) {
		if !slices.ContainsFunc(all, func(n []int) bool { return n[j] > 0 }) {
			continue
		}
		if v := policy.Allow + policy.Verdict(j); v <= policy.Duplicate {
			of = append(of, v.String())
		} else {
			of = append(of, (policy.Warning + policy.Kind(j-int(policy.Duplicate))).String())
		}
		for i := range all {
			all[i] = append(all[i], all[i][j])
		}
	}
	for i, n := range all {
		if n = n[len(n)-len(of):]; slices.Max(n) > 0 {
			rows = append(rows, historyRow{i, h.name(i), n})
		}
	}
	return of, rows
}

// widthName says how long a stretch is: "day", "6 hours", "2 weeks".
func widthName(d time.Duration) string {
	for _, u := range []struct {
		d    time.Duration
		name string
	}{{7 * 24 * time.Hour, "week"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}} {
		if d >= u.d && d%u.d == 0 {
			return strings.TrimPrefix(count(int(d/u.d), u.name), "1 ")
		}
	}
	return d.String()
}

// changesOnPage of each list of those that a second policy treats differently.
const changesOnPage = 100

func viewDiff(d *difference) *diffView {
	v := &diffView{Policy: d.b.policy}
	v.Harder, v.Milder, v.Refused = d.count()
	add := func(what string, a, b int) {
		if a > 0 || b > 0 {
			v.Rows = append(v.Rows, compareRow{what, a, b})
		}
	}
	for k := policy.Flag; k <= policy.Reject; k++ {
		add("messages: "+k.String(), d.a.verdicts[k], d.b.verdicts[k])
	}
	for k := policy.Warning; k <= policy.Referral; k++ {
		add("senders that reached a "+k.String(), d.a.sanctioned[k], d.b.sanctioned[k])
	}
	if d.a.truth {
		add("abusive senders blocked", d.a.caught[policy.Block], d.b.caught[policy.Block])
		add("honest senders warned or worse", d.a.harmed[policy.Warning], d.b.harmed[policy.Warning])
		add("honest senders blocked", d.a.harmed[policy.Block], d.b.harmed[policy.Block])
		add("abusive messages delivered", d.a.abusiveDelivered, d.b.abusiveDelivered)
		add("honest messages not delivered", d.a.honestNotDelivered, d.b.honestNotDelivered)
	}
	v.Kinds, v.Moves = viewMoves(d)
	lists := []changeList{{Title: "More gravely under the other policy"}, {Title: "Less gravely under it"}, {Title: "Another number of messages not delivered"}}
	for _, c := range d.changes {
		list := &lists[2]
		switch m := c.moved(); {
		case m > 0:
			list = &lists[0]
		case m < 0:
			list = &lists[1]
		}
		if len(list.Rows) == changesOnPage {
			list.More++
			continue
		}
		list.Rows = append(list.Rows, viewChange(c))
	}
	v.Lists = slices.DeleteFunc(lists, func(l changeList) bool { return len(l.Rows) == 0 })
	return v
}

// viewMoves counts senders by the gravest kinds that somebody has under either policy.
func viewMoves(d *difference) (names []string, rows []moveRow) {
	var kinds []int
	for k := range d.moves {
		if slices.Max(d.moves[k][:]) > 0 || slices.ContainsFunc(d.moves[:], func(to [policy.Referral + 1]int) bool { return to[k] > 0 }) {
			kinds = append(kinds, k)
			names = append(names, kindName(policy.Kind(k)))
		}
	}
	if len(kinds) < 2 {
		return nil, nil
	}
	for i, k := range kinds {
		row := moveRow{Kind: names[i]}
		for _, to := range kinds {
			row.N = append(row.N, d.moves[k][to])
		}
		rows = append(rows, row)
	}
	return names, rows
}

func viewChange(c change) changeRow {
	row := changeRow{Name: c.a.name, From: kindName(c.a.worst), To: kindName(c.b.worst), Truth: truthName(c.a.truth, ""), A: c.a.undelivered, B: c.b.undelivered, Messages: c.a.messages, Harder: c.moved() > 0}
	steps := c.a.steps
	if row.Harder {
		steps = c.b.steps
	}
	if len(steps) > 0 {
		why := steps[len(steps)-1].reasons
		row.Why = why[:min(len(why), reasonsShown)]
	}
	return row
}

func viewFit(f *fitting) *fitView {
	v := &fitView{fitReport: f.report()}
	for _, harder := range []bool{true, false} {
		g := f.group(f.last.changes, harder, all)
		v.Groups = append(v.Groups, fitGroupView{f.sentence(&g, harder), f.lines(&g)})
	}
	return v
}

// viewKnobs returns what was moved, and names what made no difference.
func viewKnobs(s *sensitivity, base *result) (views []knobView, flat []string) {
	for _, k := range s.knobs {
		view := knobView{Name: k.name, About: k.about, Chart: knobChart(k)}
		for _, v := range k.variants {
			row := knobRow{By: fmt.Sprintf("×%g", v.by), Problem: v.problem, Truth: base.truth, Base: v.by == 1}
			if r := v.result; r != nil {
				row.Warned, row.Blocked = r.sanctioned[policy.Warning], r.sanctioned[policy.Block]
				row.Refused = r.refused()
				row.Caught, row.Harmed = r.caught[policy.Block], r.harmed[policy.Warning]
			}
			view.Rows = append(view.Rows, row)
		}
		if slices.ContainsFunc(view.Rows, func(r knobRow) bool {
			return r.Problem != "" || r.Warned != base.sanctioned[policy.Warning] || r.Blocked != base.sanctioned[policy.Block] || r.Refused != base.refused()
		}) {
			views = append(views, view)
		} else {
			flat = append(flat, k.name)
		}
	}
	return views, flat
}
