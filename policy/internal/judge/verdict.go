package judge

import (
	"math"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/rules"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// A finding is what the ladder made of the score.
type finding struct {
	verdict state.Verdict
	budget  bool          // the budget of sanctions is spent, or the brake on
	person  bool          // takes what is to be done
	wait    waiting       // the text is not welcome
	put     time.Duration // off for so long
	why     Cause
	review  Cause // held for a person to look at; no code: it is not
}

// judge measures, scores and runs the ladder. ok is false where the budget must be
// asked first.
func (c *call) judge() (f finding, ok bool) {
	s := c.measure(&c.r.Enforced, c.rules, c.evidence[:0])
	c.evidence = s.withRules(c.weigh(s.dst), c.consult(0))
	score := c.rules.Score.Score(c.evidence)
	c.out.Score = score.Probability
	c.causes = causesOf(c.causes, &score)
	c.out.Mild = score.Probability < c.rules.Warn
	if s.cleared {
		c.causes = append(c.causes, s.crowdCause(codeWelcome))
	}
	if why, ok := c.silent(); ok {
		c.causes = append(c.causes, why)
	}
	f.verdict, f.wait = state.Allow, s.wait()
	if c.in.Policy.Observe || c.order == state.Allow || c.in.Static {
		return f, true
	}
	if !c.in.Message {
		c.match.Slot = s.heaviest()
	}
	promised, until := c.r.Enforced.Ladder.Pledge(c.sec)
	f, res := s.decide(s.forLadder(&score), c.granted(), true)
	if f.budget {
		return f, c.in.Grant != ladder.Unasked
	}
	f.verdict = s.tipped(f.verdict, &score)
	if f.person {
		c.causes = append(c.causes, Cause{Code: codePerson})
	}
	// A strike without a sanction, too: the ladder may have no Warning.
	c.out.Durable = c.out.Durable || res.Entry != nil
	if s.requests.Code != "" {
		c.lead(s.requests)
		if res.Step != nil && res.Step.Kind == ladder.Warning {
			c.r.Requests.Warn(c.sec)
		}
	}
	if res.Step != nil {
		c.explain(&res, int(s.attempts))
		if res.Entry.Flags&ladder.Breach != 0 {
			c.lead(Cause{Code: codePledge, Value: days(promised, c.sec), Limit: days(promised, until)})
		}
		c.impose(res, s.forLadder(&score).Family(scoring.Content) > 0)
	}
	return f, true
}

// granted is what the sanction budget says: it bounds automation, not a person's finding.
func (c *call) granted() ladder.Grant {
	if c.found != nil {
		return ladder.Granted
	}
	return c.in.Grant
}

// decide runs the ladder on a score. What is named has an ID: not a shadow's.
func (s *measurer) decide(score *scoring.Score, grant ladder.Grant, named bool) (f finding, res ladder.Result) {
	bad := s.find(score)
	bad.Warn = s.warns() || bad.Warn
	f.verdict, f.wait, f.person = state.Allow, s.wait(), s.asks(&bad)
	f.put, f.why = s.putOff(&bad)
	id := uint64(0)
	if named && bad.Any() {
		at := s.sec
		if s.in.ID != "" {
			at = 0
		}
		id = state.NewID(s.in.Key, s.in.ID, s.r.Ordinal, at)
	}
	f.review = s.review()
	res = s.track.Ladder.Decide(bad, s.sec, &s.rules.Ladder, grant, id)
	switch res.Response {
	case ladder.Budget:
		return finding{verdict: state.Hold, budget: true, wait: f.wait}, res
	case ladder.Flag:
		f.verdict = state.Flag
	case ladder.Refuse:
		f.verdict = state.Reject
	}
	if s.watched {
		f.verdict = max(f.verdict, state.Flag)
	}
	if f.person {
		f.verdict = state.Flag
	}
	return f, res
}

// explain says why a sanction is graver than an ordinary one, or milder than the ladder.
func (c *call) explain(res *ladder.Result, attempts int) {
	if e := res.Entry; e.Kind.Above(ladder.Warning) && float64(e.Mass) > c.rules.Ladder.Offence {
		c.causes = append(c.causes, Cause{Code: codeWeight, Value: float64(e.Mass), Limit: c.rules.Ladder.Offence, N: attempts})
	}
	if res.Person {
		c.causes = append(c.causes, Cause{Code: codePerson})
	}
}

// days is how many there are between two times.
func days(from, to uint32) float64 { return math.Floor(stamp.Since(from, to).Hours() / 24) }

// find says how bad a score looks under the rules.
func (s *measurer) find(score *scoring.Score) (f ladder.Finding) {
	atFault := s.atFault()
	f.Warn = atFault && score.Probability >= s.rules.Warn
	f.Act = atFault && score.Probability >= s.rules.Act && s.agreed(score)
	if f.Act {
		s.byOthers = scoring.Logistic(score.LogOdds-ofOthers(score)) < s.rules.Act
	}
	f.Firm = f.Warn && s.firm(score)
	if f.Act || f.Firm {
		f.Aggravated, f.Amount = aggravated(score), 1
		if a := s.rules.Ladder.Amount; len(a) > 0 {
			f.Amount = a.At(s.attempts)
		}
	}
	if s.found != nil && s.track == &s.r.Enforced {
		f.Act, f.Rated = true, s.found
		return f
	}
	f.Rated = s.rates(f.Act)
	return f
}

// withRules adds what rules say to the evidence, and keeps what the score is without it: by
// that the ladder decides.
func (s *measurer) withRules(ev []scoring.Evidence, hits []*rules.Rule) []scoring.Evidence {
	if len(hits) == 0 {
		return ev
	}
	s.unruled = append(s.unruled[:0], ev...)
	s.ruled, s.without = true, s.rules.Score.Score(s.unruled)
	return evidenceOf(ev, hits)
}

// forLadder is the score by which the ladder decides: what rules say brings nothing that an
// account would have to bear.
func (s *measurer) forLadder(score *scoring.Score) *scoring.Score {
	if s.ruled {
		return &s.without
	}
	return score
}

// tipped is the verdict where rules may tip a score over that of a Warning: then a person
// sees the message.
func (s *measurer) tipped(v state.Verdict, score *scoring.Score) state.Verdict {
	if s.ruled && score.Probability >= s.rules.Warn && s.atFault() {
		return max(v, state.Flag)
	}
	return v
}

// atFault reports whether the account did something that evidence can be about.
func (s *measurer) atFault() bool { return s.in.Message && s.outreach() || s.complaints.Weight > 0 }

// rates is the step that complaints ask for, beside the ladder; nil: none.
func (s *measurer) rates(act bool) *ladder.Step {
	switch {
	case s.rated >= 0:
		return &s.rules.Rates[s.rated]
	case s.deceived && act && s.rules.Deceived.Kind != 0:
		return &s.rules.Deceived
	}
	return nil
}

// agreed reports whether enough families speak for more than a Warning, or a moderator.
func (s *measurer) agreed(score *scoring.Score) bool {
	return s.track.Ladder.Confirmed || score.Families >= s.rules.Families
}

// firm reports whether what brings a Warning may bring more from somebody who gave a
// pledge: their own acts alone would bring it, and enough families agree.
func (s *measurer) firm(score *scoring.Score) bool {
	return s.agreed(score) && scoring.Logistic(score.LogOdds-ofOthers(score)) >= s.rules.Warn
}

// ofOthers is how many points rest on what other accounts did with the text.
func ofOthers(score *scoring.Score) (points float64) {
	for i := range score.Evidence {
		switch e := &score.Evidence[i]; e.Code {
		case Signals[Campaign].Code, Signals[Flagged].Code, Signals[Reach].Code:
			points += e.Share
		}
	}
	return points
}

// aggravated reports whether the account's own acts speak of intent: it hides what it
// writes, sends again what it was sanctioned for, or comes from where others were.
func aggravated(score *scoring.Score) bool {
	return slices.ContainsFunc(score.Evidence, func(e scoring.Evidence) bool {
		switch e.Code {
		case Signals[Disguise].Code, Signals[RepeatOffence].Code, Signals[Origin].Code:
			return e.LogOdds > 0
		}
		return false
	})
}

// asks takes back what is found where a person takes every sanction, and reports
// whether there is anything to ask them.
func (s *measurer) asks(f *ladder.Finding) bool {
	if !s.rules.Person || f.Rated == s.found && s.found != nil || !f.Any() {
		return false
	}
	*f = ladder.Finding{}
	return true
}

// weigh adds the host's evidence to what was measured.
func (c *call) weigh(ev []scoring.Evidence) []scoring.Evidence {
	c.host = c.host[:0]
	if !c.in.Message {
		return ev
	}
	c.host = append(c.host, c.in.Evidence[:min(len(c.in.Evidence), maxEvidence)]...)
	if c.in.Host != nil {
		c.publish()
		c.host = c.in.Host(c.host, &c.facts)
	}
	if c.in.Known.Rule != 0 {
		c.known()
	}
	for i := range c.host {
		if nats := c.host[i].LogOdds; nats < 0 || nats > 0 { // 0 and NaN say nothing
			ev = append(ev, c.host[i])
		}
	}
	return ev
}

// maxEvidence is how many pieces of the message's evidence count.
const maxEvidence = 64

// publish fills in the Facts for the host's signals.
func (c *call) publish() {
	r := c.r
	p := Facts{
		At: c.now, Messages: r.Messages.Count(c.now, 24*time.Hour), Refused: r.Messages.Refused(c.now, 24*time.Hour),
		Approached: r.Replies.Attempts(c.now), Cluster: &c.in.Cluster, Sketch: &c.in.Sketch,
	}
	p.Answered, _ = r.Replies.Counts(c.now)
	if r.Born != 0 {
		p.First = stamp.Time(r.Born)
	}
	for i := range c.to {
		if a := &c.to[i]; !a.contact {
			p.Strangers++
			if a.fresh {
				p.New++
			}
		}
	}
	if c.match.Slot >= 0 {
		p.Likeness = c.match.Jaccard[c.match.Slot]
	}
	c.facts = p
}

// conclude takes the gravest verdict of what the ladder, the limits and a
// moderator's standing order say. What decided comes first among the causes.
func (c *call) conclude(f *finding, l *limit) {
	out := c.out
	out.Verdict = f.verdict
	if f.budget && c.in.Grant == ladder.Braked {
		c.lead(Cause{Code: codeBrake})
	} else if f.budget {
		c.lead(Cause{Code: codeBudget})
	}
	if l.refused {
		c.raise(state.Defer, l.retry, l.cause)
	}
	if f.put > 0 {
		c.raise(state.Defer, f.put, f.why)
	}
	if f.review.Code != "" {
		c.raise(state.Hold, 0, f.review)
	}
	c.raise(c.whole.Verdict, c.whole.Retry, c.whole.Cause)
	c.decree()
	c.raiseTo(gravest(c.hits))
	if c.order != state.Allow && !c.in.Policy.Observe {
		c.raise(f.wait.verdict, f.wait.retry, f.wait.cause)
	}
	switch order := (Cause{Code: codeOverride, Value: float64(c.order)}); c.order {
	case state.Hold:
		c.raise(state.Hold, 0, order)
	case state.Allow:
		c.lead(order)
	}
	if out.Verdict == state.Reject {
		if e := c.cover(); e != nil {
			out.RetryAfter = untilEnd(e, c.now)
		}
	}
	// Whole seconds, as a retry will be told.
	out.RetryAfter = time.Duration(state.RetrySeconds(out.RetryAfter)) * time.Second
	out.Text = c.decidedBy()
}

// raise makes a verdict that is milder than this one this one.
func (c *call) raise(to state.Verdict, retry time.Duration, why Cause) {
	if c.out.Verdict < to {
		c.out.Verdict, c.out.RetryAfter = to, retry
		c.lead(why)
	}
}

// lead puts a cause before the others.
func (c *call) lead(why Cause) {
	c.causes = append(c.causes, Cause{})
	copy(c.causes[1:], c.causes)
	c.causes[0] = why
}
