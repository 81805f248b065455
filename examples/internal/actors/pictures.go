package actors

import (
	"fmt"
	"time"
)

// painters lists those who send pictures, of which the host knows the fingerprints.
func painters() []Actor {
	return []Actor{
		{
			Name: "flyers", Abuse: true, About: "100 accounts of some hours send one picture to 6 strangers each, each with a line of its own; 1 of 50 reports it",
			Params: []Param{{"accounts", 100, "how many"}, {"messages", 6, "of each"}, {"hours", 30, "within"}, {"captions", 1, "1: a line beside it; 0: the picture alone"}, {"decoys", 0, "other pictures beside it, new ones each time"}, {"complaints", 0.02, "share"}},
			play:   playFlyers,
		},
		{
			Name: "sticker", About: "40 people who send one sticker to their 5 friends for ten days, and greet 5 strangers each with it in a week, mostly with a line of their own; a tenth answers",
			Params: []Param{{"people", 40, "how many"}, {"friends", 10, "days in which it goes to friends; 0: never"}, {"strangers", 5, "of each"}, {"days", 7, "within"}, {"lines", 0.7, "share that come with a line"}, {"answered", 0.1, "share"}},
			play:   playSticker,
		},
	}
}

// show adds pictures to the message that was sent last.
func (s *scene) show(media ...string) { s.events[len(s.events)-1].Media = media }

func playFlyers(s *scene) {
	over := s.hours("hours")
	from := s.start(over+3*day, 8)
	picture := s.name + ".picture"
	for range s.number("accounts") {
		a := s.young(from)
		for _, at := range s.spread(from, over, s.number("messages")) {
			to, text := s.stranger(), ""
			if s.param("captions") == 1 {
				text = s.chat()
			}
			id := s.send(at, a, "stranger", text, to)
			media := []string{picture}
			for range s.number("decoys") {
				media = append(media, fmt.Sprintf("%s.%d", s.name, s.rng.Uint64()))
			}
			s.rng.Shuffle(len(media), func(i, j int) { media[i], media[j] = media[j], media[i] })
			s.show(media...)
			if s.chance(s.param("complaints")) {
				s.complain(at.Add(s.human(20*time.Minute)), &account{id: to}, a.id, id, "spam")
			}
		}
	}
}

func playSticker(s *scene) {
	before, over := time.Duration(s.number("friends"))*day, time.Duration(s.number("days"))*day
	from := s.start(before+over+3*day, 8).Add(before)
	sticker := s.name + ".sticker"
	for range s.number("people") {
		a, friends := s.main(from.Add(-s.old())), s.friends(5, from)
		s.acquaint(a, friends, from.Add(-before))
		for _, at := range s.spread(from.Add(-before), before, 2*s.number("friends")) {
			s.send(at, a, "connection", s.chat(), pick(s.rng, friends).id)
			s.show(sticker)
		}
		for _, at := range s.spread(from, over, s.number("strangers")) {
			to, text := s.stranger(), ""
			if s.chance(s.param("lines")) {
				text = s.chat()
			}
			id := s.send(at, a, "stranger", text, to)
			s.show(sticker)
			s.thank(at, to, a.id, id, s.param("answered"), 30*time.Minute)
		}
	}
}
