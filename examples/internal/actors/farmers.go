package actors

import (
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// farmers lists those who use many accounts, rooms or ways around a rule at a time.
func farmers() []Actor {
	return []Actor{
		{
			Name: "farm", Abuse: true, About: "12 accounts on one device, made one after the other, write one template to 10 strangers a day each for three days; 3% answered",
			Params: []Param{{"accounts", 12, "how many"}, {"rate", 10, "strangers a day"}, {"days", 3, "how long"}, {"spun", 0, "1: every sentence said anew"}, {"answered", 0.03, "share"}, {"complaints", 0.02, "share"}},
			play:   playFarm,
		},
		{
			Name: "barker", Abuse: true, About: "5 accounts of some hours that post one advert, in English, Spanish or Russian, into 30 rooms each within an hour, where they never wrote, and again the next day; a tenth of the rooms complains",
			Params: []Param{{"accounts", 5, "how many"}, {"rooms", 30, "of each"}, {"days", 2, "how often"}, {"complaints", 0.1, "share of rooms a day"}},
			play:   playBarker,
		},
		{
			Name: "swapper", Abuse: true, About: "5 accounts ask 40 strangers a day something harmless for two days, and an hour later edit each question into one advert; a tenth complains",
			Params: []Param{{"accounts", 5, "how many"}, {"rate", 40, "strangers a day"}, {"days", 2, "how long"}, {"answered", 0.1, "share, before the edit"}, {"complaints", 0.1, "share"}},
			play:   playSwapper,
		},
		{
			Name: "eraser", Abuse: true, About: "blasts, has the account erased, and comes back under the same name the next day with another text; three times",
			Params: []Param{{"rate", 60, "an hour"}, {"hours", 2, "each time"}, {"lives", 3, "how many"}, {"answered", 0.02, "share"}, {"complaints", 0, "share"}},
			play:   playEraser,
		},
		{
			Name: "phisher", Abuse: true, About: "3 old accounts in other hands send a bait, in English, German, Spanish or Russian, with a link of its own to each of 45 friends within half an hour, and the next day another one; 8% report it",
			Params: []Param{{"accounts", 3, "how many"}, {"friends", 45, "of each"}, {"days", 10, "of ordinary life"}, {"minutes", 30, "within"}, {"rounds", 2, "days on which they do"}, {"complaints", 0.08, "share"}},
			play:   playPhisher,
		},
	}
}

// erase has the account erased, as it asked for.
func (s *scene) erase(at time.Time, a *account) {
	s.events = append(s.events, events.Event{At: stamp(at), Kind: events.Erased, From: a.id})
}

func playFarm(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+3)*day, 9)
	spun, text := s.rng.IntN(len(slow)), s.choose(templates)
	write := func() string {
		if s.param("spun") == 1 {
			return s.spin(spun)
		}
		return s.fill(text)
	}
	for _, at := range s.spread(from, 8*time.Hour, s.number("accounts")) {
		a := s.main(at.Add(-s.between(2*time.Minute, time.Hour)))
		a.origin = "device-" + s.name
		for d := range n {
			for _, at := range s.spread(at.Add(time.Duration(d)*day), 8*time.Hour, s.number("rate")) {
				first, to := len(s.events), s.approach(at, a, write())
				if s.chance(s.param("complaints")) {
					s.complain(at.Add(s.human(time.Hour)), &account{id: to}, a.id, s.events[first].ID, "spam")
				}
			}
		}
	}
}

func playBarker(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+2)*day, 10)
	text, rooms := pick(s.rng, cries), s.rooms(2*s.number("rooms"))
	for range s.number("accounts") {
		a := s.young(from)
		for d := range n {
			for i, at := range s.spread(from.Add(time.Duration(d)*day+s.between(0, 3*time.Hour)), time.Hour, s.number("rooms")) {
				room := s.some(rooms, len(rooms))[i]
				id := s.send(at, a, "", s.fill(text), room+".all")
				s.events[len(s.events)-1].Group = room
				if s.chance(s.param("complaints")) {
					s.complain(at.Add(s.human(20*time.Minute)), &account{id: room + ".owner"}, a.id, id, "spam")
				}
			}
		}
	}
}

func playSwapper(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+3)*day, 9)
	advert := s.fill(pick(s.rng, cries))
	for range s.number("accounts") {
		a, market := s.young(from), pick(s.rng, markets)
		for d := range n {
			for _, at := range s.spread(from.Add(time.Duration(d)*day), 9*time.Hour, s.number("rate")) {
				to, first := s.stranger(), len(s.events)
				id := s.send(at, a, "stranger", s.enquiry(&market), to)
				s.thank(at, to, a.id, id, s.param("answered"), 20*time.Minute)
				at = at.Add(time.Hour + s.human(10*time.Minute))
				s.edit(first, at, advert)
				if s.chance(s.param("complaints")) {
					s.complain(at.Add(s.human(time.Hour)), &account{id: to}, a.id, id, "spam")
				}
			}
		}
	}
}

func playEraser(s *scene) {
	over, n := s.hours("hours"), s.number("lives")
	at := s.start(time.Duration(n)*(over+day)+3*day, 9)
	a, texts := s.young(at), s.rng.Perm(len(cries))
	for life := range n {
		text := s.fill(cries[texts[life%len(texts)]])
		s.steady(at, s.param("rate"), over, func(at time.Time) { s.approach(at, a, text) })
		if life < n-1 {
			s.erase(at.Add(over+time.Hour), a)
		}
		at = at.Add(over + day)
		a.joined = at.Add(-time.Hour)
	}
}

func playPhisher(s *scene) {
	n := time.Duration(s.number("days")) * day
	from := s.start(n+time.Duration(s.number("rounds")+2)*day, 9)
	for range s.number("accounts") {
		a, friends := s.main(from.Add(-s.old())), s.friends(s.number("friends"), from)
		s.unjudged(a, func() {
			s.acquaint(a, friends, from.Add(8*day))
			s.life(from, from.Add(n), a, friends, 2)
		})
		over := time.Duration(s.param("minutes") * float64(time.Minute))
		for round, hook := range s.rng.Perm(len(hooks))[:min(len(hooks), s.number("rounds"))] {
			begin := from.Add(n + time.Duration(round)*day + s.between(0, 8*time.Hour))
			for i, at := range s.spread(begin, over, len(friends)) {
				id := s.send(at, a, "connection", s.fill(hooks[hook])+s.fill("{number}{number}"), friends[i].id)
				if s.chance(s.param("complaints")) {
					s.complain(at.Add(time.Minute+s.human(20*time.Minute)), friends[i], a.id, id, "fraud")
				}
			}
		}
	}
}

// cries are adverts in several languages.
var cries = list(`🔥 Earn {number}0 a day from home, no skills, paid every evening. Only {number} places left, join now: {link}|Gana {number}0 al día desde casa, sin experiencia, pago cada noche. Quedan {number} plazas, entra ya: {link}|
	Заработок от {number}0 в день из дома, без опыта, выплаты каждый вечер. Осталось {number} мест, заходи: {link}|Signals that are right nine times of ten, {number} percent last month, the first week is free. Ask me or look: {link}`)

// hooks are what friends are sent from an account that somebody else took over.
var hooks = list(`hey, is that you in this video?? http://clip.example/v|bist du das auf dem Bild?? http://foto.example/b|hola, ¿me votas en el concurso? solo un clic http://voto.example/c|привет, проголосуй за мою племянницу http://golos.example/k|
	I got a parcel in your name, look here http://paket.example/p`)
