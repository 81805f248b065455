package actors

import (
	"fmt"
	"time"
)

// desks lists honest people and programs that write because they are asked to.
func desks() []Actor {
	return []Actor{
		{
			Name: "agents", About: "3 people of a help desk answer 40 customers a day for three days, mostly by ready-made texts; the customers wrote to the desk, not to them; four of ten say a word more",
			Params: []Param{{"people", 3, "agents"}, {"customers", 40, "a day, of each"}, {"days", 3, "how long"}, {"answered", 0.4, "share"}, {"told", 0, "1: the host says that the customer wrote first"}},
			play:   playAgents,
		},
		{
			Name: "salon", About: "the program of a salon, of no class, that writes to 6 to 9 customers a day for 20 days when they are expected tomorrow; a quarter says ok, and a third has been there before",
			Params: []Param{{"days", 20, "how long"}, {"answered", 0.25, "share"}},
			play:   playSalon,
		},
		{
			Name: "welcomer", About: "a service that welcomes 800 people in two days; 0.6% report it, 1% block it",
			Params: []Param{{"people", 800, "how many"}, {"hours", 44, "within"}, {"reports", 0.006, "share"}, {"blocks", 0.01, "share"}},
			play:   playWelcomer,
		},
		{
			Name: "siren", About: "a page that sends five alerts of a line within 12 minutes to 200 people, of whom nobody answers",
			Params: []Param{{"people", 200, "subscribers"}, {"alerts", 5, "how many"}},
			play:   playSiren,
		},
		{
			Name: "fixer", About: "8 members of whose messages, to friends, in rooms and to 3 new people a day, a third is edited within minutes, for a typing error or to add a word",
			Params: []Param{{"people", 8, "how many"}, {"days", 4, "how long"}, {"messages", 20, "a day"}, {"new", 3, "new people a day"}, {"edited", 0.33, "share"}, {"answered", 0.5, "share of new people"}},
			play:   playFixer,
		},
		{
			Name: "walker", About: "2 people who share where they walk: one message to a friend, and one in a room, each edited every 15 seconds for 40 minutes",
			Params: []Param{{"people", 2, "how many"}, {"minutes", 40, "how long"}, {"seconds", 15, "between edits"}},
			play:   playWalker,
		},
		{
			Name: "comeback", About: "a member who has the account erased, and comes back eight days later under the same name, to old friends and three new people a day",
			Params: []Param{{"days", 10, "of ordinary life, before and after"}, {"new", 3, "new people a day"}, {"answered", 0.5, "share"}},
			play:   playComeback,
		},
	}
}

func playAgents(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+1)*day, 8)
	for range s.number("people") {
		a, macros := s.main(from.Add(-s.between(60*day, 3*year))), pick(s.rng, macros)
		for d := range n {
			for _, at := range s.spread(from.Add(time.Duration(d)*day), 8*time.Hour, s.number("customers")) {
				to := s.stranger()
				id := s.send(at, a, "", s.one(macros), to)
				s.events[len(s.events)-1].Answer = s.param("told") == 1
				s.thank(at, to, a.id, id, s.param("answered"), 25*time.Minute)
			}
		}
	}
}

func playSalon(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+2)*day, 17)
	a, reminder, customers := s.main(from.Add(-s.old())), pick(s.rng, appointments), []string{}
	for d := range n {
		at := from.Add(time.Duration(d) * day).Truncate(time.Hour)
		for i := range 6 + s.rng.IntN(4) {
			to := ""
			if len(customers) > 20 && s.chance(0.33) {
				to = pick(s.rng, customers)
			} else {
				to = s.stranger()
				customers = append(customers, to)
			}
			at = at.Add(s.between(500*time.Millisecond, 4*time.Second))
			s.fixed["hour"] = fmt.Sprintf("%d:%02d", 9+i, 15*s.rng.IntN(4))
			id := s.send(at, a, "", s.fill(reminder), to)
			s.thank(at, to, a.id, id, s.param("answered"), 40*time.Minute)
		}
	}
}

func playWelcomer(s *scene) {
	over := s.hours("hours")
	from := s.start(over+2*day, 6)
	a := s.main(from.Add(-s.old()))
	a.class = "service"
	for _, at := range s.spread(from, over, s.number("people")) {
		to := s.stranger()
		id := s.send(at, a, "", s.one(welcomes), to)
		switch u := s.rng.Float64(); {
		case u < s.param("reports"):
			s.complain(at.Add(s.human(20*time.Minute)), &account{id: to}, a.id, id, "spam")
		case u < s.param("reports")+s.param("blocks"):
			s.block(at.Add(s.human(20*time.Minute)), to, a.id)
		}
	}
}

func playSiren(s *scene) {
	from := s.start(2*day, 2)
	a, people := s.main(from.Add(-s.between(40*day, year))), s.town(s.number("people"))
	a.class = "page"
	for i := range s.number("alerts") {
		at, text := from.Add(time.Duration(i)*3*time.Minute), s.one(alerts)
		for _, to := range people {
			at = at.Add(s.between(50*time.Millisecond, 350*time.Millisecond))
			s.send(at, a, "", text, to)
		}
	}
}

// slip writes a text with a typing error in it: two letters have changed places.
func (s *scene) slip(text string) string {
	r := []rune(text)
	if i := s.rng.IntN(len(r)); i > 0 {
		r[i-1], r[i] = r[i], r[i-1]
	}
	return string(r)
}

// write sends a text, of which a share is corrected once or twice soon.
func (s *scene) write(at time.Time, text string, send func(at time.Time, text string)) {
	if !s.chance(s.param("edited")) {
		send(at, text)
		return
	}
	send(at, s.slip(text))
	i := len(s.events) - 1
	at = at.Add(10*time.Second + s.human(40*time.Second))
	s.edit(i, at, text)
	if s.chance(0.3) {
		s.edit(i, at.Add(10*time.Second+s.human(2*time.Minute)), text+" "+s.one(thanks))
	}
}

func playFixer(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+2)*day, 9)
	rooms := s.rooms(3)
	for i := range s.number("people") {
		a, market := s.main(from.Add(-s.old())), &markets[i%len(markets)]
		friends := s.friends(8, from)
		s.acquaint(a, friends[:4], from)
		for d := range n {
			begin := from.Add(time.Duration(d) * day)
			for j, at := range s.spread(begin, 12*time.Hour, s.number("messages")) {
				s.write(at, s.chat(), func(at time.Time, text string) {
					if j%3 == 0 {
						s.post(at, a, pick(s.rng, rooms), text)
					} else {
						s.send(at, a, "connection", text, pick(s.rng, friends).id)
					}
				})
			}
			for _, at := range s.spread(begin, 12*time.Hour, s.number("new")) {
				to, first := s.stranger(), len(s.events)
				s.write(at, s.enquiry(market), func(at time.Time, text string) { s.send(at, a, "stranger", text, to) })
				s.thank(at.Add(5*time.Minute), to, a.id, s.events[first].ID, s.param("answered"), time.Hour)
			}
		}
	}
}

func playWalker(s *scene) {
	over := time.Duration(s.param("minutes") * float64(time.Minute))
	from := s.start(2*day, 8)
	for range s.number("people") {
		a := s.main(from.Add(-s.old()))
		friend := s.friends(1, from)[0]
		s.acquaint(a, []*account{friend}, from)
		at, x, y := from.Add(s.between(0, time.Hour)), 40+20*s.rng.Float64(), 5+20*s.rng.Float64()
		first := len(s.events)
		s.send(at, a, "connection", "📍", friend.id)
		s.post(at.Add(time.Second), a, s.name+".club", "📍")
		for until := at.Add(over); at.Before(until); {
			at = at.Add(time.Duration(s.param("seconds") * float64(time.Second)))
			x, y = x+0.0003*s.rng.Float64(), y+0.0004*s.rng.Float64()
			text := fmt.Sprintf("📍 %.4f, %.4f", x, y)
			s.edit(first, at, text)
			s.edit(first+1, at.Add(time.Second), text)
		}
	}
}

func playComeback(s *scene) {
	n := s.number("days")
	length := time.Duration(n) * day
	from := s.start(2*length+10*day, 9)
	a := s.main(from.Add(-s.old()))
	friends := s.friends(12, from)
	for range 2 {
		s.life(from, from.Add(length), a, friends, 2)
		s.meet(a, from, length, n*s.number("new"), s.param("answered"))
		from = from.Add(length + day)
		s.erase(from, a)
		from = from.Add(8 * day)
		a.joined = from.Add(-time.Hour) // it is a new account now
	}
	s.events = s.events[:len(s.events)-1] // there is no third life
}

// macros are the ready-made texts of a help desk.
var macros = [][]string{
	list(`Hello {first}, thank you for writing. Please take the box off the mains for a minute, and wait for the green light. Does it work now?|{first}, we have credited a month to you. It shows by {when}. I am sorry for the trouble.|
		Good day {first}, there is a fault in your street. Our people are on it and expect to be done {when}.|{first}, the new card is on its way, the old one stops today. It takes {number} hours at most.|{first}, case {number}: could you send a picture of the back of the box?`),
	list(`Dzień dobry, {first}, dziękujemy za wiadomość. Proszę odłączyć urządzenie na minutę i poczekać na zielone światło. Czy teraz działa?|{first}, zwróciliśmy opłatę za miesiąc, będzie widoczna w ciągu {number} godzin. Przepraszamy.|
		Dzień dobry, {first}, na Państwa ulicy jest awaria, ekipa już pracuje.|{first}, nowa karta została wysłana, stara przestaje dziś działać.|{first}, sprawa {number}: proszę o zdjęcie tylnej ścianki urządzenia.`),
	list(`{first} 님, 문의해 주셔서 감사합니다. 기기의 전원을 1분간 끄고 초록 불을 기다려 주세요. 이제 되나요?|{first} 님, 한 달 요금을 돌려 드렸습니다. {number}시간 안에 확인됩니다. 불편을 드려 죄송합니다.|
		{first} 님, 지금 거리 전체에 장애가 있어 기사들이 작업하고 있습니다.|{first} 님, 새 카드를 보냈습니다. 이전 카드는 오늘부터 쓸 수 없습니다.|{first} 님, 접수 번호 {number}: 기기 뒷면 사진을 보내 주시겠어요?`),
}

// appointments remind customers of tomorrow.
var appointments = list(`Hello {first}, the salon at the bridge expects you tomorrow at {hour}. If you cannot come, please tell us tonight.|Hola {first}, le esperamos mañana a las {hour} en la peluquería del puente. Si no puede venir, avísenos esta noche, por favor.|
	{first}様、明日{hour}に橋の美容室でお待ちしております。ご都合が悪い場合は今晩中にお知らせください。`)

// welcomes greet who has just joined.
var welcomes = list(`Welcome, {first}! Here is how to find a room, and how to mute one. Write help at any time.|Willkommen, {first}! So finden Sie einen Raum, und so schalten Sie einen stumm. Schreiben Sie jederzeit Hilfe.|
	Bienvenue, {first} ! Voici comment trouver un salon et le rendre muet. Écrivez aide à tout moment.|欢迎你，{first}！在这里可以查找聊天室，也可以静音。随时写"帮助"。`)

// alerts are an emergency service's.
var alerts = list(`Flood warning from {number}:00 for all quarters by the river.|Close windows and doors: fire at {place}.|Drinking water must be boiled until further notice.|The emergency call is disturbed; {place} is staffed.|
	Hochwasser: Uferwege sofort verlassen.|Alerta de tormenta: no salgan de casa hasta nuevo aviso.|The warning of {number}:00 has ended.`)
