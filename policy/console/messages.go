package console

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// each hands the messages of a case that a moderator saw to a function.
func (c *Console) each(ctx context.Context, in *casebook.Intent, do func(*casebook.Entry) error) error {
	const some = 200
	seen, claimed := askedBy(in).Seen, time.Now()
	for after := casebook.Cursor(""); ; {
		all, err := c.book.Messages(ctx, in.Case, after, some)
		if err != nil {
			return err
		}
		for i := range all {
			if c.quit.Err() != nil {
				return errStopped
			}
			if time.Since(claimed) > 10*time.Second { // others see that it is still under way
				if err := c.book.Claimed(ctx, in.ID); err != nil {
					return err
				}
				claimed = time.Now()
			}
			if m := &all[i]; m.What == casebook.Decided && m.ID <= seen {
				if err := do(m); err != nil {
					return err
				}
			}
			after = all[i].Cursor
		}
		if len(all) < some {
			return nil
		}
	}
}

// messages carries out a finding on all messages of a case that the moderator saw.
func (c *Console) messages(ctx context.Context, e *policy.Engine, in *casebook.Intent, cs *casebook.Case) error {
	finding := in.Action == "clear" || in.Action == "confirm"
	senders := map[string]bool{}
	var failed failures
	err := c.each(ctx, in, func(m *casebook.Entry) error {
		senders[m.Account] = true
		if finding {
			if err := find(ctx, e, in, m.Account, m.Message); err != nil {
				return err
			}
		}
		if m.State == casebook.Waiting || m.State == casebook.Released { // released, perhaps, by us, and not delivered
			return failed.without(c.settle(ctx, e, in, m))
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case finding && cs.Account != "" && cs.Reports > 0: // those that name no message
		err = find(ctx, e, in, cs.Account, "")
	case finding && cs.Cluster != 0 && len(senders) > 1:
		err = c.campaign(ctx, e, in, cs, senders)
	}
	if err == nil {
		err = failed.first
	}
	if err != nil {
		return err
	}
	return c.told(ctx, in)
}

// A messageError is what is wrong with one message of a case.
type messageError struct{ error }

func (e *messageError) Unwrap() error { return e.error }

// failures are those of single messages, for which the others do not wait.
type failures struct{ first error }

// without notes an error that is one message's, and returns any other.
func (f *failures) without(err error) error {
	if _, one := errors.AsType[*messageError](err); !one {
		return err
	}
	if _, lasts := errors.AsType[*lastingError](err); f.first == nil || !lasts { // what can succeed is tried again
		f.first = err
	}
	return nil
}

// told waits until the book was told what became of the messages: the engine's hook may
// run a moment after the call.
func (c *Console) told(whole context.Context, in *casebook.Intent) error {
	ctx, cancel := context.WithTimeout(whole, 10*time.Second)
	defer cancel()
	for late := time.After(2 * time.Second); ; {
		if err := c.book.Flush(ctx); err != nil {
			return err
		}
		waits, err := c.book.Waits(ctx, in.Case, askedBy(in).Seen)
		if err != nil || !waits {
			return err
		}
		select {
		case <-late:
			return c.note(whole, in)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// note notes what became of messages of which the hook did not tell, or not by their
// sender's name: the record was dropped, or the name is not UTF-8, as those in acts are.
func (c *Console) note(ctx context.Context, in *casebook.Intent) error {
	to := casebook.Released
	if in.Action == "discard" || in.Action == "confirm" {
		to = casebook.Discarded
	}
	return c.each(ctx, in, func(m *casebook.Entry) error {
		if m.State != casebook.Waiting {
			return nil
		}
		return c.book.SetState(ctx, m.ID, to)
	})
}

// find tells the engine what a moderator found of a message, or of an account.
func find(ctx context.Context, e *policy.Engine, in *casebook.Intent, account, message string) error {
	return settled(e.Record(ctx, policy.Review{Account: account, Message: message, Abusive: in.Action == "confirm", By: in.By}))
}

// campaign tells the engine what a moderator found of a text that several sent.
func (c *Console) campaign(ctx context.Context, e *policy.Engine, in *casebook.Intent, cs *casebook.Case, senders map[string]bool) error {
	ruling := policy.TextRuling{Cluster: cs.Cluster, Finding: policy.TextHarmless, By: in.By, Second: in.Second, Note: in.Note}
	if in.Action == "confirm" {
		ruling.Finding = policy.TextAbusive
	}
	for who := range senders {
		if ruling.Accounts = append(ruling.Accounts, who); len(ruling.Accounts) == policy.MaxContacts {
			break
		}
	}
	_, err := e.RuleText(ctx, ruling)
	return settled(err)
}

// settle has a message that waits delivered, or sees to it that it never is.
func (c *Console) settle(ctx context.Context, e *policy.Engine, in *casebook.Intent, m *casebook.Entry) error {
	if in.Action == "discard" || in.Action == "confirm" {
		return c.discard(ctx, e, in, m)
	}
	whole, err := c.whole(ctx, m)
	switch {
	case c.cfg.Message != nil && errors.Is(err, policy.ErrNotFound):
		return c.discard(ctx, e, in, m) // the host has deleted it
	case err != nil:
		return err
	}
	if err := c.release(ctx, e, in, m, whole); err != nil {
		return err
	}
	late, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.cfg.Deliver(late, whole); err != nil {
		soon, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if c.book.Flush(soon) == nil {
			_ = c.book.SetState(soon, m.ID, casebook.Waiting) // so it does, and can be released again
		}
		return &messageError{err}
	}
	return nil
}

// release tells the engine that a message is delivered by a person's word.
func (c *Console) release(ctx context.Context, e *policy.Engine, in *casebook.Intent, m *casebook.Entry, whole policy.Message) error {
	_, err := e.Release(ctx, whole, policy.Release{By: in.By, Note: in.Note})
	switch {
	case errors.Is(err, policy.ErrSettled): // released, perhaps by us, before a crash that took what the hook was told
		if m.State == casebook.Waiting {
			if err := c.book.SetState(ctx, m.ID, casebook.Released); err != nil {
				return err
			}
		}
	case errors.Is(err, policy.ErrNotFound): // the engine has forgotten it: no hook will tell
		if err := e.Learn(ctx, whole); err != nil && !errors.Is(err, policy.ErrHistory) {
			return settled(err)
		}
		if err := c.book.SetState(ctx, m.ID, casebook.Released); err != nil {
			return err
		}
	case errors.Is(err, policy.ErrConflict):
		return unfit(m, err.Error())
	case err != nil:
		return settled(err)
	}
	return nil
}

// patience is how long Deliver has for a message.
const patience = 30 * time.Second

// errStopped says that the console is being closed.
var errStopped = errors.New("console: closed")

// discard notes that a message is not to be delivered. One that the engine no longer
// remembers is not delivered either.
func (c *Console) discard(ctx context.Context, e *policy.Engine, in *casebook.Intent, m *casebook.Entry) error {
	err := e.Discard(ctx, m.Account, m.Message, policy.Discard{By: in.By, Note: in.Note})
	switch {
	case errors.Is(err, policy.ErrNotFound):
		return c.book.SetState(ctx, m.ID, casebook.Discarded)
	case errors.Is(err, policy.ErrSettled): // it went out: nobody can take that back
		return c.book.SetState(ctx, m.ID, casebook.Released)
	}
	return settled(err)
}

// whole is a message as it is to be delivered.
func (c *Console) whole(ctx context.Context, m *casebook.Entry) (policy.Message, error) {
	get := func(ctx context.Context, id string) (policy.Message, error) {
		return c.book.Message(ctx, m.Account, id)
	}
	if c.cfg.Message != nil {
		get = c.cfg.Message
	}
	whole, err := get(ctx, m.Message)
	switch {
	case errors.Is(err, casebook.ErrNotFound):
		return whole, unfit(m, "it is too large, or too old, for the console to have kept: release it with the host's own means, or discard it")
	case err != nil:
		return whole, err
	case whole.ID != m.Message || whole.Sender != m.Account:
		return whole, unfit(m, "the host has another one of that ID")
	case !m.Has(whole.Text):
		return whole, unfit(m, "it is another text now than the one that was judged: look at the case again")
	}
	if whole.At.IsZero() {
		whole.At = m.At
	}
	return whole, nil
}

// unfit says why a message can't be delivered, ever.
func unfit(m *casebook.Entry, why string) error {
	return &messageError{&lastingError{"message " + shown(m.Message, 60) + ": " + why}}
}
