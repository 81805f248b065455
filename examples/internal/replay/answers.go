package replay

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// The six answers that the page gives first.
type firstAnswers struct {
	Undelivered string // messages, with their share; "" if all went out
	Prevented   []preventedRow
	Reasons     []reasonRow
	Campaigns   []campaignRow
	Untold      string // campaigns that have no row
	Work        []workRow
	Groups      []groupView
	Table       *senderTable
}

func newAnswers(res *result, f *facts) *firstAnswers {
	n := 0
	for _, s := range res.tally.senders {
		n += s.undelivered
	}
	a := &firstAnswers{
		Prevented: f.prevented(), Reasons: reasonRows(res), Work: f.work(res), Groups: groupsOf(res),
	}
	if n > 0 {
		a.Undelivered = fmt.Sprintf("%s (%s)", thousands(n), percent(n, res.messages))
	}
	numbers := map[uint64]int{} // of campaigns
	list := f.list()
	for i, c := range list {
		numbers[c.accounts[0].listed.cluster] = i + 1
		if i < campaignsShown {
			a.Campaigns = append(a.Campaigns, c.row(i+1))
		}
	}
	if more := len(list) - len(a.Campaigns); more > 0 {
		accounts := 0
		for _, c := range list[len(a.Campaigns):] {
			accounts += len(c.accounts)
		}
		a.Untold = fmt.Sprintf("%s of %s more; the table of senders has their numbers", count(more, "campaign"), count(accounts, "account"))
	}
	a.Table = newSenderTable(res, numbers)
	return a
}

// A preventedRow is what a first action comes before and after.
type preventedRow struct {
	What                            string
	Senders                         int
	Before, BeforeMost              int // delivered before it: median, and for nine of ten
	BeforeAll                       int
	Time, TimeMost                  string // since the first message
	Messages, Stopped, People, Left int    // from it on; Left: people whom no message reached
}

func (f *facts) prevented() (rows []preventedRow) {
	for _, first := range []struct {
		what           string
		of             func(*listed) *moment
		wrote, reached uint8
	}{
		{"a warning or worse", func(l *listed) *moment { return &l.warned }, wroteWarned, reachedWarned},
		{"a block or worse", func(l *listed) *moment { return &l.blocked }, wroteBlocked, reachedBlocked},
	} {
		row := preventedRow{What: first.what}
		var before []int
		var times []time.Duration
		for _, s := range f.senders {
			if s.messages == 0 || s.listed == nil || first.of(s.listed).at.IsZero() {
				continue
			}
			m := first.of(s.listed)
			before = append(before, m.after)
			times = append(times, max(0, m.at.Sub(cmp.Or(s.listed.begun, m.at))))
			row.BeforeAll += m.after
			row.Messages += s.messages - m.sent
			row.Stopped += s.messages - m.sent - (s.messages - s.undelivered - m.after)
		}
		for _, what := range f.heard {
			row.People += bit(what&first.wrote != 0)
			row.Left += bit(what&first.wrote != 0 && what&first.reached == 0)
		}
		if row.Senders = len(before); row.Senders == 0 {
			continue
		}
		slices.Sort(before)
		slices.Sort(times)
		row.Before, row.BeforeMost = quantile(before, .5), quantile(before, .9)
		row.Time, row.TimeMost = howLong(quantile(times, .5)), howLong(quantile(times, .9))
		rows = append(rows, row)
	}
	return rows
}

// howLong rounds a length of time for people.
func howLong(d time.Duration) string {
	for _, u := range []struct {
		from, unit time.Duration
		name       string
	}{{48 * time.Hour, 24 * time.Hour, "day"}, {2 * time.Hour, time.Hour, "hour"}, {2 * time.Minute, time.Minute, "minute"}} {
		if d >= u.from {
			return count(int(d.Round(u.unit)/u.unit), u.name)
		}
	}
	return count(int(d.Round(time.Second)/time.Second), "second")
}

// A reasonRow is a reason's part in all sanctions.
type reasonRow struct {
	Code    policy.Code
	Share   float64
	Senders int
	Example string
	most    float64
}

// What is shown of the reasons: so many, and none of less than this share.
const (
	reasonsListed = 12
	leastShare    = .005
)

// reasonRows adds up what spoke for the gravest sanction of each sender; each sender
// weighs alike.
func reasonRows(res *result) (rows []reasonRow) {
	all := map[policy.Code]*reasonRow{}
	for _, s := range ranked(res.tally, policy.Warning) {
		step, sum := s.gravest(), 0.0
		if step == nil {
			continue
		}
		for i := range step.reasons {
			sum += max(0, step.reasons[i].Share)
		}
		for i := range step.reasons {
			r := step.reasons[i]
			if sum == 0 && i == 0 { // a rule, or a person
				r.Share, sum = 1, 1
			}
			if r.Share <= 0 {
				continue
			}
			row := all[r.Code]
			if row == nil {
				row = &reasonRow{Code: r.Code}
				all[r.Code] = row
			}
			row.Senders++
			row.Share += r.Share / sum / float64(res.sanctioned[policy.Warning])
			if r.Share > row.most {
				row.most, row.Example = r.Share, r.String()
			}
		}
	}
	for _, row := range all {
		if row.Share >= leastShare {
			rows = append(rows, *row)
		}
	}
	slices.SortFunc(rows, func(a, b reasonRow) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Code, b.Code)) })
	return rows[:min(len(rows), reasonsListed)]
}

// Percent is the share, for a bar.
func (r *reasonRow) Percent() string { return fmt.Sprintf("%.0f%%", 100*r.Share) }

// A campaignRow is one campaign.
type campaignRow struct {
	N                           int
	Kind, Text, From, Long      string // Kind is "" where Text is a template
	Accounts, Blocked           int
	Messages, Delivered, People int
}

// campaignsShown have a row.
const campaignsShown = 40

func (c *campaign) row(n int) campaignRow {
	row := campaignRow{
		N: n, Accounts: len(c.accounts), People: len(c.people),
		From: c.first.UTC().Format("2 Jan 2006 15:04"), Long: howLong(c.last.Sub(c.first)),
	}
	row.Kind, row.Text = c.says()
	for _, s := range c.accounts {
		row.Blocked += bit(s.worst >= policy.Block)
		row.Messages += s.messages
		row.Delivered += s.messages - s.undelivered
	}
	return row
}

// A workRow is one kind of work that days bring to moderators.
type workRow struct {
	What    string
	All     int
	Median  string
	Most    string
	Busiest string // day
}

// appealing is the share of the blocked or worse who are expected to appeal: a round
// number that the page names, for nothing in a log tells it.
const appealing = .1

// work counts by day, days without any included.
func (f *facts) work(res *result) (rows []workRow) {
	if res.messages == 0 {
		return nil
	}
	from, to := res.first.Unix()/(24*3600), res.last.Unix()/(24*3600)
	for _, kind := range []struct {
		what  string
		of    func(*workday) int
		share float64
	}{
		{"messages held: a person decides", func(d *workday) int { return d.holds }, 0},
		{"messages flagged: a person may look", func(d *workday) int { return d.flags }, 0},
		{"blocks, or worse, imposed", func(d *workday) int { return d.blocks }, 0},
		{"appeals, if one in ten of those appeals", func(d *workday) int { return d.blocks }, appealing},
	} {
		sum, most, busiest := 0, 0, int64(0)
		var each []int
		for _, day := range slices.Sorted(maps.Keys(f.days)) {
			n := kind.of(f.days[day])
			sum += n
			if n > 0 {
				each = append(each, n)
			}
			if n > most {
				most, busiest = n, day
			}
		}
		if sum == 0 {
			continue
		}
		none := max(0, int(to-from)+1-len(each)) // days without
		slices.Sort(each)
		median := 0
		if i := (none+len(each)+1)/2 - 1 - none; i >= 0 {
			median = each[i]
		}
		row := workRow{What: kind.what, All: sum, Median: thousands(median), Most: thousands(most), Busiest: time.Unix(busiest*24*3600, 0).UTC().Format("2 Jan 2006")}
		if kind.share > 0 {
			row.All = int(kind.share*float64(sum) + .5)
			row.Median, row.Most = tenths(kind.share*float64(median)), tenths(kind.share*float64(most))
		}
		rows = append(rows, row)
	}
	return rows
}

// tenths writes small numbers with a decimal.
func tenths(x float64) string {
	if x >= 10 || x == 0 {
		return thousands(int(x + .5))
	}
	return fmt.Sprintf("%.1f", x)
}
