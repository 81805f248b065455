package policy

import (
	"context"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/decorum-go/decorum/policy/internal/bank"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/similarity"
)

// A TextAction is what is to be done with a text that somebody has ruled on. The zero
// TextAction is none.
type TextAction uint8

// Text actions. TextFine is narrow: it holds for what is equal after folding but for
// dates, times, numbers of two digits and the names of those who are addressed and sign,
// with the same links, addresses and other numbers, and says nothing of pictures. All others hold for near-copies, disguised ones too.
const (
	// TextFine holds nothing of the families Content and Network against who sends the
	// text: not how often they send it, nor who else does, nor evidence of the host. It is
	// as if the message had no text; to whom it goes counts as ever.
	TextFine     = TextAction(judge.TextFine)
	TextFlag     = TextAction(judge.TextFlag)     // deliver, and tell a moderator
	TextHold     = TextAction(judge.TextHold)     // a person decides
	TextReject   = TextAction(judge.TextReject)   // do not deliver; what shares less than half of the text is held
	TextEvidence = TextAction(judge.TextEvidence) // so many nats for or against the message, of the family Content
)

var textActionNames = names{typ: "TextAction", what: "action on a text", first: 1, of: []string{"fine", "flag", "hold", "reject", "evidence"}}

// String returns the name of the action.
func (a TextAction) String() string { return textActionNames.name(uint8(a)) }

// MarshalText implements encoding.TextMarshaler.
func (a TextAction) MarshalText() ([]byte, error) { return textActionNames.text(uint8(a)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *TextAction) UnmarshalText(b []byte) error { return textActionNames.read((*uint8)(a), b) }

// MaxTexts is how many texts a bank holds.
const MaxTexts = bank.Max

// A TextRule says what is to be done with the near-copies of a text, whoever sends them,
// to whomever. It is a plain value.
type TextRule struct {
	// ID names the rule. It is that of the text: who sets a rule for the same text again
	// replaces it. What is fine has one of its own for each link and number in it, and stays
	// beside a wider rule of which it is the exception. SetText sets it; it is
	// Decision.Cluster where the rule decided.
	ID uint64 `json:"id,string,omitzero"`
	// Text is a sample. It is sketched, and never kept: what Texts yields has none. A
	// Text or a Cluster is required.
	Text string `json:"text,omitzero"`
	// Cluster is the text of a message, by Decision.Cluster, where the host has kept no
	// text. It must be in the campaign index of this process. It holds for messages to
	// people without a contact, as long as the index of a process knows the text, and for
	// all from the first copy on that is equal to the text that began the cluster. A text
	// that is TextFine needs a Text.
	Cluster uint64 `json:"cluster,string,omitzero"`
	// Action is required.
	Action TextAction `json:"action,omitzero"`
	// Nats is what TextEvidence weighs, in log-odds: above 0 against the message, below in
	// favour. The policy's cap of the family bounds it. It is 0 with any other Action.
	Nats float64 `json:"nats,omitzero"`
	// Until is when the rule ends; zero: when it is cleared. One that has ended is kept
	// until its place is needed.
	Until time.Time `json:"until,omitzero"`
	// By is who set it. Required. Of this and of Note 64 bytes are kept.
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
	// At is when it was set. SetText sets it.
	At time.Time `json:"at,omitzero"`
	// Force sets a rule for what a tenth of all people write, too. It is not kept.
	Force bool `json:"force,omitzero"`
}

// leastSaid is how much a sample says at least, by similarity.Sketch.Information: what
// says less many write who have never heard of each other.
const leastSaid = 13

// SetText puts a text into the bank: from then on it is done as the rule says with each
// message that is nearly the same, in this process at once and in all others over the
// store within a second or so of their next message. The rule comes back with its ID. A
// decision by it has the reason CodeKnown. It is about the message alone: no rule imposes
// anything on an account. A policy that Observes, and an Override that exempts the account,
// beat it; a sanction that covers the message does, too.
//
// A message that is nearly the same as several texts goes by the most similar one; where
// one of them is TextFine and holds for it, by that. Pictures are not looked at. The bank
// is part of the records: it survives a restart, and is in a Snapshot.
//
// A *FieldError says what is wrong with the rule: among others, a text that says too
// little, or that a tenth of the people write who were active lately: it names the figure,
// and Force sets the rule all the same. ErrNotFound says that there is no such Cluster,
// ErrConflict that the bank holds MaxTexts that have not ended (several processes that
// fill it at once may pass that by a few). With any error nothing has changed, but that a
// *FaultError may have been too late: set the rule again.
func (e *Engine) SetText(ctx context.Context, t TextRule) (TextRule, error) {
	if err := firstError(e.ready(ctx), t.validate()); err != nil {
		return TextRule{}, err
	}
	now := recordable(e.cfg.Now())
	r := bank.Rule{Action: judge.Action(t.Action), Nats: t.Nats, At: stamp.Of(now), Until: stamp.Forever, By: state.Kept(t.By), Note: state.Kept(t.Note)}
	if !t.Until.IsZero() {
		r.Until = stamp.Of(t.Until)
	}
	if r.Until <= r.At {
		return TextRule{}, &FieldError{Field: "until", Problem: "must lie in the future"}
	}
	err := e.sample(&r, &t, now)
	if err == nil {
		act := Act{What: ActTextSet, By: t.By, Why: t.Note, Detail: fmt.Sprint(t.Action, " ", r.ID)}
		err = e.writeText(ctx, r.ID, now, true, act, func(rules []bank.Rule, _ bool) ([]bank.Rule, error) { return bank.With(rules, r), nil })
	}
	if err == nil && t.Text != "" && t.Action != TextFine { // what said that this very text is fine is replaced
		fine := bank.NameOf(judge.TextFine, &r.Sketch, e.hasher.Wording(similarity.Abridge(t.Text, MaxText)))
		if _, ok := e.texts.bank.Get(fine); ok && fine != r.ID { // a text without words has one name
			return textRuleOf(&r), e.ClearText(ctx, fine, t.By, "replaced")
		}
	}
	if err != nil {
		e.fault(ctx, err)
		return TextRule{}, err
	}
	return textRuleOf(&r), nil
}

// validate reports what is wrong with a rule by itself.
func (t *TextRule) validate() error {
	err := firstError(checkID("by", t.By, true), checkID("note", t.Note, false), checkTime("until", t.Until))
	switch {
	case err != nil:
		return err
	case t.Action < TextFine || t.Action > TextEvidence:
		return &FieldError{Field: "action", Problem: "must be one of fine, flag, hold, reject, evidence"}
	case t.Action != TextEvidence && t.Nats != 0:
		return &FieldError{Field: "nats", Problem: "must be 0 but for evidence"}
	case t.Action == TextEvidence && (t.Nats == 0 || math.IsNaN(t.Nats) || math.IsInf(t.Nats, 0)):
		return &FieldError{Field: "nats", Problem: "must be a number for evidence, not 0 and not infinite"}
	case (t.Text == "") == (t.Cluster == 0):
		return &FieldError{Field: "text", Problem: "is required, or a cluster instead"}
	case t.Action == TextFine && len(t.Text) > MaxText:
		return &FieldError{Field: "text", Problem: fmt.Sprintf("is too long to be fine as a whole: at most %d bytes are looked at", MaxText)}
	case t.Cluster != 0 && t.Action == TextFine:
		return &FieldError{Field: "cluster", Problem: "is not enough for what is fine, which is what is equal but for names and numbers: give its text"}
	}
	return nil
}

// sample makes the sketch of the text that a rule is about, unless too many write it.
func (e *Engine) sample(r *bank.Rule, t *TextRule, now time.Time) error {
	if t.Cluster != 0 {
		r.ID = t.Cluster
		if c, ok := e.index.Lookup(now, t.Cluster); !ok || c.ID == 0 {
			return because(ErrNotFound, "no such cluster is remembered in this process: give its text")
		}
		return nil
	}
	text := similarity.Abridge(t.Text, MaxText)
	if e.hasher.Sketch(&r.Sketch, text); r.Sketch.Information < leastSaid {
		return &FieldError{Field: "text", Problem: fmt.Sprintf("says too little, %d of at least %d grams (four letters in a row): what is that short is nearly the same as what many write", r.Sketch.Information, leastSaid)}
	}
	if t.Action == TextFine {
		r.Wording = e.hasher.Wording(text)
	}
	r.ID = bank.NameOf(r.Action, &r.Sketch, r.Wording)
	if n, of := e.writers(text, now); n >= 10 && 10*n >= of && !t.Force {
		return &FieldError{Field: "text", Problem: fmt.Sprintf("is what some %d of %d people write (%d%%): the rule would hold for all of them; set force if that is meant", n, of, 100*n/max(of, 1))}
	}
	return nil
}

// writers says how many people write a text, of how many: settled ones to anybody, or all
// that were active lately to strangers, whichever is more.
func (e *Engine) writers(text string, now time.Time) (n, of int) {
	e.common.Age(now)
	n, of = e.common.Users(e.hasher, text)
	var s similarity.Sketch
	e.hasher.SketchWithout(&s, text, &e.common)
	if c, ok := e.index.Preview(now, &s, 0); ok && c.Messages > 1 {
		sent, active := c.Senders-1, e.budget.Active(now, now.Add(e.cfg.MaxSkew))
		if active = max(active, sent); sent*max(of, 1) > n*active {
			n, of = sent, active
		}
	}
	return n, of
}

// ClearText takes a rule out of the bank, here at once and in all other processes within
// a second or so. by and why are required. ErrNotFound says that there is no such rule;
// other errors are a *FieldError, a *FaultError or the context's.
func (e *Engine) ClearText(ctx context.Context, id uint64, by, why string) error {
	if err := firstError(e.ready(ctx), checkID("by", by, true), checkID("why", why, true)); err != nil {
		return err
	}
	act := Act{What: ActTextCleared, By: by, Why: why, Detail: fmt.Sprint(id)}
	err := e.writeText(ctx, id, recordable(e.cfg.Now()), false, act, func(rules []bank.Rule, known bool) ([]bank.Rule, error) {
		left, was := bank.Without(rules, id)
		if !was && !known {
			return nil, because(ErrNotFound, "there is no such text in the bank")
		}
		return left, nil
	})
	e.fault(ctx, err)
	return err
}

// Texts yields the texts of the bank, in the order in which they were set, ended ones
// among them: each with its ID, and without its text, which nobody has. An error is a
// *FaultError or the context's.
func (e *Engine) Texts(ctx context.Context) iter.Seq2[TextRule, error] {
	return func(yield func(TextRule, error) bool) {
		err := e.ready(ctx)
		if err == nil {
			err = e.readTexts(ctx)
			e.fault(ctx, err)
		}
		if err != nil {
			yield(TextRule{}, err)
			return
		}
		for _, r := range e.texts.bank.All() {
			if !yield(textRuleOf(&r), nil) {
				return
			}
		}
	}
}

func textRuleOf(r *bank.Rule) TextRule {
	return TextRule{ID: r.ID, Action: TextAction(r.Action), Nats: r.Nats, By: r.By, Note: r.Note, At: stamp.Time(r.At), Until: endOf(r.Until)}
}
