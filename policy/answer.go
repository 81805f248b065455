package policy

import (
	"slices"
	"strconv"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

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
		d.Reasons = reasonsOf(out.Causes)
		e.attachTemplate(w, d.Reasons)
	}
	d.Imposed = w.imposed()
	d.Standing = standing(r, w.m.Sender, stamp.Of(out.Now))
	if len(out.Shadows) > 0 {
		d.Shadow = make([]Outcome, len(out.Shadows))
		for i := range out.Shadows {
			d.Shadow[i] = w.outcome(&out.Shadows[i])
		}
	}
	return d
}

// attachTemplate puts the template of the text into the reasons that are about it.
func (e *Engine) attachTemplate(w *work, reasons []Reason) {
	if w.out.Slot < 0 || !w.in.Message {
		return
	}
	cluster := w.rec.Texts.Ring[w.out.Slot].Cluster
	for i := range reasons {
		if r := &reasons[i]; cluster != 0 && (r.Code == CodeDuplicate || r.Code == CodeDuplicateSlow) {
			if t, ok := e.template(cluster, textOf(&w.m)); ok {
				r.Text = t.String()
			}
		}
	}
}

func reasonsOf(causes []judge.Cause) []Reason {
	all := make([]Reason, len(causes))
	for i, c := range causes {
		all[i] = Reason{Code: c.Code, Value: c.Value, Limit: c.Limit, N: c.N, K: c.K, Share: c.Share}
	}
	return all
}

// imposed is the sanctions that the judgement imposed.
func (w *work) imposed() (all []Sanction) {
	for _, id := range w.out.Imposed {
		if e, d := w.rec.Find(id); e != nil {
			all = append(all, sanctionOf(&w.rec, e, d, w.in.Account))
		}
	}
	return all
}

// outcome is what a shadow policy would have done.
func (w *work) outcome(o *judge.Outcome) Outcome {
	out := Outcome{Policy: o.Policy.ID, Verdict: Verdict(o.Verdict), Score: o.Score}
	if len(o.Causes) > 0 {
		out.Reasons = reasonsOf(o.Causes)
	}
	if e := o.Imposed; e != nil {
		s := entryOf(e, w.in.Account)
		s.Policy, s.Message, s.Reasons = out.Policy, w.m.ID, out.Reasons
		out.Imposed = []Sanction{s}
	}
	return out
}

// standing is the sanctions in force, oldest first.
func standing(r *state.Record, account string, now uint32) (all []Sanction) {
	s := &r.Enforced.Ladder
	for i := range s.N {
		if e := &s.Log[i]; e.Stands(now) {
			all = append(all, sanctionOf(r, e, r.DetailsOf(e.ID), account))
		}
	}
	return all
}

// sanctionOf makes the sanction that the host sees: the one place where that is
// done. Of one whose details are gone it says what the ladder needs.
func sanctionOf(r *state.Record, e *ladder.Entry, d *state.Details, account string) Sanction {
	s := entryOf(e, account)
	s.ID = hex64(e.ID)
	if e.Ended != 0 {
		s.Lifted = &Lifting{At: stamp.Time(e.Ended)}
		if by := r.Enforced.Ladder.Replacer(e); by != nil {
			s.Lifted.Note = "replaced by " + hex64(by.ID)
		} else if e.Flags&ladder.Regraded != 0 {
			s.Lifted.Note = "an earlier sanction was overturned"
		}
	}
	if d == nil {
		return s
	}
	s.Policy, s.Message, s.By = d.Policy, d.Message, d.By
	if d.Review != 0 {
		s.Review = stamp.Time(d.Review)
	}
	s.Reasons = slices.Grow(s.Reasons, d.NReasons)
	for i := range d.NReasons {
		s.Reasons = append(s.Reasons, reasonOf(&d.Reasons[i]))
	}
	if s.Lifted != nil && d.EndedBy != "" {
		s.Lifted.By, s.Lifted.Note = d.EndedBy, d.Note
	}
	if d.Appeal.ID != 0 {
		s.Appeal = appealOf(e, d, account)
	}
	return s
}

// entryOf is what an entry of the ladder says of a sanction, without an ID.
func entryOf(e *ladder.Entry, account string) Sanction {
	s := Sanction{Account: account, Kind: Kind(e.Kind), Scope: Scope(e.Scope), PerDay: int(e.PerDay), From: stamp.Time(e.At)}
	if e.Until != stamp.Forever {
		s.Until = stamp.Time(e.Until)
	}
	return s
}

func reasonOf(r *state.Reason) Reason {
	code := r.Code
	if int(r.Index) < len(judge.Codes) && r.Index != 0 {
		code = judge.Codes[r.Index]
	}
	return Reason{Code: code, Value: float64(r.Value), Limit: float64(r.Limit), Share: float64(r.Share), N: int(r.N), K: int(r.K)}
}

func appealOf(e *ladder.Entry, d *state.Details, account string) *Appeal {
	a := &d.Appeal
	p := &Appeal{ID: hex64(a.ID), Account: account, Sanction: hex64(e.ID), At: stamp.Time(a.At)}
	if a.Ruled != 0 {
		p.Ruling = &Ruling{Outcome: RulingOutcome(e.Outcome), By: a.By, Note: a.Note, At: stamp.Time(a.Ruled)}
	}
	return p
}

// hex64 is an ID as hosts see it.
func hex64(v uint64) string {
	s := strconv.FormatUint(v, 16)
	return "0000000000000000"[len(s):] + s
}

// parseHex64 reads what hex64 made; 0, which is no ID, for anything else.
func parseHex64(s string) uint64 {
	v, err := strconv.ParseUint(s, 16, 64)
	if err != nil || hex64(v) != s {
		return 0
	}
	return v
}
