package actors

import (
	"strings"
	"time"
)

// honest lists those who mean no harm.
func honest() []Actor {
	return []Actor{
		{
			Name: "member", About: "talks with 15 friends every day, and writes to two new people a week, half of whom answer",
			Params: []Param{{"days", 30, "how long"}, {"friends", 15, "friends"}, {"talks", 3, "talks a day"}, {"new", 2, "new people a week"}, {"answered", 0.5, "share of these that answers"}},
			play:   playMember,
		},
		{
			Name: "recruiter", About: "25 personal letters on one pattern a working day, over 4 h or more, from an old account; a third is answered",
			Params: []Param{{"days", 10, "working days"}, {"letters", 25, "a day"}, {"hours", 4, "shortest stretch of the day"}, {"longest", 9, "longest stretch"}, {"answered", 1.0 / 3, "share"}, {"wait", 0, "hours before the first answers"}},
			play:   playRecruiter,
		},
		{
			Name: "greeter", About: "80 greetings to connections in an hour, on one day",
			Params: []Param{{"greetings", 80, "how many"}, {"hours", 1, "within"}, {"answered", 0.6, "share"}},
			play:   playGreeter,
		},
		{
			Name: "victim", About: "an honest member; 40 young accounts, 38 of which never got a message, complain within 20 minutes",
			Params: []Param{{"reporters", 40, "young accounts"}, {"reached", 2, "of them had got a message"}, {"minutes", 20, "within"}, {"days", 20, "of ordinary life"}},
			play:   playVictim,
		},
		{
			Name: "organiser", About: "one announcement to 150 connections, among ordinary talks",
			Params: []Param{{"connections", 150, "how many"}, {"messages", 1, "split over so many messages"}, {"answered", 0.2, "share"}},
			play:   playOrganiser,
		},
		{
			Name: "page", About: "a page that broadcasts one text to 2,000 followers, twice a week for three weeks",
			Params: []Param{{"followers", 2000, "how many"}, {"posts", 6, "how many"}, {"complaints", 0.0002, "share of sends"}},
			play:   playPage,
		},
		{
			Name: "newcomer", About: "an account made an hour ago that looks for friends: six new people on the first day, two a day for a week",
			Params: []Param{{"first", 6, "new people on the first day"}, {"daily", 2, "afterwards"}, {"days", 7, "how long"}, {"answered", 0.5, "share"}},
			play:   playNewcomer,
		},
		{
			Name: "jobseeker", About: "one letter with names filled in, 8 a working day, 15% answered",
			Params: []Param{{"days", 15, "working days"}, {"letters", 8, "a day"}, {"hours", 6, "stretch of the day"}, {"answered", 0.15, "share"}},
			play:   playJobseeker,
		},
		{
			Name: "copied", About: "a job seeker whose letter a throwaway account copies, to send it to strangers until it is blocked",
			Params: []Param{{"days", 15, "working days"}, {"letters", 8, "a day"}, {"hours", 6, "stretch of the day"}, {"answered", 0.15, "share"}, {"day", 5, "on which it is copied"}},
			play:   playCopied,
		},
		{
			Name: "returner", About: "pasted one invitation to 60 strangers once, and three days later lives as an ordinary member",
			Params: []Param{{"pasted", 60, "strangers"}, {"hours", 0.6, "within"}, {"pause", 3, "days until the return"}, {"days", 20, "of ordinary life, which alone is judged as honest"}},
			play:   playReturner,
		},
		{
			Name: "retries", About: "a member whose client sends every message 12 times under the same ID, for a day",
			Params: []Param{{"messages", 40, "how many"}, {"tries", 12, "of each"}},
			play:   playRetries,
		},
		{
			Name: "backlog", About: "a member whose 60 messages to 15 friends arrive within a minute after an outage",
			Params: []Param{{"messages", 60, "how many"}, {"seconds", 60, "within"}},
			play:   playBacklog,
		},
		{
			Name: "target", About: "an honest member whom 30 old accounts provoke until he answers, to complain within two hours",
			Params: []Param{{"reporters", 30, "accounts"}, {"hours", 2, "within"}, {"days", 20, "of ordinary life"}},
			play:   playTarget,
		},
	}
}

const year = 365 * day

func (s *scene) old() time.Duration { return s.between(year, 6*year) }

// meet writes to n new people within a stretch; who answers gets talked to.
func (s *scene) meet(a *account, from time.Time, over time.Duration, n int, answered float64) {
	for _, at := range s.spread(from, over, n) {
		to := s.stranger()
		id := s.send(at, a, "", s.opener(), to)
		for answer, ok := s.maybeAnswer(at, to, a.id, id, answered); ok && s.chance(0.7); {
			answer = answer.Add(s.human(20 * time.Minute))
			id = s.send(answer, a, "", s.chat(), to)
			answer = answer.Add(s.human(20 * time.Minute))
			s.answer(answer, to, a.id, id, s.chat())
		}
	}
}

func playMember(s *scene) {
	n := s.number("days")
	length := time.Duration(n) * day
	from := s.start(length, 8)
	a := s.main(from.Add(-s.old()))
	s.life(from, from.Add(length), a, s.friends(s.number("friends"), from), s.number("talks"))
	s.meet(a, from, length, (s.number("new")*n+6)/7, s.param("answered"))
}

func playRecruiter(s *scene) {
	n := s.number("days")
	at := workday(s.start(time.Duration(n+n/5*2+2)*day, 8))
	a := s.main(at.Add(-s.old()))
	letter := s.settled(s.choose(recruiting), "role", "company", "city")
	for range n {
		over := s.between(s.hours("hours"), max(s.hours("hours"), s.hours("longest")))
		for _, when := range s.spread(at, over, s.number("letters")) {
			to := s.stranger()
			id := s.send(when, a, "", s.fill(letter), to)
			if answer, ok := s.maybeAnswer(when.Add(s.hours("wait")), to, a.id, id, s.param("answered")); ok && s.chance(0.6) {
				s.send(answer.Add(10*time.Minute+s.human(90*time.Minute)), a, "", s.one(personals)+" "+s.opener(), to)
			}
		}
		at = workday(at.Truncate(day).Add(day + 8*time.Hour + s.between(0, time.Hour)))
	}
}

func playGreeter(s *scene) {
	from := s.start(3*day, 9)
	a := s.main(from.Add(-s.old()))
	n := s.number("greetings")
	friends := s.friends(n, from)
	greeting := pick(s.rng, greetings)
	for i, at := range s.spread(from, s.hours("hours"), n) {
		id := s.send(at, a, "connection", s.fill(greeting), friends[i].id)
		if s.chance(s.param("answered")) {
			s.answer(at.Add(time.Minute+s.delay()), friends[i].id, a.id, id, s.chat())
		}
	}
}

func playVictim(s *scene) {
	length := time.Duration(s.number("days")) * day
	from := s.start(length+5*day, 8)
	a := s.main(from.Add(-s.old()))
	friends := s.friends(20, from)
	s.life(from, from.Add(length+5*day), a, friends, 3)
	s.meet(a, from, length, 8, 0.5)
	at := from.Add(length).Truncate(day).Add(14 * time.Hour)
	n, reached := s.number("reporters"), s.number("reached")
	for i, when := range s.spread(at, time.Duration(s.number("minutes"))*time.Minute, n) {
		r := s.extra("reporter", at.Add(-s.between(time.Hour, 5*day)))
		message := ""
		if i < reached {
			message = s.send(at.Add(-s.between(time.Hour, 20*time.Hour)), a, "", s.opener(), r.id)
		}
		s.complain(when, r, a.id, message, pick(s.rng, []string{"spam", "harassment", "other"}))
	}
}

func playOrganiser(s *scene) {
	from := s.start(4*day, 10)
	a := s.main(from.Add(-s.old()))
	friends := s.friends(s.number("connections"), from)
	s.life(from, from.Add(4*day), a, friends[:min(12, len(friends))], 2)
	text, messages := s.fill(s.choose(announcements)), max(1, s.number("messages"))
	at := from.Add(s.between(time.Hour, 30*time.Hour))
	for i := range messages {
		var to []string
		for _, f := range friends[i*len(friends)/messages : (i+1)*len(friends)/messages] {
			to = append(to, f.id)
		}
		if len(to) == 0 {
			continue
		}
		at = at.Add(s.human(20 * time.Second))
		id := s.send(at, a, "connection", text, to...)
		for _, f := range to {
			if s.chance(s.param("answered")) {
				s.answer(at.Add(time.Minute+s.delay()), f, a.id, id, s.chat())
			}
		}
	}
}

func playPage(s *scene) {
	n := s.number("posts")
	from := s.start(time.Duration(n)*84*time.Hour+day, 9)
	a := s.main(from.Add(-s.old()))
	a.class = "page"
	followers := s.friends(s.number("followers"), from)
	for i := range n {
		text := s.fill(s.choose(posts))
		at := from.Add(time.Duration(i) * 84 * time.Hour)
		for _, f := range followers {
			at = at.Add(s.between(500*time.Millisecond, 2500*time.Millisecond))
			id := s.send(at, a, "follower", text, f.id)
			if s.chance(s.param("complaints")) {
				s.complain(at.Add(s.delay()), f, a.id, id, "spam")
			}
		}
	}
}

func playNewcomer(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n)*day, 17)
	a := s.main(from.Add(-time.Hour))
	s.meet(a, from, 5*time.Hour, s.number("first"), s.param("answered"))
	for i := 1; i < n; i++ {
		s.meet(a, from.Truncate(day).Add(time.Duration(i)*day+9*time.Hour), 12*time.Hour, s.number("daily"), s.param("answered"))
	}
	s.life(from.Add(day), from.Add(time.Duration(n)*day), a, s.friends(3, from), 2)
}

func playJobseeker(s *scene) { s.seek(nil) }

// seek plays a job seeker. each, if there is one, is told of every working day
// and of the letter, before it begins.
func (s *scene) seek(each func(i int, at time.Time, letter string)) {
	n := s.number("days")
	at := workday(s.start(time.Duration(n+n/5*2+2)*day, 9))
	a := s.main(at.Add(-s.between(200*day, 3*year)))
	letter := s.settled(s.choose(applications), "role")
	for i := range n {
		if each != nil {
			each(i, at, letter)
		}
		for _, when := range s.spread(at, s.hours("hours"), s.number("letters")) {
			to := s.stranger()
			id := s.send(when, a, "", s.fill(letter), to)
			if answer, ok := s.maybeAnswer(when, to, a.id, id, s.param("answered")); ok {
				s.send(answer.Add(s.human(2*time.Hour)), a, "", s.one(replies), to)
			}
		}
		at = workday(at.Truncate(day).Add(day + 9*time.Hour + s.between(0, time.Hour)))
	}
}

func playCopied(s *scene) {
	s.seek(func(i int, at time.Time, letter string) {
		if i != s.number("day") {
			return
		}
		b := s.extra("throwaway", at.Add(-s.between(2*time.Hour, 4*day)))
		s.steady(at, 60, 3*time.Hour, func(at time.Time) { s.send(at, b, "", s.fill(letter), s.stranger()) })
	})
}

// paster makes an old account that once pasted an announcement to many, of which no truth
// is told: what follows is what the actor is about.
func (s *scene) paster(from time.Time) *account {
	a := s.main(from.Add(-s.old()))
	text := s.fill(s.choose(announcements))
	s.unjudged(a, func() {
		for _, at := range s.spread(from, s.hours("hours"), s.number("pasted")) {
			s.send(at, a, "", text, s.stranger())
		}
	})
	return a
}

func playReturner(s *scene) {
	length := time.Duration(s.number("days")) * day
	pause := time.Duration(s.number("pause")) * day
	from := s.start(length+pause+day, 12)
	a := s.paster(from)
	from = from.Add(pause)
	s.life(from, from.Add(length), a, s.friends(12, from), 3)
	s.meet(a, from, length, 6, 0.5)
}

func playRetries(s *scene) {
	from := s.start(day, 9)
	a := s.main(from.Add(-s.old()))
	friends := s.friends(10, from)
	for _, at := range s.spread(from, 10*time.Hour, s.number("messages")) {
		relation, to := "connection", pick(s.rng, friends).id
		if s.chance(0.1) {
			relation, to = "", s.stranger()
		}
		s.send(at, a, relation, s.chat(), to)
		first := s.events[len(s.events)-1]
		for range s.number("tries") - 1 {
			first.At = stamp(first.At.Add(s.between(time.Second, 20*time.Second)))
			s.events = append(s.events, first)
		}
	}
}

func playBacklog(s *scene) {
	from := s.start(4*day, 9)
	a := s.main(from.Add(-s.old()))
	friends := s.friends(15, from)
	s.life(from, from.Add(3*day), a, friends, 3)
	at := from.Add(3 * day)
	for _, when := range s.spread(at, time.Duration(s.number("seconds"))*time.Second, s.number("messages")) {
		s.send(when, a, "connection", s.chat(), pick(s.rng, friends).id)
	}
}

func playTarget(s *scene) {
	length := time.Duration(s.number("days")) * day
	from := s.start(length+5*day, 8)
	a := s.main(from.Add(-s.old()))
	s.life(from, from.Add(length+5*day), a, s.friends(20, from), 3)
	s.meet(a, from, length, 8, 0.5)
	at := from.Add(length).Truncate(day).Add(13 * time.Hour)
	for _, when := range s.spread(at, s.hours("hours"), s.number("reporters")) {
		r := s.extra("reporter", at.Add(-s.old()))
		provoked := when.Add(-s.between(2*time.Hour, 26*time.Hour))
		s.send(provoked, r, "", s.one(insults), a.id)
		id := s.send(provoked.Add(s.human(4*time.Minute)), a, "", s.chat(), r.id)
		s.complain(when, r, a.id, id, "harassment")
	}
}

// settled fixes some words of a pattern for good.
func (s *scene) settled(pattern string, names ...string) string {
	for _, name := range names {
		pattern = strings.ReplaceAll(pattern, "{"+name+"}", pick(s.rng, lists[name]))
	}
	return pattern
}
