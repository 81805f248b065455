package actors

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// A World is what actors play in.
type World struct {
	From, Until time.Time // no event lies outside; zero: 90 days of 2026
	People      []string  // whom strangers are drawn from; when they run out, more are made up
	NoRelations bool      // the host knows no relations
}

// Day is 24 hours.
const day = 24 * time.Hour

// an account is somebody who writes.
type account struct {
	id     string
	joined time.Time
	origin string
	class  string
	truth  events.Truth
	actor  string // of the accounts that the actor is about
	sent   int
}

// A scene is one play of one actor.
type scene struct {
	writer
	actor  *Actor
	world  World
	set    map[string]float64
	name   string // of the play: names of accounts begin with it
	people []string
	drawn  int
	cast   int
	events []events.Event
}

func (s *scene) param(name string) float64 {
	if v, ok := s.set[name]; ok {
		return v
	}
	for _, p := range s.actor.Params {
		if p.Name == name {
			return p.Value
		}
	}
	panic("actors: " + s.actor.Name + " has no parameter " + name) // a bug: Parse checks what users give
}

func (s *scene) number(name string) int { return int(math.Round(s.param(name))) }

func (s *scene) hours(name string) time.Duration {
	return time.Duration(s.param(name) * float64(time.Hour))
}

// main makes the account that the actor is about.
func (s *scene) main(joined time.Time) *account {
	a := s.extra("", joined)
	a.truth = events.TruthOf(s.actor.Abuse)
	a.actor = s.actor.Name
	return a
}

// extra makes an account of the supporting cast: nothing is said about its
// truth.
func (s *scene) extra(role string, joined time.Time) *account {
	id := s.name
	if role != "" || s.cast > 0 {
		id = fmt.Sprintf("%s.%s%d", s.name, role, s.cast)
	}
	s.cast++
	return &account{id: id, joined: joined, origin: "device-" + id}
}

// friends makes n people with old accounts whom only this actor knows.
func (s *scene) friends(n int, before time.Time) []*account {
	list := make([]*account, n)
	for i := range list {
		list[i] = s.extra("friend", before.Add(-s.between(100*day, 900*day)))
	}
	return list
}

// unjudged has an account do something about whose truth nothing is said.
func (s *scene) unjudged(a *account, do func()) {
	truth, actor := a.truth, a.actor
	a.truth, a.actor = events.Unknown, ""
	do()
	a.truth, a.actor = truth, actor
}

// acquaint has an account and each of its friends exchange a message in the
// week before a time.
func (s *scene) acquaint(a *account, friends []*account, before time.Time) {
	for _, f := range friends {
		at := before.Add(-s.between(day, 7*day))
		s.send(at, a, "connection", s.chat(), f.id)
		s.send(at.Add(s.human(5*time.Minute)), f, "connection", s.chat(), a.id)
	}
}

// crowd makes n old accounts that the actor is about, each of which has talked
// with at most so many friends lately.
func (s *scene) crowd(n, ties int, before time.Time) []*account {
	list := make([]*account, n)
	for i := range list {
		list[i] = s.main(before.Add(-s.old()))
		s.acquaint(list[i], s.friends(s.rng.IntN(ties+1), before), before)
	}
	return list
}

// town draws n strangers, to be written to by many.
func (s *scene) town(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s.stranger()
	}
	return list
}

// some draws n different ones of a list.
func (s *scene) some(list []string, n int) []string {
	drawn := make([]string, 0, n)
	for _, i := range s.rng.Perm(len(list))[:min(n, len(list))] {
		drawn = append(drawn, list[i])
	}
	return drawn
}

// stranger draws somebody new from the world.
func (s *scene) stranger() string {
	if s.drawn < len(s.people) {
		i := s.drawn + s.rng.IntN(len(s.people)-s.drawn)
		s.people[s.drawn], s.people[i] = s.people[i], s.people[s.drawn]
		s.drawn++
		return s.people[s.drawn-1]
	}
	s.drawn++
	return fmt.Sprintf("%s.person%d", s.name, s.drawn)
}

// between draws a time evenly.
func (s *scene) between(a, b time.Duration) time.Duration {
	return a + time.Duration(s.rng.Float64()*float64(b-a))
}

// start draws when a play of that length begins, at an hour of the day.
func (s *scene) start(length time.Duration, hour int) time.Time {
	lead := s.world.From
	room := s.world.Until.Sub(lead) - length - day
	if room > 0 {
		lead = lead.Add(time.Duration(s.rng.Float64() * float64(room)))
	}
	at := lead.Truncate(day).Add(time.Duration(hour)*time.Hour + s.between(0, time.Hour))
	for at.Before(s.world.From) {
		at = at.Add(day)
	}
	return at
}

// workday moves t to a Monday if it is on a weekend.
func workday(t time.Time) time.Time {
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.Add(day)
	}
	return t
}

// spread draws n times within a stretch, in order, in whole milliseconds.
func (s *scene) spread(from time.Time, over time.Duration, n int) []time.Time {
	list := make([]time.Time, n)
	for i := range list {
		list[i] = from.Add(s.between(0, over))
	}
	slices.SortFunc(list, time.Time.Compare)
	return list
}

// human draws a pause as people make them: log-normal around the median.
func (s *scene) human(median time.Duration) time.Duration {
	return time.Duration(float64(median) * math.Exp(0.9*s.rng.NormFloat64()))
}

// delay draws how long an answer takes, from those that come: the mixture F of
// 35% around an hour, 35% around half a day, 30% around three days.
func (s *scene) delay() time.Duration {
	mean := 72 * time.Hour
	switch u := s.rng.Float64(); {
	case u < 0.35:
		mean = time.Hour
	case u < 0.70:
		mean = 12 * time.Hour
	}
	return time.Duration(s.rng.ExpFloat64() * float64(mean))
}

func (s *scene) chance(p float64) bool { return s.rng.Float64() < p }

// send writes a message and returns its ID.
func (s *scene) send(at time.Time, from *account, relation, text string, to ...string) string {
	from.sent++
	id := fmt.Sprintf("%s-%d", from.id, from.sent)
	if s.world.NoRelations {
		relation = ""
	}
	s.events = append(s.events, events.Event{
		At: stamp(at), From: from.id, To: to, Text: text, ID: id, Relation: relation, Class: from.class,
		Joined: stamp(from.joined), Origin: from.origin, Truth: from.truth, Actor: from.actor,
	})
	return id
}

// ask sends a connection request.
func (s *scene) ask(at time.Time, from *account, relation, to string) {
	s.send(at, from, relation, "", to)
	s.events[len(s.events)-1].Channel = "request"
}

// answer lets a recipient answer a message; nothing is known of the recipient
// but the name.
func (s *scene) answer(at time.Time, from, to, message, text string) {
	s.events = append(s.events, events.Event{
		At: stamp(at), From: from, To: []string{to}, Text: text, Message: message, ID: message + "-" + from,
	})
}

// maybeAnswer lets a stranger answer with probability p after a delay from F.
func (s *scene) maybeAnswer(at time.Time, from, to, message string, p float64) (time.Time, bool) {
	if !s.chance(p) {
		return time.Time{}, false
	}
	at = at.Add(time.Minute + s.delay())
	s.answer(at, from, to, message, s.one(replies))
	return at, true
}

// thank lets a recipient answer in a few words with probability p, soon.
func (s *scene) thank(at time.Time, from, to, message string, p float64, median time.Duration) {
	if s.chance(p) {
		s.answer(at.Add(20*time.Second+s.human(median)), from, to, message, s.one(thanks))
	}
}

// complain reports an account. message, if not empty, proves receipt.
func (s *scene) complain(at time.Time, from *account, against, message, category string) {
	s.events = append(s.events, events.Event{
		At: stamp(at), Kind: events.Complaint, From: from.id, Against: against, Message: message, Category: category, Joined: stamp(from.joined),
	})
}

// block lets somebody block an account.
func (s *scene) block(at time.Time, from, against string) {
	s.events = append(s.events, events.Event{At: stamp(at), Kind: events.Blocked, From: from, Against: against})
}

// confirm lets a moderator find that a complaint, which is added to it, is true.
func (s *scene) confirm(at time.Time, from, against, message, category string) {
	id := "report-" + message
	s.events = append(s.events, events.Event{
		At: stamp(at), Kind: events.Complaint, ID: id, From: from, Against: against, Message: message, Category: category,
	}, events.Event{
		At: stamp(at.Add(s.between(5*time.Minute, 20*time.Minute))), Kind: events.Review, From: "moderator", Against: against, Complaint: id, By: "moderator", Abusive: true,
	})
}

// post writes into a room.
func (s *scene) post(at time.Time, from *account, room, text string) string {
	id := s.send(at, from, "", text, room+".all")
	e := &s.events[len(s.events)-1]
	e.Group, e.Answer = room, true // somebody wrote there before
	return id
}

// edit replaces the text of the i-th event.
func (s *scene) edit(i int, at time.Time, text string) {
	e := s.events[i]
	e.At, e.Text, e.Edit = stamp(at), text, true
	s.events = append(s.events, e)
}

// talk lets two people who know each other chat in turns, and returns when it
// ended.
func (s *scene) talk(at time.Time, a, b *account, turns int) time.Time {
	for range turns {
		s.send(at, a, "connection", s.chat(), b.id)
		a, b = b, a
		at = at.Add(5*time.Second + s.human(50*time.Second))
	}
	return at
}

// life is the ordinary traffic of a member: talks with friends every day.
func (s *scene) life(from, until time.Time, a *account, friends []*account, talks int) {
	for at := from.Truncate(day); at.Before(until); at = at.Add(day) {
		for range s.rng.IntN(2*talks + 1) {
			when := at.Add(s.between(8*time.Hour, 22*time.Hour))
			if when.Before(from) || when.After(until) {
				continue
			}
			x, y := a, pick(s.rng, friends)
			if s.chance(0.5) {
				x, y = y, x
			}
			s.talk(when, x, y, 2+s.rng.IntN(8))
		}
	}
}

// stamp cuts a time to whole milliseconds, which is what a host would log.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
