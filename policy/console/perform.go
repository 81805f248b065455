package console

import (
	"context"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// perform does what an intent says, to what the moderator saw, and closes the case. All of
// it may be done twice: an intent that a crash cut short is done again from the beginning.
func (c *Console) perform(ctx context.Context, in *casebook.Intent) error {
	a := actionOf(in.Action)
	if a == nil {
		return &lastingError{"this console knows no action " + in.Action + ": a newer one wrote it"}
	}
	engine := c.engine.Load()
	switch in.Action {
	case "suspend":
		return c.suspend(ctx, engine, in)
	case "uphold", "reduce", "overturn", "lift":
		if err := c.rule(ctx, engine, in); err != nil {
			return err
		}
	}
	if in.Case == 0 {
		return nil
	}
	cs, err := c.book.Case(ctx, in.Case)
	if errors.Is(err, casebook.ErrNotFound) {
		return nil // it was erased meanwhile
	}
	if err == nil {
		err = c.book.Take(ctx, in.Case, in.By) // so that it is ours to close
		if errors.Is(err, casebook.ErrHeld) || errors.Is(err, casebook.ErrClosed) {
			err = nil
		}
	}
	if err == nil {
		switch in.Action {
		case "release", "discard", "clear", "confirm":
			err = c.messages(ctx, engine, in, &cs)
		case "ban", "fine":
			err = c.text(ctx, engine, in, &cs)
		}
	}
	if err != nil || !a.Final {
		return err
	}
	return c.finish(ctx, in, a)
}

// finish closes the case, unless something else is open in it. What came to it after the
// decision waits on, in a case of its own.
func (c *Console) finish(ctx context.Context, in *casebook.Intent, a *action) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := c.book.Flush(ctx)
	if err != nil {
		return err
	}
	cs, err := c.book.Case(ctx, in.Case)
	ruling := a.As >= casebook.Upheld && a.As <= casebook.Overturn
	if err == nil && cs.Closed.IsZero() && a.As != casebook.Left && (!ruling && cs.Appeal != "" || ruling && (cs.Held+cs.Reports+cs.Flagged > 0 || cs.Appeal != "" && cs.Appeal != askedBy(in).Appeal)) {
		return c.book.Leave(ctx, in.Case, in.By)
	}
	_, err = c.book.CloseCase(ctx, in.Case, in.By, a.As, in.Note)
	switch {
	case errors.Is(err, casebook.ErrHeld):
		return &lastingError{"it is done, but somebody else has the case now, which stays open"}
	case errors.Is(err, casebook.ErrNotFound), errors.Is(err, casebook.ErrClosed):
		return nil
	}
	return err
}

// rule rules on an appeal, or lifts a sanction.
func (c *Console) rule(ctx context.Context, e *policy.Engine, in *casebook.Intent) error {
	ask := askedBy(in)
	if in.Action == "lift" {
		return settled(e.Lift(ctx, in.Account, ask.Sanction, policy.Lifting{By: in.By, Note: in.Note}))
	}
	outcome := map[string]policy.RulingOutcome{"uphold": policy.Upheld, "reduce": policy.Reduced, "overturn": policy.Overturned}[in.Action]
	err := e.Resolve(ctx, in.Account, ask.Appeal, policy.Ruling{Outcome: outcome, By: in.By, Note: in.Note})
	if errors.Is(err, policy.ErrSettled) {
		return &lastingError{"somebody else ruled on the appeal otherwise, and that stands"}
	}
	return settled(err)
}

// suspend imposes a suspension, unless it was done before.
func (c *Console) suspend(ctx context.Context, e *policy.Engine, in *casebook.Intent) error {
	account, err := e.Account(ctx, in.Account)
	if err != nil && !errors.Is(err, policy.ErrNotFound) {
		return err
	}
	for _, s := range account.Standing {
		if s.Kind == policy.Suspension && s.By == in.By && !s.From.Before(in.At.Truncate(time.Second)) {
			return c.explain(ctx, in, s.ID)
		}
	}
	s := policy.Sanction{Account: in.Account, Kind: policy.Suspension, By: in.By}
	if days := askedBy(in).Days; days > 0 {
		s.Until = c.now().AddDate(0, 0, days)
	}
	if s, err = e.Impose(ctx, s); err != nil {
		return settled(err)
	}
	return c.explain(ctx, in, s.ID)
}

// explain keeps why somebody was suspended, and who agreed, in their story: the engine has
// no place for it.
func (c *Console) explain(ctx context.Context, in *casebook.Intent, sanction string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	why := in.Note
	if in.Second != "" {
		why += " (" + in.Second + " agreed)"
	}
	if err := c.book.Flush(ctx); err != nil {
		return err
	}
	return c.book.Explain(ctx, in.Account, sanction, why)
}

// text puts the text of a case into the bank.
func (c *Console) text(ctx context.Context, e *policy.Engine, in *casebook.Intent, cs *casebook.Case) error {
	rule := policy.TextRule{Action: policy.TextReject, By: in.By, Note: in.Note}
	if in.Action == "fine" {
		rule.Action = policy.TextFine
	}
	m, err := c.meant(ctx, in)
	switch rule.Text = m.Text; {
	case err != nil && !errors.Is(err, casebook.ErrNotFound):
		return err
	case err != nil, rule.Text == "" && cs.Cluster == 0:
		return &lastingError{"the text that you saw is kept no more, or was replaced"}
	case rule.Text == "":
		rule.Cluster = cs.Cluster
	}
	_, err = e.SetText(ctx, rule)
	if errors.Is(err, policy.ErrNotFound) {
		return &lastingError{"the text is kept no more, and the engine does not remember it"}
	}
	return settled(err)
}

// meant is the message whose text stood first on the page of a moderator.
func (c *Console) meant(ctx context.Context, in *casebook.Intent) (casebook.Entry, error) {
	switch a := askedBy(in); {
	case a.Sample == 0:
		return c.sample(ctx, in.Case, a.Seen)
	case a.Sample > a.Seen:
		return casebook.Entry{}, casebook.ErrNotFound
	default:
		return c.book.Entry(ctx, in.Case, a.Sample)
	}
}

// sample is the first message of a case whose text is kept, of those up to an ID.
func (c *Console) sample(ctx context.Context, id, seen int64) (m casebook.Entry, err error) {
	all, err := c.book.Messages(ctx, id, "", 20)
	for _, m := range all {
		if m.What == casebook.Decided && m.Text != "" && m.ID <= seen {
			return m, err
		}
	}
	return m, err
}
