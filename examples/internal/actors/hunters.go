package actors

import "time"

// hunters lists those who are after people, not after numbers: many at one, or
// one by one with patience.
func hunters() []Actor {
	return []Actor{
		{
			Name: "hijacker", Abuse: true, About: "3 old accounts that live with 50 friends for ten days, and then send them all one link within a quarter of an hour; a fifth reports it",
			Params: []Param{{"accounts", 3, "how many"}, {"friends", 50, "of each"}, {"days", 10, "of ordinary life"}, {"minutes", 15, "within"}, {"complaints", 0.2, "share"}},
			play:   playHijacker,
		},
		{
			Name: "throwaways", Abuse: true, About: "30 accounts of some minutes, one after the other, write 2 to 6 messages each to one person, who blocks them all",
			Params: []Param{{"accounts", 30, "how many"}, {"messages", 4, "of each, two more or less"}, {"hours", 72, "within"}, {"complaints", 0.4, "share of accounts"}},
			play:   playThrowaways,
		},
		{
			Name: "dogpile", Abuse: true, About: "70 old accounts write 1 to 3 jibes each to one person within six hours, who blocks half of them",
			Params: []Param{{"accounts", 70, "how many"}, {"hours", 6, "within"}, {"blocks", 0.5, "share of accounts"}},
			play:   playDogpile,
		},
		{
			Name: "collector", Abuse: true, About: "a member who sends 10 connection requests a day for 30 days, of which none is accepted, and takes back some",
			Params: requestParams(0),
			play:   playRequests,
		},
		{
			Name: "swarm", Abuse: true, About: "500 accounts, half of them under a week old, write one letter each to one person within an hour, who answers none and blocks none",
			Params: []Param{{"accounts", 500, "how many"}, {"hours", 1, "within"}, {"young", 0.5, "share of accounts under a week"}},
			play:   playSwarm,
		},
		{
			Name: "pesterer", Abuse: true, About: "writes 10 times a day for 25 days to each of 2 strangers, who answered once, and never again",
			Params: []Param{{"people", 2, "how many"}, {"rate", 10, "a day, to each"}, {"days", 25, "after the answer"}},
			play:   playPesterer,
		},
		{
			Name: "paraphraser", Abuse: true, About: "after a week of talk with friends 12 strangers a working day, each letter in words of its own, and two follow-ups to each; 4% answered",
			Params: []Param{{"rate", 12, "strangers a working day"}, {"days", 35, "how long"}, {"nudges", 2, "follow-ups"}, {"answered", 0.04, "share"}, {"blocks", 0.02, "share"}, {"complaints", 0.015, "share"}},
			play:   playParaphraser,
		},
		{
			Name: "sextorter", Abuse: true, About: "flirts with 60 people over four days, half of whom talk, and extorts those; of them a fifth reports it, mostly as harassment",
			Params: []Param{{"people", 60, "how many"}, {"days", 4, "within"}, {"answered", 0.5, "share"}, {"complaints", 0.2, "share of those extorted"}},
			play:   playSextorter,
		},
		{
			Name: "waver", Abuse: true, About: "one or two words or emoji to 25 strangers an hour, 8 hours a day for three days; 5% block",
			Params: []Param{{"rate", 25, "an hour"}, {"hours", 8, "a day"}, {"days", 3, "how long"}, {"answered", 0.03, "share"}, {"blocks", 0.05, "share"}},
			play:   playWaver,
		},
	}
}

func playHijacker(s *scene) {
	n := time.Duration(s.number("days")) * day
	from := s.start(n+3*day, 9)
	for range s.number("accounts") {
		a, friends := s.main(from.Add(-s.old())), s.friends(s.number("friends"), from)
		s.unjudged(a, func() {
			s.acquaint(a, friends, from.Add(8*day))
			s.life(from, from.Add(n), a, friends, 2)
		})
		bait, over := pick(s.rng, baits), time.Duration(s.param("minutes")*float64(time.Minute))
		for i, at := range s.spread(from.Add(n+s.between(0, 10*time.Hour)), over, len(friends)) {
			id := s.send(at, a, "connection", s.fill(bait), friends[i].id)
			if s.chance(s.param("complaints")) {
				s.complain(at.Add(time.Minute+s.human(12*time.Minute)), friends[i], a.id, id, pick(s.rng, []string{"spam", "fraud", "other"}))
			}
		}
	}
}

func playThrowaways(s *scene) {
	over := s.hours("hours")
	from := s.start(over+2*day, 8)
	victim := s.extra("victim", from.Add(-s.old()))
	s.life(from, from.Add(over), victim, s.friends(6, from), 2)
	for _, at := range s.spread(from, over, s.number("accounts")) {
		a := s.main(at.Add(-s.between(2*time.Minute, 40*time.Minute)))
		for range max(1, s.number("messages")-2+s.rng.IntN(5)) {
			at = at.Add(s.human(2 * time.Minute))
			s.send(at, a, "", s.one(insults), victim.id)
		}
		at = at.Add(s.human(4 * time.Minute))
		s.block(at, victim.id, a.id)
		if s.chance(s.param("complaints")) {
			s.complain(at.Add(30*time.Second), victim, a.id, "", "harassment")
		}
	}
}

func playDogpile(s *scene) {
	over := s.hours("hours")
	from := s.start(over+2*day, 14)
	victim := s.extra("victim", from.Add(-s.old()))
	s.life(from, from.Add(over), victim, s.friends(8, from), 2)
	for _, at := range s.spread(from, over, s.number("accounts")) {
		a := s.main(from.Add(-s.old()))
		for range 1 + s.rng.IntN(3) {
			s.send(at, a, "stranger", s.one(jibes), victim.id)
			at = at.Add(s.human(5 * time.Minute))
		}
		if s.chance(s.param("blocks")) {
			s.block(at, victim.id, a.id)
		}
	}
}

func playPesterer(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+4)*day, 8)
	a := s.main(from.Add(-s.old()))
	s.unjudged(a, func() { s.life(from, from.Add(time.Duration(n)*day), a, s.friends(8, from), 2) })
	for range s.number("people") {
		to := s.stranger()
		id := s.send(from.Add(s.between(0, 6*time.Hour)), a, "stranger", s.opener(), to)
		s.answer(from.Add(s.between(20*time.Hour, 24*time.Hour)), to, a.id, id, s.one(replies))
		for d := range n {
			for _, at := range s.spread(from.Add(time.Duration(d+1)*day), 14*time.Hour, s.number("rate")) {
				s.send(at, a, "stranger", s.one(insults), to)
			}
		}
	}
}

func playSwarm(s *scene) {
	over := s.hours("hours")
	from := s.start(over+day, 14)
	victim := s.extra("victim", from.Add(-s.old()))
	s.life(from, from.Add(over), victim, s.friends(8, from), 2)
	s.strangersOf(victim, from, over, s.number("accounts"), s.param("young"), 0)
}

// strangersOf has so many accounts write a letter each to one person, who answers a share.
func (s *scene) strangersOf(to *account, from time.Time, over time.Duration, n int, young, answered float64) {
	for _, at := range s.spread(from, over, n) {
		joined := at.Add(-s.old())
		if s.chance(young) {
			joined = at.Add(-s.between(time.Hour, 6*day))
		}
		a := s.main(joined)
		s.maybeAnswer(at, to.id, a.id, s.send(at, a, "stranger", s.opener(), to.id), answered)
	}
}

func playParaphraser(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+12)*day, 9)
	a := s.main(from.Add(-s.between(40*day, year)))
	friends := s.friends(5, from)
	s.life(from, from.Add(7*day), a, friends, 2)
	for d := range n {
		at := from.Add(time.Duration(d) * day).Truncate(day).Add(9 * time.Hour)
		if d < 7 || at != workday(at) {
			continue
		}
		for _, at := range s.spread(at, 8*time.Hour, s.number("rate")) {
			s.court(at, a)
		}
	}
}

// court writes to one stranger, and again until there is an answer.
func (s *scene) court(at time.Time, a *account) {
	to := s.stranger()
	id := s.send(at, a, "stranger", s.pitch(), to)
	answer, answered := s.maybeAnswer(at, to, a.id, id, s.param("answered"))
	enough := time.Time{}
	switch when := at.Add(s.human(6 * time.Hour)); {
	case answered:
	case s.chance(s.param("complaints")):
		s.complain(when, &account{id: to}, a.id, id, "spam")
		enough = when
	case s.chance(s.param("blocks")):
		s.block(when, to, a.id)
		enough = when
	}
	for i := range s.number("nudges") {
		at = at.Add(time.Duration(3+2*i)*day + s.between(-3*time.Hour, 3*time.Hour))
		if answered && at.After(answer) || !enough.IsZero() && at.After(enough) {
			return
		}
		s.send(at, a, "stranger", s.one(nudges), to)
	}
}

func playSextorter(s *scene) {
	n := time.Duration(s.number("days")) * day
	from := s.start(n+3*day, 12)
	a := s.main(from.Add(-s.between(5*day, 60*day)))
	for _, at := range s.spread(from, n, s.number("people")) {
		to := &account{id: s.stranger(), joined: from.Add(-s.old())}
		id := s.send(at, a, "stranger", s.one(waves)+" "+s.one(flirts), to.id)
		if !s.chance(s.param("answered")) {
			continue
		}
		for range 4 + s.rng.IntN(8) {
			at = at.Add(30*time.Second + s.human(5*time.Minute))
			s.answer(at, to.id, a.id, id, s.one(waves))
			at = at.Add(s.human(2 * time.Minute))
			id = s.send(at, a, "stranger", s.one(flirts), to.id)
		}
		for range 3 + s.rng.IntN(5) {
			at = at.Add(s.human(time.Minute))
			id = s.send(at, a, "stranger", s.one(threats), to.id)
		}
		if s.chance(s.param("complaints")) {
			at = at.Add(s.human(30 * time.Minute))
			s.complain(at, to, a.id, id, pick(s.rng, []string{"harassment", "harassment", "unlawful"}))
			s.block(at.Add(time.Minute), to.id, a.id)
		}
	}
}

func playWaver(s *scene) {
	n := s.number("days")
	at := s.start(time.Duration(n+2)*day, 10)
	a := s.young(at)
	for range n {
		s.steady(at, s.param("rate"), s.hours("hours"), func(at time.Time) {
			to := s.approach(at, a, s.one(waves))
			if s.chance(s.param("blocks")) {
				s.block(at.Add(s.human(time.Hour)), to, a.id)
			}
		})
		at = at.Truncate(day).Add(day + 10*time.Hour + s.between(0, time.Hour))
	}
}
