package actors

import "time"

// circles lists honest people who pass something on to those whom they know, or meet in
// rooms and behind one address.
func circles() []Actor {
	return []Actor{
		{
			Name: "appeal", About: "30 friends copy one appeal (a wedding, an election, a fund-raiser with a link) to 8 to 20 people each within three days, half of whom the engine has seen, and some of whom are strangers; a quarter answers",
			Params: []Param{{"people", 30, "how many"}, {"copies", 14, "of each, half of it more or less"}, {"strangers", 0.15, "share of these"}, {"hours", 72, "within"}, {"answered", 0.25, "share"}, {"complaints", 0.002, "share"}, {"kind", 0, "1: a wedding; 2: an election; 3: a fund-raiser; 0: any"}},
			play:   playAppeal,
		},
		{
			Name: "clickers", About: "200 people press the button of a poster, which opens the messenger with a text already written, to one club, whose page answers",
			Params: []Param{{"people", 200, "how many"}, {"hours", 36, "within"}},
			play:   playClickers,
		},
		{
			Name: "confirmers", About: "150 patients answer a reminder that a clinic sent by another system: one word each, all to the clinic, most of them within two hours",
			Params: []Param{{"people", 150, "how many"}},
			play:   playConfirmers,
		},
		{
			Name: "wardens", About: "3 volunteers tell 26 households each of a flood, by name, in two hours; four of ten answer",
			Params: []Param{{"people", 3, "volunteers"}, {"households", 26, "of each"}, {"answered", 0.4, "share"}},
			play:   playWardens,
		},
		{
			Name: "announcer", About: "3 people announce one event in the 6 rooms where they chat every day, once a week for three weeks; a room in ten complains",
			Params: []Param{{"people", 3, "how many"}, {"rooms", 6, "of each"}, {"weeks", 3, "how many"}, {"complaints", 0.1, "share of rooms a week"}},
			play:   playAnnouncer,
		},
		{
			Name: "chatterers", About: "a busy room: 25 members write 600 messages a day for three days, four of them came that day, and one writes a quarter of it all",
			Params: []Param{{"people", 25, "members"}, {"messages", 600, "a day"}, {"days", 3, "how long"}, {"young", 4, "members who came that day"}},
			play:   playChatterers,
		},
		{
			Name: "carrier", About: "30 people of one mobile network, which has one address for all, join over ten days, and write to 3 new people a day for three days, half of whom answer; two accounts of the same address advertise, and moderators find them abusive",
			Params: []Param{{"people", 30, "how many"}, {"days", 10, "in which they join"}, {"new", 3, "new people a day"}, {"answered", 0.5, "share"}, {"fools", 2, "accounts that advertise"}},
			play:   playCarrier,
		},
	}
}

func playAppeal(s *scene) {
	over := s.hours("hours")
	from := s.start(over+13*day, 10).Add(8 * day)
	appeal := pick(s.rng, appeals)
	if n := s.number("kind"); n > 0 {
		appeal = appeals[(n-1)%len(appeals)]
	}
	text := s.settled(pick(s.rng, appeal), "first", "place")
	town, n := s.town(40), s.number("copies")
	for range s.number("people") {
		a := s.main(from.Add(-s.old()))
		copies := n - n/2 + s.rng.IntN(2*(n/2)+1)
		cold := int(s.param("strangers") * float64(copies))
		friends := s.friends((copies-cold)*2/3, from)
		s.acquaint(a, friends, from)
		type copyTo struct{ relation, to string }
		var list []copyTo
		for _, f := range friends {
			list = append(list, copyTo{"connection", f.id})
		}
		for range copies - cold - len(friends) {
			list = append(list, copyTo{"second_degree", s.stranger()})
		}
		for _, to := range s.some(town, cold) {
			list = append(list, copyTo{"stranger", to})
		}
		said := text
		if s.chance(0.4) {
			said = s.fill("{who} "+pick(s.rng, []string{"❤️", "🙏", ":"})) + "\n" + text
		}
		at := from.Add(s.between(0, over))
		for _, i := range s.rng.Perm(len(list)) {
			at = at.Add(s.human(40 * time.Second))
			id := s.send(at, a, list[i].relation, said, list[i].to)
			s.thank(at, list[i].to, a.id, id, s.param("answered"), 40*time.Minute)
			if s.chance(s.param("complaints")) {
				s.complain(at.Add(s.human(time.Hour)), &account{id: list[i].to}, a.id, id, "spam")
			}
		}
	}
}

func playClickers(s *scene) {
	over := s.hours("hours")
	from := s.start(over+2*day, 9)
	club, text := s.extra("club", from.Add(-s.old())), pick(s.rng, clicks)
	club.class = "page"
	for _, at := range s.spread(from, over, s.number("people")) {
		a := s.main(at.Add(-s.between(2*day, 5*year)))
		id := s.send(at, a, "stranger", text, club.id)
		s.send(at.Add(s.between(2*time.Second, 5*time.Second)), club, "", "✔ "+s.fill("{number}"), a.id)
		s.events[len(s.events)-1].Message = id
	}
}

func playConfirmers(s *scene) {
	from := s.start(2*day, 9)
	clinic, words := s.extra("clinic", from.Add(-s.old())), pick(s.rng, confirmations)
	for range s.number("people") {
		a := s.main(from.Add(-s.between(20*day, 3*year)))
		s.send(from.Add(s.human(50*time.Minute)), a, "", pick(s.rng, words), clinic.id)
	}
}

func playWardens(s *scene) {
	from := s.start(12*day, 13).Add(8 * day)
	warning := pick(s.rng, floods)
	for range s.number("people") {
		a := s.main(from.Add(-s.old()))
		s.acquaint(a, s.friends(3, from), from)
		at := from.Add(s.between(0, 30*time.Minute))
		for range s.number("households") {
			at = at.Add(30*time.Second + s.human(2*time.Minute))
			s.fixed["remark"] = s.one(warning.remarks)
			to := s.stranger()
			id := s.send(at, a, "stranger", s.fill(warning.letter), to)
			s.thank(at, to, a.id, id, s.param("answered"), 20*time.Minute)
		}
	}
}

func playAnnouncer(s *scene) {
	weeks := s.number("weeks")
	from := s.start(time.Duration(7*weeks+3)*day, 9)
	for range s.number("people") {
		a, rooms := s.main(from.Add(-s.old())), s.rooms(s.number("rooms"))
		event := s.settled(pick(s.rng, evenings), "place")
		for week := range weeks {
			monday := from.Add(time.Duration(7*week) * day)
			for _, at := range s.spread(monday, 5*day, 5*len(rooms)) {
				s.post(at, a, pick(s.rng, rooms), s.chat())
			}
			at := monday.Add(3*day + 8*time.Hour)
			for _, room := range rooms {
				at = at.Add(s.human(time.Minute))
				id := s.post(at, a, room, event)
				if s.chance(s.param("complaints")) {
					s.complain(at.Add(s.human(time.Hour)), &account{id: room + ".owner"}, a.id, id, "spam")
				}
			}
		}
	}
}

func playChatterers(s *scene) {
	n, young := s.number("people"), s.number("young")
	from := s.start(time.Duration(s.number("days"))*day, 7)
	room, members := s.name+".lounge", make([]*account, n)
	for i := range members {
		members[i] = s.main(from.Add(-s.old()))
		if i < young {
			members[i].joined = from.Add(-s.between(time.Minute, 3*time.Hour))
		}
	}
	for d := range s.number("days") {
		for _, at := range s.spread(from.Add(time.Duration(d)*day), 16*time.Hour, s.number("messages")) {
			a := members[n-1]
			if s.chance(0.75) {
				a = pick(s.rng, members)
			}
			text := s.chat()
			if s.chance(0.3) {
				text = s.one(cheers)
			}
			s.post(at, a, room, text)
		}
	}
}

func playCarrier(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+6)*day, 8)
	address := "address-" + s.name
	for i := range s.number("fools") {
		at := from.Add(time.Duration(1+4*i) * day)
		a, text := s.extra("fool", at.Add(-2*time.Hour)), s.fill(s.choose(adverts))
		a.origin = address
		for j := range 20 {
			at = at.Add(s.between(20*time.Second, 90*time.Second))
			to := s.stranger()
			if id := s.send(at, a, "", text, to); j == 12 {
				s.confirm(at.Add(5*time.Minute), to, a.id, id, "spam")
			}
		}
	}
	for i, at := range s.spread(from, time.Duration(n)*day, s.number("people")) {
		a, market := s.main(at.Add(-s.between(5*time.Minute, 20*time.Hour))), &markets[i%len(markets)]
		a.origin = address
		s.life(at, at.Add(3*day), a, s.friends(2, at), 2)
		for _, when := range s.spread(at, 3*day, 3*s.number("new")) {
			to := s.stranger()
			id := s.send(when, a, "", s.enquiry(market), to)
			if answer, ok := s.maybeAnswer(when, to, a.id, id, s.param("answered")); ok {
				s.send(answer.Add(s.human(time.Hour)), a, "", s.chat(), to)
			}
		}
	}
}

// appeals are what friends pass on: weddings, elections and fund-raisers.
var appeals = [][]string{
	{
		"We are getting married! On the 21st at noon in {place}, and afterwards there is dancing until somebody calls the police. Pass it on to whoever has laughed with us. No presents, but tell us what you sing. {first} & Robin",
		"Wir heiraten! Am 21. um zwölf, {place}, danach wird getanzt. Sagt es allen weiter, die uns kennen, und schreibt kurz, ob ihr kommt und ob ihr einen Kuchen mitbringt. {first} und Robin",
		"Vamos casar! Dia 21 ao meio-dia, {place}, e depois há baile. Avisem quem nos conhece e digam se vêm. Não tragam prendas, tragam vontade de dançar. {first} e Robin",
	},
	{
		"On Sunday our town votes on the tram. I will vote for it, because my mother can no longer drive and the bus comes twice a day. Please go and vote, whatever you think, and tell three others. Polls close at six.",
		"Niedziela to dzień wyborów do rady miasta. Głosuję na {first}, bo od lat walczy o naszą szkołę. Idźcie głosować, każdy głos się liczy, i powiedzcie sąsiadom. Lokale są otwarte do dwudziestej pierwszej.",
		"Hari Minggu kita memilih ketua RW. Saya memilih {first} karena sejak banjir tahun lalu hanya dia yang datang membantu. Ayo datang ke balai warga sebelum jam dua belas dan ajak tetangga.",
	},
	{
		"{first} from our street lost everything in the fire on Friday, three children, and winter is coming. We collect for beds and coats: http://hilfe.example/strasse-4 . Every bit helps, and so does passing it on.",
		"Для {first} и троих детей собираем на операцию, не хватает совсем немного. Реквизиты и все документы здесь: http://pomoch.example/lev . Кто не может помочь, перешлите, пожалуйста, друзьям.",
		"{first} के बेटे के इलाज के लिए हम सब मिलकर पैसे जोड़ रहे हैं। पूरी जानकारी यहाँ है: http://madad.example/aarav । थोड़ा भी बहुत है, और कृपया अपने दोस्तों को भी भेजें।",
	},
}

// clicks are what a button writes to the one who put it there.
var clicks = list(`Hello! I saw your poster and would like to come to the open rehearsal on the 9th. Please put me on the list.|Bonjour ! J'ai vu votre affiche et je voudrais venir à la répétition ouverte du 9. Merci de m'inscrire.|
	こんにちは。ポスターを見ました。九日の公開練習に参加したいので、登録をお願いします。`)

// confirmations answer a reminder.
var confirmations = [][]string{
	list(`YES|Yes|yes|STOP|Yes, thank you|no`), list(`JA|Ja|ja danke|NEIN|Stopp`), list(`ใช่|ใช่ค่ะ|ไม่|หยุด`), list(`TAK|tak|NIE|Tak, dziękuję`),
}

// floods warn households. {remark} is another in each.
var floods = []struct {
	letter  string
	remarks []string
}{
	{
		"{first}, here are the volunteers of the dyke watch. The river will be over the quay by tonight. Please bring up what stands in the cellar. {remark} Do you need help?",
		list(`The school is open for those who must leave.|Switch off the gas before you go.|Sand is at the fire station.|There is a bus at seven.|Take your papers along.`),
	},
	{
		"{first}, tu wolontariusze z wału. Rzeka przeleje się dziś w nocy na bulwar. Proszę wynieść rzeczy z piwnicy. {remark} Czy potrzebna jest pomoc?",
		list(`Szkoła jest otwarta dla tych, którzy muszą wyjść.|Proszę zakręcić gaz.|Piasek jest przy remizie.|Autobus odjeżdża o siódmej.|Proszę zabrać dokumenty.`),
	},
	{
		"{first}さん、堤防の見回りの者です。今夜、川の水が岸を越えそうです。地下の物を上に上げてください。{remark}お手伝いは必要ですか。",
		list(`避難所は小学校です。|ガスの元栓を閉めてください。|土のうは消防署にあります。|七時にバスが出ます。|通帳と保険証をお持ちください。`),
	},
}

// evenings are announced in rooms where one is at home.
var evenings = list(`Board games on Thursday at seven, {place}. Beginners are welcome, bring a snack. Tell me if you come, then I bring a second table.|Am Donnerstag um sieben ist Spieleabend, {place}. Anfänger sind willkommen. Sagt kurz Bescheid, dann bringe ich einen zweiten Tisch mit.|
	Quinta às sete há noite de jogos, {place}. Quem nunca jogou é bem-vindo. Avisem, que eu trago outra mesa.`)
