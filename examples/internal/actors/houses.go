package actors

import (
	"fmt"
	"math"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// houses lists honest senders whose messages are many for reasons of their own:
// houses and their programs, and clients that send again.
func houses() []Actor {
	return []Actor{
		{
			Name: "bulletin", About: "a page with 1,000 followers that posts 3 times in a week; one of them reports it or blocks it, and it leaves those alone",
			Params: []Param{{"followers", 1000, "how many"}, {"posts", 3, "how many"}, {"doubt", 0.001, "share of the people reached who complain or block"}},
			play:   func(s *scene) { s.broadcast(false) },
		},
		{
			Name: "codes", About: "a service that sends 1,200 log-in codes to 700 people; one of 200 reports it, mostly as fraud, or blocks it",
			Params: []Param{{"people", 700, "how many"}, {"codes", 1200, "how many"}, {"hours", 30, "within"}, {"doubt", 0.005, "share of the people reached who complain or block"}},
			play:   playCodes,
		},
		{
			Name: "moderators", About: "6 moderators, of class staff, who tell 80 people each in two days that a post of theirs was removed, in one of two wordings; a twentieth reports or blocks them",
			Params: []Param{{"people", 6, "moderators"}, {"notices", 80, "of each"}, {"days", 2, "within"}, {"doubt", 0.05, "share of the people told who complain or block"}},
			play:   playModerators,
		},
		{
			Name: "outage", About: "a member whose client hands over a queue of 40 messages to 8 friends at once, hears nothing, and hands all of it over again, twice",
			Params: []Param{{"messages", 40, "in the queue"}, {"rounds", 3, "times that it is handed over"}, {"minutes", 4, "between them"}},
			play:   playOutage,
		},
		{
			Name: "networker", About: "a member who sends 10 connection requests a day for 30 days, of which a third is accepted, and takes back some that were not",
			Params: requestParams(.33),
			play:   playRequests,
		},
		{
			Name: "popular", About: "60 people a day, a fifth of them new, write a first letter to somebody who is known, for a week; a twentieth is answered",
			Params: []Param{{"people", 60, "a day"}, {"days", 7, "how long"}, {"young", 0.2, "share of accounts under a week"}, {"answered", 0.05, "share"}},
			play:   playPopular,
		},
		{
			Name: "penfriend", About: "writes once or twice a day to 9 people who mostly read, and answer every three weeks; the host knows a third of them to be connections, and a third to be strangers",
			Params: []Param{{"people", 9, "how many"}, {"days", 70, "how long"}, {"every", 21, "days until an answer, a third of it more or less"}},
			play:   playPenfriend,
		},
		{
			Name: "reminder", About: "a practice, of class business, that reminds 30 patients every day for 40 days to take their tablets; each thanked once, and few do later",
			Params: []Param{{"people", 30, "how many"}, {"days", 40, "how long"}, {"answered", 0.01, "share of reminders"}},
			play:   playReminder,
		},
		{
			Name: "completer", About: "3 volunteers write a list each to an organiser who does not know them, and complete it 14 times in an afternoon under the same ID",
			Params: []Param{{"people", 3, "how many"}, {"versions", 14, "of each list"}, {"same", 1, "1: the same ID each time; 0: another"}},
			play:   playCompleter,
		},
	}
}

func requestParams(accepted float64) []Param {
	return []Param{{"rate", 10, "requests a day"}, {"days", 30, "how long"}, {"accepted", accepted, "share"}, {"withdrawn", 0.1, "share of the others, after ten days"}}
}

// playRequests has somebody write with friends and send connection requests.
func playRequests(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+12)*day, 8)
	a := s.main(from.Add(-s.old()))
	s.life(from, from.Add(time.Duration(n)*day), a, s.friends(5, from), 2)
	for d := range n {
		for _, at := range s.spread(from.Add(time.Duration(d)*day), 12*time.Hour, s.number("rate")) {
			to := s.stranger()
			s.ask(at, a, "second_degree", to)
			e := events.Event{At: stamp(at.Add(10 * day)), Kind: events.Withdrawn, From: a.id, To: []string{to}}
			if s.chance(s.param("accepted")) {
				e = events.Event{At: stamp(at.Add(time.Minute + s.delay())), Kind: events.Accepted, From: to, To: []string{a.id}}
			} else if !s.chance(s.param("withdrawn")) {
				continue
			}
			s.events = append(s.events, e)
		}
	}
}

func playPopular(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+7)*day, 8)
	known := s.extra("known", from.Add(-s.old()))
	for d := range n {
		s.strangersOf(known, from.Add(time.Duration(d)*day), 14*time.Hour, s.number("people"), s.param("young"), s.param("answered"))
	}
}

// broadcast plays a page. A share of its followers complains or blocks, half of
// them each, after a post that is drawn for them; it goes on to those if it is
// stubborn.
func (s *scene) broadcast(stubborn bool) {
	n := s.number("posts")
	const pause = 80 * time.Hour
	from := s.start(time.Duration(n)*pause+2*day, 9)
	a := s.main(from.Add(-s.old()))
	a.class = "page"
	followers := s.friends(s.number("followers"), from)
	left := make([]int, len(followers)) // the post after which they had enough
	for i := range left {
		left[i] = math.MaxInt
	}
	share := s.param("doubt") * float64(len(left))
	for _, i := range s.rng.Perm(len(left))[:min(len(left), int(math.Round(share)))] {
		left[i] = s.rng.IntN(max(1, n))
	}
	for post := range n {
		text, at := s.fill(s.choose(posts)), from.Add(time.Duration(post)*pause)
		for i, f := range followers {
			if post > left[i] && !stubborn {
				continue
			}
			at = at.Add(s.between(500*time.Millisecond, 2500*time.Millisecond))
			id := s.send(at, a, "follower", text, f.id)
			switch when := at.Add(time.Minute + s.human(2*time.Hour)); {
			case post != left[i]:
			case i%2 == 0:
				s.complain(when, f, a.id, id, "spam")
			default:
				s.block(when, f.id, a.id)
			}
		}
	}
}

func playCodes(s *scene) {
	over := s.hours("hours")
	from := s.start(over+2*day, 6)
	a := s.main(from.Add(-s.old()))
	a.class = "service"
	people, doubts := s.town(s.number("people")), s.param("doubt")*float64(s.number("people"))/float64(max(1, s.number("codes")))
	for i, at := range s.spread(from, over, s.number("codes")) {
		to := people[s.rng.IntN(len(people))]
		id := s.send(at, a, "", fmt.Sprintf("%06d is your log-in code for %s. Do not share it with anybody; it expires in 5 minutes.", s.rng.IntN(1e6), s.actor.Name), to)
		switch when := at.Add(s.human(10 * time.Minute)); {
		case !s.chance(doubts):
		case i%2 == 0:
			s.complain(when, &account{id: to}, a.id, id, pick(s.rng, []string{"fraud", "fraud", "other"}))
		default:
			s.block(when, to, a.id)
		}
	}
}

func playModerators(s *scene) {
	over := time.Duration(s.number("days")) * day
	from := s.start(over+2*day, 8)
	for range s.number("people") {
		a := s.main(from.Add(-s.between(day, year)))
		a.class = "staff"
		for i, at := range s.spread(from, over, s.number("notices")) {
			why := []string{"names a private person", "advertises, which this room does not allow"}[s.rng.IntN(2)]
			to := s.stranger()
			id := s.send(at, a, "", "Your post in "+s.fill("{city}")+" was removed, because it "+why+". You may appeal within 30 days. A second time the room is closed to you for a week.", to)
			switch when := at.Add(s.human(15 * time.Minute)); {
			case !s.chance(s.param("doubt")):
			case i%2 == 0:
				s.complain(when, &account{id: to}, a.id, id, "harassment")
			default:
				s.block(when, to, a.id)
			}
		}
	}
}

func playOutage(s *scene) {
	from := s.start(4*day, 9)
	a := s.main(from.Add(-s.old()))
	friends := s.friends(8, from)
	s.life(from, from.Add(2*day), a, friends, 3)
	at, first := from.Add(2*day), len(s.events)
	for range s.number("messages") {
		s.send(at, a, "connection", s.chat(), pick(s.rng, friends).id)
		at = at.Add(s.between(50*time.Millisecond, 150*time.Millisecond))
	}
	queue := s.events[first:]
	pause := time.Duration(s.param("minutes") * float64(time.Minute))
	for round := 1; round < s.number("rounds"); round++ {
		for _, e := range queue {
			e.At = stamp(e.At.Add(time.Duration(round) * pause))
			s.events = append(s.events, e)
		}
	}
}

func playPenfriend(s *scene) {
	n, every := s.number("days"), time.Duration(s.param("every")*float64(day))
	from := s.start(time.Duration(n+10)*day, 8).Add(8 * day)
	a := s.main(from.Add(-s.old()))
	for i, friend := range s.friends(s.number("people"), from) {
		relation := []string{"connection", "stranger", ""}[i%3]
		s.acquaint(a, []*account{friend}, from)
		answers := from.Add(s.between(0, every))
		for d := range n {
			for _, at := range s.spread(from.Add(time.Duration(d)*day), 14*time.Hour, 1+s.rng.IntN(2)) {
				id := s.send(at, a, relation, s.chat(), friend.id)
				if at.After(answers) {
					s.answer(at.Add(time.Minute+s.delay()), friend.id, a.id, id, s.chat())
					answers = at.Add(s.between(every*2/3, every*4/3))
				}
			}
		}
	}
}

func playReminder(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+10)*day, 8).Add(8 * day)
	a := s.main(from.Add(-s.old()))
	a.class = "business"
	for _, patient := range s.friends(s.number("people"), from) {
		s.acquaint(a, []*account{patient}, from)
		for d := range n {
			at := from.Add(time.Duration(d)*day + s.between(0, 10*time.Minute))
			id := s.send(at, a, "", s.fill("Good morning from the practice in {place}: please take your tablet now, and write if you feel worse."), patient.id)
			s.thank(at, patient.id, a.id, id, s.param("answered"), time.Hour)
		}
	}
}

func playCompleter(s *scene) {
	from := s.start(2*day, 12)
	for range s.number("people") {
		a, to := s.main(from.Add(-s.old())), s.stranger()
		at, text, first := from.Add(s.between(0, time.Hour)), "", len(s.events)
		for i := range s.number("versions") {
			text += s.fill("{food}: {first}\n")
			if i == 0 || s.param("same") == 0 {
				s.send(at, a, "stranger", text, to)
			} else {
				s.edit(first, at, text)
			}
			at = at.Add(s.between(6*time.Minute, 24*time.Minute))
		}
		if s.chance(0.5) {
			s.answer(at.Add(s.human(time.Hour)), to, a.id, s.events[first].ID, s.one(thanks))
		}
	}
}
