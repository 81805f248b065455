package main

import "github.com/decorum-go/decorum/examples/internal/events"

// A pair is one account and another.
type pair struct{ from, to string }

// ties are who knows whom as far as the host can tell: it says so, or one wrote to the
// other, or is a contact.
type ties map[pair]bool

// knows reports whether the recipient of a message knows its sender.
func (t ties) knows(e *events.Event, to string) bool {
	return follows(e) || e.Answer || t[pair{to, e.From}]
}

// follows reports whether the host says that the recipients follow or know the sender.
func follows(e *events.Event) bool {
	return e.Relation == "connection" || e.Relation == "follower" || e.Relation == "invited"
}

// strangers are the recipients who do not know the sender.
func (t ties) strangers(e *events.Event) (list []string) {
	for _, to := range e.To {
		if !t.knows(e, to) {
			list = append(list, to)
		}
	}
	return list
}

// hear takes a message that is delivered, or an event that tells of a tie.
func (t ties) hear(e *events.Event) {
	switch e.Kind {
	case events.Message, events.Reply:
		for _, to := range e.To {
			t[pair{e.From, to}] = true
		}
	case events.Accepted, events.Contacts:
		for _, to := range e.To {
			t[pair{e.From, to}], t[pair{to, e.From}] = true, true
		}
	}
}
