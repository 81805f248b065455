package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// perPage is how many cases, messages, entries and acts a page shows.
const (
	casesPage    = 30
	foundPage    = 20
	messagesPage = 20
	storyPage    = 25
	actsPage     = 30
)

// A line is a case in a list.
type line struct {
	ID                              int64
	Title, Text, Figures, Age, Held string
}

func (c *Console) lineOf(cs *casebook.Case) line {
	l := line{ID: cs.ID, Title: titleOf(cs), Text: cs.Title, Figures: figuresOf(cs), Age: "open for " + span(c.now().Sub(cs.Opened))}
	switch {
	case !cs.Closed.IsZero():
		l.Age = "closed " + span(c.now().Sub(cs.Closed)) + " ago"
		l.Held = fmt.Sprintf("%s by %s", cs.Outcome, shown(cs.By, 60))
	case cs.HeldBy(c.now()) != "":
		l.Held = "in the hands of " + shown(cs.Holder, 60)
	}
	return l
}

func (c *Console) lines(all []casebook.Case) (out []line) {
	for i := range all {
		out = append(out, c.lineOf(&all[i]))
	}
	return out
}

// titleOf is what a case is called: its kind, and whom or what it is about.
func titleOf(cs *casebook.Case) string {
	about := "a text of " + plural(cs.Accounts, "account")
	if cs.Account != "" {
		about = shown(cs.Account, 60)
	}
	return fmt.Sprintf("%d: %s, %s", cs.ID, kindName(cs.Kind), about)
}

func figuresOf(cs *casebook.Case) string {
	var all []string
	if cs.Messages > 0 {
		all = append(all, plural(cs.Messages, "message"))
	}
	if cs.Account == "" {
		all = append(all, plural(cs.Accounts, "account"))
	}
	if cs.Held > 0 {
		all = append(all, thousands(cs.Held)+" waiting")
	}
	if cs.Reports > 0 {
		all = append(all, plural(cs.Reports, "report"))
	}
	if cs.Score > 0 {
		all = append(all, fmt.Sprintf("score %.2f", cs.Score))
	}
	if len(all) == 0 {
		return "no message"
	}
	return strings.Join(all, ", ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}

// span is a time roughly, as people say it.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "under a minute"
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int(d/(24*time.Hour)), "day")
}

func escape(s string) string { return url.QueryEscape(s) }

// kinds are those of cases, as the queue names them.
var kinds = []struct {
	kind casebook.Kind
	path string
	name string
}{
	{casebook.Appeal, "appeal", "Appeal"},
	{casebook.Held, "held", "Held"},
	{casebook.Reports, "reports", "Reports"},
	{casebook.Review, "review", "Review due"},
	{casebook.Flagged, "flagged", "Flagged"},
}

func kindOf(path string) casebook.Kind {
	for _, k := range kinds {
		if k.path == path {
			return k.kind
		}
	}
	return 0
}

func kindName(kind casebook.Kind) string {
	for _, k := range kinds {
		if k.kind == kind {
			return strings.ToLower(k.name)
		}
	}
	return "case"
}

// A queueView is the body of the queue.
type queueView struct {
	Kind, State string
	Kinds       []link
	Cases       []line
	More        string
}

// queue shows what waits for a person, most urgent first, or what was decided, newest first.
func (c *Console) queue(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	q := r.URL.Query()
	v := queueView{Kind: q.Get("kind"), State: "open"}
	f := casebook.Filter{Limit: casesPage, After: casebook.Cursor(q.Get("after"))}
	if k := kindOf(v.Kind); k != 0 {
		f.Kinds = []casebook.Kind{k}
	} else if v.Kind == "closed" {
		f.Which, v.State = casebook.ClosedCases, "closed"
	} else {
		v.Kind = ""
	}
	var err error
	if v.Kinds, err = c.kindLinks(r.Context(), v.Kind); err != nil {
		return nil, err
	}
	all, err := c.book.Cases(r.Context(), f)
	if err != nil {
		return nil, err
	}
	v.Cases = c.lines(all)
	if len(all) == casesPage {
		v.More = c.cfg.Base + "/?kind=" + v.Kind + "&after=" + escape(string(all[len(all)-1].Cursor))
	}
	return &page{name: "queue", Title: "Queue", Body: v}, nil
}

func (c *Console) kindLinks(ctx context.Context, here string) (all []link, err error) {
	open, err := c.book.Counts(ctx)
	if err != nil {
		return nil, err
	}
	n, more := sum(open)
	for _, k := range kinds {
		all = append(all, link{Name: k.name, Href: c.cfg.Base + "/?kind=" + k.path, N: open[k.kind], More: open[k.kind] >= casebook.MostCounted, Here: here == k.path})
	}
	all = append([]link{{Name: "All", Href: c.cfg.Base + "/", N: n, More: more, Here: here == ""}}, all...)
	return append(all, link{Name: "Closed", Href: c.cfg.Base + "/?kind=closed", Here: here == "closed"}), nil
}
