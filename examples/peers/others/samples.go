package main

import (
	"time"
	"unicode"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// The numbers of tg-spam.
const (
	samplesIdentical = 3 // within an hour
	samplesEmoji     = 2 // in the first message; one more is a ban
	samplesReports   = 3 // people
)

// A samples has the rules of tg-spam that need no training: each bans for good.
type samples struct {
	maker   *maker
	bans    bans
	reports complaints
	sent    map[string]bool                   // by account, whether it sent something
	texts   map[string]map[string][]time.Time // by account and text
}

func openSamples(m *maker, _ time.Duration, blocked func(string)) (system, error) {
	return &samples{maker: m, bans: newBans(blocked), reports: complaints{}, sent: map[string]bool{}, texts: map[string]map[string][]time.Time{}}, nil
}

func (s *samples) judge(e *events.Event) (answer, error) {
	switch {
	case s.bans.standing(e.From, e.At):
		return answer{blocked: true}, nil
	case s.bans.vouched(e):
	case !s.sent[e.From] && emoji(e.Text) > samplesEmoji, e.Text != "" && s.identical(e) >= samplesIdentical:
		s.bans.add(e.From, e.At, 0)
		return answer{blocked: true}, nil
	}
	s.sent[e.From] = true
	return answer{delivered: true}, nil
}

// identical returns how often the account sent this text within an hour, with this time.
func (s *samples) identical(e *events.Event) int {
	if s.texts[e.From] == nil {
		s.texts[e.From] = map[string][]time.Time{}
	}
	times := append(s.texts[e.From][e.Text], e.At)
	for e.At.Sub(times[0]) >= time.Hour {
		times = times[1:]
	}
	s.texts[e.From][e.Text] = times
	return len(times)
}

// emoji counts pictures among letters; one that is joined of several is one.
func emoji(text string) (n int) {
	joined := false
	for _, r := range text {
		switch {
		case r == '\u200d':
			joined = true
			continue
		case r >= 0x1f3fb && r <= 0x1f3ff, r == '\ufe0f': // skin, and how to draw it
			continue
		case unicode.Is(unicode.So, r) && !joined:
			n++
		}
		joined = false
	}
	return n
}

func (s *samples) hear(e *events.Event) error {
	s.bans.hear(e)
	switch {
	case !s.maker.listens(e):
	case e.Kind == events.Complaint && s.reports.add(e, time.Time{}) >= samplesReports && s.bans.accused(e), e.Kind == events.Review && e.Abusive:
		s.bans.add(e.Against, e.At, 0)
	}
	return nil
}

func (s *samples) close() error { return nil }
