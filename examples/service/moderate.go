package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/celrules"
	"github.com/decorum-go/decorum/policy/console"
)

// openConsole opens the page on which people decide what automation left to them.
func (s *service) openConsole(ctx context.Context) (c *console.Console, err error) {
	db, err := s.openDB("cases.db")
	if err != nil {
		return nil, err
	}
	cfg := console.Config{
		DB: db, Base: "/console", Who: s.who, Key: s.derived("forms of the console"), Location: time.Local, Undo: s.undo,
		Compiler: celrules.New(),
		Spool:    s.dir, // what the database of the cases does not have yet survives a crash
		Deliver: func(ctx context.Context, m policy.Message) error {
			return s.keep(ctx, &m, delivered, "", 0) // also where a crash kept it from the chat
		},
	}
	if s.policy != "" {
		cfg.Apply = s.apply // the page of rules writes the file
	}
	return console.Open(ctx, cfg)
}

// signedIn is the cookie of a moderator: a name, and a session.
const signedIn = "moderator"

// who is the moderator that a request is from. HERE YOUR LOG-IN BELONGS: this service
// believes the cookie, and everybody leads. A session changes when somebody signs in.
func (s *service) who(r *http.Request) (m console.Moderator, err error) {
	cookie, err := r.Cookie(signedIn)
	if err != nil {
		return m, err
	}
	session, name, _ := strings.Cut(cookie.Value, ".")
	if name, err = url.QueryUnescape(name); err != nil || session == "" {
		return m, errors.New("no such session")
	}
	name, err = nameOf("the name", name)
	return console.Moderator{ID: name, Role: console.Lead, Session: session}, err
}

// moderate is the console, or where a moderator says who they are.
func (s *service) moderate(w http.ResponseWriter, r *http.Request) {
	if _, err := s.who(r); err != nil && r.URL.Path == "/console/" {
		http.Redirect(w, r, "/moderator", http.StatusSeeOther)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	if r.URL.Path == "/console/events" { // these end when the process is to
		s.running.Go(func() {
			select {
			case <-s.ending:
				cancel()
			case <-ctx.Done():
			}
		})
	}
	s.console.ServeHTTP(w, r.WithContext(ctx))
}

func (s *service) moderator(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "moderator", map[string]any{"Title": "Who decides?"})
}

func (s *service) signIn(w http.ResponseWriter, r *http.Request) {
	name, err := nameOf("a name", r.FormValue("name"))
	if err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: signedIn, Value: rand.Text() + "." + url.QueryEscape(name), Path: "/console/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, "/console/", http.StatusSeeOther)
}
