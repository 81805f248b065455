package judge

import (
	"math/bits"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/rules"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// The rules of a policy are asked of a message when all else is known: who of the
// recipients wrote first, the text, the counters. They bring evidence, or a verdict on the
// message. A sanction is decided without them: see find.

// MaxPolicies is how many policies judge a message.
const MaxPolicies = 1 + state.MaxShadows

// An Asked is what rules need beside the rest of the Input, and what they need of others.
type Asked struct {
	Attributes [MaxPolicies][]rulekit.Value
	Whole      *similarity.Sketch // of the text, with what everybody writes; nil: none
	Seen       []rules.Seen       // what counters had counted
	Bytes      int                // of the text
	Media      int
	Delayed    bool
	Composed   time.Duration
}

// A Counters is a set of counters for each policy.
type Counters [MaxPolicies]uint64

// rulesOf are the rules of the enforced policy, or of a shadow; nil: none.
func (in *Input) rulesOf(k int) *rules.Set {
	if k == 0 {
		return in.Policy.Asked
	}
	return in.Shadows[k-1].Asked
}

// wants says which counters must be looked up before the message is judged: those of rules
// that may be true of it. known says that a look would change nothing of who the
// recipients are.
func (c *call) wants() (want Counters, any bool) {
	if c.in.Policy.Asked == nil && len(c.in.Shadows) == 0 {
		return want, false
	}
	known := !c.any(func(a *recipient) bool { return !a.contact || a.quiet })
	for k := range 1 + len(c.in.Shadows) {
		if set := c.in.rulesOf(k); set != nil && set.Used != 0 && (!known || set.Talk) {
			want[k] = c.wantsOf(k, set, known)
			any = any || want[k] != 0
		}
	}
	return want, any
}

// wantsOf is wants of the rules of one policy.
func (c *call) wantsOf(k int, set *rules.Set, known bool) (want uint64) {
	for i := range set.Rules {
		r := &set.Rules[i]
		x := &r.Program.Reads
		if x.Counters&^want == 0 || !r.On(c.sec) || known && x.Strangers {
			continue
		}
		if r.Late() || r.May(c.factsFor(k, set)) {
			want |= x.Counters
		}
	}
	return want
}

// consult asks the rules of a policy, and notes those that are true, and what is to be
// counted.
func (c *call) consult(k int) (hits []*rules.Rule) {
	c.hits = c.hits[:0]
	set := c.in.rulesOf(k)
	if set == nil || !c.in.Message || len(set.Rules) == 0 {
		return nil
	}
	if !set.Talk && !c.any(func(a *recipient) bool { return !a.contact }) {
		return nil
	}
	f := c.factsFor(k, set)
	c.factsOfTo(f) // a look, and who refuses it, may have changed them
	c.readCounters(k, set)
	for i := range set.Rules {
		r := &set.Rules[i]
		if !r.On(c.sec) {
			continue
		}
		if n := r.Program.Reads.Counters; n != 0 {
			if n&^c.out.Count[k] != 0 || r.Program.May != nil {
				if !r.May(f) {
					continue
				}
				c.out.Count[k] |= n
			}
		}
		if !c.in.Learn && r.True(f) {
			c.hits = append(c.hits, r)
		}
	}
	return c.hits
}

// evidenceOf appends what rules say of the sender, and of those that say nothing, that they
// are true.
func evidenceOf(dst []scoring.Evidence, hits []*rules.Rule) []scoring.Evidence {
	for _, r := range hits {
		e := scoring.Evidence{Code: r.Code, Family: r.Family, LogOdds: r.Points, Value: r.Points, Limit: float64(r.Verdict)}
		if r.Shadow {
			e.LogOdds, e.N = 0, 1
		}
		dst = append(dst, e)
	}
	return dst
}

// gravest is the rule with the gravest verdict of those that are on; nil: none has one.
func gravest(hits []*rules.Rule) (most *rules.Rule) {
	for _, r := range hits {
		if !r.Shadow && r.Verdict != 0 && (most == nil || r.Verdict > most.Verdict) {
			most = r
		}
	}
	return most
}

// raiseTo makes the verdict at least that of a rule, and has its reason lead.
func (c *call) raiseTo(r *rules.Rule) {
	if r == nil || c.order == state.Allow || c.in.Policy.Observe || c.out.Verdict >= r.Verdict {
		return
	}
	c.out.Verdict, c.out.RetryAfter = r.Verdict, r.Retry
	leadWith(c.causes, r.Code)
}

// leadWith puts the cause of a code before the others.
func leadWith(all []Cause, code scoring.Code) {
	for i := range all {
		if why := all[i]; why.Code == code {
			copy(all[1:i+1], all[:i])
			all[0] = why
			return
		}
	}
}

// factsFor are the facts with what one policy declares.
func (c *call) factsFor(k int, set *rules.Set) *rulekit.Facts {
	f := &c.asked.facts
	if !c.asked.filled {
		c.asked.filled = true
		c.fillFacts(f)
	}
	f.Attributes = c.in.Asked.Attributes[k]
	if c.asking = set; c.likes == nil {
		w := c.Scratch // bound once
		c.likes = func(i int) float64 { return w.asking.Like(i, w.call.in.Asked.Whole) }
	}
	f.Like = c.likes
	return f
}

// fillFacts fills in what does not rest on the policy.
func (c *call) fillFacts(f *rulekit.Facts) {
	r, in := c.r, c.in
	*f = rulekit.Facts{
		At: c.now, Class: in.Class, Messages: r.Messages.Count(c.now, 24*time.Hour), Refused: r.Messages.Refused(c.now, 24*time.Hour),
		Approached: r.Replies.Attempts(c.now), Contacts: r.Contacts.Count(), Complaints: r.Complained.At(c.now, state.ComplainedHalf),
		OffenceWeight: r.Enforced.Ladder.Mass(c.sec, &c.rules.Ladder), Sanctioned: c.sanctioned(),
		Group: in.Group, Reply: in.Reply, Edit: in.Edit, Channel: in.Channel, HasOrigin: in.Origin != state.Key{},
		Bytes: in.Asked.Bytes, Media: in.Asked.Media, Delayed: in.Asked.Delayed, Composed: in.Asked.Composed,
		TextSenders: in.Cluster.Senders, TextMessages: in.Cluster.Messages, TextRecipients: in.Cluster.Recipients, TextFlagged: in.Cluster.Flagged,
		Disguised: int(c.disguised()),
	}
	f.Answered, _ = r.Replies.Counts(c.now)
	if f.Class == "" {
		f.Class = "member"
	}
	switch f.AgeKnown = !in.Joined.IsZero(); {
	case f.AgeKnown:
		f.Age = max(0, c.now.Sub(in.Joined))
	case r.Born != 0:
		f.Age = stamp.Since(r.Born, c.sec)
	}
	c.factsOfTo(f)
}

// unknown reports whether a recipient is a stranger to rules: no contact, and nobody whom
// the host knows for a connection.
func (a *recipient) unknown() bool { return !a.contact && a.Relation != Connection }

// factsOfTo fills in what rests on whom the message goes to, and on its text.
func (c *call) factsOfTo(f *rulekit.Facts) {
	f.Recipients, f.Strangers, f.New, f.Protected, f.TurnedAway, f.Likeness = len(c.to), 0, 0, 0, 0, 0
	for i := range c.to {
		a := &c.to[i]
		if a.Protected {
			f.Protected++
		}
		if f.TurnedAway = max(f.TurnedAway, a.TurnedAway); !a.unknown() {
			continue
		}
		f.Strangers++
		if a.fresh {
			f.New++
		}
	}
	if c.match.Slot >= 0 {
		f.Likeness = c.match.Jaccard[c.match.Slot]
	}
}

// sanctioned reports whether a sanction above a Warning stands.
func (c *call) sanctioned() bool {
	s := &c.r.Enforced.Ladder
	for i := range s.N {
		if e := &s.Log[i]; e.Kind.Above(ladder.Warning) && e.Stands(c.sec) {
			return true
		}
	}
	return false
}

// readCounters fills in the counters of a policy: what was counted, and this message.
func (c *call) readCounters(k int, set *rules.Set) {
	f := &c.asked.facts
	f.Counters = c.asked.counters[:0]
	for range set.Counters {
		f.Counters = append(f.Counters, 0)
	}
	c.asked.counters = f.Counters
	seen := c.in.Asked.Seen
	for i := range seen {
		s := &seen[i]
		if int(s.Policy) != k {
			continue
		}
		n := int64(s.N) + int64(bits.OnesCount32(c.adds(set.Counters[s.Counter].Of, true)&^s.In))
		f.Counters[s.Counter] = max(f.Counters[s.Counter], n)
	}
}

// adds is what the message adds to a counter: bit 0 for itself or its sender, or bit i for
// each recipient i. An edit adds nothing. delivered is whether it goes out.
func (c *call) adds(of rules.Of, delivered bool) (set uint32) {
	if c.edit {
		return 0
	}
	switch of {
	case rules.Messages:
		return bit(!c.obeys) // as it was first tried it was counted
	case rules.Recipients, rules.Strangers:
		for i := range c.to {
			if a := &c.to[i]; a.at < rules.MostCounted && (of == rules.Recipients || a.unknown()) {
				set |= 1 << a.at
			}
		}
		return set
	case rules.Delivered:
		return bit(delivered)
	case rules.NewSenders:
		return bit(c.isNew())
	case rules.BlockedSenders:
		return bit(c.turnedAway() && c.any(func(a *recipient) bool { return !a.contact }))
	}
	return 1
}

func bit(set bool) uint32 {
	if set {
		return 1
	}
	return 0
}

// turnedAwayFor is for how many seconds somebody whom a person turned away counts as that.
const turnedAwayFor = 28 * stamp.Day

// turnedAway reports whether anybody turned the sender away lately.
func (c *call) turnedAway() bool {
	for i := range c.r.RefusedBy.N {
		if c.sec < stamp.After(c.r.RefusedBy.At[i].At, turnedAwayFor) {
			return true
		}
	}
	return false
}

// Adds appends whom the message that was judged last adds to a counter, as the 32 bits that
// a Tally knows people by; of messages, itself. ok is false where it adds nothing.
func (w *Scratch) Adds(dst []uint32, of rules.Of) (_ []uint32, ok bool) {
	c := &w.call
	for set := c.adds(of, c.out.Verdict.Delivered()); set != 0; set &= set - 1 {
		who := c.in.Me
		if of >= rules.Recipients {
			who = c.in.To[bits.TrailingZeros32(set)].Who
		}
		dst, ok = append(dst, uint32(who)), true
	}
	return dst, ok
}
