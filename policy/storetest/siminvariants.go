package storetest

import (
	"math"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// An invariant is what must hold throughout a simulation.
type invariant uint8

// The invariants.
const (
	invAnswer     invariant = iota // a valid call is answered, and the answer is whole
	invReplies                     // a reply to somebody who wrote first passes an Outreach block
	invTrying                      // trying lengthens nothing
	invShadow                      // a shadow changes nothing that is enforced
	invPreview                     // Preview is what an Evaluate at the same time says
	invRestart                     // a restart, a snapshot or a move changes nothing that follows
	invKept                        // nothing that was acknowledged is lost, or ends before its time
	invReports                     // reports do not bring a member above a warning
	invWayOut                      // every sanction has a way out
	invMemory                      // memory stays within its bound
	invKnown                       // no sanction known to a process is passed over, but Degraded
	invOverturned                  // an overturned sanction is as if it had not been
	invReporters                   // who complained is told once that it was taken, and nobody else is told anything
	invBrake                       // under the brake automation imposes nothing above a warning
	invStart                       // an engine starts, whatever the store does
	invActs                        // acts are told, and numbered without gaps
)

var invariantNames = [...]string{
	"answers are whole", "1, replies pass an Outreach block", "2, trying lengthens nothing", "3, a shadow changes nothing enforced",
	"4, Preview equals Evaluate", "5, a restart changes nothing", "6, what was acknowledged is kept", "7, reports and a member",
	"8, every sanction has a way out", "9, memory is bounded", "10, a known sanction is enforced", "11, overturned is undone", "reporters are told, and nobody else", "the brake holds", "an engine starts", "acts are told, without gaps",
}

// String returns the number in the design, and the name.
func (i invariant) String() string { return "invariant " + invariantNames[i] }

// reported takes in what a reporter is told.
func (w *walk) reported(o *policy.ReportOutcome) {
	w.say("%+v", *o)
	m := &w.model
	switch against, taken := m.taken[o.Report]; {
	case o.Outcome == policy.ReportTaken:
		m.taken[o.Report] = o.Against
		w.told++
	case o.From != "":
		w.fail(invReporters, "the engine names %s, who complained: %+v", o.From, *o)
	case !taken && !m.unsure[o.Against] || taken && against != o.Against:
		w.fail(invReporters, "%+v is of nobody who complained about %s", *o, o.Against)
	}
}

// observe compares what an engine says of an account with what must be so.
func (w *walk) observe(account string) {
	p := w.any()
	a, err := p.engine.Account(w.ctx, account)
	w.came("Account", a, err)
	if _ = a.String(); err != nil && (!w.calm(p) || len(w.standing(account, p)) == 0) || p.jump != 0 || w.refused() {
		return
	}
	m := &w.model
	for _, s := range w.standing(account, p) {
		w.stake(invKept, true)
		i := slices.IndexFunc(a.Standing, func(x policy.Sanction) bool { return x.ID == s.ID })
		switch {
		case i < 0 && s.Kind == policy.Restriction && replaced(a.Standing, &s):
			delete(m.held, s.ID)
		case i < 0:
			w.fail(invKept, "%v, acknowledged, does not stand: %v (%v)", s, a.Standing, err)
		case ends(&a.Standing[i]).Before(ends(&s)) || a.Standing[i].Kind != s.Kind:
			w.fail(invKept, "%v, acknowledged, is %v now", s, a.Standing[i])
		}
	}
	w.spared(a.Standing)
	w.observeActs(a.Standing)
	w.observeStrikes(account, &a)
	w.observeReports(account, &a)
	w.learn(nil, a.Standing)
	for _, s := range append(slices.Clone(a.Standing), a.History...) {
		w.observeAppeal(&s)
	}
}

func ends(s *policy.Sanction) time.Time {
	if s.Until.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return s.Until
}

// replaced reports whether a later Restriction says at least as much.
func replaced(standing []policy.Sanction, s *policy.Sanction) bool {
	return slices.ContainsFunc(standing, func(x policy.Sanction) bool {
		return x.Kind == s.Kind && x.Scope == s.Scope && x.PerDay <= s.PerDay && !ends(&x).Before(ends(s))
	})
}

// Strikes halve in 45 days, in half of that where people whom the account approaches answer,
// and one below 0.05 is forgotten; all are where a pledge is kept.
func (w *walk) observeStrikes(account string, a *policy.Account) {
	was, seen := w.model.strikes[account]
	if kept := !was.pledge.IsZero() && !a.At.Before(was.pledge); seen && !kept && !w.model.aged[account] {
		days := 2 * max(0, a.At.Sub(was.at).Hours()/24)
		if was.pardon {
			days += max(0, was.at.Sub(was.oldest).Hours()/24)
		}
		if least := was.mass*math.Exp2(-days/45)*(1-1e-6) - .0501*float64(was.n); a.Strikes < least {
			w.fail(invKept, "%s has strikes of %.3f, of the %.3f that there were at %v at least %.3f must be left", account, a.Strikes, was.mass, was.at, least)
		}
	}
	if a.ID != "" {
		now := strikes{mass: a.Strikes, n: len(a.Offences), at: a.At, pledge: a.Pledge, oldest: a.At}
		for i := range a.Offences {
			if at := a.Offences[i].At; at.Before(now.oldest) {
				now.oldest = at
			}
		}
		w.model.strikes[account] = now
	}
}

const reportsLast = 60 * 24 * time.Hour

func (w *walk) observeReports(account string, a *policy.Account) {
	young := func(at time.Time) (n int) {
		for i := range a.Complaints {
			if a.Complaints[i].At.After(at) {
				n++
			}
		}
		return n
	}
	at, seen := w.model.seen[account]
	if was := w.model.reports[account]; seen && w.now.Sub(at) < reportsLast/2 && len(a.Complaints) < was {
		w.fail(invKept, "%d reports against %s, at %v there were %d younger than a month", len(a.Complaints), account, at, was)
	}
	w.model.reports[account], w.model.seen[account] = young(w.now.Add(-reportsLast/2)), w.now
}

func (w *walk) observeAppeal(s *policy.Sanction) {
	for id, a := range w.model.appeals {
		if a.sanction != s.ID {
			continue
		}
		if s.Appeal == nil || s.Appeal.ID != id {
			w.fail(invKept, "the appeal %s against %v is gone: %+v", id, s, s.Appeal)
		}
		if (s.Appeal.Ruling == nil) != (a.ruled == 0) || a.ruled != 0 && s.Appeal.Ruling.Outcome != a.ruled {
			w.fail(invKept, "the appeal %s against %v, ruled %d, has the ruling %+v", id, s, a.ruled, s.Appeal.Ruling)
		}
	}
}

// An attempt is what is known before a message is judged.
type attempt struct {
	account   policy.Account
	err       error
	previewed bool
	preview   string
	imposes   bool
}

// whole: an answer is one that can be acted on, and told.
func (w *walk) whole(d *policy.Decision, err error) {
	switch {
	case err == nil && d.Verdict == 0, math.IsNaN(d.Score), d.Score < 0, d.Score > 1, d.RetryAfter < 0:
		w.fail(invAnswer, "Evaluate: %+v, %v", d, err)
	case err == nil && d.Degraded, err != nil && d.Verdict != 0 && !d.Degraded:
		w.fail(invAnswer, "Evaluate: degraded %t beside the error %v", d.Degraded, err)
	}
	_ = d.Notice().String()
	for _, r := range d.Reasons {
		_ = r.String()
	}
}

// judged checks the decision on a message. While the clock is wrong beyond all bounds
// only afterwards counts.
func (w *walk) judged(p *process, m *policy.Message, d *policy.Decision, err error, before *attempt) {
	w.whole(d, err)
	for _, s := range d.Imposed {
		if w.model.braked && s.Kind != policy.Warning {
			w.fail(invBrake, "under the brake %v was imposed on %s", s, s.Account)
		}
	}
	if p.jump != 0 {
		for i := range d.Imposed { // it moves to when a right clock first changes the record
			w.model.twice[d.Imposed[i].ID] = true
		}
		if d.Verdict > policy.Allow { // so does a strike, and may go back to when it truly came
			w.model.aged[m.Sender] = true
		}
		return
	}
	rejected := d.Verdict == policy.Reject && slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeSanction })
	if w.enforced(p, m, d); err != nil {
		return
	}
	w.answered(m, d, rejected)
	w.learn(p, d.Standing)
	w.spared(d.Standing)
	if before == nil || !w.calm(p) {
		return
	}
	w.comparePreview(p, m, d, before)
	if rejected && len(d.Imposed) == 0 {
		w.tried(p, m, before)
	}
	if len(d.Imposed) > 0 && before.imposes {
		w.undone(m, d, before)
	}
}

// enforced: what stands is enforced by whoever knows of it, and by everybody while
// the store is there.
func (w *walk) enforced(p *process, m *policy.Message, d *policy.Decision) {
	if p.engine.Policy().Observe || w.model.orders[m.Sender].After(d.At) { // of a message that waited, that time
		return
	}
	for _, s := range w.standing(m.Sender, p) {
		if s.Kind != policy.Suspension && (s.Kind != policy.Block || s.Scope == policy.Outreach) {
			continue
		}
		knows := w.model.knows[s.ID][p.n]
		switch w.stake(invKnown, knows); {
		case !d.Delivered() || d.Degraded || d.Repeat:
		case knows:
			w.fail(invKnown, "%s wrote in spite of %v, which this process knew of: %+v", m.Sender, s, d)
		case !w.refused():
			w.fail(invKept, "%s wrote in spite of %v, not degraded: %+v", m.Sender, s, d)
		}
	}
}

// answered: a message that a sanction rejected is no reply to somebody who wrote
// first, if only an Outreach block stands.
func (w *walk) answered(m *policy.Message, d *policy.Decision, rejected bool) {
	at, wrote := w.model.wrote[[2]string{m.Recipients[0].ID, m.Sender}]
	if len(m.Recipients) != 1 || m.Group != "" || w.memory == smallMemory || !wrote || w.now.Sub(at) > 25*24*time.Hour {
		return
	}
	blocked := false
	for _, s := range d.Standing {
		switch {
		case s.Kind == policy.Block && s.Scope == policy.Outreach:
			blocked = true
		case s.Kind != policy.Warning && s.Kind != policy.Referral:
			return
		}
	}
	if w.stake(invReplies, blocked); blocked && rejected {
		w.fail(invReplies, "%s, who wrote to %s at %v, got no answer: %+v", m.Recipients[0].ID, m.Sender, at, d)
	}
}

// stake counts that something rests on an invariant.
func (w *walk) stake(i invariant, is bool) {
	if is {
		w.report.Checks[i.String()]++
	}
}

// tried: what a sanction rejected made nothing worse.
func (w *walk) tried(p *process, m *policy.Message, before *attempt) {
	after, err := p.engine.Account(w.ctx, m.Sender)
	if err != nil || before.err != nil {
		return
	}
	latest := func(a *policy.Account) (t time.Time) {
		for i := range a.Standing {
			if e := ends(&a.Standing[i]); e.After(t) {
				t = e
			}
		}
		return t
	}
	b := &before.account
	w.stake(invTrying, true)
	if latest(&after).After(latest(b)) || len(after.Offences) > len(b.Offences) || len(after.Standing) > len(b.Standing) {
		w.fail(invTrying, "a message of %s was rejected, and it stands\n%v\nof which before it was\n%v", m.Sender, after.Standing, b.Standing)
	}
}

// undone: an appeal that is granted at once leaves of the sanction what there was
// before.
func (w *walk) undone(m *policy.Message, d *policy.Decision, before *attempt) {
	w.stake(invOverturned, true)
	e := w.fork()
	defer e.Close()
	s := d.Imposed[0]
	a, err := e.Appeal(w.ctx, policy.Appeal{Account: m.Sender, Sanction: s.ID})
	if err == nil {
		err = e.Resolve(w.ctx, m.Sender, a.ID, policy.Ruling{Outcome: policy.Overturned, By: "judge"})
	}
	if err != nil {
		w.fail(invWayOut, "no appeal against %v: %v", s, err)
	}
	after, err := e.Account(w.ctx, m.Sender)
	was := &before.account
	if was.ID == "" {
		was.Probation = 1
	}
	same := err == nil && math.Abs(after.Strikes-was.Strikes) < 1e-3 && len(after.Offences) == len(was.Offences) && math.Abs(after.Probation-was.Probation) < 1e-3
	for _, x := range after.Standing {
		same = same && slices.ContainsFunc(was.Standing, func(y policy.Sanction) bool { return x.ID == y.ID && x.Kind == y.Kind && x.Until.Equal(y.Until) })
	}
	if !same || len(after.Standing) != len(was.Standing) {
		w.fail(invOverturned, "%v overturned (%v):\nstrikes %v %v, standing %v, probation %v\nbefore\nstrikes %v %v, standing %v, probation %v", s, err,
			after.Strikes, after.Offences, after.Standing, after.Probation, was.Strikes, was.Offences, was.Standing, was.Probation)
	}
}

// exit: a person can end everything that stands.
func (w *walk) exit(account string) {
	e := w.fork()
	defer e.Close()
	a, err := e.Account(w.ctx, account)
	if err != nil {
		return
	}
	for _, s := range a.Standing {
		w.stake(invWayOut, true)
		if err := e.Lift(w.ctx, account, s.ID, policy.Lifting{By: "lifter"}); err != nil {
			w.fail(invWayOut, "%v cannot be lifted: %v", s, err)
		}
	}
	if a, err = e.Account(w.ctx, account); err == nil && len(a.Standing) > 0 {
		w.fail(invWayOut, "after all was lifted there stands %v", a.Standing)
	}
}
