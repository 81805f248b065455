package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// A Decision is the answer to one message. It is always safe to act on as it
// stands, also beside an error; the zero Decision does not deliver. It is a value
// of the caller's own: the engine keeps no part of it.
//
// Cluster names the text where it is the text that decided: what waits for what
// becomes of its copies, what is flagged or held, or brought a sanction, with
// evidence about the text. It is the name in TextUse.Cluster, the same for all
// near-copies, whoever sent them, in all processes over one store that have heard of
// each other's messages, and in snapshots: one decision can free or drop what carries
// it. A limit, a standing sanction or a moderator's order is about something else, and
// leaves it 0, as does a text that is too short to be compared. A retry names it again
// as long as the sender's record knows the text.
//
// Recipients is nil but where a message to several is not for all of them: deliver it to
// those of whom DeliveredTo says so. One who refuses it silences nobody else. A message
// to a room (Message.Group) has one verdict. A retry names them again, as far as what
// stood against them still does. Those who were put off get it in a message to them
// alone: one of the same ID with other Recipients is another message. In a message to
// more than 1,000 people without a contact those strangers are put off of whom the engine
// has not looked what they want.
type Decision struct {
	Message    string              `json:"message,omitzero"`        // the ID of the message
	Verdict    Verdict             `json:"verdict,omitzero"`        // what to do with the message
	Score      float64             `json:"score"`                   // probability of abuse, 0 to 1
	Reasons    []Reason            `json:"reasons,omitempty"`       // weightiest first
	Imposed    []Sanction          `json:"imposed,omitempty"`       // by this message
	Standing   []Sanction          `json:"standing,omitempty"`      // in force on the sender now, those just imposed among them
	Pledge     time.Time           `json:"pledge,omitzero"`         // until when a pledge of the sender holds (Ruling.Pledge); zero: none does
	RetryAfter time.Duration       `json:"retry_after,omitzero"`    // with Defer, Reject: how long after At it may be tried again: a turn of its own, where a limit defers several messages; 0: never, or unknown
	Cluster    uint64              `json:"cluster,string,omitzero"` // near-duplicates of the text, where the text decided; 0: none
	Recipients []RecipientDecision `json:"recipients,omitempty"`    // for whom it is not the Verdict that holds, but a graver one: see DeliveredTo
	Shadow     []Outcome           `json:"shadow,omitempty"`        // one for each shadow policy, in order
	Policy     string              `json:"policy,omitzero"`         // name and content hash of the policy that judged
	At         time.Time           `json:"at,omitzero"`             // the time at which it was judged
	Repeat     bool                `json:"repeat,omitzero"`         // a retry of a message that was answered before: Reasons are empty, and nothing is counted again
	First      Verdict             `json:"first,omitzero"`          // of a Duplicate: what was answered at first, Allow or Flag; 0 of any other
	Degraded   bool                `json:"degraded,omitzero"`       // the store was out of reach and Config.OnFault decided, or the clock has just moved and nothing was imposed
}

// Delivered reports whether the message goes out now: Allow and Flag do. A Duplicate
// does not, for it was to go out before.
func (d *Decision) Delivered() bool { return d.Verdict == Allow || d.Verdict == Flag }

// DeliveredTo reports whether the message goes out now to a recipient of it: where it
// is Delivered, to all but those of Recipients whose own verdict says otherwise.
func (d *Decision) DeliveredTo(id string) bool {
	for i := range d.Recipients {
		if r := &d.Recipients[i]; r.ID == id && r.Verdict != Flag {
			return false
		}
	}
	return d.Delivered()
}

// A RecipientDecision is what holds for one recipient of a message, graver than what
// holds for the others. Nothing of the message counts for somebody it does not go to:
// no contact, no text, no evidence.
type RecipientDecision struct {
	ID         string        `json:"id"`                   // of the recipient
	Verdict    Verdict       `json:"verdict,omitzero"`     // graver than that of the message
	Reason     Reason        `json:"reason"`               // why
	RetryAfter time.Duration `json:"retry_after,omitzero"` // with Defer, Reject: when it may be tried again for this one; 0: never, or unknown
}

// A plainRecipient is a RecipientDecision without its methods.
type plainRecipient RecipientDecision

// MarshalJSON implements json.Marshaler. RetryAfter is written as a Duration.
func (r RecipientDecision) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainRecipient
		RetryAfter Duration `json:"retry_after,omitzero"`
	}{plainRecipient(r), Duration(r.RetryAfter)})
}

// UnmarshalJSON implements json.Unmarshaler. It reads what MarshalJSON wrote.
func (r *RecipientDecision) UnmarshalJSON(b []byte) error {
	x := struct {
		*plainRecipient
		RetryAfter Duration `json:"retry_after"`
	}{(*plainRecipient)(r), Duration(r.RetryAfter)}
	err := json.Unmarshal(b, &x)
	r.RetryAfter = x.RetryAfter.D()
	return err
}

// apart names those for whom something of their own holds, in the order of the message.
func (e *Engine) apart(w *work) []RecipientDecision {
	all := make([]RecipientDecision, 0, len(w.out.Apart))
	left := slices.Clone(w.out.Apart)
	for i := range w.m.Recipients {
		id := w.m.Recipients[i].ID
		who := keys.Person(e.keys.Key(keys.Account, id))
		k := slices.IndexFunc(left, func(a judge.Apart) bool { return a.Who == who })
		if k < 0 {
			continue
		}
		a := left[k]
		left = slices.Delete(left, k, k+1) // named twice it is told of once
		all = append(all, RecipientDecision{id, Verdict(a.Verdict), reasonOfCause(&a.Cause), a.Retry})
	}
	return all
}

// An Outcome is what a shadow policy would have done with the same message. Nothing
// of it has been done.
type Outcome struct {
	Policy  string     `json:"policy,omitzero"` // name and content hash
	Verdict Verdict    `json:"verdict,omitzero"`
	Score   float64    `json:"score"`
	Reasons []Reason   `json:"reasons,omitempty"`
	Imposed []Sanction `json:"imposed,omitempty"` // would have been imposed; they have no ID
}

// A plainDecision is a Decision without its methods. Its tags can't say that a duration
// is written as text.
type plainDecision Decision

// MarshalJSON implements json.Marshaler. RetryAfter is written as a Duration.
func (d Decision) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainDecision
		RetryAfter Duration `json:"retry_after,omitzero"`
	}{plainDecision(d), Duration(d.RetryAfter)})
}

// UnmarshalJSON implements json.Unmarshaler. It reads what MarshalJSON wrote.
func (d *Decision) UnmarshalJSON(b []byte) error {
	x := struct {
		*plainDecision
		RetryAfter Duration `json:"retry_after"`
	}{(*plainDecision)(d), Duration(d.RetryAfter)}
	err := json.Unmarshal(b, &x)
	d.RetryAfter = x.RetryAfter.D()
	return err
}

// decision makes what the host is told of what a judgement found: the one place
// where reasons are made.
func (e *Engine) decision(w *work) Decision {
	out, r := &w.out, &w.rec
	d := Decision{
		Message: w.m.ID, Verdict: Verdict(out.Verdict), Score: out.Score, RetryAfter: out.RetryAfter,
		Policy: w.in.Policy.ID, At: out.At, Repeat: out.Repeat, Cluster: out.Text,
	}
	if out.Repeat && d.Delivered() {
		d.Verdict, d.First = Duplicate, d.Verdict
	}
	if len(out.Causes) > 0 {
		d.Reasons = reasonsOf(out.Causes, w.in.Policy)
		e.attachTemplate(w, d.Reasons)
	}
	d.Imposed = w.imposed()
	d.Standing, d.Pledge = standing(r, w.m.Sender, stamp.Of(out.Now)), pledge(r, stamp.Of(out.Now))
	if len(out.Apart) > 0 {
		d.Recipients = e.apart(w)
	}
	if len(out.Shadows) > 0 {
		d.Shadow = make([]Outcome, len(out.Shadows))
		for i := range out.Shadows {
			d.Shadow[i] = w.outcome(&out.Shadows[i])
		}
	}
	return d
}

// attachTemplate puts the template of the text into the reasons that are about it: where
// there is none yet, as of the first copies, the beginning of the text itself.
func (e *Engine) attachTemplate(w *work, reasons []Reason) {
	text, quote := w.text.seen, ""
	if text == "" || !w.in.Message {
		return
	}
	for i := range reasons {
		switch r := &reasons[i]; r.Code {
		case CodeDuplicate, CodeDuplicateSlow, CodeEcho, CodeReach, CodeCampaign, CodeFlagged, CodeRepeatOffence, CodeInDoubt, CodeUnwelcome, CodeKnown:
			if quote == "" {
				quote = e.quote(w, text)
			}
			r.Text = quote
		}
	}
}

// quote is the template of a text that was judged, or its beginning.
func (e *Engine) quote(w *work, text string) string {
	cluster := w.in.Cluster.ID
	if w.out.Slot >= 0 {
		cluster = w.rec.Texts.Ring[w.out.Slot].Cluster
	}
	if cluster != 0 {
		if t, ok := e.template(cluster, text); ok {
			return t.String()
		}
	}
	shown := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(text[:min(len(text), 16*quotedRunes)], "\uFFFD")), " "))
	if len(shown) > quotedRunes {
		return string(shown[:quotedRunes]) + " …"
	}
	return string(shown)
}

// quotedRunes is how much of a text without a template is quoted, as of a template.
const quotedRunes = 160

// outcome is what a shadow policy would have done.
func (w *work) outcome(o *judge.Outcome) Outcome {
	out := Outcome{Policy: o.Policy.ID, Verdict: Verdict(o.Verdict), Score: o.Score}
	if len(o.Causes) > 0 {
		out.Reasons = reasonsOf(o.Causes, o.Policy)
	}
	if e := o.Imposed; e != nil {
		s := entryOf(e, w.in.Account)
		s.Policy, s.Message, s.Reasons = out.Policy, w.m.ID, out.Reasons
		out.Imposed = []Sanction{s}
	}
	return out
}
