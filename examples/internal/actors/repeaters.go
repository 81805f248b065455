package actors

import (
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// repeaters lists those who offend again as soon as they can.
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
