package ladder

// behave lets some of the days that went by have answers, and a few complaints.
func (p *run) behave(from uint32) {
	if p.o.r.Conduct.Extra == 0 || p.one(3) {
		return
	}
	for range p.rng.IntN(12) {
		at := from + uint32(p.rng.IntN(int(p.now-from+1)))
		if !p.s.Conduct.Holds(at) {
			continue // the oracle forgets nothing
		}
		switch complained := p.one(10); {
		case !complained:
			p.s.Conduct.Answer(at, 0)
			p.o.fact(at).answered = true
		case at/day > from/day: // one of a day that was judged already brings no strike back
			p.s.Conduct.Complain(at)
			p.o.fact(at).complained = true
		}
	}
}

// A fact is what happened on a day.
type fact struct{ answered, complained bool }

func (o *oracle) fact(at uint32) *fact {
	if o.facts == nil {
		o.facts = map[uint32]*fact{}
	}
	if o.facts[at/day] == nil {
		o.facts[at/day] = new(fact)
	}
	return o.facts[at/day]
}

// gained adds up, day by day, what good conduct adds to the seconds awake.
func (o *oracle) gained(since, from, to uint32) float64 {
	c, seconds, begun := &o.r.Conduct, uint32(0), uint32(0)
	if c.Extra == 0 || len(o.facts) == 0 {
		return 0
	}
	left, quiet := 0, 0 // good days that answers still bring, and days that complaints take
	for d := since/day + 1; d <= to/day; d++ {
		f := o.facts[d]
		if quiet--; f != nil && f.complained {
			quiet = c.Quiet
		}
		good := left > 0 && quiet < 0
		if left--; f != nil && f.answered {
			left = c.Lasts
		}
		if good && begun == 0 {
			begun = d * day
		} else if !good && begun > 0 {
			seconds += o.awake(max(from, begun), min(to, d*day))
			begun = 0
		}
	}
	if begun > 0 {
		seconds += o.awake(max(from, begun), to)
	}
	return float64(seconds) * c.Extra
}
