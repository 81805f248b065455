package console

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// number is a number of a form or an address; 0: it is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// decide notes what a moderator has decided: it is carried out when it can no longer be
// undone, also if this process ends.
func (c *Console) decide(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	a := actionOf(r.PostFormValue("action"))
	switch {
	case a == nil:
		http.Error(w, "there is no such action", http.StatusBadRequest)
		return nil, nil
	case !m.may(w, a.Role):
		return nil, nil
	}
	account, err := url.QueryUnescape(r.PostFormValue("account")) // a form keeps no control characters
	if err != nil {
		return nil, &policy.FieldError{Field: "account", Problem: "must be written as in an address"}
	}
	in := casebook.Intent{Case: number(r.PostFormValue("case")), Account: account, Action: a.Name, By: m.ID, Note: noteOf(r.PostFormValue("note")), At: c.now()}
	ask := asked{Seen: number(r.PostFormValue("seen")), Sanction: r.PostFormValue("sanction"), Appeal: r.PostFormValue("appeal"), Sample: number(r.PostFormValue("sample")), Days: int(min(number(r.PostFormValue("days")), 36500))}
	var cs casebook.Case
	if in.Case != 0 {
		var why string
		if cs, why, err = c.mayDecide(r.Context(), a, in.Case, &ask, m); err != nil {
			return nil, err
		}
		if why != "" {
			return c.conflict(w, r, &cs, why)
		}
		in.Account = cs.Account
	} else if why := c.mayDirectly(r.Context(), a, in.Account, &ask, m); why != "" {
		http.Error(w, why, http.StatusConflict)
		return nil, nil
	}
	in.Data = ask.String()
	if in.Due = in.At.Add(c.cfg.Undo); c.needsTwo(a, cs.Accounts) {
		in.Due = time.Time{}
	}
	in, err = c.book.Intend(r.Context(), in, against(a)...)
	if errors.Is(err, casebook.ErrConflict) || errors.Is(err, casebook.ErrClosed) { // a moment ago: by another page of theirs
		return c.conflict(w, r, &cs, "It has been decided meanwhile.")
	}
	if err != nil {
		return nil, err
	}
	c.rouse(in.Due)
	switch {
	case in.Case == 0:
		return c.back(w, r, "/account?id="+escape(in.Account))
	case !a.Final:
		return c.back(w, r, "/case/"+strconv.FormatInt(in.Case, 10))
	}
	return c.next(w, r, m)
}

// mayDecide returns a case, and why something can't be done to it, if so.
func (c *Console) mayDecide(ctx context.Context, a *action, id int64, ask *asked, m *Moderator) (cs casebook.Case, why string, err error) {
	if cs, err = c.book.Case(ctx, id); err != nil {
		return cs, "", err
	}
	latest, err := c.book.Latest(ctx)
	if err != nil {
		return cs, "", err
	}
	ask.Seen = min(ask.Seen, latest) // nobody has seen what is still to come
	o, _, err := c.offerOf(ctx, &cs)
	if err != nil {
		return cs, "", err
	}
	if why = c.taken(ctx, &cs, m); why == "" && (!a.fits(&o) || o.appeal && ask.Appeal != cs.Appeal) { // not the one that was read
		why = "The case has changed, and this no longer fits it."
	}
	ask.Sanction, ask.Appeal = cs.Sanction, cs.Appeal
	return cs, why, nil
}

// noteOf is a note as the engine takes it: in as many bytes as that has for one.
func noteOf(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > policy.MaxID {
		s = strings.ToValidUTF8(s[:policy.MaxID-len("…")], "") + "…"
	}
	return s
}

// mayDirectly says why something can't be done to an account outside a case, if so.
func (c *Console) mayDirectly(ctx context.Context, a *action, account string, ask *asked, m *Moderator) string {
	switch a.Name {
	case "suspend":
		if account == "" {
			return "which account?"
		}
		return ""
	case "lift", "uphold", "reduce", "overturn":
	default:
		return "this is done to a case"
	}
	s, ok := c.sanction(ctx, account, ask.Sanction)
	if o := offerOfSanction(&s, c.now()); !ok || !a.fits(&o) {
		return "the sanction has ended, or the appeal was ruled on: reload the page"
	}
	if ask.Appeal = ""; s.Appeal != nil {
		ask.Appeal = s.Appeal.ID
	}
	return c.elsewhere(ctx, account, ask, m)
}

// elsewhere says in whose hands the case of a sanction is, if another moderator has it.
func (c *Console) elsewhere(ctx context.Context, account string, ask *asked, m *Moderator) string {
	all, err := c.book.Cases(ctx, casebook.Filter{Account: account, Limit: 1})
	if err != nil || len(all) == 0 || all[0].Sanction != ask.Sanction {
		return ""
	}
	if by := all[0].HeldBy(c.now()); by != "" && by != m.ID {
		return "its case is in the hands of " + shown(by, 60)
	}
	return c.decided(ctx, &all[0])
}

// taken says who else is at work on a case, if so; "": nobody. The one who acts holds it.
func (c *Console) taken(ctx context.Context, cs *casebook.Case, m *Moderator) string {
	if why := c.decided(ctx, cs); why != "" {
		return why
	}
	if err := c.book.Take(ctx, cs.ID, m.ID); errors.Is(err, casebook.ErrHeld) {
		return "It is in the hands of " + shown(cs.Holder, 60) + "."
	}
	return ""
}

// decided says who has decided a case; "": nobody.
func (c *Console) decided(ctx context.Context, cs *casebook.Case) string {
	if !cs.Closed.IsZero() {
		return "It was closed by " + shown(cs.By, 60) + " meanwhile."
	}
	pending, err := c.book.Intents(ctx, cs.ID)
	for _, in := range pending {
		if a := actionOf(in.Action); err == nil && a != nil && a.Final && in.Failed == "" {
			return "It has been decided meanwhile by " + shown(in.By, 60) + "."
		}
	}
	return ""
}

// conflict answers an action that no longer fits.
func (c *Console) conflict(w http.ResponseWriter, r *http.Request, cs *casebook.Case, why string) (*page, error) {
	w.WriteHeader(http.StatusConflict)
	return &page{name: "list", Title: "Not done", Body: listView{Heading: "Not done", Notes: []string{why}, Cases: []line{c.lineOf(cs)}}}, nil
}

// rouse wakes the worker when an intent is due.
func (c *Console) rouse(due time.Time) {
	if due.IsZero() {
		return
	}
	time.AfterFunc(max(due.Sub(c.now()), 0), func() {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	})
}

// next brings a moderator the first case that nobody holds. One that they pass over stays
// theirs until Config.Lease is over: otherwise it would come back at once.
func (c *Console) next(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	var kinds []casebook.Kind
	if k := kindOf(r.PostFormValue("kind")); k != 0 {
		kinds = append(kinds, k)
	}
	cs, err := c.book.Next(r.Context(), m.ID, kinds...)
	if errors.Is(err, casebook.ErrNotFound) {
		return c.back(w, r, "/")
	}
	if err != nil {
		return nil, err
	}
	return c.back(w, r, "/case/"+strconv.FormatInt(cs.ID, 10))
}

// undo takes back what has not been carried out yet.
func (c *Console) undo(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	id := number(r.PathValue("id"))
	in, err := c.book.Intent(r.Context(), id)
	switch a := actionOf(in.Action); {
	case err != nil:
	case in.By == m.ID:
		in, err = c.book.Undo(r.Context(), id, m.ID)
	case a == nil || !m.may(w, a.Role):
		return nil, nil
	default: // the second person says no
		in, err = c.book.Decline(r.Context(), id)
	}
	if errors.Is(err, casebook.ErrNotFound) {
		w.WriteHeader(http.StatusConflict)
		return &page{name: "list", Title: "Too late", Body: listView{Heading: "Too late", Notes: []string{"It is done, or was taken back before. What was decided can be looked up under the case."}}}, nil
	}
	if err != nil {
		return nil, err
	}
	if in.Case == 0 {
		return c.back(w, r, "/account?id="+escape(in.Account))
	}
	return c.back(w, r, "/case/"+strconv.FormatInt(in.Case, 10))
}

// agree is the second person's word on what the first one wants.
func (c *Console) agree(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	id, due := number(r.PathValue("id")), c.now().Add(c.cfg.Undo)
	in, err := c.book.Intent(r.Context(), id)
	if err != nil {
		return nil, err
	}
	if a := actionOf(in.Action); a == nil || !m.may(w, a.Role) {
		return nil, nil
	}
	in, err = c.book.Agree(r.Context(), id, m.ID, due)
	switch {
	case errors.Is(err, casebook.ErrSame):
		http.Error(w, "another person than the first has to agree", http.StatusConflict)
		return nil, nil
	case err != nil:
		return nil, err
	}
	c.rouse(due)
	if in.Case == 0 {
		return c.back(w, r, "/account?id="+escape(in.Account))
	}
	return c.next(w, r, m)
}

// A waiting is an intent, for the one who can undo it.
type waiting struct {
	ID                  int64
	What, Failed        string
	Left                int // seconds, rounded up
	Second, Undo, Agree bool
	Again, Dead         bool // it failed, and is tried again, or is not
}

// mostPending is how many of these a page shows.
const mostPending = 50

// pending are the moderator's own intents, and on no page anybody else's.
func (c *Console) pending(ctx context.Context, m *Moderator) (all []waiting) {
	intents, err := c.book.IntentsBy(ctx, m.ID)
	if err != nil {
		return nil
	}
	for i := range intents[:min(len(intents), mostPending)] {
		all = append(all, c.waitingOf(&intents[i]))
	}
	return all
}

func (c *Console) waitingOf(in *casebook.Intent) waiting {
	left := int(math.Ceil(in.Due.Sub(c.now()).Seconds()))
	second := in.Due.IsZero() && in.Failed == ""
	return waiting{ID: in.ID, What: said(in), Failed: in.Failed, Left: max(left, 0), Second: second, Again: !in.Due.IsZero(), Dead: in.Due.IsZero() && in.Failed != "", Undo: second || in.Due.IsZero() || left > 0}
}

// sanction is one of an account's that can still be ruled on.
func (c *Console) sanction(ctx context.Context, account, id string) (s policy.Sanction, ok bool) {
	a, err := c.engine.Load().Account(ctx, account)
	if err != nil {
		return s, false
	}
	for _, s := range append(a.Standing, a.History...) {
		if s.ID == id {
			return s, true
		}
	}
	return s, false
}
