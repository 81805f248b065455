package replay

import (
	"cmp"
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// An age is how old an account was, roughly. The zero age is unknown.
type age uint8

const forEver time.Duration = 1<<63 - 1

type ageName struct {
	name  string
	under time.Duration
}

var ages = [...]ageName{
	{"not known", 0}, {"under a day", 24 * time.Hour}, {"under a week", 7 * 24 * time.Hour}, {"under 30 days", 30 * 24 * time.Hour},
	{"under a year", 365 * 24 * time.Hour}, {"a year or more", forEver},
}

func ageOf(e *events.Event) age {
	if e.Joined.IsZero() {
		return 0
	}
	old := e.At.Sub(e.Joined)
	return age(1 + slices.IndexFunc(ages[1:], func(a ageName) bool { return old < a.under || a.under == forEver }))
}

// A groupView counts senders by one thing that is known of them.
type groupView struct {
	By   string
	Rows []groupRow
	More int // groups that are not shown
}

type groupRow struct {
	Name                     string
	Senders, Warned, Blocked int
	order                    int
}

// Share of the group that was warned or worse.
func (g *groupRow) Share() string { return percent(g.Warned, g.Senders) }

// groupsShown of each kind.
const groupsShown = 12

// groupsOf counts by class, age and channel; where all are in one group there is nothing
// to see.
func groupsOf(res *result) (views []groupView) {
	for _, by := range []struct {
		name string
		of   func(*listed) (string, int)
	}{
		{"class", func(l *listed) (string, int) { return cmp.Or(l.class, string(policy.Member)), 0 }},
		{"age of the account at its first message", func(l *listed) (string, int) { return ages[l.age].name, int(l.age) }},
		{"channel of the first message", func(l *listed) (string, int) { return cmp.Or(l.channel, "none is named"), 0 }},
	} {
		rows := map[string]*groupRow{}
		for _, s := range res.tally.senders {
			if s.messages == 0 || s.listed == nil {
				continue
			}
			name, order := by.of(s.listed)
			row := rows[name]
			if row == nil {
				row = &groupRow{Name: name, order: order}
				rows[name] = row
			}
			row.Senders++
			row.Warned += bit(s.worst >= policy.Warning)
			row.Blocked += bit(s.worst >= policy.Block)
		}
		if len(rows) < 2 {
			continue
		}
		view := groupView{By: by.name}
		for _, row := range rows {
			view.Rows = append(view.Rows, *row)
		}
		slices.SortFunc(view.Rows, func(a, b groupRow) int {
			return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(b.Warned, a.Warned), cmp.Compare(b.Senders, a.Senders), cmp.Compare(a.Name, b.Name))
		})
		if view.More = max(0, len(view.Rows)-groupsShown); view.More > 0 {
			view.Rows = view.Rows[:groupsShown]
		}
		views = append(views, view)
	}
	return views
}
