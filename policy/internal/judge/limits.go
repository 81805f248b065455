package judge

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// A limit says which limit refuses a message, if any.
type limit struct {
	refused bool
	retry   time.Duration
	cause   Cause
	quiet   bool // not counted as pressure
	people  int  // what the message takes from the window of new people
}

// limit asks all limits of a policy, and counts nothing.
func (c *call) limit(p *Policy, rules *Rules, t *state.Track) (l limit) {
	r := c.r
	l.people = c.newPeople()
	if p.Observe || c.edit {
		return l
	}
	share, probation := c.young(rules), c.probation(rules, t.Ladder.Probation(c.sec, rules.Limits.Probation, &rules.Ladder))
	limits, code, w := rules.Limits.Messages, scoring.Code(codeRate), &r.Messages
	own := share
	if ch := c.channel(rules); ch != nil {
		limits, code, w, own = ch, codeRateChannel, &r.Channels, share*probation
	}
	if limits = c.shrink(limits, own); c.over(&l, w, limits, 1, code) {
		c.queue(&l, w, limits, 1)
		return l
	}
	if limits = c.shrink(rules.Limits.People, share*probation); l.people > 0 && c.over(&l, &r.People, limits, l.people, codeRatePeople) {
		c.queue(&l, &r.People, limits, l.people)
		return l
	}
	for i := range c.to {
		a := &c.to[i]
		if !a.pestered() {
			continue
		}
		limits := rules.Limits.Person
		if a.Relation == Unknown {
			limits = rules.Limits.PersonUnknown
		}
		if a.Protected && rules.Limits.ProtectedShare > 0 {
			limits = c.shrink(limits, rules.Limits.ProtectedShare)
		}
		if w := c.beginsFollowUp(a, rules); w != nil && c.over(&l, w, limits, 1, codeRatePerson) {
			l.quiet = true
			return l
		}
	}
	return l
}

// young is the share of the limits that the account has for its age.
func (c *call) young(rules *Rules) float64 {
	if j := c.in.Joined; !j.IsZero() && c.now.Sub(j) < rules.Limits.YoungAge {
		return rules.Limits.YoungShare
	}
	return 1
}

// share is that of the limit on new people which the account has.
func (c *call) share(rules *Rules, t *state.Track) float64 {
	return c.young(rules) * c.probation(rules, t.Ladder.Probation(c.sec, rules.Limits.Probation, &rules.Ladder))
}

// over reports whether n more are over the limits, and says so in l.
func (c *call) over(l *limit, w *limiter.Windows, limits []limiter.Limit, n int, code scoring.Code) bool {
	res := w.Check(c.now, limits, n)
	if res.OK {
		return false
	}
	l.refused, l.retry = true, res.RetryAfter
	l.cause = limitCause(code, res.Limit, w.Count(c.now, res.Limit.Per)+n)
	return true
}

// queue gives a message over the limits, which takes n, its turn behind those that
// wait already: as soon as all of them fit, if they take as much.
func (c *call) queue(l *limit, w *limiter.Windows, limits []limiter.Limit, n int) {
	ahead := c.r.Queue.Ahead(c.sec)
	if ahead == 0 || l.retry == 0 {
		return
	}
	for i, lim := range limits {
		if lim.N < n {
			continue
		}
		// What does not fit a window has its turn one later, after all of that one have
		// been there, some a little late.
		later := (ahead*n + n - 1) / lim.N
		res := w.Check(c.now, limits[i:i+1], min(ahead*n+n, lim.N))
		l.retry = max(l.retry, res.RetryAfter+time.Duration(later)*(lim.Per+lim.Per/6))
	}
}

// channel is the limits of the message's channel, nil if it has none of its own.
func (c *call) channel(rules *Rules) []limiter.Limit {
	if c.in.ChannelHash == 0 {
		return nil
	}
	return rules.Channels[c.in.Channel]
}

// shrink is the limits of an account that has only a share of them.
func (c *call) shrink(limits []limiter.Limit, share float64) []limiter.Limit {
	if share >= 1 {
		return limits
	}
	c.limits = Shrink(c.limits[:0], limits, share)
	return c.limits
}

// Shrink appends the limits of an account that has only a share of them.
func Shrink(dst, limits []limiter.Limit, share float64) []limiter.Limit {
	for _, l := range limits {
		l.N = max(1, int(float64(l.N)*share))
		dst = append(dst, l)
	}
	return dst
}

func limitCause(code scoring.Code, l limiter.Limit, used int) Cause {
	return Cause{Code: code, Value: float64(used), Limit: float64(l.N), N: int(l.Per / time.Second)}
}

// within reports whether a Restriction to so many messages a day lets this one
// through, and if not when and why. It is about new people as well: an account that
// was restricted has no announcements to make to those who do not know it, not in
// one message nor in several.
func (c *call) within(perDay uint16) (retry time.Duration, why Cause, ok bool) {
	c.limits = append(c.limits[:0], limiter.Limit{N: int(perDay), Per: 24 * time.Hour})
	lim := c.limits[0]
	if res := c.r.Messages.Check(c.now, c.limits, 1); !res.OK {
		return res.RetryAfter, limitCause(codeRestricted, lim, lim.N-res.Remaining+1), false
	}
	strangers := 0
	for i := range c.to {
		if c.to[i].fresh && c.to[i].stranger() {
			strangers++
		}
	}
	if strangers > lim.N {
		return 0, limitCause(codeRestricted, lim, strangers), false
	}
	if n := c.newPeople(); n > 0 {
		if res := c.r.People.Check(c.now, c.limits, n); !res.OK {
			return res.RetryAfter, limitCause(codeRestricted, lim, lim.N-res.Remaining+n), false
		}
	}
	return 0, Cause{}, true
}
