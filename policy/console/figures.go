package console

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// A figuresView is the body of the figures.
type figuresView struct {
	Spans   []link
	Facts   []fact
	Charts  []chart
	Columns []string
	Days    []dayRow
}

type dayRow struct {
	Day string
	N   []int
}

// figures says whether the machine is right, and how much work it leaves: by days of UTC.
func (c *Console) figures(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	var v figuresView
	span := int(number(r.URL.Query().Get("days")))
	if !slices.Contains([]int{7, 30, 90}, span) {
		span = 30
	}
	for _, n := range []int{7, 30, 90} {
		v.Spans = append(v.Spans, link{Name: fmt.Sprintf("%d days", n), Href: fmt.Sprintf("%s/figures?days=%d", c.cfg.Base, n), Here: n == span})
	}
	to := c.now().UTC()
	from := to.AddDate(0, 0, 1-span)
	f, err := c.book.Figures(r.Context(), from, to)
	if err != nil {
		return nil, err
	}
	v.Facts = factsOf(&f, span)
	days := make([]time.Time, span)
	for i := range days {
		days[i] = time.Date(from.Year(), from.Month(), from.Day()+i, 0, 0, 0, 0, time.UTC)
	}
	by := func(prefix ...string) []int {
		n := make([]int, span)
		for i := range f.Days {
			at := int(f.Days[i].Day.Sub(days[0]) / (24 * time.Hour))
			for _, p := range prefix {
				if at >= 0 && at < span {
					n[at] += int(f.Days[i].Sum(p))
				}
			}
		}
		return n
	}
	v.Charts = []chart{
		draw("Messages above allow", days, series{"put off", "a", by("verdict.defer")}, series{"flagged", "d", by("verdict.flag")}, series{"held", "b", by("verdict.hold")}, series{"rejected", "c", by("verdict.reject")}),
		draw("Sanctions", days, series{"by automation", "b", by("imposed.automatic.")}, series{"by hand", "c", by("imposed.by_hand.")}, series{"ended early", "d", by("lifted.")}),
		draw("Load: cases opened", days, series{"opened", "b", by("opened.")}),
		draw("Load: cases closed", days, series{"closed", "d", by("closed.")}),
	}
	v.Columns = []string{"Allowed", "Flagged", "Put off", "Held", "Rejected", "Sanctions", "Appeals", "Overturned", "Opened", "Closed"}
	columns := [][]int{by("verdict.allow"), by("verdict.flag"), by("verdict.defer"), by("verdict.hold"), by("verdict.reject"), by("imposed."), by("appealed"), by("ruled.overturned"), by("opened."), by("closed.")}
	for i := span - 1; i >= 0; i-- {
		row := dayRow{Day: days[i].Format("2 Jan 2006")}
		for _, col := range columns {
			row.N = append(row.N, col[i])
		}
		v.Days = append(v.Days, row)
	}
	return &page{name: "figures", Title: "Figures", Body: v}, nil
}

// factsOf are the figures that say whether the machine is right.
func factsOf(f *casebook.Figures, span int) []fact {
	overturned, ruled := f.Total.Overturned()
	judged := f.Total.Sum("verdict.")
	above := judged - f.Total.N["verdict.allow"]
	all := []fact{
		{"Right, of what it flags, holds or rejects", share(&f.Precision), sampleOf(&f.Precision)},
		{"Abuse, of what it allows", share(&f.Missed), sampleOf(&f.Missed)},
		{"Overturned", fmt.Sprintf("%d of %d", overturned, ruled), "appeals that were ruled on"},
		{"Above allow", fmt.Sprintf("%s of %s", thousands(int(above)), thousands(int(judged))), "messages"},
		{"Load", fmt.Sprintf("%.1f", float64(f.Total.Sum("closed."))/float64(span)), "cases closed a day"},
	}
	median, accounts := middle(f.Sent)
	if accounts > 0 {
		all = append(all, fact{"Delivered before action", fmt.Sprint(median), fmt.Sprintf("messages at the median, of %s that automation acted on", plural(accounts, "account"))})
	}
	return all
}

func share(s *casebook.Share) string {
	if s.Abusive+s.Fine == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.1f%%", 100*s.Estimate)
}

func sampleOf(s *casebook.Share) string {
	return fmt.Sprintf("%.0f to %.0f%% with 95 in 100; %d of %d drawn are labelled, %d of them unsure", 100*s.Low, 100*s.High, s.Abusive+s.Fine+s.Unsure, s.Drawn, s.Unsure)
}

// middle is the median of counts by value, and how many there are.
func middle(counts []int) (median, n int) {
	for _, k := range counts {
		n += k
	}
	sum := 0
	for i, k := range counts {
		if sum += k; 2*sum >= n {
			return i, n
		}
	}
	return 0, n
}
