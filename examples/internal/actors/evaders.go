package actors

import "time"

func playEvader(s *scene) {
	n, over := s.number("accounts"), s.hours("hours")
	at := s.start(time.Duration(n)*(over+day)+4*day, 9)
	text, origin := s.fill(s.choose(spam)), ""
	for i := range n {
		a := s.young(at)
		if i > 0 {
			a.joined, a.origin = at.Add(-time.Hour), origin
		}
		origin = a.origin
		s.steady(at, s.param("rate"), over, func(at time.Time) { s.approach(at, a, text) })
		at = at.Add(over + day)
	}
}

func playSwitcher(s *scene) {
	over := s.hours("hours")
	at := s.start(over+6*day, 9)
	a, text := s.young(at), s.fill(s.choose(spam))
	s.steady(at, s.param("rate"), over, func(at time.Time) { s.send(at, a, "stranger", text, s.stranger()) })
	at = at.Add(over + day)
	b := s.young(at)
	b.joined, b.origin = at.Add(-time.Hour), a.origin
	for range s.number("letters") {
		s.send(at, b, "stranger", s.chat(), s.stranger())
		at = at.Add(s.human(20 * time.Minute))
	}
}
