package actors

import (
	"fmt"
	"time"
)

// reformers lists those who do well after a sanction, or seem to.
func reformers() []Actor {
	return []Actor{
		{
			Name: "reformed", About: "two who pasted one invitation to 60 strangers once and were blocked: a day later one writes to two new people a day, half of whom answer, and the other waits",
			Params: []Param{{"pasted", 60, "strangers"}, {"hours", 0.6, "within"}, {"new", 2, "new people a day"}, {"answered", 0.5, "share"}, {"days", 20, "of ordinary life, which alone is judged as honest"}},
			play:   playReformed,
		},
		{
			Name: "socks", Abuse: true, About: "blasts, has accounts of its own answer it for ten days, two a day, and blasts another text",
			Params: []Param{{"rate", 60, "an hour"}, {"hours", 2, "each time"}, {"days", 10, "between"}, {"socks", 2, "answers a day"}, {"old", 0, "1: the accounts that answer are old, and each has a device of its own"}, {"answered", 0.02, "share"}, {"complaints", 0, "share"}},
			play:   playSocks,
		},
	}
}

func playReformed(s *scene) {
	n := s.number("days")
	length := time.Duration(n) * day
	from := s.start(length+2*day, 12)
	a, b := s.paster(from), s.paster(from)
	from = from.Add(day + 2*time.Hour)
	s.life(from, from.Add(length), a, s.friends(12, from), 3)
	s.life(from, from.Add(length), b, s.friends(12, from), 3)
	s.meet(a, from, length, n*s.number("new"), s.param("answered"))
}

func playSocks(s *scene) {
	n, over := s.number("days"), s.hours("hours")
	at := s.start(over*2+time.Duration(n+3)*day, 9)
	a := s.young(at)
	text := s.fill(s.choose(spam))
	s.steady(at, s.param("rate"), over, func(at time.Time) { s.approach(at, a, text) })
	at = at.Add(over + day + time.Hour)
	for range n {
		for range s.number("socks") {
			sock := s.extra("sock", at.Add(-day))
			sock.origin = "device-" + a.id + "-farm"
			if s.param("old") == 1 {
				sock.joined, sock.origin = at.Add(-s.old()), fmt.Sprint(sock.origin, sock.id)
			}
			when := at.Add(s.between(0, 10*time.Hour))
			s.unjudged(a, func() { s.send(when, a, "", s.opener(), sock.id) })
			s.send(when.Add(s.between(time.Minute, time.Hour)), sock, "", s.one(replies), a.id)
		}
		at = at.Add(day)
	}
	for range 9 {
		if other := s.fill(s.choose(spam)); other != text {
			text = other
			break
		}
	}
	s.steady(at, s.param("rate"), over, func(at time.Time) { s.approach(at, a, text) })
}
