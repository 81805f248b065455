package main

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// send asks the engine, and does as it says. This is the whole of it: the decision first,
// then what the host keeps, then the answer to whoever sent it. A process that ends in
// between loses nothing: the sender, who got no answer, sends the same ID again, and
// what the chat does not know then is done as it was decided at first.
func (s *service) send(ctx context.Context, m policy.Message, wave int) (policy.Decision, error) {
	d, err := s.engine.Evaluate(ctx, m)
	if _, fault := errors.AsType[*policy.FaultError](err); err != nil && !fault {
		return d, err // the message is not valid, or nobody waits any more
	}
	verdict := d.Verdict
	if verdict == policy.Duplicate {
		if known, err := s.chat.has(ctx, m.Sender, m.ID); known && !m.Edit || err != nil {
			return d, err
		}
		verdict = d.First
	}
	if m.Edit && !d.Delivered() {
		return d, nil // the old text stays
	}
	return d, s.keep(ctx, &m, states[verdict], d.Notice().In(language()), wave, d.Recipients...)
}

// keep keeps what became of a message, but for whom something graver holds than for others.
func (s *service) keep(ctx context.Context, m *policy.Message, now state, told string, wave int, but ...policy.RecipientDecision) error {
	if m.At.IsZero() {
		m.At = time.Now()
	}
	var lines []line
	for _, to := range recipients(m) {
		l := line{ID: m.ID, Sender: m.Sender, Recipient: to, Text: m.Text, At: m.At, State: now, Told: told, Wave: wave}
		for _, other := range but {
			if other.ID == to {
				l.State = states[other.Verdict]
			}
		}
		lines = append(lines, l)
	}
	return s.chat.put(ctx, lines, m.Edit)
}

var states = map[policy.Verdict]state{
	policy.Allow: delivered, policy.Flag: delivered, policy.Hold: waiting, policy.Defer: deferred, policy.Reject: refused,
}

// recipients are in whose windows a message is to be: of a room its name stands for all.
func recipients(m *policy.Message) (names []string) {
	if m.Group != "" {
		return []string{m.Group}
	}
	for _, r := range m.Recipients {
		names = append(names, r.ID)
	}
	return names
}

// acted is told what people decided, wherever they did: what was released goes out.
func (s *service) acted(ctx context.Context, a *policy.Act) {
	var err error
	switch a.What {
	case policy.ActReleased:
		err = s.chat.settle(ctx, a.Account, a.Message, delivered)
	case policy.ActDiscarded:
		err = s.chat.settle(ctx, a.Account, a.Message, refused)
	default:
		s.chat.change() // somebody's own page
	}
	if decides := a.What == policy.ActReleased || a.What == policy.ActDiscarded; decides && a.Account == "" {
		err = errors.New("the act came too late to name the account") // see policy.Act
	}
	if err != nil {
		s.log.Error("a person decided, and the chat does not know", "message", a.Message, "what", a.What, "error", err)
	}
}

// language is what people are told things in: package policytext has others.
func language() policy.Language { return policy.Language{Location: time.Local} }
