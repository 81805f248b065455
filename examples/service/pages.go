package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy"
)

const (
	longestName = 64   // characters
	longestText = 4000 // characters
)

// me is who makes a request. HERE YOUR LOG-IN BELONGS: this service believes the path.
func me(r *http.Request) (string, error) { return nameOf("your name", r.PathValue("me")) }

// nameOf reads a name: in one line, and with nothing in it that can't be seen.
func nameOf(what, s string) (string, error) {
	s = strings.TrimSpace(s)
	unseen := func(r rune) bool { return !unicode.IsGraphic(r) }
	if s == "" || utf8.RuneCountInString(s) > longestName || !utf8.ValidString(s) || strings.ContainsFunc(s, unseen) {
		return "", fmt.Errorf("%s must have 1 to %d characters, all of which can be seen", what, longestName)
	}
	return s, nil
}

// textOf reads a text.
func textOf(s string) (string, error) {
	s = strings.ReplaceAll(strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD"), "\x00", "")
	if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > longestText {
		return "", fmt.Errorf("the text must have 1 to %d characters", longestText)
	}
	return s, nil
}

// home is where somebody chooses who they are.
func (s *service) home(w http.ResponseWriter, r *http.Request) {
	people, err := s.chat.people(r.Context())
	if err != nil {
		s.failed(w, r, http.StatusInternalServerError, err)
		return
	}
	s.show(w, http.StatusOK, "home", map[string]any{"Title": "Who are you?", "People": people})
}

// choose leads to the window of who was typed in.
func (s *service) choose(w http.ResponseWriter, r *http.Request) {
	name, err := nameOf("a name", r.FormValue("name"))
	if err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	http.Redirect(w, r, "/as/"+url.PathEscape(name), http.StatusSeeOther)
}

// A window is what somebody sees of the chat.
type window struct {
	Title, Me, With string
	Partners        []string
	Lines           []line // of the conversation
	ID              string // of the next message: a form that is sent twice sends one
	Version         string
	Notice          string // where they stand
	Noted           bool   // what they reported
}

// window is the chat of one person with another.
func (s *service) window(w http.ResponseWriter, r *http.Request) {
	name, err := me(r)
	if err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	v := window{Title: name, Me: name, With: r.FormValue("with"), Noted: r.FormValue("noted") != "", ID: rand.Text()}
	lines, err := s.chat.of(r.Context(), name)
	if err == nil {
		v.Version, v.Notice, err = s.standing(r.Context(), name)
	}
	if err != nil {
		s.failed(w, r, http.StatusInternalServerError, err)
		return
	}
	for _, l := range slices.Backward(lines) {
		other := l.Sender
		if other == name {
			other = l.Recipient
		}
		if v.With == "" {
			v.With = other
		}
		if other == v.With {
			v.Lines = append(v.Lines, l)
		}
		if len(v.Partners) < 12 && !slices.Contains(v.Partners, other) {
			v.Partners = append(v.Partners, other)
		}
	}
	slices.Reverse(v.Lines)
	s.show(w, http.StatusOK, "chat", v)
}

// standing is what changes when something about somebody does, and what they are told
// about where they stand.
func (s *service) standing(ctx context.Context, name string) (version, notice string, err error) {
	seen, err := s.chat.version(ctx, name)
	if err != nil {
		return "", "", err
	}
	version = fmt.Sprint(seen)
	a, err := s.engine.Account(ctx, name)
	if _, fault := errors.AsType[*policy.FaultError](err); fault || errors.Is(err, policy.ErrNotFound) {
		return version, "", nil // the store is away: the chat is not; or nothing is known of them
	}
	for _, x := range slices.Concat(a.Standing, a.History) {
		version += "." + x.ID[:4]
		if x.Appeal != nil {
			version += "a"
			if x.Appeal.Ruling != nil {
				version += "r"
			}
		}
	}
	return version, a.Notice().In(language()), err
}

// post takes a message out of a form.
func (s *service) post(w http.ResponseWriter, r *http.Request) {
	name, err := me(r)
	to, err2 := nameOf("the name of whom you write to", r.FormValue("to"))
	text, err3 := textOf(r.FormValue("text"))
	id, err4 := nameOf("the ID", cmp.Or(r.FormValue("id"), rand.Text()))
	if err := errors.Join(err, err2, err3, err4); err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	// Begun is done: whoever hangs up meanwhile finds it when they look again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
	defer cancel()
	joined, err := s.chat.join(ctx, name, time.Now())
	if err == nil {
		_, err = s.send(ctx, policy.Message{ID: id, Sender: name, Recipients: policy.To(to), Text: text, Joined: joined}, 0)
	}
	if _, wrong := errors.AsType[*policy.FieldError](err); wrong {
		s.failed(w, r, http.StatusUnprocessableEntity, err)
		return
	} else if err != nil {
		s.failed(w, r, http.StatusInternalServerError, err)
		return
	}
	http.Redirect(w, r, "/as/"+url.PathEscape(name)+"?with="+url.QueryEscape(to), http.StatusSeeOther)
}

// report takes a complaint about a message, or a block, out of a form.
func (s *service) report(w http.ResponseWriter, r *http.Request) {
	name, err := me(r)
	against, err2 := nameOf("the name of whom you report", r.FormValue("against"))
	if err := errors.Join(err, err2); err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	var event policy.Event = policy.BlockedBy{From: name, Against: against}
	if message := r.FormValue("message"); message != "" {
		complaint := policy.Complaint{From: name, Against: against, Message: message}
		if err := complaint.Category.UnmarshalText([]byte(r.FormValue("category"))); err != nil {
			s.failed(w, r, http.StatusBadRequest, err)
			return
		}
		event = complaint
	}
	if err := s.engine.Record(r.Context(), event); err != nil {
		s.failed(w, r, statusOf(err), err)
		return
	}
	http.Redirect(w, r, "/as/"+url.PathEscape(name)+"?noted=1&with="+url.QueryEscape(against), http.StatusSeeOther)
}

// statusOf is the status of an error of the engine.
func statusOf(err error) int {
	_, field := errors.AsType[*policy.FieldError](err)
	switch {
	case field:
		return http.StatusUnprocessableEntity
	case errors.Is(err, policy.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, policy.ErrConflict), errors.Is(err, policy.ErrSettled):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}
