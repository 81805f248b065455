package replay

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/policy"
)

// A zooPage is what -zoo -html shows: what became of each actor, drawn.
type zooPage struct {
	sheet
	Policy string
	Seeds  int
	Sum    []string
	Held   string // bars
	Casts  []zooCast
}

// A zooCast are the actors of one truth.
type zooCast struct {
	Title string
	Rows  []zooRow
}

type zooRow struct {
	Role, About     string
	Missed          bool
	Bar             string
	Accounts        int
	Delivered       string
	DeliveredOf     *chart
	Warned, Blocked string
	Sanctions       *chart
	Before          string // messages delivered before the first action
	BeforeOf        *chart
	Time            string // until it
}

// newZooPage makes the page.
func newZooPage(title string, z *zoo, p *policy.Policy, plays []*play) *zooPage {
	page := &zooPage{sheet: newSheet(title, false), Policy: p.ID(), Seeds: z.o.zoo.seeds, Casts: []zooCast{{Title: "Abuse"}, {Title: "Honest people"}}}
	var sum zooSum
	held, missed := 0, []string(nil)
	for i, role := range z.roles {
		o := outcomeOf(plays[i*page.Seeds : (i+1)*page.Seeds])
		sum.add(role.Abuse, o)
		row := o.draw(role)
		if bar, ok := z.bars[role.String()]; ok {
			row.Bar, row.Missed = bar.text, !bar.met(o, 1)
			if held++; row.Missed {
				missed = append(missed, row.Role)
			}
		}
		cast := &page.Casts[bit(!role.Abuse)]
		cast.Rows = append(cast.Rows, row)
	}
	page.Casts = slices.DeleteFunc(page.Casts, func(c zooCast) bool { return len(c.Rows) == 0 })
	for line := range strings.Lines(sum.String()) {
		page.Sum = append(page.Sum, strings.ToUpper(line[:1])+strings.TrimSpace(line[1:]))
	}
	if held > 0 {
		page.Held = fmt.Sprintf("%s of %s met", thousands(held-len(missed)), count(held, "bar"))
	}
	if len(missed) > 0 {
		page.Held += "; missed by " + strings.Join(missed, ", ")
	}
	return page
}

// about says what an actor does by itself, and which numbers are others here.
func about(role actors.Role) string {
	if _, numbers, ok := strings.Cut(role.String(), ":"); ok {
		return role.About + "; but here " + strings.ReplaceAll(numbers, ":", ", ")
	}
	return role.About
}

// draw draws what became of an actor.
func (o *outcome) draw(role actors.Role) zooRow {
	row := zooRow{
		Role: strings.ReplaceAll(role.String(), ":", " "), About: about(role), Accounts: o.accounts,
		Delivered: percent(o.delivered, o.sent), Warned: percent(o.warned, o.accounts), Blocked: percent(o.blocked, o.accounts),
		DeliveredOf: &chart{}, Sanctions: &chart{}, BeforeOf: &chart{},
	}
	row.DeliveredOf.rect("all", 0, 0, 1000, 100)
	row.DeliveredOf.rect(map[bool]string{true: "abusive", false: "honest"}[role.Abuse], 0, 0, part1000(o.delivered, o.sent), 100)
	warned, blocked := part1000(o.warned, o.accounts), part1000(o.blocked, o.accounts)
	row.Sanctions.rect("all", 0, 0, 1000, 100)
	row.Sanctions.rect("block", 0, 0, blocked, 100)
	row.Sanctions.rect("warning", blocked, 0, warned-blocked, 100)
	if len(o.warning) == 0 {
		row.Before, row.Time, row.BeforeOf = "–", "–", nil
		return row
	}
	row.Before = spread(o.warning)
	at := func(n int) float64 { return min(1000, 250*math.Log10(1+float64(n))) } // to 10,000
	for n := 10; n <= 1000; n *= 10 {
		row.BeforeOf.line("grid", at(n), 0, at(n), 100)
	}
	q := quantilesOf(o.warning)
	row.BeforeOf.rect("range", at(q.Median), 35, max(12, at(q.P90)-at(q.Median)), 30)
	row.BeforeOf.rect("middle", at(q.Median), 10, 14, 80)
	var times []time.Duration
	for _, p := range o.plays {
		for _, l := range p.lives {
			if !l.acted.IsZero() && l.sent > 0 {
				times = append(times, l.acted.Sub(l.begun))
			}
		}
	}
	slices.Sort(times)
	row.Time = howLong(quantile(times, .5)) + " / " + howLong(quantile(times, .9))
	return row
}

func part1000(n, of int) float64 { return 1000 * float64(n) / float64(max(1, of)) }
