package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A Brake says who stopped automation, and why. The zero Brake is none.
type Brake struct {
	By  string    `json:"by"`
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// Brake stops automation: from then on it imposes nothing above a Warning, in all
// processes over the store. A message that would have brought more is held
// (CodeBrake), and a person decides. Limits, what stands, and what people impose
// stay as they are. by and why are required; of each some 250 bytes are kept. A
// second Brake takes the place of the first. Health tells of it, and Unbrake ends it.
// A snapshot holds it.
//
// An error is a *FieldError, a *FaultError or the context's. The engine looks for the
// brake whenever it is about to impose; while the store is away it imposes nothing.
func (e *Engine) Brake(ctx context.Context, by, why string) error {
	return e.setBrake(ctx, Act{What: ActBraked, By: by, Why: why}, state.Order{Verdict: state.Hold, Until: stamp.Forever, By: by, Note: why})
}

// Unbrake lets automation impose again. by and why are required. ErrNotFound says
// that there was no brake.
func (e *Engine) Unbrake(ctx context.Context, by, why string) error {
	return e.setBrake(ctx, Act{What: ActUnbraked, By: by, Why: why}, state.Order{})
}

// setBrake puts a standing order on automation. It is an order like that on an
// account, in a record of its own, so that stores treat it alike: pinned, durable, and
// taken along by a snapshot or a merge.
func (e *Engine) setBrake(ctx context.Context, a Act, o state.Order) error {
	if err := firstError(e.ready(ctx), checkID("by", a.By, true), checkID("why", a.Why, true)); err != nil {
		return err
	}
	w := e.begin()
	defer e.end(w)
	free := false
	err := e.act(ctx, w, e.keys.Key(keys.Brake, ""), a, func(r *state.Record) bool {
		free = r.Order.Verdict == 0 && o.Verdict == 0
		if r.Clean(); o.Verdict != 0 {
			r.Order = o
			r.Touch(w.in.Clock)
		}
		return !free
	})
	e.fault(ctx, err)
	if err == nil && free {
		return because(ErrNotFound, "there is no brake")
	}
	return err
}

// braked returns the brake; nil: there is none.
func (e *Engine) braked(ctx context.Context, w *work) (b *Brake, err error) {
	r := &w.other
	err = e.viewWith(ctx, w, e.keys.Key(keys.Brake, ""), func(data []byte) error {
		if b = nil; len(data) == 0 {
			return nil
		}
		if err := decode(r, data); err != nil {
			return err
		}
		if r.Order.Verdict != 0 {
			b = &Brake{By: r.Order.By, Why: r.Order.Note, At: time.UnixMilli(r.Newest).UTC()}
		}
		return nil
	})
	return b, err
}
