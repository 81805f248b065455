package judge

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// impose notes a sanction that the ladder added to its log, with its reasons, at
// the text that brought it, and at the account's origin. byText says that a text
// did.
func (c *call) impose(res ladder.Result, byText bool) {
	e := res.Entry
	if c.rules != c.class {
		e.Flags |= ladder.Outside
	}
	t := &c.r.Enforced
	t.Ladder.Replace(e)
	if c.found != nil {
		e.Flags |= ladder.Found
	}
	if e.Kind.Above(ladder.Warning) && c.match.Slot >= 0 && byText {
		t.Sanctioned(&c.match, c.r.Texts.N, e.ID)
		if cluster := c.r.Texts.Ring[c.match.Slot].Cluster; cluster != 0 {
			c.out.Cluster = cluster
			e.Cluster = cluster
		}
	}
	review := res.Step.Review
	switch {
	case res.Person:
		review = c.sec
	case review > 0:
		review = stamp.After(c.sec, review)
	}
	c.detail(e, review)
}

// detail keeps why a sanction was imposed, and says so.
func (c *call) detail(e *ladder.Entry, review uint32) {
	d := state.Details{ID: e.ID, Review: review, Policy: c.in.Policy.ID, Message: state.Kept(c.in.ID)}
	d.NReasons = KeepReasons(&d.Reasons, c.causes)
	origin := c.in.Origin
	if !c.in.Message {
		origin = c.r.Origins.Last
	}
	if c.byOrigin() { // or one would bring the next
		origin = state.Key{}
	}
	if origin != (state.Key{}) {
		d.Origin = string(origin[:])
	}
	c.r.AddDetails(d)
	c.r.Name = c.in.Account
	if c.in.Message {
		c.tell()
	} else if e.Kind != ladder.Referral {
		e.Flags |= ladder.Later
	}
	c.imposed = append(c.imposed, e.ID)
	c.out.Thanked = append(c.out.Thanked, Thanked(c.r, e.ID)...)
	c.out.Durable = true
	if e.Kind.Above(ladder.Warning) {
		c.out.Punished, c.out.NoteAt = true, origin
		mass := c.r.Enforced.Ladder.Mass(c.sec, &c.rules.Ladder)
		c.out.Strike = state.OriginStrike{Who: c.in.Me, At: c.sec, Mass: float32(mass)}
	}
}

// byOrigin reports whether what others of the origin did was decisive.
func (c *call) byOrigin() bool {
	others := func(e scoring.Evidence) bool { return e.Code == Signals[Origin].Code }
	if !slices.ContainsFunc(c.evidence, others) {
		return false
	}
	c.spare = slices.DeleteFunc(append(c.spare[:0], c.evidence...), others)
	own := c.rules.Score.Score(c.spare)
	return own.Probability < c.rules.Act || own.Families < c.rules.Families && !c.r.Enforced.Ladder.Confirmed
}

// KeepReasons keeps the weightiest causes, in the precision of a record, and
// returns how many.
func KeepReasons(dst *[state.MaxReasons]state.Reason, causes []Cause) int {
	n := min(len(causes), len(dst))
	for i := range n {
		q := &causes[i]
		r := state.Reason{
			Index: CodeIndex(q.Code), Value: float32(finite(q.Value)), Limit: float32(finite(q.Limit)), Share: float32(finite(q.Share)),
			N: int32(max(0, min(q.N, 1<<31-1))), K: int32(max(0, min(q.K, 1<<31-1))),
		}
		if r.Index == 0 {
			r.Code = state.Kept(q.Code)
		}
		dst[i] = r
	}
	return n
}

// severe imposes what the policy has for a confirmed severe category, and the
// Referral that goes with it, once.
func (c *call) severe() {
	s := &c.r.Enforced.Ladder
	if s.Any(func(e *ladder.Entry) bool { return e.Kind == ladder.Suspension && e.Stands(c.sec) }) {
		return
	}
	c.causes = append(c.causes, Cause{Code: codeModerator})
	step := &c.rules.Severe
	id, referral := state.NewID(c.in.Key, "severe", c.r.Ordinal, c.sec), state.NewID(c.in.Key, "referral", c.r.Ordinal+1, c.sec)
	sanction, referred := s.Severe(step, c.sec, &c.rules.Ladder, id, referral)
	if sanction == nil {
		return
	}
	review := uint32(0)
	if step.Review > 0 {
		review = stamp.After(c.sec, step.Review)
	}
	c.detail(sanction, review)
	c.detail(referred, 0)
}
