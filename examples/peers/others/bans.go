package main

import (
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// bans are the accounts that may not write.
type bans struct {
	until   map[string]time.Time // forever: for good
	times   map[string]int
	exempt  map[string]bool // the host vouches for them: only a person bans them
	blocked func(string)
}

var forever = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)

func newBans(blocked func(string)) bans {
	return bans{until: map[string]time.Time{}, times: map[string]int{}, exempt: map[string]bool{}, blocked: blocked}
}

func (b *bans) standing(account string, at time.Time) bool { return at.Before(b.until[account]) }

// vouched notes an account for which the host vouches, and reports whether it does.
func (b *bans) vouched(e *events.Event) bool {
	if vouched(e.Class) {
		b.exempt[e.From] = true
	}
	return b.exempt[e.From]
}

// accused reports whether complaints about an account count: it is not banned yet, and
// the host does not vouch for it.
func (b *bans) accused(e *events.Event) bool {
	return !b.standing(e.Against, e.At) && !b.exempt[e.Against]
}

// add bans an account: for a while the first time, and then for good; 0 is for good.
func (b *bans) add(account string, at time.Time, first time.Duration) {
	b.times[account]++
	b.until[account] = forever
	if first > 0 && b.times[account] == 1 {
		b.until[account] = at.Add(first)
	}
	b.blocked(account)
}

// hear lifts a ban that a person found to be wrong, or too much.
func (b *bans) hear(e *events.Event) {
	if e.Kind == events.Ruling && (e.Outcome == "reduced" || e.Outcome == "overturned") {
		delete(b.until, e.Against)
	}
}

// complaints are who complained about whom, and when.
type complaints map[string]map[string]time.Time

// add notes a report, and returns how many people reported the account since a time.
func (r complaints) add(e *events.Event, since time.Time) (n int) {
	if r[e.Against] == nil {
		r[e.Against] = map[string]time.Time{}
	}
	r[e.Against][e.From] = e.At
	for _, at := range r[e.Against] {
		if at.After(since) {
			n++
		}
	}
	return n
}
