package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/decorum-go/decorum/policy"
)

// A page is somebody's own: where they stand, why, what they can do about it, and what
// became of what they sent. It says no figure, no threshold and no reporter: it is made
// of notices and statements alone, never of reasons.
type page struct {
	Title, Me, Version, Notice string
	Steps                      []step
	Pledges                    bool   // the policy takes pledges
	Stopped                    []line // what did not go out
}

// A step is a sanction, as its owner is told of it.
type step struct {
	policy.Statement
	Stands   bool
	Appeal   *policy.Appeal
	Appeals  bool // one can be filed
	Overturn bool
}

// account is somebody's own page.
func (s *service) account(w http.ResponseWriter, r *http.Request) {
	name, err := me(r)
	if err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	p, err := s.own(r.Context(), name)
	if err != nil {
		s.failed(w, r, http.StatusServiceUnavailable, err)
		return
	}
	s.show(w, http.StatusOK, "account", p)
}

func (s *service) own(ctx context.Context, name string) (p page, err error) {
	p = page{Title: "Where " + name + " stands", Me: name, Pledges: s.engine.Policy().Appeals.Pledge > 0}
	if p.Version, p.Notice, err = s.standing(ctx, name); err != nil {
		return p, err
	}
	a, err := s.engine.Account(ctx, name)
	if err != nil && !errors.Is(err, policy.ErrNotFound) {
		return p, err
	}
	for _, sanction := range slices.Concat(a.Standing, a.History) {
		said, err := s.engine.Statement(ctx, name, sanction.ID, language())
		if errors.Is(err, policy.ErrNotFound) {
			continue // nobody is told of it
		}
		if err != nil {
			return p, err
		}
		st := step{Statement: said, Stands: sanction.InForce(a.At), Appeal: sanction.Appeal, Appeals: sanction.Appeal == nil}
		st.Overturn = !st.Appeals && st.Appeal.Ruling != nil && st.Appeal.Ruling.Outcome == policy.Overturned
		p.Steps = append(p.Steps, st)
	}
	slices.SortStableFunc(p.Steps, func(a, b step) int { return b.From.Compare(a.From) })
	lines, err := s.chat.of(ctx, name)
	for _, l := range slices.Backward(lines) {
		if l.Sender == name && l.State != delivered && len(p.Stopped) < 20 {
			p.Stopped = append(p.Stopped, l)
		}
	}
	return p, err
}

// appeal files an appeal out of a form.
func (s *service) appeal(w http.ResponseWriter, r *http.Request) {
	name, err := me(r)
	if err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	statement, err := textOf(r.FormValue("statement"))
	if err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	_, err = s.engine.Appeal(r.Context(), policy.Appeal{
		Account: name, Sanction: r.FormValue("sanction"), Statement: strings.TrimSpace(statement), Pledge: r.FormValue("pledge") != "",
	})
	if err != nil {
		s.failed(w, r, statusOf(err), err)
		return
	}
	http.Redirect(w, r, "/as/"+url.PathEscape(name)+"/account", http.StatusSeeOther)
}
