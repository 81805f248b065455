package main

import (
	"time"
	"unicode/utf8"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// The numbers of indigo's automod/rules. Its limits are of an account's first 14 days, of
// messages to people who do not follow it, by the hours and days of the clock. Its flag at
// 40 people an hour, at any age, blocks nobody and is left out.
const (
	automodYoung     = 14 * 24 * time.Hour
	automodRunes     = 10  // a text that is no longer is left alone
	automodIdentical = 20  // times a day
	automodNew       = 12  // people an hour who do not follow it
	automodReplies   = 200 // people an hour to whom it replies
)

// An automod has the rules of indigo's automod on what an account sends. There they
// report an account to a person; here the account is taken down at once.
type automod struct {
	ties  ties
	bans  bans
	seen  map[string]time.Time // the first message; the age of an account whose host does not tell
	count map[count]map[string]bool
}

// A count is of what an account does within an hour or a day.
type count struct {
	account, what string
	time          int64
}

func openAutomod(_ *maker, _ time.Duration, blocked func(string)) (system, error) {
	return &automod{ties: ties{}, bans: newBans(blocked), seen: map[string]time.Time{}, count: map[count]map[string]bool{}}, nil
}

func (a *automod) judge(e *events.Event) (answer, error) {
	switch {
	case a.bans.standing(e.From, e.At):
		return answer{blocked: true}, nil
	case a.bans.vouched(e), e.At.Sub(a.joined(e)) >= automodYoung, follows(e):
	case a.tooMany(e):
		a.bans.add(e.From, e.At, 0)
		return answer{blocked: true}, nil
	}
	a.ties.hear(e)
	return answer{delivered: true}, nil
}

func (a *automod) joined(e *events.Event) time.Time {
	if !e.Joined.IsZero() {
		return e.Joined
	}
	if a.seen[e.From].IsZero() {
		a.seen[e.From] = e.At
	}
	return a.seen[e.From]
}

// tooMany counts a message to people who do not follow its sender.
func (a *automod) tooMany(e *events.Event) (over bool) {
	hour, day := e.At.Unix()/3600, e.At.Unix()/86400
	if utf8.RuneCountInString(e.Text) > automodRunes {
		over = a.add(count{e.From, "text " + e.Text, day}, e.ID+e.At.String()) >= automodIdentical
	}
	for _, to := range e.To {
		what, most := "new", automodNew
		if e.Answer || e.Message != "" || a.ties[pair{to, e.From}] {
			what, most = "replies", automodReplies
		}
		over = a.add(count{e.From, what, hour}, to) >= most || over
	}
	return over
}

// add counts something, and returns how many different ones there are.
func (a *automod) add(c count, what string) int {
	if a.count[c] == nil {
		a.count[c] = map[string]bool{}
	}
	a.count[c][what] = true
	return len(a.count[c])
}

func (a *automod) hear(e *events.Event) error {
	a.ties.hear(e)
	a.bans.hear(e)
	if e.Kind == events.Review && e.Abusive {
		a.bans.add(e.Against, e.At, 0)
	}
	return nil
}

func (a *automod) close() error { return nil }
