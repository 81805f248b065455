package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/decorum-go/decorum/policy"
)

// live says whether the process is of use at all. It does not ask what lies outside: a
// database that is away would otherwise have all processes killed, again and again.
func (s *service) live(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	if _, err := s.engine.Health(r.Context()); errors.Is(err, policy.ErrClosed) {
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
}

// ready says whether the process is to get requests: not when it is to end, when it
// can't keep messages, or when a person must look at its store first (another Secret,
// emptied). It stays ready while the store is merely away, for that is away from all
// processes: they go on with what they know, say so here, and an alert says so.
func (s *service) ready(w http.ResponseWriter, r *http.Request) {
	var answer struct {
		Ready  bool          `json:"ready"`
		Health policy.Health `json:"health"`
		Faults []string      `json:"faults,omitempty"`
	}
	health, err := s.engine.Health(r.Context())
	answer.Health, answer.Ready = health, true
	fault := func(what string, stops bool) {
		answer.Faults = append(answer.Faults, what)
		answer.Ready = answer.Ready && !stops
	}
	select {
	case <-s.ending:
		fault("the process is ending", true)
	default:
	}
	if err := s.chat.db.PingContext(r.Context()); err != nil {
		fault("the database of the chat is away", true)
	}
	if h := s.console.Health(); h.Err != nil {
		fault(fmt.Sprintf("the database of the cases is away, and %d records wait for it", h.Waiting), false)
	}
	switch {
	case err == nil:
	case errors.Is(err, policy.ErrSecret), errors.Is(err, policy.ErrEmptied), errors.Is(err, policy.ErrClosed):
		fault(err.Error(), true)
	default:
		fault("the store of records is away: decisions rest on what this process knows", false)
	}
	w.Header().Set("Content-Type", "application/json")
	if !answer.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(answer) // the caller has gone
}
