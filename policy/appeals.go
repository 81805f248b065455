package policy

import (
	"context"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// Appeal files an appeal against a sanction, by a member or on his behalf.
// Account and Sanction are required; it returns the appeal with its ID. One that
// is open already is ErrConflict, one that was ruled on ErrSettled; a sanction
// that is not remembered, or older than the policy allows, is ErrNotFound. The
// statement is handed to the hook and not stored.
func (e *Engine) Appeal(ctx context.Context, a Appeal) (Appeal, error) {
	if err := ctx.Err(); err != nil {
		return Appeal{}, err
	}
	if err := firstError(checkID("account", a.Account, true), checkID("sanction", a.Sanction, true), checkTime("at", a.At)); err != nil {
		return Appeal{}, err
	}
	var out *Appeal
	err := e.apply(ctx, e.about(a.Account, a.At, func(j *judgement) error {
		s := j.r.find(a.Sanction)
		switch {
		case s == nil:
			return because(ErrNotFound, "the account has no such sanction")
		case j.f.sec >= after(s.from, secs(j.e.policy.Appeals.Within)):
			return because(ErrNotFound, "the sanction is older than appeals.within of the policy")
		case s.appeal.id != 0 && s.appeal.outcome == 0:
			return because(ErrConflict, "an appeal against the sanction is open: Resolve it")
		case s.appeal.id != 0:
			return because(ErrSettled, "an appeal against the sanction was ruled on")
		}
		s.appeal = appeal{id: keys.Derive(j.f.key, "appeal "+a.Sanction, j.r.ordinal), at: j.f.sec}
		j.durable = true
		out = s.appeal.public(a.Account, a.Sanction)
		return nil
	}))
	if err != nil {
		return Appeal{}, err
	}
	out.Statement = a.Statement
	if h := e.cfg.Hooks.Appealed; h != nil {
		h(ctx, out)
	}
	return *out, nil
}

// Resolve rules on an appeal. Upheld changes nothing; Reduced ends the sanction
// now and keeps its strike; Overturned undoes the strike, the step of the
// ladder, the taint on texts and on the origin, and debits the reporters.
// Evidence that the sanction answered stays answered: the next message is not
// punished for the same thing.
//
// The same ruling twice is one ruling; another one is ErrSettled. A ruling that
// was cut short by a crash or a fault of the store is finished by giving it
// again.
func (e *Engine) Resolve(ctx context.Context, account, id string, r Ruling) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := firstError(checkID("account", account, true), checkID("appeal", id, true), checkID("by", r.By, true), checkTime("at", r.At))
	if err == nil && (r.Outcome < Upheld || r.Outcome > Overturned) {
		err = &FieldError{Field: "outcome", Problem: "must be one of upheld, reduced, overturned"}
	}
	if err != nil {
		return err
	}
	var c consequences
	var lifted *Sanction
	var out *Appeal
	err = e.apply(ctx, e.about(account, r.At, func(j *judgement) error {
		c, lifted, out = consequences{}, nil, nil
		s := j.r.appealed(id)
		switch {
		case s == nil:
			return because(ErrNotFound, "the account has no such appeal")
		case s.appeal.outcome != 0 && s.appeal.outcome != r.Outcome:
			return because(ErrSettled, "the appeal was ruled on otherwise")
		case s.appeal.outcome != 0 && s.appeal.pending == 0:
			return errIdle
		case s.appeal.outcome != 0: // cut short: finish it
			c = j.consequences(s)
			return errIdle
		}
		s.appeal.outcome, s.appeal.ruled = r.Outcome, max(j.f.sec, 1)
		s.appeal.by, s.appeal.note = wire.Clip(r.By, keptName), wire.Clip(r.Note, keptName)
		stood := s.stands(j.f.sec)
		if stood && r.Outcome != Upheld {
			j.lift(s, r.By, r.Note)
		}
		if r.Outcome == Overturned {
			j.overturn(s, stood)
			c = j.consequences(s)
			s.appeal.pending = 1
		}
		j.durable = true
		p := s.public(account)
		out = p.Appeal
		if stood && r.Outcome != Upheld {
			lifted = &p
		}
		return nil
	}))
	if err != nil {
		return err
	}
	if err := e.carryOut(ctx, account, id, c); err != nil {
		return err
	}
	if h := e.cfg.Hooks.Lifted; h != nil && lifted != nil {
		h(ctx, lifted)
	}
	if h := e.cfg.Hooks.Resolved; h != nil && out != nil {
		out.Ruling.Note = r.Note
		h(ctx, out)
	}
	return nil
}

// appealed returns the sanction with that appeal.
func (r *record) appealed(id string) *sanction {
	for i := range r.sanctions {
		if s := &r.sanctions[i]; s.appeal.id != 0 && hex64(s.appeal.id) == id {
			return s
		}
	}
	return nil
}

// overturn undoes what a sanction did to its own account: strike, step, warning,
// probation, the taint it keeps, the Restriction that it replaced, and the
// complaints it rested on. stood says that it was in force until now.
func (j *judgement) overturn(s *sanction, stood bool) {
	r := &j.r
	if s.by != "" {
		return // by hand: it had no strike
	}
	c := &r.course
	id := uint32(s.id)
	open := c.brought(s)
	r.putBack(s, stood)
	for i := 0; i < c.n; i++ {
		k := &c.strikes[i]
		switch {
		case k.id == id && k.wasMass > 0:
			*k = strike{at: k.wasAt, mass: k.wasMass, id: k.wasID}
		case k.id == id:
			copy(c.strikes[i:c.n-1], c.strikes[i+1:c.n])
			c.n--
			i--
			if open {
				c.opened, c.struck = 0, false
			}
		case k.wasMass > 0 && k.wasID == id:
			k.wasAt, k.wasMass, k.wasID = 0, 0, 0
		}
	}
	if open {
		// What it answered stays answered. If a Warning came first, its
		// incident is open as it was.
		r.spend(c, j.f.sec)
		c.acted, c.found = 0, false
	}
	if s.kind == Warning {
		r.undefy(s, &j.e.policy.Strikes)
		if c.warned == s.from {
			c.warned, c.ignored = 0, 0
		}
	}
	for i := range c.blame {
		if c.blame[i] == max(id, 1) {
			c.blame[i] = 0
		}
	}
	if s.kind > Warning && (c.released == 0 || c.released == s.until) {
		c.released, c.probe = r.earlierProbation(s)
	}
	if s.restsOn(CodeComplaints, CodeComplaintCold, CodeComplaintRate, CodeModerator) {
		for i := range r.complaints.n {
			if q := &r.complaints.at[i]; q.at <= s.from && q.about&reportBlock == 0 {
				q.about &^= reportFound
				r.void(q)
			}
		}
	}
}

// undefy makes strikes that weigh more because they came soon after a Warning
// weigh what any other does, where that Warning falls and no other one stands
// behind them.
func (r *record) undefy(fallen *sanction, rules *Strikes) {
	c, fresh := &r.course, secs(rules.WarningFresh)
	for i := range c.n {
		k := &c.strikes[i]
		if float64(k.mass) <= rules.Offence || !fallen.warnedOf(k.at, fresh) {
			continue
		}
		other := slices.ContainsFunc(r.sanctions, func(o sanction) bool {
			return o.id != fallen.id && o.appeal.outcome != Overturned && o.warnedOf(k.at, fresh)
		})
		if !other {
			k.mass = float32(rules.Offence)
		}
	}
}

// warnedOf reports whether s is a Warning that was fresh at a time.
func (s *sanction) warnedOf(at, fresh uint32) bool {
	return s.kind == Warning && s.by == "" && s.from < at && at < after(s.from, fresh)
}

// earlierProbation is the probation that would hold without a sanction: that of
// the newest other one, unless a person has ended it.
func (r *record) earlierProbation(without *sanction) (released, probe uint32) {
	var last *sanction
	for i := range r.sanctions {
		s := &r.sanctions[i]
		if s == without || s.by != "" || s.kind <= Warning || s.kind == Referral || s.until == forever || s.appeal.outcome == Overturned {
			continue
		}
		if last == nil || s.from >= last.from {
			last = s
		}
	}
	if last == nil || last.lifted.at != 0 {
		return 0, 0
	}
	return last.until, last.until - last.from
}

// restsOn reports whether one of the reasons is among the codes.
func (s *sanction) restsOn(codes ...Code) bool {
	for i := range s.n {
		if slices.Contains(codes, s.reasons[i].Code) {
			return true
		}
	}
	return false
}

// consequences are what an overturned sanction did outside its account.
type consequences struct {
	any     bool
	id      uint32
	taints  []uint64
	debit   []report
	origin  string
	account uint64
	mass    guilt
}

// consequences lists what must be undone elsewhere; the account's own taint
// goes only when that is done.
func (j *judgement) consequences(s *sanction) consequences {
	r := &j.r
	c := consequences{any: true, id: uint32(s.id), account: j.f.me, origin: s.origin}
	for i := range r.course.nTaints {
		if t := r.course.taints[i]; t.id == c.id {
			c.taints = append(c.taints, t.cluster)
		}
	}
	if s.restsOn(CodeComplaints, CodeComplaintCold, CodeComplaintRate, CodeModerator) {
		for i := range r.complaints.n {
			if q := r.complaints.at[i]; q.at <= s.from && q.about&(reportBlock|reportVoid) == reportVoid {
				c.debit = append(c.debit, q)
			}
		}
	}
	left := r.course.mass(j.f.sec, j.e.policy.Strikes.HalfLife.D())
	if left < j.e.policy.Strikes.Forget || !r.otherFrom(s) {
		left = 0
	}
	c.mass = guilt{who: j.f.me, at: j.f.sec, mass: float32(left)}
	return c
}

// otherFrom reports whether another sanction came of the same origin.
func (r *record) otherFrom(s *sanction) bool {
	for i := range r.sanctions {
		o := &r.sanctions[i]
		if o != s && o.kind > Warning && o.origin == s.origin && o.appeal.outcome != Overturned {
			return true
		}
	}
	return false
}

// carryOut undoes what an overturned sanction did elsewhere, and then notes that
// it is done. Each part may be done twice without harm.
func (e *Engine) carryOut(ctx context.Context, account, id string, c consequences) error {
	if !c.any {
		return nil
	}
	for _, t := range c.taints {
		e.untaint(t, c.account)
	}
	at := e.now(time.Time{})
	for _, q := range c.debit {
		if err := e.credibility(ctx, q.who, uint32(keys.Mix(c.account^uint64(q.at), uint64(q.id))), false, at); err != nil {
			e.fault(ctx, err)
			return err
		}
	}
	if len(c.origin) == len(Key{}) {
		s := e.workspace()
		s.guilty = c.mass
		err := e.updateWith(ctx, s, Key([]byte(c.origin)), s.accuse)
		e.close(s)
		if err != nil {
			e.fault(ctx, err)
			return err
		}
	}
	return e.apply(ctx, e.about(account, time.Time{}, func(j *judgement) error {
		s := j.r.appealed(id)
		if s == nil || s.appeal.pending == 0 {
			return errIdle
		}
		s.appeal.pending = 0
		t := &j.r.course
		k := 0
		for i := range t.nTaints {
			if t.taints[i].id != c.id {
				t.taints[k] = t.taints[i]
				k++
			}
		}
		clear(t.taints[k:])
		t.nTaints = k
		j.durable = true
		return nil
	}))
}
