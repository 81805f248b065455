package actors

import (
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// repeaters lists those who offend again as soon as they can, also after a person found
// what they do to be grave.
func repeaters() []Actor {
	return []Actor{
		{
			Name: "lifted", Abuse: true, About: "blasts; a moderator reduces the block on appeal the same day, and three hours later it blasts another text",
			Params: []Param{{"rate", 60, "an hour"}, {"hours", 2, "each time"}, {"same", 0, "1: the same text again"}, {"answered", 0.02, "share"}, {"complaints", 0, "share"}},
			play:   playLifted,
		},
		{
			Name: "serial", Abuse: true, About: "blasts for half an hour every day, each day another text, whatever stands against it",
			Params: []Param{{"rate", 60, "an hour"}, {"hours", 0.5, "a day"}, {"days", 60, "how long"}, {"answered", 0.02, "share"}, {"complaints", 0, "share"}},
			play:   playSerial,
		},
		{
			Name: "stalker", Abuse: true, About: "pursues an acquaintance, who reports it; a moderator confirms it; tries their friends and the acquaintance all week, and then pursues another one, and goes on, likewise",
			Params: []Param{{"messages", 8, "to each, before the report"}, {"people", 2, "pursued"}, {"tries", 40, "in the week after each finding"}},
			play:   playStalker,
		},
		{
			Name: "impostor", Abuse: true, About: "tells members that it is the support of the service, each in other words, and asks for their codes; one reports it, a moderator finds that it is not, and it goes on",
			Params: []Param{{"people", 6, "before the report"}, {"tries", 30, "in three days after the finding"}},
			play:   playImpostor,
		},
	}
}

func playLifted(s *scene) {
	over := s.hours("hours")
	at := s.start(over+2*day, 9)
	a, text := s.young(at), s.fill(s.choose(spam))
	blast := func() {
		s.steady(at, s.param("rate"), over, func(at time.Time) { s.approach(at, a, text) })
		at = at.Add(over + time.Hour)
	}
	blast()
	s.events = append(s.events,
		events.Event{At: stamp(at), Kind: events.Appeal, From: a.id},
		events.Event{At: stamp(at.Add(time.Hour)), Kind: events.Ruling, From: "moderator", Against: a.id, Outcome: "reduced", By: "moderator"})
	at = at.Add(4 * time.Hour)
	for s.param("same") == 0 {
		if other := s.fill(s.choose(spam)); other != text {
			text = other
			break
		}
	}
	blast()
}

func playSerial(s *scene) {
	n := s.number("days")
	at := s.start(time.Duration(n)*day, 9)
	a := s.young(at)
	for range n {
		text := s.fill(s.choose(spam))
		s.steady(at, s.param("rate"), s.hours("hours"), func(at time.Time) { s.approach(at, a, text) })
		at = at.Add(day + s.between(0, 20*time.Minute))
	}
}

// playStalker has somebody pursue one acquaintance after the other. What they send is as
// little as no measurement would notice: only a person's finding says what it is.
func playStalker(s *scene) {
	n := s.number("people")
	at := s.start(time.Duration(9*n+8)*day, 9).Add(8 * day)
	a := s.main(at.Add(-s.old()))
	friends, victims := s.friends(6, at), s.friends(n, at)
	s.unjudged(a, func() { s.acquaint(a, append(friends, victims...), at) })
	for _, victim := range victims {
		id := ""
		for _, at := range s.spread(at, 10*time.Hour, s.number("messages")) {
			id = s.send(at, a, "connection", s.one(insults), victim.id)
		}
		at = at.Add(11 * time.Hour)
		s.confirm(at, victim.id, a.id, id, "harassment")
		for i, at := range s.spread(at.Add(time.Hour), 6*day, s.number("tries")) {
			if i%2 == 0 {
				s.send(at, a, "connection", s.chat(), pick(s.rng, friends).id)
			} else {
				s.send(at, a, "connection", s.one(insults), victim.id)
			}
		}
		at = at.Add(8 * day)
	}
}

func playImpostor(s *scene) {
	at := s.start(5*day, 9)
	a, n, id, to := s.young(at), s.number("people"), "", ""
	write := func(at time.Time) {
		to = s.stranger()
		id = s.send(at, a, "stranger", s.one(pretences)+" "+s.one(chats), to)
	}
	for _, at := range s.spread(at, 5*time.Hour, n) {
		write(at)
	}
	at = at.Add(6 * time.Hour)
	s.confirm(at, to, a.id, id, "impersonation")
	s.events[len(s.events)-1].Impersonated = "staff"
	for _, at := range s.spread(at.Add(time.Hour), 3*day, s.number("tries")) {
		write(at)
	}
}
