package judge

import (
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// shadow judges the message under shadow policy k, from 1: on the same counts and signals,
// with strikes of its own, and without any effect.
func (c *call) shadow(k int, t *state.Track) Outcome {
	p := c.in.Shadows[k-1]
	rules := p.Rules(c.in.Class)
	if rules.Strangers != nil && c.any((*recipient).outside) {
		rules = rules.Strangers
	}
	out := Outcome{Policy: p, Verdict: state.Allow}
	if why, covered := c.coveredIn(&t.Ladder); covered {
		out.Verdict, out.Causes = state.Reject, []Cause{why}
		return out
	}
	// Limits on follow-ups begin counts, which are evidence: under a shadow policy's pause
	// between follow-ups others would give way for them.
	turns, n := c.r.Turns, c.r.NTurns
	l := c.limit(p, rules, t)
	c.r.Turns, c.r.NTurns = turns, n
	s := c.measure(t, rules, c.spare[:0])
	c.spare = s.withRules(append(s.dst, c.host...), c.consult(k))
	score := rules.Score.Score(c.spare)
	out.Score = score.Probability
	if len(score.Evidence) > 0 {
		out.Causes = causesOf(make([]Cause, 0, len(score.Evidence)), &score)
	}
	if p.Observe {
		return out
	}
	f, res := s.decide(s.forLadder(&score), ladder.Granted, false)
	if out.Verdict = s.tipped(f.verdict, &score); f.person {
		out.Causes = append(out.Causes, Cause{Code: codePerson})
	}
	if res.Step != nil {
		c.wouldImpose(res.Entry, t)
		out.Imposed = res.Entry
	}
	if l.refused {
		out.raise(state.Defer, l.cause)
	}
	if f.put > 0 {
		out.raise(state.Defer, f.why)
	}
	if f.review.Code != "" {
		out.raise(state.Hold, f.review)
	}
	out.raise(f.wait.verdict, f.wait.cause)
	out.raise(c.in.Known.verdict(), c.in.Known.cause())
	if r := gravest(c.hits); r != nil && out.Verdict < r.Verdict {
		out.Verdict = r.Verdict
		leadWith(out.Causes, r.Code)
	}
	return out
}

// raise makes a verdict that is milder than this one this one.
func (o *Outcome) raise(to state.Verdict, why Cause) {
	if o.Verdict < to {
		o.Verdict, o.Causes = to, append([]Cause{why}, o.Causes...)
	}
}

// coveredIn reports whether a sanction that a shadow policy would have imposed
// covers the message.
func (c *call) coveredIn(s *ladder.State) (why Cause, covered bool) {
	contacts := c.ContactsOnly()
	for i := range s.N {
		e := &s.Log[i]
		if e.Covers(c.sec, contacts) {
			return Cause{Code: codeSanction, Value: float64(e.Kind)}, true
		}
		if e.Kind == ladder.Restriction && e.Stands(c.sec) && !contacts {
			if _, why, ok := c.within(e.PerDay); !ok {
				return why, true
			}
		}
	}
	return Cause{}, false
}

// wouldImpose notes the text of a shadow sanction.
func (c *call) wouldImpose(e *ladder.Entry, t *state.Track) {
	t.Ladder.Replace(e)
	if k := c.match.Slot; e.Kind.Above(ladder.Warning) && k >= 0 {
		t.Sanctioned(&c.match, c.r.Texts.N, 1)
		e.Cluster = c.r.Texts.Ring[k].Cluster
	}
}

// shadowEvent judges the account under a shadow policy after an event.
func (c *call) shadowEvent(p *Policy, t *state.Track) {
	if p.Observe || t.Ladder.Refuses(c.sec) {
		return
	}
	rules := p.Rules(c.r.Class)
	s := c.measure(t, rules, c.spare[:0])
	c.spare = s.dst
	slot := c.match.Slot
	c.match.Slot = s.heaviest()
	score := rules.Score.Score(c.spare)
	bad := s.find(&score)
	s.asks(&bad)
	if res := t.Ladder.Decide(bad, c.sec, &rules.Ladder, ladder.Granted, 0); res.Step != nil {
		c.wouldImpose(res.Entry, t)
	}
	c.match.Slot = slot
}
