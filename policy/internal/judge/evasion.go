package judge

import "time"

// next reports whether the account may be the next one of somebody who was sanctioned:
// it wrote first after an account of its origin was, and that is held against it. One
// address of many people says nothing of any of them: see state.OriginStrikes.Share.
func (c *call) next(rules *Rules) bool {
	in, sig := c.in, &rules.Signals[Origin]
	return rules.Limits.OriginPeople > 0 && in.OriginMass > 0 && in.OriginHeld >= .5 && sig.active() && sig.speaks(in.OriginMass) && c.r.Born >= in.OriginSince
}

// probation is the share of the limits on new people, and on a channel's, that the
// account has after a sanction, its own or that of the account before it.
func (c *call) probation(rules *Rules, own float64) float64 {
	if share := rules.Limits.OriginShare; share > 0 && c.next(rules) {
		return min(own, share)
	}
	return own
}

// review reports whether the message is held for a person, since it approaches more new
// people than the next account of somebody who was sanctioned may, and why.
func (s *measurer) review() (why Cause) {
	n := s.newPeople()
	if !s.in.Message || s.in.Group || s.edit || n == 0 || !s.next(s.rules) {
		return why
	}
	if n += s.r.People.Count(s.now, 7*24*time.Hour); n > s.rules.Limits.OriginPeople {
		return Cause{Code: codeNext, Value: float64(n), Limit: float64(s.rules.Limits.OriginPeople)}
	}
	return why
}
