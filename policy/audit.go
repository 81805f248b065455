package policy

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/decorum-go/decorum/policy/internal/guard"
	"github.com/decorum-go/decorum/policy/internal/keys"
)

// An Act is one thing that a person or automation did to what an account may do: what,
// to whom, by whom, why, and where the account stood before and after. That a sanction
// runs out is no act. Hooks.Acted is told of acts, and an Auditor keeps them. What was
// long, or waited with others until the hook could be told, reaches that without
// Standing, and in the worst case without Account: Key and ID are always there. It is a
// value of the caller's own.
type Act struct {
	// ID tells acts apart, and is the same where one is told of again.
	ID string `json:"id,omitzero"`
	// N numbers acts without gaps from 1: those that a process told its hook since Start,
	// in the order in which it did. From an Auditor: those of all processes.
	N uint64 `json:"n,omitzero"`
	// Start names the start of the process that N counts from, at random; "" from an
	// Auditor.
	Start    string    `json:"start,omitzero"`
	Tenant   string    `json:"tenant,omitzero"` // Config.Tenant
	At       time.Time `json:"at,omitzero"`
	What     ActKind   `json:"what,omitzero"`
	By       string    `json:"by,omitzero"`       // the person; "": automation, or of ActAppealed and ActForgotten the account, or who acts for it
	Key      string    `json:"key,omitzero"`      // of the account's record, in hex; "": the act is about no account
	Account  string    `json:"account,omitzero"`  // its name, until it is forgotten
	Sanction string    `json:"sanction,omitzero"` // its ID
	Appeal   string    `json:"appeal,omitzero"`   // its ID
	Message  string    `json:"message,omitzero"`  // ID of the message that it was about, or that brought it
	Detail   string    `json:"detail,omitzero"`   // a ruling, a finding (abusive, harmless), the verdict of an order, the filter of ActLiftedAll as JSON
	Why      string    `json:"why,omitzero"`      // note of the person
	Reasons  []Code    `json:"reasons,omitempty"` // of a sanction, weightiest first
	Before   Footing   `json:"before,omitzero"`   // where the account stood; zero where the act is about none
	After    Footing   `json:"after,omitzero"`    // where it stands, also by what else the same call did
	Policy   string    `json:"policy,omitzero"`   // in force: name and content hash
}

// A Footing is where an account stands. The zero Footing is that of an account of which
// nothing is held.
type Footing struct {
	Standing []Sanction `json:"standing,omitempty"`      // in force, oldest first, without names and reasons
	Strikes  float64    `json:"offence_weight,omitzero"` // as in Account
	Pledge   time.Time  `json:"pledge,omitzero"`         // until when one holds; zero: none does
	Override Verdict    `json:"override,omitzero"`       // a moderator's standing order; 0: none
	Until    time.Time  `json:"override_until,omitzero"` // its end; zero: there is none
}

// An ActKind is what an act did. The zero ActKind is none.
type ActKind uint8

// Kinds of acts.
const (
	ActImposed       ActKind = iota + 1 // a sanction was imposed, by automation or by Impose
	ActLifted                           // Lift ended a sanction
	ActAppealed                         // an appeal was filed
	ActRuled                            // Resolve ruled on one
	ActLiftedAll                        // the order that LiftAll was given; about no account
	ActCancelled                        // what it did to one sanction
	ActReviewed                         // a Review
	ActReleased                         // Release
	ActDiscarded                        // Discard
	ActOverridden                       // Override
	ActOverrideEnded                    // EndOverride
	ActBraked                           // Brake; about no account
	ActUnbraked                         // Unbrake; about no account
	ActTextSet                          // a text was put into the bank; about no account
	ActTextCleared                      // and taken out; about no account
	ActTextRuled                        // RuleText, on an account; with undecided about no account
	ActForgotten                        // Forget: earlier acts name the account no more
	ActPolicyChanged                    // NotePolicy; about no account
)

var actNames = names{typ: "ActKind", what: "act", first: 1, of: []string{
	"imposed", "lifted", "appealed", "ruled", "lifted_all", "cancelled", "reviewed", "released", "discarded",
	"overridden", "override_ended", "braked", "unbraked", "text_set", "text_cleared", "text_ruled", "forgotten", "policy_changed",
}}

// String returns the name of the kind.
func (k ActKind) String() string { return actNames.name(uint8(k)) }

// MarshalText implements encoding.TextMarshaler.
func (k ActKind) MarshalText() ([]byte, error) { return actNames.text(uint8(k)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *ActKind) UnmarshalText(b []byte) error { return actNames.read((*uint8)(k), b) }

// An ActFilter chooses acts: those of which all that it says is so. What is zero says
// nothing, so the zero ActFilter chooses all.
type ActFilter struct {
	Account   string    `json:"account,omitzero"`   // on this account
	Key       string    `json:"key,omitzero"`       // on the account with this Act.Key: of one that is forgotten; not with Account
	By        string    `json:"by,omitzero"`        // by this person
	Automatic bool      `json:"automatic,omitzero"` // imposed by automation; not with By
	What      ActKind   `json:"what,omitzero"`
	From      time.Time `json:"from,omitzero"`   // at that time or later
	Before    time.Time `json:"before,omitzero"` // before that
	Newest    bool      `json:"newest,omitzero"` // from the last on backwards

	// Tenant is Config.Tenant; Engine.Acts sets it. "": of all.
	Tenant string `json:"tenant,omitzero"`

	// After is the N of the last act of the page before; 0: the first page.
	After uint64 `json:"after,omitzero"`
	// Limit is how many a page has at most; 0: all in one.
	Limit int `json:"limit,omitzero"`
}

func (f *ActFilter) validate() error {
	err := firstError(checkID("account", f.Account, false), checkID("key", f.Key, false), checkID("by", f.By, false), checkTime("from", f.From), checkTime("before", f.Before))
	switch {
	case err != nil:
		return err
	case f.Key != "" && !isHexKey(f.Key):
		return &FieldError{Field: "key", Problem: "must be an Act.Key: 32 digits in hex"}
	case f.Account != "" && f.Key != "":
		return &FieldError{Field: "key", Problem: "excludes account: it is the account's key"}
	case f.By != "" && f.Automatic:
		return &FieldError{Field: "automatic", Problem: "excludes by: automation has no name"}
	case f.What > ActPolicyChanged:
		return &FieldError{Field: "what", Problem: "must be an act: imposed, lifted, …"}
	case !f.Before.IsZero() && !f.From.Before(f.Before):
		return &FieldError{Field: "before", Problem: "must be later than from"}
	case f.Limit < 0:
		return &FieldError{Field: "limit", Problem: "must be 0 or more"}
	}
	return nil
}

// Acts yields the audit, by number, as the store keeps it: those acts that a filter
// chooses, in pages where it has a Limit. ErrNotFound says that the store keeps none: it
// is no Auditor; pgstore is one. An engine with a Tenant yields its own. Other errors are a
// *FieldError, a *FaultError or the context's, and end it.
func (e *Engine) Acts(ctx context.Context, f ActFilter) iter.Seq2[Act, error] {
	return func(yield func(Act, error) bool) {
		err := firstError(e.ready(ctx), f.validate())
		if err == nil && e.acts.store == nil {
			err = because(ErrNotFound, "the store keeps no audit: pgstore does; elsewhere set Hooks.Acted")
		}
		if err != nil {
			yield(Act{}, err)
			return
		}
		if f.Account != "" {
			f.Key = hexKey(e.keys.Key(keys.Account, f.Account))
			f.Account = ""
		}
		f.Tenant = e.cfg.Tenant
		for a, err := range guard.All(ctx, e.guard, func(ctx context.Context) iter.Seq2[Act, error] { return e.acts.store.Acts(ctx, f) }) {
			if err != nil && (ctx.Err() == nil || !errors.Is(err, ctx.Err())) {
				err = &FaultError{Op: "acts", Err: err}
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// TellActs tells Hooks.Acted of all acts that were done and of which it was not told: a
// process ended, or the store failed, between the two. Call it after a start. n is how
// many. Of an account that has other acts since, it was told with these. An error is a
// *FaultError or the context's, or joins those about single records: call it again.
func (e *Engine) TellActs(ctx context.Context) (n int, err error) {
	if err := e.ready(ctx); err != nil || e.cfg.Hooks.Acted == nil {
		return 0, err
	}
	var failed []error
	for entry, err := range e.all(ctx, true) {
		switch {
		case err == nil && owes(entry.Data):
			told, err := e.tellActs(ctx, entry.Key)
			if n += told; err != nil {
				failed = append(failed, err)
			}
		case err != nil:
			failed = append(failed, err)
		}
		if len(failed) >= mostFailed {
			break
		}
	}
	return n, errors.Join(failed...)
}
