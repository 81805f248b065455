package policy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A TextFinding is what a person says of a text that many send.
type TextFinding uint8

// Findings on a text. There is no zero finding.
const (
	TextAbusive   TextFinding = iota + 1 // accounts answer for it
	TextHarmless                         // it counts against nobody
	TextUndecided                        // what an earlier finding brought is taken back
)

var textFindingNames = names{typ: "TextFinding", what: "finding on a text", first: 1, of: []string{"abusive", "harmless", "undecided"}}

// String returns the name of the finding.
func (f TextFinding) String() string { return textFindingNames.name(uint8(f)) }

// MarshalText implements encoding.TextMarshaler.
func (f TextFinding) MarshalText() ([]byte, error) { return textFindingNames.text(uint8(f)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *TextFinding) UnmarshalText(b []byte) error { return textFindingNames.read((*uint8)(f), b) }

// A TextRuling is a person's finding on a text, for accounts that sent it.
type TextRuling struct {
	Cluster  uint64      `json:"cluster,string,omitzero"` // Decision.Cluster; required
	Finding  TextFinding `json:"finding,omitzero"`        // required
	Accounts []string    `json:"accounts,omitempty"`      // who sent it, as far as the host knows, at most MaxContacts: each is looked at
	By       string      `json:"by,omitzero"`             // the moderator; required
	Second   string      `json:"second,omitzero"`         // another one who agrees; see RuleText
	Force    bool        `json:"force,omitzero"`          // that people answer the text excuses nobody; needs a Second
	Note     string      `json:"note,omitzero"`           // kept with what is taken back, cut to 64 bytes
	At       time.Time   `json:"at,omitzero"`             // zero: now
	DryRun   bool        `json:"dry_run,omitzero"`        // say who answers for it, or how many sanctions would be taken back, and change nothing
}

// A TextEffect is what a ruling brought, or with DryRun would bring, but for the Sanctions.
type TextEffect struct {
	// Accounts are those who answer for the text: strangers did not answer to five
	// copies of theirs or more, delivered or not. Others lose nothing.
	Accounts []string `json:"accounts,omitempty"`
	// Doubtful are those of Accounts who have as many contacts as people with a life of
	// their own (Crowd.ProbeContacts): look at them first.
	Doubtful []string `json:"doubtful,omitempty"`
	// Welcome says that people answer the text: then TextAbusive brings Warnings alone, unless
	// it is forced.
	Welcome bool `json:"welcome,omitzero"`
	// Second says that it takes another person, TextRuling.Second: Accounts are more than 20.
	Second bool `json:"second,omitzero"`
	// Sanctions are what was imposed, none on whom one stands for the same incident; none
	// with DryRun.
	Sanctions []Sanction `json:"sanctions,omitempty"`
	// Lifted is how many sanctions of an earlier ruling were taken back.
	Lifted int `json:"lifted,omitzero"`
}

// alone is on how many accounts the ruling of one person may bring sanctions.
const alone = 20

// RuleText carries out a person's finding on a text that many send, narrowly.
//
// TextAbusive: of the Accounts, those answer for it who sent it to five strangers or more
// who did not answer, or tried to. Each gets the first step of the ladder above a Warning,
// or what the ladder has that is graver, By the moderator, beyond the budget and under a
// brake; and where people do answer the text, which a person may have misread, a Warning
// alone, unless it is forced: who answers may be in league with who sends. Where they are
// more than 20, Second must be another person. What brought a sanction already brings no
// second one. A later copy by somebody who was blocked for it is judged as one of a text
// that brought a sanction.
//
// TextHarmless: what the text had added to what speaks against the Accounts is answered,
// as by a Review of each of their messages. TextUndecided takes back all sanctions that
// earlier rulings on the text brought, on anybody, as LiftAll does: it reads every record,
// and calling again finishes what a crash interrupts.
//
// What is done with later copies SetText says, which takes a Cluster, too; Release or
// Discard those that wait. An account of which nothing is remembered is passed over.
//
// Errors are a *FieldError, a *FaultError or the context's. ErrNotFound says that of a text
// which is to be abusive or harmless neither this process nor any of the Accounts knows.
func (e *Engine) RuleText(ctx context.Context, t TextRuling) (out TextEffect, err error) {
	if err = firstError(e.ready(ctx), t.validate()); err != nil {
		return out, err
	}
	r := e.ruling(&t)
	out.Welcome, r.Mild = r.Mild, r.Mild && !t.Force
	known, err := e.allAnswering(ctx, &r, &t, &out)
	if err != nil {
		return out, err
	}
	accounts := out.Accounts
	out.Second = t.Finding == TextAbusive && len(accounts) > alone
	switch {
	case t.Finding == TextUndecided:
		l := Lifting{By: t.By, Note: t.Note, At: t.At, DryRun: t.DryRun}
		out.Lifted, err = e.liftAll(ctx, &SanctionFilter{State: AnyState}, &l, t.act(), func(s *listed) bool {
			return s.By != "" && s.cluster != 0 && slices.Contains(r.Clusters[:], s.cluster)
		})
		return out, err
	case !known:
		return out, because(ErrNotFound, "neither this process nor any of the accounts knows such a cluster")
	case t.DryRun:
		return out, nil
	case t.Finding == TextHarmless:
		accounts = t.Accounts
	case out.Second && !t.agreed():
		return out, &FieldError{Field: "second", Problem: "must be another moderator: it is about more than 20 accounts"}
	}
	for _, account := range accounts {
		if err := e.rule(ctx, &t, &r, account, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// agreed reports whether a second person agrees.
func (t *TextRuling) agreed() bool { return t.Second != "" && t.Second != t.By }

// ruling is a finding as the judgement takes it.
func (e *Engine) ruling(t *TextRuling) judge.TextRuling {
	r := judge.TextRuling{Clusters: [2]uint64{t.Cluster, t.Cluster}, By: state.Kept(t.By)}
	if e.peers != nil {
		r.Clusters[1] = e.peers.names.Get(t.Cluster)
	}
	for _, cluster := range r.Clusters {
		r.Mild = r.Mild || e.received.Of(&e.settings.Load().enforced.Crowd, cluster, e.now(t.At)).Crowd == judge.Welcome
	}
	return r
}

// allAnswering notes who answers for the text, and reports whether anybody knows it.
func (e *Engine) allAnswering(ctx context.Context, r *judge.TextRuling, t *TextRuling, out *TextEffect) (known bool, err error) {
	_, known = e.index.Lookup(e.now(t.At), r.Clusters[1])
	for _, account := range t.Accounts {
		sent, err := e.answering(ctx, r, account, out)
		if err != nil {
			return known, err
		}
		known = known || sent
	}
	return known, nil
}

// answering notes whether an account answers for the text, and reports whether it sent it.
func (e *Engine) answering(ctx context.Context, r *judge.TextRuling, account string, out *TextEffect) (sent bool, err error) {
	w := e.begin()
	defer e.end(w)
	err = e.viewWith(ctx, w, e.keys.Key(keys.Account, account), func(data []byte) error {
		if err := decode(&w.other, data); err != nil {
			return err
		}
		slot, _, _ := r.Sent(&w.other)
		sent = slot >= 0
		if r.Answers(&w.other) && !slices.Contains(out.Accounts, account) {
			out.Accounts = append(out.Accounts, account)
			if w.other.Contacts.Count() >= e.settings.Load().enforced.Crowd.ProbeContacts {
				out.Doubtful = append(out.Doubtful, account)
			}
		}
		return nil
	})
	e.fault(ctx, err)
	return sent, err
}

// act is a ruling in the audit.
func (t *TextRuling) act() Act {
	a := Act{What: ActTextRuled, By: t.By, Why: t.Note, Detail: fmt.Sprint(t.Finding, " ", t.Cluster)}
	if t.Second != "" {
		a.Detail += ", with " + t.Second
	}
	return a
}

// rule has one account answer for the text, or clears it.
func (e *Engine) rule(ctx context.Context, t *TextRuling, ruling *judge.TextRuling, account string, out *TextEffect) error {
	w := e.about(account, t.At)
	w.in.Ruling = *ruling
	w.did(t.act())
	imposed := func(all []Sanction) { out.Sanctions = append(out.Sanctions, all...) }
	return e.applyThen(ctx, w, imposed, func(r *state.Record, now time.Time) judge.Effect {
		slot, _, _ := ruling.Sent(r)
		switch {
		case slot < 0:
			return judge.Idle
		case t.Finding == TextHarmless:
			r.ClearText(slot, now, &w.in.Policy.Rules(r.Class).Ladder)
			return judge.Durable
		case !ruling.Answers(r):
			return judge.Idle
		}
		return judge.Ruled
	})
}

func (t *TextRuling) validate() error {
	switch {
	case len(t.Accounts) > MaxContacts:
		return &FieldError{Field: "accounts", Problem: fmt.Sprintf("are %d, at most %d are taken at once", len(t.Accounts), MaxContacts)}
	case t.Cluster == 0:
		return &FieldError{Field: "cluster", Problem: "is required: it is the Cluster of a Decision"}
	case t.Finding < TextAbusive || t.Finding > TextUndecided:
		return &FieldError{Field: "finding", Problem: "must be abusive, harmless or undecided"}
	case t.Force && !t.agreed():
		return &FieldError{Field: "second", Problem: "must be another moderator: force is set"}
	}
	for _, account := range t.Accounts {
		if err := checkID("accounts", account, true); err != nil {
			return err
		}
	}
	return firstError(checkID("by", t.By, true), checkID("second", t.Second, false), checkTime("at", t.At))
}
