// Package translate says in the words of package policy what a line of events says:
// what examples/replay and examples/peers hand to an engine.
package translate

import (
	"cmp"
	"slices"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// Message fills m from an event, reusing its recipients. What the format
// allows and the engine does not is a *policy.FieldError.
func Message(m *policy.Message, e *events.Event) error {
	relation, ok := relations[e.Relation]
	if !ok {
		return &policy.FieldError{Field: "relation", Problem: "unknown value " + Quote(e.Relation) + "; it is one of connection, follower, second_degree, stranger, invited, or missing"}
	}
	var accepts policy.Accepts
	if accepts.UnmarshalText([]byte(e.Accepts)) != nil {
		return &policy.FieldError{Field: "accepts", Problem: "unknown value " + Quote(e.Accepts) + "; it is one of anyone, second_degree, connections, nobody, or missing"}
	}
	to := m.Recipients[:0]
	for _, id := range e.To {
		to = append(to, policy.Recipient{ID: id, Relation: relation, Accepts: accepts, Protected: e.Protected})
	}
	*m = policy.Message{
		ID: e.ID, Sender: e.From, Recipients: to, Thread: e.Thread, Group: e.Group, Reply: e.Answer, Channel: e.Channel,
		Text: e.Text, At: e.At, Class: policy.Class(e.Class), Joined: e.Joined, Composed: e.Composed, Origin: e.Origin,
		Delayed: e.Delayed, Edit: e.Edit, Media: e.Media, Attributes: e.Attributes,
	}
	return nil
}

// relations by the names that the format has; "" is unknown.
var relations = func() map[string]policy.Relation {
	m := map[string]policy.Relation{"": policy.UnknownRelation}
	for r := policy.UnknownRelation; r <= policy.Invited; r++ {
		m[r.String()] = r
	}
	return m
}()

// Feedback returns the engine's events for an event that is no message: a
// reply to several people is one for each, and very many contacts are several.
func Feedback(e *events.Event) ([]policy.Event, error) {
	switch e.Kind {
	case events.Reply:
		var list []policy.Event
		for _, to := range e.To {
			list = append(list, policy.Reply{From: e.From, To: to, Message: e.Message, At: e.At})
		}
		return list, nil
	case events.Accepted:
		var list []policy.Event
		for _, to := range e.To {
			list = append(list, policy.Accepted{From: e.From, To: to, At: e.At})
		}
		return list, nil
	case events.Withdrawn:
		var list []policy.Event
		for _, to := range e.To {
			list = append(list, policy.Withdrawn{From: e.From, To: to, At: e.At})
		}
		return list, nil
	case events.Complaint:
		var category policy.Category
		if err := category.UnmarshalText([]byte(e.Category)); err != nil {
			return nil, &policy.FieldError{Field: "category", Problem: "unknown value " + Quote(e.Category) + "; it is one of spam, harassment, fraud, impersonation, unlawful, other, or missing; -map says what yours mean: category=COLUMN{value:spam,*:other}"}
		}
		return []policy.Event{policy.Complaint{
			ID: e.ID, From: e.From, Against: e.Against, Message: e.Message, Category: category, Joined: e.Joined, At: e.At,
		}}, nil
	case events.Blocked:
		return []policy.Event{policy.BlockedBy{From: e.From, Against: e.Against, At: e.At}}, nil
	case events.Unblocked:
		return []policy.Event{policy.Unblocked{From: e.From, Against: e.Against, At: e.At}}, nil
	case events.Review:
		return []policy.Event{policy.Review{
			Account: e.Against, Message: e.Message, Complaint: e.Complaint, Abusive: e.Abusive, Impersonated: policy.Class(e.Impersonated), At: e.At,
			By: cmp.Or(e.By, "a moderator"), // an older log does not say who
		}}, nil
	case events.Contacts:
		var list []policy.Event
		for with := range slices.Chunk(e.To, policy.MaxContacts) {
			list = append(list, policy.Contacts{Of: e.From, With: with, At: e.At})
		}
		return list, nil
	default:
		return []policy.Event{policy.Retraction{Sender: e.From, Message: e.Message, At: e.At}}, nil
	}
}

// Quote shortens and quotes what a line has.
func Quote(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return string(events.AppendString(nil, s))
}
