package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// A fact is a name, a value, and what there is to say of it.
type fact struct{ Name, Value, Note string }

// An accountView is the body of an account.
type accountView struct {
	ID                string
	Unknown           bool
	Facts             []fact
	Told, More        string
	Sanctions         sanctionsView
	Suspend, FourEyes bool
	Proposed          []waiting
	Cases             []line
	Story             []entry
}

// account shows where an account stands, and its story.
func (c *Console) account(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	ctx, id := r.Context(), r.URL.Query().Get("id")
	v := accountView{ID: id, Suspend: m.Role >= Lead, FourEyes: c.cfg.FourEyes}
	a, err := c.engine.Load().Account(ctx, id)
	switch {
	case errors.Is(err, policy.ErrNotFound):
		v.Unknown = true
	case err != nil:
		return nil, err
	}
	p := &page{name: "account", Title: shown(id, 60)}
	n := a.Notice()
	v.Told, v.Facts = n.In(c.tongue()), c.facts(&a)
	v.Sanctions = c.sanctions(ctx, &a, m.Role >= Mod)
	v.Sanctions.Page = p
	cases, err := c.book.Cases(ctx, casebook.Filter{Account: id, Which: casebook.AllCases, Limit: 10})
	if err != nil {
		return nil, err
	}
	v.Cases = c.lines(cases)
	if v.Proposed, err = c.proposed(ctx, id, m); err != nil {
		return nil, err
	}
	story, err := c.book.Story(ctx, id, casebook.Cursor(r.URL.Query().Get("after")), storyPage)
	if err != nil {
		return nil, err
	}
	v.Story = c.entries(story)
	if len(story) == storyPage {
		v.More = c.cfg.Base + "/account?id=" + escape(id) + "&after=" + escape(string(story[len(story)-1].Cursor))
	}
	p.Body = v
	return p, nil
}

// proposed are what others want to be done to an account, and wait for another person.
func (c *Console) proposed(ctx context.Context, account string, m *Moderator) (all []waiting, err error) {
	intents, err := c.book.IntentsOn(ctx, account)
	for i := range intents {
		in := &intents[i]
		if w := c.waitingOf(in); w.Second && in.By != m.ID {
			w.Agree = m.Role >= actionOf(in.Action).Role
			all = append(all, w)
		}
	}
	return all, err
}

// tongue is the language in which senders are told, with the times of the moderators.
func (c *Console) tongue() policy.Language { return policy.Language{Location: c.cfg.Location} }

// facts are where an account stands, in figures.
func (c *Console) facts(a *policy.Account) (all []fact) {
	add := func(name, format string, args ...any) {
		all = append(all, fact{Name: name, Value: fmt.Sprintf(format, args...)})
	}
	add("Weight of offences", "%.2f", a.Strikes)
	add("Approached, lately", "%.0f people, %.0f answered", a.Approached, a.Answered)
	add("Share that answers", "%.0f%% (%.0f to %.0f%%)", 100*a.Reply, 100*a.ReplyLow, 100*a.ReplyHigh)
	add("Wait for an answer", "%d", a.Unanswered)
	add("Complaints", "%d, weight %.1f", len(a.Complaints), a.ComplaintWeight)
	if o := a.Override; o != nil {
		add("Standing order", "%s, by %s: %s", o.Verdict, shown(o.By, 60), shown(o.Note, 100))
	}
	for _, u := range a.Limits {
		add("Limit on "+u.What, "%d of %s", u.Used, u.Limit)
	}
	if a.Probation < 1 {
		add("Probation", "%.0f%% of the limits on new people", 100*a.Probation)
	}
	if !a.Pledge.IsZero() {
		add("Pledge", "until %s", c.plain(a.Pledge))
	}
	if !a.First.IsZero() {
		add("Known since", "%s", c.plain(a.First))
	}
	return all
}

// A listView is the body of a page of cases, accounts and messages.
type listView struct {
	Heading  string
	Search   bool
	Q, More  string
	Notes    []string
	Accounts []string
	Cases    []line
	Messages []casebook.Entry
}

// campaignPage shows all cases of one text.
func (c *Console) campaignPage(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	cluster, err := strconv.ParseUint(r.URL.Query().Get("cluster"), 16, 64)
	if err != nil || cluster == 0 {
		return nil, casebook.ErrNotFound
	}
	all, err := c.book.Cases(r.Context(), casebook.Filter{Cluster: cluster, Which: casebook.AllCases, Limit: casesPage})
	if err != nil {
		return nil, err
	}
	v := listView{Heading: fmt.Sprintf("Campaign %x", cluster), Cases: c.lines(all), Notes: c.ruled(r, cluster)}
	if len(all) > 0 {
		v.Messages, err = c.book.Messages(r.Context(), all[0].ID, "", messagesPage)
	}
	return &page{name: "list", Title: v.Heading, Body: v}, err
}

// ruled says what the bank has on a text.
func (c *Console) ruled(r *http.Request, cluster uint64) (all []string) {
	for t, err := range c.engine.Load().Texts(r.Context()) {
		if err == nil && t.ID == cluster {
			all = append(all, fmt.Sprintf("The bank of texts says: %s, by %s since %s.", t.Action, shown(t.By, 60), c.plain(t.At)))
		}
	}
	return all
}

// search finds accounts, cases and messages.
func (c *Console) search(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	v := listView{Heading: "Search", Search: true, Q: clip(r.URL.Query().Get("q"), 300)}
	p := &page{name: "list", Title: "Search"}
	if v.Q != "" {
		found, err := c.book.Search(r.Context(), v.Q, foundPage)
		if err != nil {
			return nil, err
		}
		v.Accounts, v.Cases, v.Messages = found.Accounts, c.lines(found.Cases), found.Entries
		if len(v.Accounts)+len(v.Cases)+len(v.Messages) == 0 {
			v.Notes = append(v.Notes, "Nothing was found. An account is found by its whole name, or its beginning.")
		}
	}
	p.Body = v
	return p, nil
}

// clip is the beginning of what somebody typed.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
