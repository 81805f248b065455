package actors

import (
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// pledgers lists those who promise proper conduct, so that a sanction ends.
func pledgers() []Actor {
	return []Actor{
		{
			Name: "pledger", About: "pasted one invitation to 60 strangers once and was blocked; pledges the same day, and lives as an ordinary member",
			Params: []Param{{"pasted", 60, "strangers"}, {"hours", 0.6, "within"}, {"days", 40, "of ordinary life, which alone is judged as honest"}},
			play:   playPledger,
		},
		{
			Name: "breaker", Abuse: true, About: "blasts, pledges the same day, and a day later blasts another text",
			Params: []Param{{"rate", 60, "an hour"}, {"hours", 2, "each time"}, {"answered", 0.02, "share"}, {"complaints", 0, "share"}},
			play:   playBreaker,
		},
	}
}

// pledge has an account offer a pledge, and a moderator take it an hour later.
func (s *scene) pledge(at time.Time, a *account) {
	s.events = append(s.events,
		events.Event{At: stamp(at), Kind: events.Appeal, From: a.id, Pledge: true},
		events.Event{At: stamp(at.Add(time.Hour)), Kind: events.Ruling, From: "moderator", Against: a.id, Outcome: "reduced", Pledge: true, By: "moderator"})
}

func playPledger(s *scene) {
	length := time.Duration(s.number("days")) * day
	from := s.start(length+2*day, 12)
	a := s.paster(from)
	s.pledge(from.Add(s.hours("hours")+2*time.Hour), a)
	from = from.Add(day)
	s.life(from, from.Add(length), a, s.friends(12, from), 3)
	s.meet(a, from, length, 12, 0.5)
}

func playBreaker(s *scene) {
	over := s.hours("hours")
	at := s.start(over+5*day, 9)
	a := s.young(at)
	for i := range 2 {
		text := s.fill(s.choose(spam))
		s.steady(at, s.param("rate"), over, func(at time.Time) { s.approach(at, a, text) })
		if i == 0 {
			s.pledge(at.Add(over+time.Hour), a)
		}
		at = at.Add(over + day)
	}
}
