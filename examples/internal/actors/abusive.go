package actors

import (
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// abusive lists those who are to be found.
func abusive() []Actor {
	return []Actor{
		{
			Name: "blaster", Abuse: true, About: "one spam text to strangers, 100 an hour",
			Params: []Param{{"rate", 100, "an hour"}, {"hours", 3, "how long"}, {"answered", 0.01, "share"}, {"complaints", 0, "share"}},
			play:   playBlaster,
		},
		{
			Name: "filler", Abuse: true, About: "one template with slots to strangers, 20 an hour with human pauses, 3% answered",
			Params: []Param{{"rate", 20, "an hour"}, {"hours", 8, "a day"}, {"days", 3, "how long"}, {"answered", 0.03, "share"}, {"complaints", 0, "share"}},
			play:   playFiller,
		},
		{
			Name: "drip", Abuse: true, About: "slow: 12 strangers a day for a month, every sentence spun, 3% answered",
			Params: []Param{{"rate", 12, "a day"}, {"days", 30, "how long"}, {"answered", 0.03, "share"}, {"complaints", 0, "share"}},
			play:   playDrip,
		},
		{
			Name: "rotator", Abuse: true, About: "36 strangers a day for 40 days, with 16 letters one after the other, 2% answered",
			Params: []Param{{"rate", 36, "a day"}, {"days", 40, "how long"}, {"letters", 16, "how many; 0: nothing but a link, another each time"}, {"answered", 0.02, "share"}},
			play:   playRotator,
		},
		{
			Name: "lister", Abuse: true, About: "pictures without a word, to lists of strangers whom the host knows for such, an hour apart",
			Params: []Param{{"lists", 4, "how many"}, {"people", 1000, "on each"}},
			play:   playLister,
		},
		{
			Name: "disguiser", Abuse: true, About: "one text with 5% of the letters edited: zero widths, twins from other scripts, typing errors; 30 an hour",
			Params: []Param{{"rate", 30, "an hour"}, {"hours", 8, "how long"}, {"edited", 0.05, "share of letters"}, {"answered", 0.02, "share"}},
			play:   playDisguiser,
		},
		{
			Name: "campaign", Abuse: true, About: "60 accounts share a template with slots; each writes to 6 strangers, within 3 days in all",
			Params: []Param{{"accounts", 60, "how many"}, {"messages", 6, "of each"}, {"days", 3, "in all"}, {"answered", 0.02, "share"}, {"puppets", 0, "accounts of its own that answer it: each gets a letter of one in ten accounts"}},
			play:   playCampaign,
		},
		{
			Name: "evader", Abuse: true, About: "blasts, and a day later goes on from a second account on the same device",
			Params: []Param{{"rate", 60, "an hour"}, {"hours", 2, "of each account"}, {"accounts", 2, "how many"}, {"answered", 0.02, "share"}},
			play:   playEvader,
		},
		{
			Name: "switcher", Abuse: true, About: "blasts, and a day later goes on from a second account on the same device, to each a letter of its own",
			Params: []Param{{"rate", 60, "an hour"}, {"hours", 2, "of the first account"}, {"letters", 60, "of the second"}},
			play:   playSwitcher,
		},
		{
			Name: "cron", Abuse: true, About: "a program that writes to a stranger every 15 minutes to the second, texts spun",
			Params: []Param{{"minutes", 15, "between messages"}, {"messages", 120, "how many"}, {"answered", 0.1, "share"}},
			play: func(s *scene) {
				step := time.Duration(s.param("minutes") * float64(time.Minute))
				playBot(s, step*time.Duration(s.number("messages")), func() time.Duration { return step + s.between(0, 400*time.Millisecond) })
			},
		},
		{
			Name: "sleepbot", Abuse: true, About: "a program that sleeps a random time, 5 to 15 minutes, between messages to strangers, texts spun",
			Params: []Param{{"least", 5, "minutes"}, {"most", 15, "minutes"}, {"messages", 120, "how many"}, {"answered", 0.1, "share"}},
			play: func(s *scene) {
				least, most := s.param("least")*float64(time.Minute), s.param("most")*float64(time.Minute)
				playBot(s, time.Duration(most)*time.Duration(s.number("messages")), func() time.Duration { return s.between(time.Duration(least), time.Duration(most)) })
			},
		},
		{
			Name: "harasser", Abuse: true, About: "60 messages to one stranger in 3 days, no answer; the stranger complains, a moderator confirms it",
			Params: []Param{{"messages", 60, "how many"}, {"days", 3, "within"}, {"complaint", 40, "after so many messages; 0: never"}},
			play:   playHarasser,
		},
		{
			Name: "scammer", Abuse: true, About: "long two-way talks with 10 people; from the tenth day some understand, and complain",
			Params: []Param{{"victims", 10, "how many"}, {"days", 20, "how long"}, {"complain", 0.6, "share of victims"}},
			play:   playScammer,
		},
		{
			Name: "pod", Abuse: true, About: "10 accounts that answer each other's messages, and write a template to 12 strangers a day each",
			Params: []Param{{"accounts", 10, "how many"}, {"rate", 12, "strangers a day"}, {"days", 10, "how long"}, {"answered", 0.02, "share"}},
			play:   playPod,
		},
		{
			Name: "sleeper", Abuse: true, About: "45 days of ordinary life with friends, then a blaster",
			Params: []Param{{"days", 45, "of ordinary life"}, {"rate", 100, "an hour"}, {"hours", 3, "how long"}, {"answered", 0.01, "share"}},
			play:   playSleeper,
		},
		{
			Name: "keyflood", Abuse: true, About: "a blaster, then 20,000 throwaway accounts with a message each to fill the memory, then the blaster again",
			Params: []Param{{"accounts", 20000, "throwaway accounts"}, {"rate", 100, "the blaster's, an hour"}, {"answered", 0.01, "share"}},
			play:   playKeyflood,
		},
	}
}

// young is an account made for the purpose.
func (s *scene) young(at time.Time) *account { return s.main(at.Add(-s.between(2*time.Hour, 4*day))) }

// approach writes to one stranger, who may answer, or complain.
func (s *scene) approach(at time.Time, a *account, text string) string {
	to := s.stranger()
	id := s.send(at, a, "", text, to)
	s.maybeAnswer(at, to, a.id, id, s.param("answered"))
	if s.set["complaints"] > 0 && s.chance(s.set["complaints"]) {
		s.complain(at.Add(time.Minute+s.delay()/4), &account{id: to}, a.id, id, "spam")
	}
	return to
}

// steady calls f at a rate an hour, with gaps that vary by half.
func (s *scene) steady(at time.Time, rate float64, over time.Duration, f func(time.Time)) {
	gap := time.Duration(float64(time.Hour) / rate)
	for until := at.Add(over); at.Before(until); at = at.Add(s.between(gap/2, gap*3/2)) {
		f(at)
	}
}

func playBlaster(s *scene) {
	over := s.hours("hours")
	at := s.start(over+4*day, s.rng.IntN(20))
	a, text := s.young(at), s.fill(s.choose(spam))
	s.steady(at, s.param("rate"), over, func(at time.Time) { s.approach(at, a, text) })
}

func playFiller(s *scene) {
	n := s.number("days")
	at := s.start(time.Duration(n+3)*day, 9)
	a := s.main(at.Add(-s.between(5*day, 200*day)))
	text := s.choose(templates)
	for range n {
		// Human pauses: log-normal gaps whose mean makes the rate.
		gap := time.Duration(float64(time.Hour) / s.param("rate") / 1.4993) // e^(0.9²/2): mean of the gaps by their median
		for when := at; when.Before(at.Add(s.hours("hours"))); when = when.Add(s.human(gap)) {
			s.approach(when, a, s.fill(text))
		}
		at = at.Truncate(day).Add(day + 9*time.Hour + s.between(0, time.Hour))
	}
}

func playDrip(s *scene) {
	n := s.number("days")
	at := s.start(time.Duration(n)*day, 8)
	a, text := s.main(at.Add(-s.between(30*day, year))), s.rng.IntN(len(slow))
	for i := range n {
		for _, when := range s.spread(at.Add(time.Duration(i)*day), 13*time.Hour, s.number("rate")) {
			s.approach(when, a, s.spin(text))
		}
	}
}

func playRotator(s *scene) {
	n, kinds := s.number("days"), s.number("letters")
	at := s.start(time.Duration(n)*day, 8)
	a := s.main(at.Add(-s.between(30*day, year)))
	letters := make([]string, kinds)
	for i := range letters {
		letters[i] = s.choose([][]letter{templates, spam, recruiting, applications}[i%4])
	}
	sent := 0
	for i := range n {
		for _, when := range s.spread(at.Add(time.Duration(i)*day), 13*time.Hour, s.number("rate")) {
			text := s.fill("{link}")
			if kinds > 0 {
				text = s.fill(letters[sent%kinds])
			}
			s.approach(when, a, text)
			sent++
		}
	}
}

func playLister(s *scene) {
	at := s.start(5*day, 9)
	a := s.main(at.Add(-s.between(30*day, year)))
	for range s.number("lists") {
		to := make([]string, s.number("people"))
		for i := range to {
			to[i] = s.stranger()
		}
		s.send(at, a, "stranger", "", to...)
		at = at.Add(time.Hour + s.human(time.Minute))
	}
}

func playDisguiser(s *scene) {
	over := s.hours("hours")
	at := s.start(over+4*day, 9)
	a, text := s.young(at), s.fill(s.choose(spam))
	s.steady(at, s.param("rate"), over, func(at time.Time) { s.approach(at, a, s.disguise(text, s.param("edited"))) })
}

func playCampaign(s *scene) {
	over := time.Duration(s.param("days") * float64(day))
	from := s.start(over+4*day, 6)
	text, puppets := s.choose(templates), make([]*account, s.number("puppets"))
	for i := range puppets {
		puppets[i] = s.extra("puppet", from.Add(-s.between(2*time.Hour, 4*day)))
	}
	for range s.number("accounts") {
		a := s.young(from)
		for _, at := range s.spread(from, over, s.number("messages")) {
			s.approach(at, a, s.fill(text))
		}
		for _, b := range puppets {
			if s.chance(0.1) {
				at := from.Add(s.between(0, over))
				id := s.send(at, a, "", s.fill(text), b.id)
				s.send(at.Add(time.Minute+s.human(5*time.Minute)), b, "", s.one(replies), a.id)
				s.events[len(s.events)-1].Message = id
			}
		}
	}
}

func playBot(s *scene, length time.Duration, gap func() time.Duration) {
	at := s.start(length+4*day, 7)
	a, text := s.main(at.Add(-s.between(20*day, year))), s.rng.IntN(len(slow))
	for range s.number("messages") {
		s.approach(at, a, s.spin(text))
		at = at.Add(gap())
	}
}

func playHarasser(s *scene) {
	n := s.number("days")
	at := s.start(time.Duration(n+2)*day, 8)
	a := s.main(at.Add(-s.old()))
	to := &account{id: s.stranger()}
	total := s.number("messages")
	for i := range n {
		begin := at.Add(time.Duration(i) * day)
		for _, when := range s.spread(begin, 14*time.Hour, (i+1)*total/n-i*total/n) {
			id := s.send(when, a, "stranger", s.one(insults), to.id) // whom a host with a social graph knows to be unconnected
			if a.sent == s.number("complaint") {
				// About the account: this one message may not have arrived.
				report := events.Event{At: stamp(when.Add(30 * time.Second)), Kind: events.Complaint, ID: "report-" + id, From: to.id, Against: a.id, Category: "harassment"}
				s.events = append(s.events, report, events.Event{
					At: stamp(when.Add(time.Minute)), Kind: events.Review, From: "moderator", Against: a.id, Complaint: report.ID, By: "moderator", Abusive: true,
				})
			}
		}
	}
}

func playScammer(s *scene) {
	n := s.number("days")
	from := s.start(time.Duration(n+3)*day, 8)
	a := s.main(from.Add(-s.between(10*day, 90*day)))
	for range s.number("victims") {
		to := &account{id: s.stranger()}
		at := from.Add(s.between(0, 4*day))
		id := s.send(at, a, "", s.opener(), to.id)
		understands := from.Add(10*day + s.between(0, time.Duration(max(0, n-10))*day))
		doubts := s.chance(s.param("complain"))
		for line := 0; at.Before(from.Add(time.Duration(n) * day)); line++ {
			at = at.Add(s.human(3 * time.Hour))
			s.answer(at, to.id, a.id, id, s.chat())
			at = at.Add(s.human(30 * time.Minute))
			text := s.chat()
			if line%3 == 2 {
				text = s.fill(scams[min(line/3, len(scams)-1)])
			}
			id = s.send(at, a, "", text, to.id)
			if doubts && at.After(understands) {
				s.complain(at.Add(s.human(time.Hour)), to, a.id, id, "fraud")
				break
			}
		}
	}
}

func playPod(s *scene) {
	n, days := s.number("accounts"), s.number("days")
	from := s.start(time.Duration(days+4)*day, 8)
	text := s.choose(templates)
	pod := make([]*account, n)
	for i := range pod {
		pod[i] = s.main(from.Add(-s.between(20*day, 200*day)))
	}
	for d := range days {
		begin := from.Add(time.Duration(d) * day)
		for i, a := range pod {
			for _, at := range s.spread(begin, 12*time.Hour, s.number("rate")) {
				s.approach(at, a, s.fill(text))
			}
			for j, b := range pod { // each writes to each, and is answered
				if i == j || !s.chance(0.5) {
					continue
				}
				at := begin.Add(s.between(0, 12*time.Hour))
				s.send(at, a, "", s.chat(), b.id)
				s.send(at.Add(s.human(10*time.Minute)), b, "", s.chat(), a.id)
			}
		}
	}
}

func playSleeper(s *scene) {
	quiet, over := time.Duration(s.number("days"))*day, s.hours("hours")
	from := s.start(quiet+over+4*day, 9)
	a := s.main(from.Add(-s.old()))
	s.unjudged(a, func() {
		s.life(from, from.Add(quiet), a, s.friends(15, from), 3)
		s.meet(a, from, quiet, 20, 0.6) // the good replies that it lives on later
	})
	text := s.fill(s.choose(spam))
	s.steady(from.Add(quiet+time.Hour), s.param("rate"), over, func(at time.Time) { s.approach(at, a, text) })
}

func playKeyflood(s *scene) {
	at := s.start(6*day, 9)
	a, text := s.young(at), s.fill(s.choose(spam))
	rate := s.param("rate")
	s.steady(at, rate, time.Hour, func(at time.Time) { s.approach(at, a, text) })
	flood := at.Add(time.Hour)
	for _, when := range s.spread(flood, 6*time.Hour, s.number("accounts")) {
		s.send(when, s.extra("key", when.Add(-time.Minute)), "", s.chat(), s.stranger())
	}
	s.steady(flood.Add(7*time.Hour), rate, time.Hour, func(at time.Time) { s.approach(at, a, text) })
}
