package policy

import (
	"github.com/decorum-go/decorum/scoring"
)

// shadows judges the message under every shadow policy: on the same counts and
// signals, with strikes of its own, and without any effect.
func (j *judgement) shadows() {
	if j.r.nShadows == 0 {
		return
	}
	j.d.Shadow = make([]Outcome, j.r.nShadows)
	for i := range j.r.nShadows {
		j.d.Shadow[i] = j.shadow(&j.e.shadow[i], &j.r.shadows[i])
	}
}

func (j *judgement) shadow(sp *shadowPolicy, c *course) Outcome {
	r, f, p := &j.r, &j.f, sp.policy
	rules := p.rules(f.m.Class)
	out := Outcome{Policy: sp.id, Verdict: Allow}
	if st := c.stay; st.kind != 0 {
		s := sanction{kind: st.kind, scope: st.scope, until: st.until}
		if s.covers(f.sec, f.tied()) {
			out.Verdict, out.Reasons = Reject, []Reason{{Code: CodeSanction, Value: float64(st.kind)}}
			return out
		}
		if st.kind == Restriction && !f.tied() {
			if _, reason, ok := r.within(f, st.perDay); !ok {
				out.Verdict, out.Reasons = Reject, []Reason{reason}
				return out
			}
		}
	}
	l := j.limitUnder(p, rules, c)
	s := measurer{r: r, f: f, c: c, p: p, rules: rules, l: j.l, dst: j.spare[:0]}
	j.spare = append(s.measure(), j.host...)
	card := scoring.Scorecard{Prior: rules.Score.Prior, Cap: rules.Score.Cap, Floor: rules.Score.Floor}
	score := card.Score(j.spare)
	out.Score = score.Probability
	if len(score.Evidence) > 0 {
		out.Reasons = reasonsOf(make([]Reason, 0, len(score.Evidence)), &score)
	}
	if p.Observe {
		return out
	}
	culpable := f.outreach() || s.b.weight > 0
	bad := assess(&score, rules, culpable, c.found)
	bad.rated = s.rated
	o := c.decide(bad, f.sec, p, rules, granted, 0)
	out.Verdict = o.verdict
	if o.step != nil {
		out.Imposed = []Sanction{j.wouldImpose(o.step, sp, c, out.Reasons)}
	}
	if l.refused && out.Verdict < Defer {
		out.Verdict = Defer
		out.Reasons = append([]Reason{limitReason(l.code, l.res.Limit, l.used)}, out.Reasons...)
	}
	return out
}

// wouldImpose notes a sanction in a shadow course, and returns it as the
// outcome tells it.
func (j *judgement) wouldImpose(st *Step, sp *shadowPolicy, c *course, reasons []Reason) Sanction {
	f := &j.f
	p := Sanction{
		Account: j.account(), Kind: st.Kind, Scope: st.Scope, PerDay: st.PerDay, From: clock(f.sec),
		Policy: sp.id, Message: f.m.subject(), Reasons: reasons,
	}
	if st.For > 0 {
		p.Until = clock(until(f.sec, st.For.D()))
	}
	if st.Kind == Warning {
		p.Until = clock(after(f.sec, secs(sp.policy.Strikes.WarningFresh)))
		return p
	}
	c.stay = stay{kind: st.Kind, scope: st.Scope, perDay: uint16(st.PerDay), until: until(f.sec, st.For.D())}
	if k := j.l.slot; k >= 0 {
		c.blameTexts(&j.l, j.r.texts.n, 1)
	}
	if k := j.l.slot; k >= 0 && j.r.texts.at[k].cluster != 0 {
		c.addTaint(taint{cluster: j.r.texts.at[k].cluster})
	}
	return p
}

// shadowEvent judges the account under a shadow policy after an event.
func (j *judgement) shadowEvent(sp *shadowPolicy, c *course) {
	r, f, p := &j.r, &j.f, sp.policy
	rules := p.rules(r.class())
	if p.Observe || c.stay.kind != 0 && c.stay.kind != Restriction {
		return
	}
	s := measurer{r: r, f: f, c: c, p: p, rules: rules, l: j.l, dst: j.spare[:0]}
	s.l.slot = s.heaviest()
	j.spare = s.measure()
	card := scoring.Scorecard{Prior: rules.Score.Prior, Cap: rules.Score.Cap, Floor: rules.Score.Floor}
	score := card.Score(j.spare)
	bad := assess(&score, rules, s.b.weight > 0, c.found)
	bad.rated = s.rated
	if o := c.decide(bad, f.sec, p, rules, granted, 0); o.step != nil {
		j.wouldImpose(o.step, sp, c, nil)
	}
}
