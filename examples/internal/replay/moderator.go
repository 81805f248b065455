package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A moderator looks at texts of which copies wait, an hour after the first one did, and
// finds what is true: the bank of texts is told, accounts answer for it or do not, and
// copies that wait go out, or never will, as they come.
type moderator struct {
	r     *runner
	wrong bool // finds every text abusive, and takes that back an hour later where it was not
	cases map[uint64]*textCase
	order []*textCase // as they were opened
	err   error
}

// rulesAfter is how long a moderator takes.
const rulesAfter = time.Hour

// A textCase is one text.
type textCase struct {
	cluster  uint64
	ruled    time.Time // when the finding was carried out
	due      time.Time // when the moderator gets to it; zero: there is nothing left to do
	finding  policy.TextFinding
	abusive  bool // the truth
	senders  []string
	waiting  []*events.Event
	text     string // of the first copy
	rule     uint64 // in the bank of texts; 0: there is none
	effect   policy.TextEffect
	reversed policy.TextEffect
}

// decided takes in a decision on a message.
func (m *moderator) decided(e *events.Event, d *policy.Decision) {
	if m == nil || d.Cluster == 0 || d.Delivered() || d.Repeat || e.ID == "" {
		return
	}
	c := m.cases[d.Cluster]
	if c == nil {
		c = &textCase{cluster: d.Cluster, due: e.At.Add(rulesAfter), abusive: e.Truth == events.Abusive, text: e.Text}
		m.cases[d.Cluster] = c
		m.order = append(m.order, c)
	}
	if !slices.Contains(c.senders, e.From) {
		c.senders = append(c.senders, e.From)
	}
	c.waiting = append(c.waiting, e)
}

// until does what is due by a time, and what a finding says of copies that wait since.
func (m *moderator) until(at time.Time) error {
	if m == nil {
		return nil
	}
	for i := 0; i < len(m.order) && m.err == nil; i++ { // one that is released may open another case
		c := m.order[i]
		for !c.due.IsZero() && !c.due.After(at) && m.err == nil {
			m.err = m.rule(c)
		}
		if c.finding != 0 && m.err == nil {
			m.err = m.settle(c, at)
		}
	}
	return m.err
}

// rule finds something about a text.
func (m *moderator) rule(c *textCase) error {
	at := c.due
	c.due = time.Time{}
	t := policy.TextRuling{Cluster: c.cluster, Accounts: c.senders, By: "moderator", Second: "lead", At: at}
	switch {
	case c.finding == policy.TextAbusive: // by mistake
		t.Finding, t.Accounts = policy.TextUndecided, nil
		if err := m.carryOut(t, &c.reversed); err != nil {
			return err
		}
		t.Accounts = c.senders
		fallthrough
	case !c.abusive && !m.wrong:
		t.Finding = policy.TextHarmless
	default:
		t.Finding = policy.TextAbusive
		if !c.abusive {
			c.due = at.Add(rulesAfter)
		}
	}
	c.finding, c.ruled = t.Finding, at
	if err := m.bank(c); err != nil {
		return err
	}
	if err := m.carryOut(t, &c.effect); err != nil {
		return err
	}
	return m.settle(c, at)
}

// bank has later copies rejected, or taken for what they are; what was said by mistake is
// cleared.
func (m *moderator) bank(c *textCase) error {
	ctx := context.Background()
	m.r.now = c.ruled
	if c.rule != 0 {
		if err := m.r.engine.ClearText(ctx, c.rule, "moderator", "it was fine"); err != nil {
			return err
		}
	}
	rule := policy.TextRule{Cluster: c.cluster, Action: policy.TextReject, By: "moderator", Force: true}
	if c.finding == policy.TextHarmless {
		rule.Cluster, rule.Text, rule.Action = 0, c.text, policy.TextFine
	}
	set, err := m.r.engine.SetText(ctx, rule)
	if _, short := errors.AsType[*policy.FieldError](err); short {
		return nil // it says too little: copies are looked at as they come
	}
	c.rule = set.ID
	return err
}

func (m *moderator) carryOut(t policy.TextRuling, into *policy.TextEffect) (err error) {
	m.r.now = t.At
	effect, err := m.r.engine.RuleText(context.Background(), t)
	if errors.Is(err, policy.ErrNotFound) {
		return nil // it is forgotten: nobody answers for it
	}
	if err == nil && t.Finding != policy.TextHarmless {
		*into = effect
	}
	return err
}

// settle releases the copies that wait, or discards them; who goes on with what was found
// abusive answers for it.
func (m *moderator) settle(c *textCase, at time.Time) error {
	waiting := c.waiting
	c.waiting = nil
	if c.finding == policy.TextAbusive && len(waiting) > 0 && !at.Equal(c.ruled) {
		t := policy.TextRuling{Cluster: c.cluster, Finding: c.finding, By: "moderator", Second: "lead", At: at}
		for _, e := range waiting {
			t.Accounts = append(t.Accounts, e.From)
		}
		var more policy.TextEffect
		if err := m.carryOut(t, &more); err != nil {
			return err
		}
		c.effect.Accounts = append(c.effect.Accounts, more.Accounts...)
		c.effect.Sanctions = append(c.effect.Sanctions, more.Sanctions...)
	}
	for _, e := range waiting {
		kind := events.Release
		if c.finding == policy.TextAbusive {
			kind = events.Discard
			if !c.abusive { // they are released when that is seen
				c.waiting = append(c.waiting, e)
			}
		}
		err := m.r.play(&events.Event{At: at, Kind: kind, From: "moderator", Against: e.From, Message: e.ID, By: "moderator"})
		if err != nil && !errors.Is(err, policy.ErrNotFound) {
			return fmt.Errorf("%s %s of %s: %w", kind, e.ID, e.From, err)
		}
	}
	return nil
}
