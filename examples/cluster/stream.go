package main

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// days is how long a stream lasts.
const days = 10

// crowd makes a stream: people who talk, a recruiter, and those who abuse, whose
// names it returns as well.
func crowd(seed uint64, members int) (messages []policy.Message, abusers []string, err error) {
	roles, err := actors.Parse("member:days=8,recruiter:days=5,blaster,filler:days=2,disguiser")
	if err != nil {
		return nil, nil, err
	}
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	world := actors.World{From: from, Until: from.Add(days * 24 * time.Hour)}
	var list []events.Event
	for i, role := range roles {
		n := 1
		if i == 0 {
			n = members
		}
		for k := range n {
			list = append(list, role.Play(world, seed, k+1)...)
		}
	}
	messages, abusers, err = read(list)
	return messages, abusers, err
}

// read makes messages of events, in order of time. Feedback is left out: an
// answer is a message, too.
func read(list []events.Event) (messages []policy.Message, abusers []string, err error) {
	slices.SortStableFunc(list, func(a, b events.Event) int { return a.At.Compare(b.At) })
	for i := range list {
		e := &list[i]
		if e.Kind != events.Message {
			continue
		}
		var relation policy.Relation
		if e.Relation != "" {
			if err := relation.UnmarshalText([]byte(e.Relation)); err != nil {
				return nil, nil, err
			}
		}
		m := policy.Message{ID: e.ID, Sender: e.From, Text: e.Text, At: e.At, Class: policy.Class(e.Class), Joined: e.Joined, Origin: e.Origin, Edit: e.Edit, Media: e.Media}
		for _, id := range e.To {
			m.Recipients = append(m.Recipients, policy.Recipient{ID: id, Relation: relation})
		}
		messages = append(messages, m)
		if e.Truth == events.Abusive && !slices.Contains(abusers, e.From) {
			abusers = append(abusers, e.From)
		}
	}
	return messages, abusers, nil
}
