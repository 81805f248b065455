package policy

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// MaxContacts is how many people one Contacts may name.
const MaxContacts = 10_000

// Contacts says who are contacts of an account, as the host knows: accepted requests,
// or entries that two people have in each other's address books. They become existing
// contacts, as if they had answered; of those whom the account wrote to, it is their
// answer. The host vouches that both agreed, for it holds both ways: Of may write to
// them as to people who wrote first, and they to Of. Never tell what one side alone
// says: who uploads a list of addresses would be nobody's stranger.
//
// An account remembers the last 400 of whom it was told, for 60 days, apart from those
// with whom it has messages: longer lists make nobody forgotten, and take no more room.
// Tell again each month, the nearest last; or give each Recipient their Relation, which
// needs no memory. Telling twice changes nothing. Of itself in With is left out.
type Contacts struct {
	Of   string    `json:"of,omitzero"`    // required
	With []string  `json:"with,omitempty"` // required, at most MaxContacts: of more, record one after the other
	At   time.Time `json:"at,omitzero"`    // zero: now
}

func (Contacts) name() string { return "contacts" }

func (e Contacts) validate() error {
	if n := len(e.With); n == 0 || n > MaxContacts {
		problem := "must name at least one person"
		if n > 0 {
			problem = fmt.Sprintf("has %d entries, at most %d are allowed: record several events", n, MaxContacts)
		}
		return firstError(checkID("of", e.Of, true), &FieldError{Field: "with", Problem: problem})
	}
	for i, id := range e.With {
		if id == "" || len(id) > MaxID {
			return firstError(checkID("of", e.Of, true), checkID("with["+strconv.Itoa(i)+"]", id, true))
		}
	}
	return firstError(checkID("of", e.Of, true), checkTime("at", e.At))
}

// apply notes those who are new among the contacts that the host tells. Only the last
// can be remembered, but all may have been written to.
func (ev Contacts) apply(ctx context.Context, e *Engine) error {
	w := e.about(ev.Of, ev.At)
	people := make([]uint64, 0, len(ev.With))
	for _, id := range ev.With {
		if who := keys.Person(e.keys.Key(keys.Account, id)); who != w.in.Me {
			people = append(people, who)
		}
	}
	return e.apply(ctx, w, func(r *state.Record, now time.Time) judge.Effect {
		if changed := r.TellAll(people, now); !changed {
			return judge.Idle
		}
		return judge.Kept
	})
}
