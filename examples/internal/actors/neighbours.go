package actors

import "time"

// neighbours lists honest people who write to many whom they do not know, one by one.
func neighbours() []Actor {
	return []Actor{
		{
			Name: "furnisher", About: "3 people who furnish a flat ask 9 sellers a day for four days, each in words of their own, in Portuguese, Polish, Korean or Hebrew; 45% answer the same day",
			Params: []Param{{"people", 3, "how many"}, {"rate", 9, "sellers a day"}, {"days", 4, "how long"}, {"answered", 0.45, "share"}},
			play:   playFurnisher,
		},
		{
			Name: "guest", About: "4 travellers ask 20 hosts each over three evenings, in one letter with a line of its own for each; a third answers, on the next day",
			Params: []Param{{"people", 4, "how many"}, {"hosts", 20, "of each"}, {"answered", 1.0 / 3, "share"}},
			play:   playGuest,
		},
		{
			Name: "askers", About: "a water main has burst: 50 households ask 4 to 7 of 25 shops nearly the same within two hours; 55% answer",
			Params: []Param{{"people", 50, "households"}, {"shops", 25, "how many"}, {"answered", 0.55, "share"}},
			play:   playAskers,
		},
		{
			Name: "caller", About: "2 people who speak by a device: the same two phrases and a question to 3 to 6 new offices a day for 25 days; 55% answer",
			Params: []Param{{"people", 2, "how many"}, {"days", 25, "how long"}, {"answered", 0.55, "share"}},
			play:   playCaller,
		},
		{
			Name: "scribe", About: "4 people whose writing has invisible joiners, families of emoji or two scripts in a word, to 6 new people a day for six days; 40% answer",
			Params: []Param{{"people", 4, "how many"}, {"rate", 6, "new people a day"}, {"days", 6, "how long"}, {"answered", 0.4, "share"}},
			play:   playScribe,
		},
		{
			Name: "cheerer", About: "3 members who send one or two emoji, or a picture alone, to 8 friends of friends a day for six days; a third answers",
			Params: []Param{{"people", 3, "how many"}, {"rate", 8, "a day"}, {"days", 6, "how long"}, {"answered", 0.33, "share"}},
			play:   playCheerer,
		},
		{
			Name: "clerk", About: "3 clerks whose letters are a line with a signature of several, the same each time, to 6 new people a working day for ten days; 55% answer within two days",
			Params: []Param{{"people", 3, "how many"}, {"rate", 6, "a working day"}, {"days", 10, "working days"}, {"answered", 0.55, "share"}},
			play:   playClerk,
		},
		{
			Name: "mover", About: "an account of a day, of a new number, which tells it to 60 connections one by one within an hour; a quarter answers, and one reports it by mistake",
			Params: []Param{{"friends", 60, "how many"}, {"answered", 0.25, "share"}},
			play:   playMover,
		},
	}
}

func playFurnisher(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+2)*day, 16)
	for i := range s.number("people") {
		a, market := s.main(from.Add(-s.between(30*day, 2*year))), &markets[(i+s.rng.IntN(len(markets)))%len(markets)]
		for d := range n {
			for _, at := range s.spread(from.Add(time.Duration(d)*day), 3*time.Hour, s.number("rate")) {
				to := s.stranger()
				id := s.send(at, a, "stranger", s.enquiry(market), to)
				s.thank(at, to, a.id, id, s.param("answered"), 90*time.Minute)
			}
		}
	}
}

func playGuest(s *scene) {
	from := s.start(5*day, 18)
	for range s.number("people") {
		a, stay := s.main(from.Add(-s.between(10*day, year))), pick(s.rng, stays)
		for i := range s.number("hosts") {
			at := from.Add(time.Duration(i*3/s.number("hosts"))*day + s.between(0, 2*time.Hour))
			s.fixed["remark"] = s.one(stay.remarks)
			to := s.stranger()
			id := s.send(at, a, "stranger", s.fill(stay.letter), to)
			if s.chance(s.param("answered")) {
				s.answer(at.Add(s.between(10*time.Hour, 26*time.Hour)), to, a.id, id, s.one(thanks))
			}
		}
	}
}

func playAskers(s *scene) {
	from := s.start(13*day, 17).Add(8 * day)
	shops, need := s.town(s.number("shops")), pick(s.rng, needs)
	for _, a := range s.crowd(s.number("people"), 3, from) {
		at, text := from.Add(s.between(0, 2*time.Hour)), pick(s.rng, need)
		for _, to := range s.some(shops, 4+s.rng.IntN(4)) {
			at = at.Add(s.human(time.Minute))
			id := s.send(at, a, "stranger", text, to)
			s.thank(at, to, a.id, id, s.param("answered"), 30*time.Minute)
		}
	}
}

func playCaller(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+3)*day, 9)
	for range s.number("people") {
		a, call := s.main(from.Add(-s.old())), pick(s.rng, calls)
		for d := range n {
			for _, at := range s.spread(from.Add(time.Duration(d)*day), 7*time.Hour, 3+s.rng.IntN(4)) {
				to := s.stranger()
				id := s.send(at, a, "stranger", s.one(call.first), to)
				s.send(at.Add(s.between(4*time.Second, 20*time.Second)), a, "stranger", s.one(call.second), to)
				if !s.chance(s.param("answered")) {
					continue
				}
				at = at.Add(s.human(15 * time.Minute))
				s.answer(at, to, a.id, id, s.one(thanks))
				s.send(at.Add(s.human(2*time.Minute)), a, "", pick(s.rng, call.asks), to)
			}
		}
	}
}

func playScribe(s *scene) { s.jot(scripts, "stranger") }

// jot has people write short things to some new people a day, each in a way of their own.
func (s *scene) jot(ways [][]string, relation string) {
	n := s.number("days")
	from := s.start(time.Duration(n+2)*day, 12)
	for i := range s.number("people") {
		a, way := s.main(from.Add(-s.between(20*day, 2*year))), ways[i%len(ways)]
		for d := range n {
			for _, at := range s.spread(from.Add(time.Duration(d)*day), 6*time.Hour, s.number("rate")) {
				to := s.stranger()
				id := s.send(at, a, relation, pick(s.rng, way), to)
				if s.chance(0.15) && relation != "stranger" { // a picture instead
					e := &s.events[len(s.events)-1]
					e.Text, e.Media = "", []string{"picture-" + id}
				}
				s.thank(at, to, a.id, id, s.param("answered"), 2*time.Hour)
			}
		}
	}
}

func playCheerer(s *scene) { s.jot([][]string{cheers}, "second_degree") }

func playClerk(s *scene) {
	n := s.number("days")
	at := workday(s.start(time.Duration(n+n/5*2+4)*day, 8))
	people := make([]*account, s.number("people"))
	for i := range people {
		people[i] = s.main(at.Add(-s.old()))
	}
	for range n {
		for i, a := range people {
			office := clerks[i%len(clerks)]
			for _, at := range s.spread(at, 4*time.Hour, s.number("rate")) {
				to := s.stranger()
				id := s.send(at, a, "", s.one(office.lines)+"\n\n-- \n"+office.signature, to)
				if s.chance(s.param("answered")) {
					s.answer(at.Add(s.between(time.Hour, 46*time.Hour)), to, a.id, id, s.one(thanks))
				}
			}
		}
		at = workday(at.Add(day))
	}
}

func playMover(s *scene) {
	from := s.start(3*day, 17)
	a, text := s.main(from.Add(-s.between(12*time.Hour, 30*time.Hour))), pick(s.rng, numbers)
	for i, f := range s.friends(s.number("friends"), from) {
		from = from.Add(s.human(35 * time.Second))
		id := s.send(from, a, "connection", s.fill(text), f.id)
		s.thank(from, f.id, a.id, id, s.param("answered"), time.Hour)
		if i == 9 {
			s.complain(from.Add(s.human(20*time.Minute)), f, a.id, id, "spam")
		}
	}
}
