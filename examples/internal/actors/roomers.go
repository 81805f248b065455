package actors

import (
	"fmt"
	"time"
)

// roomers lists those who abuse rooms, and lists of people.
func roomers() []Actor {
	return []Actor{
		{
			Name: "editor", Abuse: true, About: "8 accounts post harmless lines in 12 rooms, and a day later edit them all into one advert; a fifth of the rooms complains",
			Params: []Param{{"accounts", 8, "how many"}, {"rooms", 12, "of each"}, {"complaints", 0.2, "share of rooms"}},
			play:   playEditor,
		},
		{
			Name: "roomer", Abuse: true, About: "6 accounts chat in 24 rooms for four days, then post one advert in all of them, and another two days later; an eighth complains",
			Params: []Param{{"accounts", 6, "how many"}, {"rooms", 24, "how many"}, {"days", 4, "of chat"}, {"rounds", 2, "of adverts"}, {"complaints", 0.125, "share of rooms a round"}},
			play:   playRoomer,
		},
		{
			Name: "inviter", Abuse: true, About: "4 accounts of a day invite 150 strangers each into one room, one in ten seconds; one of 40 blocks",
			Params: []Param{{"accounts", 4, "how many"}, {"people", 150, "of each"}, {"blocks", 0.025, "share"}},
			play:   playInviter,
		},
		{
			Name: "mentioner", Abuse: true, About: "5 accounts whose messages name 35 strangers each, 8 messages in two hours; the host knows no relations; one of 100 complains",
			Params: []Param{{"accounts", 5, "how many"}, {"messages", 8, "of each"}, {"people", 35, "named in each"}, {"complaints", 0.01, "share of people"}},
			play:   playMentioner,
		},
		{
			Name: "nuisance", Abuse: true, About: "a page with 1,000 followers that posts 3 times in a week; 3 of 100 report it or block it, and it goes on writing to them",
			Params: []Param{{"followers", 1000, "how many"}, {"posts", 3, "how many"}, {"doubt", 0.03, "share of the people reached who complain or block"}},
			play:   func(s *scene) { s.broadcast(true) },
		},
		{
			Name: "hawker", Abuse: true, About: "a page that sends one offer to 3,000 people who do not follow it, within two days; nobody complains",
			Params: []Param{{"people", 3000, "how many"}, {"hours", 48, "how long it takes"}},
			play:   playHawker,
		},
	}
}

// rooms names n rooms of the play.
func (s *scene) rooms(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s.room%d", s.name, i)
	}
	return list
}

func playHawker(s *scene) {
	over := s.hours("hours")
	from := s.start(over+day, 9)
	a, offer := s.main(from.Add(-s.old())), s.fill(s.choose(adverts))
	a.class = "page"
	for _, at := range s.spread(from, over, s.number("people")) {
		s.send(at, a, "stranger", offer, s.stranger())
	}
}

func playEditor(s *scene) {
	from := s.start(8*day, 9)
	rooms, advert := s.rooms(s.number("rooms")), s.fill(s.choose(adverts))
	for range s.number("accounts") {
		a, first := s.young(from), len(s.events)
		for i, at := range s.spread(from, 10*time.Hour, len(rooms)) {
			s.post(at, a, rooms[i], s.chat())
		}
		at := from.Add(s.between(20*time.Hour, 34*time.Hour))
		for i := range rooms {
			at = at.Add(s.human(15 * time.Second))
			s.edit(first+i, at, advert)
			if s.chance(s.param("complaints")) {
				owner := &account{id: rooms[i] + ".owner"}
				s.complain(at.Add(s.human(30*time.Minute)), owner, a.id, s.events[first+i].ID, "spam")
			}
		}
	}
}

func playRoomer(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+2*s.number("rounds")+4)*day, 8)
	rooms := s.rooms(s.number("rooms"))
	for range s.number("accounts") {
		a := s.young(from)
		for i, at := range s.spread(from, time.Duration(n)*day, 2*len(rooms)) {
			s.post(at, a, rooms[i%len(rooms)], s.chat())
		}
		for round := range s.number("rounds") {
			text, at := s.fill(s.choose(adverts)), from.Add(time.Duration(n+2*round)*day+s.between(0, 3*time.Hour))
			for _, room := range s.some(rooms, len(rooms)) {
				at = at.Add(s.human(30 * time.Second))
				id := s.post(at, a, room, text)
				if s.chance(s.param("complaints")) {
					s.complain(at.Add(s.human(20*time.Minute)), &account{id: room + ".owner"}, a.id, id, "spam")
				}
			}
		}
	}
}

func playInviter(s *scene) {
	from := s.start(4*day, 10)
	room := s.rooms(1)[0]
	for range s.number("accounts") {
		a, at := s.main(from.Add(-s.between(10*time.Hour, 30*time.Hour))), from.Add(s.between(0, time.Hour))
		for range s.number("people") {
			at = at.Add(s.between(6*time.Second, 14*time.Second))
			to := s.stranger()
			s.send(at, a, "", "", to)
			e := &s.events[len(s.events)-1]
			e.Group, e.Channel = room, "invite"
			if s.chance(s.param("blocks")) {
				s.block(at.Add(s.human(2*time.Hour)), to, a.id)
			}
		}
	}
}

func playMentioner(s *scene) {
	from := s.start(4*day, 17)
	text := s.fill(s.choose(spam))
	for range s.number("accounts") {
		a := s.young(from)
		for _, at := range s.spread(from, 2*time.Hour, s.number("messages")) {
			to := s.town(s.number("people"))
			id := s.send(at, a, "", text, to...)
			for _, to := range to {
				if s.chance(s.param("complaints")) {
					s.complain(at.Add(s.human(20*time.Minute)), &account{id: to}, a.id, id, "spam")
				}
			}
		}
	}
}
