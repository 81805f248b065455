package policy

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
)

// limited says which limit refuses the message, if any.
type limited struct {
	refused bool
	code    Code
	res     limiter.Result
	used    int
	quiet   bool // not counted as pressure
	people  int  // what it takes from the window of new people
}

// limit asks all limits that are enforced, and counts nothing.
func (j *judgement) limit(rules *Rules) limited {
	if j.f.learn || j.e.policy.Observe || j.r.order.verdict == Allow {
		return limited{people: j.f.newPeople()}
	}
	return j.limitUnder(j.e.policy, rules, &j.r.course)
}

// limitUnder asks all limits of a policy.
func (j *judgement) limitUnder(p *Policy, rules *Rules, c *course) (out limited) {
	r, f := &j.r, &j.f
	out.people = f.newPeople()
	if p.Observe {
		return out
	}
	share := c.probation(f.sec, rules.Limits.Probation)
	if !f.m.Joined.IsZero() && f.now.Sub(f.m.Joined) < rules.Limits.YoungAge.D() {
		share *= rules.Limits.YoungShare
	}
	limits, code, w := rules.Limits.Messages, CodeRate, &r.messages
	if own := rules.Channels[f.m.Channel]; f.channel != 0 && own != nil {
		limits, code = own, CodeRateChannel
		w = &r.channels
	}
	if res := w.Check(f.now, j.shrink(limits, share), 1); !res.OK {
		return limited{refused: true, code: code, res: res, used: w.Count(f.now, res.Limit.Per) + 1, people: out.people}
	}
	if out.people > 0 {
		if res := r.people.Check(f.now, j.shrink(rules.Limits.People, share), out.people); !res.OK {
			return limited{refused: true, code: CodeRatePeople, res: res, used: r.people.Count(f.now, res.Limit.Per) + out.people, people: out.people}
		}
	}
	for i := range f.to {
		a := &f.to[i]
		if a.tied || !a.open || a.weight < .5 {
			continue
		}
		limits := rules.Limits.Person
		if a.relation == UnknownRelation {
			limits = rules.Limits.PersonUnknown
		}
		if turns, begins := r.turnsOf(a, f, rules.Limits.TurnGap.D()); begins && turns != nil {
			if res := turns.Check(f.now, limits, 1); !res.OK {
				return limited{refused: true, code: CodeRatePerson, res: res, used: turns.Count(f.now, res.Limit.Per) + 1, quiet: true, people: out.people}
			}
		}
	}
	return out
}

// shrink is the limits of an account that has only a share of them.
func (j *judgement) shrink(limits []limiter.Limit, share float64) []limiter.Limit {
	if share >= 1 {
		return limits
	}
	j.limits = j.limits[:0]
	for _, l := range limits {
		l.N = max(1, int(float64(l.N)*share))
		j.limits = append(j.limits, l)
	}
	return j.limits
}

func limitReason(code Code, l limiter.Limit, used int) Reason {
	return Reason{Code: code, Value: float64(used), Limit: float64(l.N), N: int(l.Per / time.Second)}
}

// refuseTurns counts a try on people who never answered.
func (j *judgement) refuseTurns(rules *Rules) {
	f := &j.f
	for i := range f.to {
		if a := &f.to[i]; !a.tied && a.open && a.weight >= .5 {
			if turns, begins := j.r.turnsOf(a, f, rules.Limits.TurnGap.D()); begins && turns != nil {
				turns.Refuse(f.now, 1)
			}
		}
	}
}
