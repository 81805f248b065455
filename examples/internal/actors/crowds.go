package actors

import (
	"fmt"
	"time"
)

// crowds lists honest people, many of whom do the same at a time.
func crowds() []Actor {
	return []Actor{
		{
			Name: "cascade", About: "80 people pass on the search for a missing person to 3 to 9 neighbours each, within 3 hours; a third answers",
			Params: []Param{{"people", 80, "how many"}, {"neighbours", 6, "of each, half of it more or less"}, {"ties", 5, "friends of each at most"}, {"hours", 3, "within"}, {"answered", 0.3, "share"}, {"complaints", 0.001, "share"}},
			play:   playCascade,
		},
		{
			Name: "constituents", About: "40 people send one letter, with a first line of their own, to the same 11 offices within two days; a quarter of these acknowledge it at once",
			Params: []Param{{"people", 40, "how many"}, {"offices", 11, "how many"}, {"hours", 44, "within"}, {"receipts", 0.25, "share of offices that acknowledge"}, {"invited", 0, "1: the host knows that they ask for letters"}},
			play:   playConstituents,
		},
		{
			Name: "button", About: "a market whose button writes the first message: 50 people press it for 7 to 13 offers each in one evening; 45% is answered",
			Params: []Param{{"people", 50, "how many"}, {"offers", 10, "of each, a third of it more or less"}, {"hours", 3, "within"}, {"answered", 0.45, "share"}, {"language", 0, "1 to 12; 0: any"}, {"long", 0, "0: the short wording; 1: the long one; 2: one between them; 3: three words"}},
			play:   playButton,
		},
		{
			Name: "school", About: "28 accounts made in one hour behind one address; two advertise until a moderator finds them abusive, the others, who alone are judged, make friends",
			Params: []Param{{"pupils", 28, "how many"}, {"fools", 2, "of them"}, {"adverts", 24, "of each fool"}, {"days", 5, "how long"}, {"answered", 0.6, "share"}},
			play:   playSchool,
		},
		{
			Name: "feast", About: "25 people send one greeting to the 45 in their address books, of whom the engine has seen a third; half of them greet back",
			Params: []Param{{"people", 25, "how many"}, {"book", 45, "contacts of each"}, {"seen", 0.3, "share of them"}, {"known", 1, "1: the host knows the address book; 0: it knows no relations"}, {"hours", 5, "within"}, {"answered", 0.5, "share"}},
			play:   playFeast,
		},
		{
			Name: "teachers", About: "4 new teachers with accounts of two days write to 27 families each, one by one in one evening; half answer by the next",
			Params: []Param{{"teachers", 4, "how many"}, {"families", 27, "of each"}, {"answered", 0.5, "share"}},
			play:   playTeachers,
		},
		{
			Name: "joiners", About: "25 accounts of some minutes say hello in each of the 8 rooms that the service proposes, as it tells them to; a third is answered",
			Params: []Param{{"people", 25, "how many"}, {"rooms", 8, "of each"}, {"answered", 0.3, "share"}},
			play:   playJoiners,
		},
	}
}

func playCascade(s *scene) {
	over := s.hours("hours")
	from := s.start(over+13*day, 15).Add(8 * day)
	s.fixed["phone"] = fmt.Sprintf("0%d 55%05d", 20+s.rng.IntN(70), s.rng.IntN(1e5))
	notice := s.settled(pick(s.rng, notices), "first")
	people := s.crowd(s.number("people"), s.number("ties"), from)
	town, n := s.town(5*len(people)), s.number("neighbours")
	for i, at := range s.spread(from, over, len(people)) {
		text := s.fill(notice)
		if s.chance(0.2) {
			text = s.one(thanks) + "\n" + text // a word of their own before it
		}
		for _, to := range s.some(town, n-n/2+s.rng.IntN(2*(n/2)+1)) {
			at = at.Add(s.human(15 * time.Second))
			id := s.send(at, people[i], "second_degree", text, to)
			s.thank(at, to, people[i].id, id, s.param("answered"), 25*time.Minute)
			if s.chance(s.param("complaints")) {
				s.complain(at.Add(s.human(time.Hour)), &account{id: to}, people[i].id, id, "spam")
			}
		}
	}
}

func playConstituents(s *scene) {
	over := s.hours("hours")
	from := s.start(over+13*day, 8).Add(8 * day)
	people := s.crowd(s.number("people"), 6, from)
	relation := "stranger"
	if s.param("invited") == 1 {
		relation = "invited"
	}
	offices, petition := s.town(s.number("offices")), pick(s.rng, petitions)
	for i, at := range s.spread(from, over, len(people)) {
		text := capital(s.one(chats)) + ".\n" + petition + ", " + s.fill("{first} {last}")
		for j, to := range offices {
			at = at.Add(s.human(40 * time.Second))
			id := s.send(at, people[i], relation, text, to)
			if float64(j) < s.param("receipts")*float64(len(offices)) {
				s.answer(at.Add(s.between(5*time.Second, 40*time.Second)), to, people[i].id, id, "Your message has arrived; we answer within ten working days. "+to)
			}
		}
	}
}

func playButton(s *scene) {
	over := s.hours("hours")
	from := s.start(over+13*day, 18).Add(8 * day)
	texts := buttons[min(len(buttons)-1, s.number("long"))]
	text := pick(s.rng, texts)
	if n := s.number("language"); n > 0 {
		text = texts[(n-1)%len(texts)]
	}
	people, n := s.crowd(s.number("people"), 2, from), s.number("offers")
	town := s.town(max(4*len(people), 2*n))
	for _, a := range people {
		a.joined = from.Add(-s.between(day, 300*day))
		offers := s.some(town, n-n/3+s.rng.IntN(2*(n/3)+1))
		for i, at := range s.spread(from, over, len(offers)) {
			id := s.send(at, a, "stranger", text, offers[i])
			s.thank(at, offers[i], a.id, id, s.param("answered"), 45*time.Minute)
		}
	}
}

func playSchool(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+1)*day, 9)
	origin, room := "address-"+s.name, s.name+".form"
	join := func(a *account) *account {
		a.origin = origin
		return a
	}
	for range s.number("fools") {
		a, text := join(s.extra("fool", from.Add(-s.between(5*time.Minute, time.Hour)))), s.fill(s.choose(adverts))
		at := from.Add(s.between(10*time.Minute, 30*time.Minute))
		for i := range s.number("adverts") {
			at = at.Add(s.between(10*time.Second, 30*time.Second))
			to := s.stranger()
			id := s.send(at, a, "", text, to)
			switch {
			case i == 12:
				s.confirm(at.Add(5*time.Minute), to, a.id, id, "spam")
			case s.chance(0.2):
				s.complain(at.Add(s.human(10*time.Minute)), &account{id: to}, a.id, id, "spam")
			}
		}
	}
	pupils := make([]*account, max(0, s.number("pupils")-s.number("fools")))
	for i := range pupils {
		pupils[i] = join(s.main(from.Add(-s.between(5*time.Minute, time.Hour))))
		s.post(from.Add(s.between(0, 20*time.Minute)), pupils[i], room, s.one(hellos))
	}
	for d := range n {
		for i, a := range pupils {
			for _, at := range s.spread(from.Add(time.Duration(d)*day+time.Hour), 8*time.Hour, 1+s.rng.IntN(3)) {
				b := pupils[(i+1+s.rng.IntN(len(pupils)))%len(pupils)]
				if a == b {
					continue
				}
				id := s.send(at, a, "", s.chat(), b.id)
				if s.chance(s.param("answered")) {
					s.send(at.Add(time.Minute+s.human(4*time.Minute)), b, "", s.chat(), a.id)
					s.events[len(s.events)-1].Message = id
				}
			}
		}
	}
}

func playFeast(s *scene) {
	over := s.hours("hours")
	from := s.start(over+13*day, 9).Add(8 * day)
	if s.param("known") == 0 {
		s.world.NoRelations = true
	}
	greeting, book := pick(s.rng, feasts), s.number("book")
	seen := int(s.param("seen") * float64(book))
	for range s.number("people") {
		a, friends := s.main(from.Add(-s.old())), s.friends(seen, from)
		s.acquaint(a, friends, from)
		to := s.town(book - seen)
		for _, f := range friends {
			to = append(to, f.id)
		}
		at := from.Add(s.between(0, over))
		for _, to := range s.some(to, book) {
			at = at.Add(s.human(20 * time.Second))
			id := s.send(at, a, "connection", greeting, to)
			s.thank(at, to, a.id, id, s.param("answered"), 75*time.Minute)
		}
	}
}

func playTeachers(s *scene) {
	from := s.start(4*day, 16)
	school := pick(s.rng, teaching)
	for range s.number("teachers") {
		a := s.main(from.Add(-s.between(40*time.Hour, 56*time.Hour)))
		s.fixed["sender"] = s.fill("{first} {last}")
		at := from.Add(s.between(0, 2*time.Hour))
		for i := range s.number("families") {
			at = at.Add(s.human(2 * time.Minute))
			s.fixed["child"], s.fixed["hour"] = s.fill("{first}"), fmt.Sprintf("%d:%d0", 14+i/6, i%6)
			s.fixed["remark"] = s.one(school.remarks)
			to := s.stranger()
			id := s.send(at, a, "", s.fill(school.letter), to)
			s.thank(at, to, a.id, id, s.param("answered"), 5*time.Hour)
		}
	}
}

func playJoiners(s *scene) {
	from := s.start(4*day, 12)
	rooms := s.rooms(14)
	for _, at := range s.spread(from, 30*time.Hour, s.number("people")) {
		a, hello := s.main(at.Add(-s.between(2*time.Minute, 20*time.Minute))), s.one(hellos)
		for _, room := range s.some(rooms, s.number("rooms")) {
			at = at.Add(s.human(90 * time.Second))
			id := s.post(at, a, room, hello)
			if !s.chance(s.param("answered")) {
				continue
			}
			later := at.Add(s.human(10 * time.Minute))
			s.answer(later, room+".host", a.id, id, s.one(replies))
			s.events[len(s.events)-1].Group = room
			s.post(later.Add(s.human(10*time.Minute)), a, room, s.chat())
		}
	}
}
