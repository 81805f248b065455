package replay

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/examples/internal/translate"
	"github.com/decorum-go/decorum/policy"
)

// act does what a moderator did, an appeal, or an erasure. What is about nothing that is there is
// policy.ErrNotFound; what was settled here before is policy.ErrSettled.
func (r *runner) act(ctx context.Context, e *events.Event) error {
	switch e.Kind {
	case events.Release:
		return r.release(ctx, e)
	case events.Discard:
		return r.engine.Discard(ctx, e.Against, e.Message, policy.Discard{By: e.By, Note: e.Note, At: e.At})
	case events.Lift:
		return r.lift(ctx, e)
	case events.Override:
		return r.override(ctx, e)
	case events.Text:
		return r.text(ctx, e)
	case events.Erased:
		_, err := r.engine.Forget(ctx, e.From)
		return err
	}
	return translate.Appeal(ctx, r.engine, e)
}

// release has a message go out that did not. One that went out here, too, needs none.
func (r *runner) release(ctx context.Context, e *events.Event) error {
	held := r.held.get(e.Against, e.Message)
	if !r.lost.has(e.Against, e.Message) && (held == nil || !held.Edit) {
		return nil
	}
	if held == nil {
		return policy.ErrNotFound
	}
	if err := translate.Message(&r.again, held); err != nil {
		return err
	}
	d, err := r.engine.Release(ctx, r.again, policy.Release{By: e.By, Note: e.Note, At: e.At})
	if err != nil {
		return err
	}
	out := *held // others read it, too
	out.At = e.At
	r.tell(&out, out.ID, &d, true)
	r.lost.set(out.From, out.ID, false)
	r.tally.late(&out, r.tally.senders[out.From])
	return r.decided(&out, &d, 0, "released")
}

// lift ends the newest sanction that stands on an account; a Referral only where nothing
// else does.
func (r *runner) lift(ctx context.Context, e *events.Event) error {
	a, err := r.engine.Account(ctx, e.Against)
	if err != nil {
		return err
	}
	var newest *policy.Sanction
	for i := range a.Standing {
		if s := &a.Standing[i]; newest == nil || s.Kind != policy.Referral || newest.Kind == policy.Referral {
			newest = s
		}
	}
	if newest == nil {
		return policy.ErrNotFound
	}
	return r.engine.Lift(ctx, e.Against, newest.ID, policy.Lifting{By: e.By, Note: e.Note, At: e.At})
}

// override sets a standing order on an account, or ends it.
func (r *runner) override(ctx context.Context, e *events.Event) error {
	if e.Verdict == "none" {
		return r.engine.EndOverride(ctx, e.Against, policy.Lifting{By: e.By, Note: e.Note})
	}
	var v policy.Verdict
	if v.UnmarshalText([]byte(e.Verdict)) != nil || v != policy.Allow && v != policy.Hold {
		return &policy.FieldError{Field: "verdict", Problem: "unknown value " + translate.Quote(e.Verdict) + "; it is one of allow, hold, none"}
	}
	return r.engine.Override(ctx, policy.Override{Account: e.Against, Verdict: v, Until: e.Until, By: e.By, Note: e.Note})
}

// text says what is to be done with a text, or takes that back. A log says what was meant,
// so that it is done also where many write the text.
func (r *runner) text(ctx context.Context, e *events.Event) error {
	if e.Verdict == "none" {
		id := r.texts[e.Text]
		if id == 0 {
			return policy.ErrNotFound
		}
		delete(r.texts, e.Text)
		return r.engine.ClearText(ctx, id, e.By, cmp.Or(e.Note, "as in the log"))
	}
	t := policy.TextRule{Text: e.Text, Nats: e.Nats, Until: e.Until, By: e.By, Note: e.Note, Force: true}
	if t.Action.UnmarshalText([]byte(e.Verdict)) != nil {
		return &policy.FieldError{Field: "verdict", Problem: "unknown value " + translate.Quote(e.Verdict) + "; it is one of fine, flag, hold, reject, evidence, none"}
	}
	t, err := r.engine.SetText(ctx, t)
	if err == nil {
		if r.texts == nil {
			r.texts = map[string]uint64{}
		}
		r.texts[strings.Clone(e.Text)] = t.ID
	}
	return err
}

// held are messages that did not go out, for a release: the last ones, and none for longer
// than the engine remembers it.
type held struct {
	events map[string]*events.Event
	order  []*events.Event
	size   int
	key    []byte
}

const (
	maxHeld  = 16 << 20 // bytes
	heldLong = 24 * time.Hour
)

func (h *held) name(from, id string) { h.key = append(append(append(h.key[:0], from...), 0), id...) }

func (h *held) add(e *events.Event) {
	h.name(e.From, e.ID)
	if h.events == nil {
		h.events = map[string]*events.Event{}
	}
	h.events[string(h.key)] = e
	h.order = append(h.order, e)
	for h.size += e.Size(); h.size > maxHeld || e.At.Sub(h.order[0].At) > heldLong; {
		old := h.order[0]
		h.order, h.size = h.order[1:], h.size-old.Size()
		if h.name(old.From, old.ID); h.events[string(h.key)] == old {
			delete(h.events, string(h.key))
		}
	}
}

func (h *held) get(from, id string) *events.Event {
	h.name(from, id)
	return h.events[string(h.key)]
}
