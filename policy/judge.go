package policy

import (
	"errors"
	"math"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// The judgement of one message is a pure function of the record and the facts:
// no clock, no goroutine, no I/O. It asks for what it lacks by an error, and
// has then changed nothing that is kept.

var (
	errLook   = errors.New("policy: look up who wrote first")
	errBudget = errors.New("policy: ask the sanction budget")
	errIdle   = errors.New("policy: nothing to change")
)

// judgement is the work space of one judgement, reused from call to call.
type judgement struct {
	r       record
	f       facts
	e       *settings // policies and what the engine was configured with
	subject string    // the account's name, where an event is judged
	l       likeness
	score   scoring.Score
	ev      []scoring.Evidence
	host    []scoring.Evidence // the host's own
	spare   []scoring.Evidence // for shadows
	limits  []limiter.Limit
	reasons []Reason
	public  Facts

	// The outcome:
	d       Decision
	imposed []sanction
	observe bool // the campaign index should learn of the message
	taint   uint64
	durable bool
	guilt   *guilt // to be noted on the origin
	accused Key    // the origin: of the message, or where an event's account last wrote from; zero: none
	mass    guilt
	change  func(*judgement) error // of an event: what it does to the record
	then    bool                   // the record should be judged after it
}

// run judges what there is to judge: a message, or an event.
func (j *judgement) run() error {
	if j.f.m == nil {
		return j.event()
	}
	return j.message()
}

// message judges f.m against the record, and counts it.
func (j *judgement) message() error {
	r, f := &j.r, &j.f
	p := j.e.policy
	rules := p.rules(f.m.Class)
	f.now = r.now(f.at)
	f.sec = seconds(f.now)
	j.begin(p)
	r.freshen(f.sec, j.e)

	if !f.learn && j.repeat() {
		return errIdle
	}
	if f.relate(r, &rules.Weights) || f.m.Origin != "" && !f.looked {
		return errLook
	}
	if !f.learn && j.covered(rules) {
		return errIdle
	}
	r.touch(f.now)
	if r.kind = f.m.Class; r.kind == Member {
		r.kind = ""
	}

	limited := j.limit(rules)
	j.l = r.tryText(f, rules)
	r.tryPeople(f)
	j.publish()
	if !f.learn {
		if err := j.judge(p, rules); err != nil {
			return err
		}
		j.order(limited)
		j.shadows()
	}
	r.origins.see(f.origin)
	r.rhythm.AddCoarse(f.now, resolutionOf(f.now, j.e.resolution))
	j.settle(rules, limited)
	return nil
}

// resolutionOf is how exactly a time is taken to be known. One on the full
// minute may be exact, or known to the minute only: a host that did not say so
// must not make its members look like schedulers.
func resolutionOf(t time.Time, known time.Duration) time.Duration {
	if known < time.Minute && t.UnixMilli()%60_000 == 0 {
		return time.Minute
	}
	return known
}

// begin clears the outcome.
func (j *judgement) begin(p *Policy) {
	j.d = Decision{Verdict: Allow, Policy: j.e.id, At: j.f.now}
	if j.f.m != nil {
		j.d.Message = j.f.m.ID
	}
	j.l, j.score = likeness{slot: -1}, scoring.Score{}
	j.ev, j.reasons, j.imposed = j.ev[:0], j.reasons[:0], j.imposed[:0]
	j.observe, j.durable, j.taint, j.guilt = false, false, 0, nil
}

// freshen brings the record to a time: a record that means nothing any more is
// empty, sanctions end, and what has faded is dropped.
func (r *record) freshen(now uint32, e *settings) {
	if end := r.expires(); !r.empty() && !end.IsZero() && !clock(now).Before(end) {
		r.reset()
	}
	r.contacts.age(now)
	r.prints.age(now)
	r.complaints.age(now)
	if len(r.sanctions) > 0 {
		r.forgetPast(now)
	}
	if r.order.verdict != 0 && now >= r.order.until {
		r.order = order{}
	}
	e.align(r)
	if r.texts.n > 0 {
		r.pruneTexts(clock(now))
	}
	r.advance(&r.course, now, &e.policy.Strikes)
	for i := range r.nShadows {
		r.advance(&r.shadows[i], now, &e.shadow[i].policy.Strikes)
	}
	if !r.listed() && len(r.sanctions) == 0 && r.order.verdict == 0 {
		r.name = ""
	}
}

// repeat answers a message that was answered before.
func (j *judgement) repeat() bool {
	if j.f.id == 0 {
		return false
	}
	p := j.r.prints.find(j.f.id, j.f.content, j.f.sec)
	if p == nil {
		return false
	}
	switch p.verdict {
	case Defer:
		if p.retry != 0 && j.f.sec >= after(p.at, p.retry) {
			return false
		}
	case Reject:
		j.f.relate(&j.r, &j.e.policy.rules(j.f.m.Class).Weights)
		if j.cover(j.f.tied()) == nil && !j.brought() {
			return false
		}
	}
	j.d.Verdict, j.d.Score, j.d.Repeat, j.d.At = p.verdict, p.score, true, clock(p.at)
	j.d.RetryAfter = time.Duration(p.retry) * time.Second
	j.d.Standing = j.r.standing(nil, j.f.m.Sender, j.f.sec)
	return true
}

// brought reports whether the message brought a sanction that stands: one that
// lets others through does not let this one.
func (j *judgement) brought() bool {
	for i := range j.r.sanctions {
		s := &j.r.sanctions[i]
		if s.kind > Warning && s.by == "" && s.message == wire.Clip(j.f.m.ID, keptName) && j.enforced(s) && s.stands(j.f.sec) {
			return true
		}
	}
	return false
}

// cover is the sanction that refuses a message, the one that ends last.
func (j *judgement) cover(tied bool) *sanction {
	var by *sanction
	for i := range j.r.sanctions {
		if s := &j.r.sanctions[i]; j.enforced(s) && s.covers(j.f.sec, tied) && (by == nil || s.until > by.until) {
			by = s
		}
	}
	return by
}

// enforced reports whether a sanction is enforced: a policy that only observes
// enforces what a person imposed, and nothing else.
func (j *judgement) enforced(s *sanction) bool { return s.by != "" || !j.e.policy.Observe }

// covered rejects a message that a standing sanction covers. It leaves no
// evidence, no pressure and no strike: trying never makes it worse.
func (j *judgement) covered(rules *Rules) bool {
	r, f := &j.r, &j.f
	if len(r.sanctions) == 0 || r.order.verdict == Allow {
		return false
	}
	tied := f.tied()
	if s := j.cover(tied); s != nil {
		j.d.Verdict = Reject
		if s.until != forever {
			j.d.RetryAfter = clock(s.until).Sub(f.now)
		}
		j.d.Reasons = []Reason{{Code: CodeSanction, Value: float64(s.kind)}}
		j.d.Standing = r.standing(nil, f.m.Sender, f.sec)
		return true
	}
	for i := range r.sanctions {
		s := &r.sanctions[i]
		if s.kind != Restriction || !s.stands(f.sec) || tied || !j.enforced(s) {
			continue
		}
		if retry, reason, ok := r.within(f, s.perDay); !ok {
			j.d.Verdict, j.d.RetryAfter = Reject, retry
			j.d.Reasons = []Reason{reason}
			j.d.Standing = r.standing(nil, f.m.Sender, f.sec)
			return true
		}
	}
	return false
}

// within reports whether a Restriction to so many messages a day lets this one
// through, and if not when and why. It is about new people as well: who was
// restricted has no announcements to make to those who do not know him, not in one
// message nor in several.
func (r *record) within(f *facts, perDay uint16) (retry time.Duration, why Reason, ok bool) {
	lim := limiter.Limit{N: int(perDay), Per: 24 * time.Hour}
	if res := r.messages.Check(f.now, []limiter.Limit{lim}, 1); !res.OK {
		return res.RetryAfter, limitReason(CodeRestricted, lim, lim.N-res.Remaining+1), false
	}
	cold := 0
	for i := range f.to {
		if f.to[i].fresh && f.to[i].cold() {
			cold++
		}
	}
	if cold > lim.N {
		return 0, limitReason(CodeRestricted, lim, cold), false
	}
	if n := f.newPeople(); n > 0 {
		if res := r.people.Check(f.now, []limiter.Limit{lim}, n); !res.OK {
			return res.RetryAfter, limitReason(CodeRestricted, lim, lim.N-res.Remaining+n), false
		}
	}
	return 0, Reason{}, true
}

// restricted reports whether a Restriction stands: it is about all messages, also
// those on a channel with limits of its own.
func (j *judgement) restricted() bool {
	for i := range j.r.sanctions {
		if s := &j.r.sanctions[i]; s.kind == Restriction && s.stands(j.f.sec) && j.enforced(s) {
			return true
		}
	}
	return false
}

// judge measures, scores and runs the ladder.
func (j *judgement) judge(p *Policy, rules *Rules) error {
	r, f := &j.r, &j.f
	s := measurer{r: r, f: f, c: &r.course, p: p, rules: rules, l: j.l, dst: j.ev[:0]}
	j.ev = s.measure()
	j.score = j.weigh(rules)
	j.d.Score = j.score.Probability
	j.reasons = reasonsOf(j.reasons, &j.score)
	if p.Observe || r.order.verdict == Allow || f.static {
		return nil
	}
	if f.m == nil {
		j.l.slot = s.heaviest()
	}
	culpable := f.m != nil && f.outreach() || s.b.weight > 0
	name := f.m.subject()
	id := keys.Derive(f.key, name, r.ordinal)
	bad := assess(&j.score, rules, culpable, r.course.found)
	bad.rated = s.rated
	o := r.course.decide(bad, f.sec, p, rules, f.permit, uint32(id))
	if o.budget {
		if f.permit == unasked {
			return errBudget
		}
		j.d.Verdict = Hold
		j.reasons = append([]Reason{{Code: CodeBudget}}, j.reasons...)
		return nil
	}
	j.d.Verdict = o.verdict
	if o.step != nil {
		if o.person {
			j.reasons = append(j.reasons, Reason{Code: CodePerson})
		}
		j.imposeStep(o.step, id, name, o.person)
	}
	return nil
}

// weigh adds the host's evidence to what was measured, and scores it.
func (j *judgement) weigh(rules *Rules) scoring.Score {
	if m := j.f.m; m != nil {
		n := min(len(m.Evidence), maxEvidence)
		j.host = append(j.host[:0], m.Evidence[:n]...)
		for _, fn := range j.e.signals {
			j.host = fn(j.host, m, &j.public)
		}
		j.ev = append(j.ev, j.host...)
	}
	card := scoring.Scorecard{Prior: rules.Score.Prior, Cap: rules.Score.Cap, Floor: rules.Score.Floor}
	return card.Score(j.ev)
}

// maxEvidence is how many pieces of Message.Evidence count.
const maxEvidence = 64

// reasonsOf appends what a score rests on, weightiest first.
func reasonsOf(dst []Reason, s *scoring.Score) []Reason {
	for i := range s.Evidence {
		e := &s.Evidence[i]
		dst = append(dst, Reason{Code: e.Code, Value: finite(e.Value), Limit: finite(e.Limit), N: e.N, K: e.K, Share: e.Share})
	}
	return dst
}

// subject is the ID of the message that is judged, "" for an event.
func (m *Message) subject() string {
	if m == nil {
		return ""
	}
	return m.ID
}

// order applies a moderator's standing order and the limits to the verdict.
func (j *judgement) order(l limited) {
	if l.refused && j.d.Verdict < Defer {
		j.d.Verdict = Defer
	}
	if l.refused && j.d.Verdict == Defer {
		j.d.RetryAfter = l.res.RetryAfter
		reason := limitReason(l.code, l.res.Limit, l.used)
		j.reasons = append(j.reasons, Reason{})
		copy(j.reasons[1:], j.reasons)
		j.reasons[0] = reason
	}
	switch o := j.r.order; o.verdict {
	case 0:
	case Hold:
		if j.d.Verdict < Hold {
			j.d.Verdict, j.d.RetryAfter = Hold, 0
			j.reasons = append([]Reason{{Code: CodeOverride, Value: float64(Hold)}}, j.reasons...)
		}
	case Allow:
		j.reasons = append([]Reason{{Code: CodeOverride, Value: float64(Allow)}}, j.reasons...)
	}
}

// settle counts what the verdict lets count, and finishes the decision.
func (j *judgement) settle(rules *Rules, l limited) {
	r, f := &j.r, &j.f
	var flags uint8
	if j.d.Delivered() {
		if own := rules.Channels[f.m.Channel]; f.channel != 0 && own != nil {
			r.channel = f.channel
			r.channels.Add(f.now, 1)
			flags |= printChannel
		}
		if flags&printChannel == 0 || j.restricted() {
			r.messages.Add(f.now, 1)
		}
		r.people.Add(f.now, l.people)
		for i := range f.to {
			if a := &f.to[i]; !a.tied && a.open && a.weight >= .5 {
				if turns, begins := r.turnsOf(a, f, rules.Limits.TurnGap.D()); begins && turns != nil {
					turns.Add(f.now, 1)
				}
			}
		}
		r.deliver(f, j.l, rules.Limits.TurnGap.D())
		j.observe = j.l.slot >= 0
	} else if l.refused && !l.quiet && j.d.Verdict == Defer {
		r.messages.Refuse(f.now, 1)
	} else if l.refused && l.quiet {
		j.refuseTurns(rules)
	}
	if len(j.imposed) > 0 {
		j.d.Imposed = make([]Sanction, len(j.imposed))
		for i := range j.imposed {
			j.d.Imposed[i] = j.imposed[i].public(f.m.Sender)
		}
	}
	if len(r.sanctions) > 0 {
		j.d.Standing = r.standing(nil, f.m.Sender, f.sec)
	}
	if j.d.Verdict == Reject {
		if s := j.cover(f.tied()); s != nil && s.until != forever {
			j.d.RetryAfter = clock(s.until).Sub(f.now)
		}
	}
	if len(j.reasons) > 0 && !f.learn {
		j.d.Reasons = append([]Reason(nil), j.reasons...)
	}
	if j.d.RetryAfter > 0 {
		// Whole seconds, as a retry will be told.
		j.d.RetryAfter = time.Duration(wait(j.d.RetryAfter)) * time.Second
	}
	if f.id != 0 {
		r.prints.add(print{
			id: f.id, content: f.content, at: f.sec, score: j.d.Score, verdict: j.d.Verdict,
			retry: wait(j.d.RetryAfter), people: uint16(min(l.people, math.MaxUint16)), flags: flags,
		})
	}
}

// account is the name of the account that is judged.
func (j *judgement) account() string {
	if j.f.m != nil {
		return j.f.m.Sender
	}
	return j.subject
}
