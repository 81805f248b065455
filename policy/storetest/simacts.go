package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// acted ends an act by a person: where it was not acknowledged nothing is sure.
func (w *walk) acted(call, account string, v any, err error) bool {
	ok := w.came(call, v, err)
	if _, fault := errors.AsType[*policy.FaultError](err); fault {
		w.unknow(account)
	}
	w.say("%s %s %v", call, account, err)
	return ok
}

// opImpose imposes one sanction by hand, or so many on one account that the past ones
// have no room in its record.
func (w *walk) opImpose() {
	r, p, account := w.r, w.any(), w.account()
	for range 1 + r.IntN(2)*r.IntN(2)*r.IntN(10) {
		s := policy.Sanction{
			Account: account, Kind: policy.Kind(1 + r.IntN(5)), By: "a moderator with a rather long name", Scope: policy.Scope(r.IntN(4)), PerDay: 1 + r.IntN(5), Message: w.id(),
			Reasons: []policy.Reason{{Code: "a finding of the host", Value: 1, N: 3}, {Code: policy.CodeModerator}},
		}
		if r.IntN(4) > 0 {
			s.Until = w.now.Add(max(0, p.jump) + time.Duration(1+r.IntN(1+r.IntN(2000)))*time.Hour)
		}
		s, err := p.engine.Impose(w.ctx, s)
		if w.acted("Impose", account, s, err) && p.jump == 0 { // else its end moves with the clock
			w.learn(p, []policy.Sanction{s})
		}
		w.say("%v", s)
	}
	w.observe(account)
}

// pick is one sanction of an account, the newest more often.
func (w *walk) pick() (s policy.Sanction, ok bool) {
	all := slices.SortedFunc(maps.Values(w.model.held), func(a, b policy.Sanction) int {
		if c := a.From.Compare(b.From); c != 0 {
			return c
		}
		return bytes.Compare([]byte(a.ID), []byte(b.ID))
	})
	if len(all) == 0 {
		return s, false
	}
	return all[max(w.r.IntN(len(all)), w.r.IntN(len(all)))], true
}

func (w *walk) opLift() {
	s, ok := w.pick()
	if !ok {
		return
	}
	err := w.any().engine.Lift(w.ctx, s.Account, s.ID, policy.Lifting{By: "moderator", Note: "a mistake"})
	if w.acted("Lift", s.Account, nil, err) {
		delete(w.model.held, s.ID)
		w.model.gone[s.ID] = s.Account
	}
	w.observe(s.Account)
}

// opLiftAll takes back all automatic sanctions of one kind.
func (w *walk) opLiftAll() {
	p, m := w.any(), &w.model
	f := policy.SanctionFilter{Kinds: []policy.Kind{policy.Kind(1 + w.r.IntN(4))}, Automatic: true}
	dry, err := p.engine.LiftAll(w.ctx, f, policy.Lifting{By: "moderator", DryRun: true})
	w.came("LiftAll, dry", dry, err)
	clear(m.changed)
	n, err := p.engine.LiftAll(w.ctx, f, policy.Lifting{By: "moderator"})
	done := w.acted("LiftAll", "", n, err)
	w.say("%d of %d", n, dry)
	if w.refused() {
		return // an emptied store lists nothing, and what is known stands
	}
	if done && w.calm(p) && n != dry {
		w.fail(invAnswer, "LiftAll took back %d, a dry run said %d", n, dry)
	}
	for _, id := range slices.Sorted(maps.Keys(m.held)) {
		s := m.held[id]
		if s.By != "" || s.Kind != f.Kinds[0] {
			continue
		}
		if w.unknow(s.Account); done && s.InForce(w.now) {
			m.gone[id] = s.Account
		}
	}
	for id := range m.changed {
		delete(m.held, id)
	}
}

func (w *walk) opAppeal() {
	s, ok := w.pick()
	if !ok {
		return
	}
	a, err := w.any().engine.Appeal(w.ctx, policy.Appeal{Account: s.Account, Sanction: s.ID, Statement: "no", Pledge: w.step%2 == 0})
	if w.acted("Appeal", s.Account, a, err) {
		w.model.appeals[a.ID] = &appeal{account: s.Account, sanction: s.ID, from: s.From}
	}
	if errors.Is(err, policy.ErrNotFound) && w.appealable(&s) {
		w.fail(invWayOut, "no appeal against %v of %v: %v", s, s.From, err)
	}
	w.observe(s.Account)
}

// appealable reports whether a sanction must be remembered: it is new enough, and
// there were not so many that the oldest made room.
func (w *walk) appealable(s *policy.Sanction) bool {
	return w.model.count[s.Account] < fullLog && !w.refused() && !w.model.twice[s.ID] && w.now.Sub(s.From) < 170*24*time.Hour
}

// fullLog is how many sanctions an account remembers at least: of its 16 entries some
// may be offences without a sanction.
const fullLog = 10

func (w *walk) opResolve() {
	ids := slices.Sorted(maps.Keys(w.model.appeals))
	if len(ids) == 0 {
		return
	}
	id := ids[w.r.IntN(len(ids))]
	a := w.model.appeals[id]
	out := policy.RulingOutcome(1 + w.r.IntN(3))
	again := w.r.IntN(2) == 0
	if again && a.ruled != 0 {
		out = a.ruled
	}
	clear(w.model.changed)
	ruling := policy.Ruling{Outcome: out, By: "judge", Pledge: w.step%3 == 0}
	if again && a.ruled != 0 {
		ruling.Pledge = a.pledged
	}
	err := w.any().engine.Resolve(w.ctx, a.account, id, ruling)
	if field, ok := errors.AsType[*policy.FieldError](err); ok && field.Field == "pledge" { // nobody offered it, or it is not for this
		ruling.Pledge = false
		err = w.any().engine.Resolve(w.ctx, a.account, id, ruling)
	}
	if !w.acted("Resolve", a.account, out, err) {
		w.unruled(id, a, &ruling, err)
		w.observe(a.account)
		return
	}
	if a.ruled != 0 && a.ruled != out {
		w.fail(invKept, "the appeal %s of %s, ruled %v, was ruled on as %v, too", id, a.account, a.ruled, out)
	}
	a.ruled, a.pledged = out, ruling.Pledge
	if out != policy.Upheld {
		delete(w.model.held, a.sanction)
		w.model.gone[a.sanction] = a.account
	}
	if out == policy.Overturned {
		delete(w.model.strikes, a.account)
	}
	for id := range w.model.changed { // milder
		delete(w.model.held, id)
	}
	w.observe(a.account)
}

// unruled: an appeal can be ruled on, once, unless that is long ago, or there were many since.
func (w *walk) unruled(id string, a *appeal, r *policy.Ruling, err error) {
	switch _, fault := errors.AsType[*policy.FaultError](err); {
	case fault:
	case a.ruled != 0 && (a.ruled != r.Outcome || a.pledged != r.Pledge) && errors.Is(err, policy.ErrSettled):
	case errors.Is(err, policy.ErrNotFound) && a.ruled != 0 && (w.now.Sub(a.from) > 179*24*time.Hour || w.model.count[a.account] >= fullLog):
		delete(w.model.appeals, id)
	default:
		w.fail(invKept, "the appeal %s of %s, ruled %d, cannot be ruled on as %v: %v", id, a.account, a.ruled, r.Outcome, err)
	}
}

func (w *walk) opOrder() {
	a, p := w.account(), w.any()
	if w.r.IntN(3) == 0 {
		var err error
		if w.step%2 == 0 {
			err = p.engine.ClearOverride(w.ctx, a)
			w.count("ClearOverride")
		} else {
			err = p.engine.EndOverride(w.ctx, a, policy.Lifting{By: "moderator"})
		}
		if w.acted("EndOverride", a, nil, err) || errors.Is(err, policy.ErrNotFound) {
			delete(w.model.orders, a)
		}
		return
	}
	o := policy.Override{Account: a, Verdict: []policy.Verdict{policy.Allow, policy.Hold}[w.r.IntN(2)], By: "moderator", Until: w.now.Add(max(0, p.jump) + time.Duration(1+w.r.IntN(100))*time.Hour)}
	if err := p.engine.Override(w.ctx, o); w.acted("Override", a, nil, err) && o.Verdict == policy.Hold {
		delete(w.model.orders, a)
	} else if until := o.Until.Add(2 * simSkew); until.After(w.model.orders[a]) { // perhaps
		w.model.orders[a] = until
	}
}

// opRelease has a person deliver one of the last messages, or decide that nobody will.
func (w *walk) opRelease() {
	m, ok := w.last()
	if !ok || m.ID == "" {
		return
	}
	p := w.any()
	if w.r.IntN(3) == 0 {
		err := p.engine.Discard(w.ctx, m.Sender, m.ID, policy.Discard{By: "moderator"})
		w.acted("Discard", m.Sender, nil, err)
		return
	}
	d, err := p.engine.Release(w.ctx, m, policy.Release{By: "moderator", Note: "it is fine"})
	if w.acted("Release", m.Sender, d, err) {
		w.model.wrote[[2]string{m.Sender, m.Recipients[0].ID}] = w.now
		if _, err := p.engine.Release(w.ctx, m, policy.Release{By: "moderator"}); w.calm(p) && !errors.Is(err, policy.ErrSettled) {
			w.fail(invAnswer, "released twice: %v", err)
		}
	}
	w.observe(m.Sender)
}

// opBrake stops automation, or lets it go on.
func (w *walk) opBrake() {
	p, m := w.any(), &w.model
	if w.r.IntN(2) == 0 {
		err := p.engine.Brake(w.ctx, "moderator", "a drill")
		m.braked = w.acted("Brake", "", nil, err)
		return
	}
	err := p.engine.Unbrake(w.ctx, "moderator", "it is over")
	if m.braked && errors.Is(err, policy.ErrNotFound) {
		w.fail(invBrake, "the brake, acknowledged, is gone")
	}
	m.braked = false
	w.acted("Unbrake", "", nil, err)
	w.acted("NotePolicy", "", nil, p.engine.NotePolicy(w.ctx, "moderator", "a drill", "rule saturday-wave: on"))
	h, err := p.engine.Health(w.ctx)
	w.came("Health", h.Brake, err)
	_ = p.engine.Stats() // of one life of a process
	w.count("Stats")
	_, _ = p.engine.TellActs(w.ctx) // of a process that crashed
	w.count("TellActs")
	for _, err := range p.engine.Acts(w.ctx, policy.ActFilter{Limit: 3}) {
		w.say("Acts: %v", err)
	}
	w.count("Acts")
}

func (w *walk) opForget() {
	a, p := w.account(), w.any()
	keeps := p.engine.Policy().KeepSanctionsOnForget
	left, err := p.engine.Forget(w.ctx, a)
	if w.acted("Forget", a, left, err) {
		delete(w.model.orders, a)
	}
	if !keeps {
		w.unknow(a)
	}
	for id, x := range w.model.appeals {
		if s, held := w.model.held[x.sanction]; x.account == a && (x.ruled != 0 || !held || !s.InForce(w.now.Add(simSkew))) {
			delete(w.model.appeals, id)
		}
	}
	w.forgetPast(a)
	// The names of sanctions begin anew.
	maps.DeleteFunc(w.model.gone, func(_, account string) bool { return account == a })
	delete(w.model.seen, a)
	for k := range w.model.wrote {
		if k[0] == a || k[1] == a {
			delete(w.model.wrote, k)
		}
	}
	w.observe(a)
}

// opContacts tells of some contacts, and of very many now and then.
func (w *walk) opContacts() {
	of := w.account()
	with := []string{of, w.account(), w.account()}
	for range w.r.IntN(5) {
		with = append(with, w.stranger())
	}
	if w.r.IntN(20) == 0 {
		for i := range 1000 {
			with = append(with, fmt.Sprint("contact ", i))
		}
	}
	w.record(policy.Contacts{Of: of, With: with}, of)
}

func (w *walk) opReview() {
	a := w.account()
	w.record(policy.Review{Account: a, Abusive: w.r.IntN(2) == 0, By: "moderator"}, a)
}

func (w *walk) opRetract() {
	if m, ok := w.last(); ok && m.ID != "" {
		delete(w.model.wrote, [2]string{m.Sender, m.Recipients[0].ID})
		w.record(policy.Retraction{Sender: m.Sender, Message: m.ID}, m.Sender)
	}
}

// actTold takes in an act that a process tells as its n-th.
func (w *walk) actTold(a *policy.Act, n uint64) {
	if w.stake(invActs, true); a.N != n {
		w.fail(invActs, "the act %+v, told as the %d. since the start, has the number %d", *a, n, a.N)
	}
	w.acts[a.Sanction] = true
}

// observeActs: whatever stands was told, where no store failed.
func (w *walk) observeActs(standing []policy.Sanction) {
	for i := range standing {
		if w.audited && !w.faulty && !w.acts[standing[i].ID] {
			w.fail(invActs, "nobody was told that %v was imposed", standing[i])
		}
	}
}
