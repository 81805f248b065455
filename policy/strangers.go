package policy

import (
	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/scoring"
)

// Received bounds what one person gets from many who have no contact with them: the first
// letter of each, as far as the host knows of none who is nearer than a SecondDegree. Over
// Limits these are deferred, whoever sends them; it is no offence. That holds where many of
// the senders are new, or were turned away, and few get an answer: not for a crowd that is
// welcome, nor for one of whom nothing speaks against anybody. It never holds for who takes
// letters from anyone (Recipient.Accepts) or is Invited, for rooms, and for accounts of a
// class without Limits, who neither send nor get by them: pages, services and staff. The
// zero Received limits nothing.
type Received struct {
	// Limits are how many first letters one person gets; none: as many as are sent.
	Limits []limiter.Limit `json:"limits,omitzero"`
	// Answered is the share of such letters (half-life 4 days) from which on the person
	// wants them, if they answer as many: nothing is limited then. 1: whatever they answer.
	Answered float64 `json:"answered,omitzero"`
	// Young is the share of the letters in the time of the limit that come from accounts
	// under Limits.YoungAge, by Message.Joined, from which on it holds; 1: where all do.
	Young float64 `json:"young,omitzero"`
	// TurnedAway is how many accounts without a contact the person reported or blocked
	// (half-life 4 days) from which on it holds, too; 0: however many.
	TurnedAway float64 `json:"turned_away,omitzero"`
}

// Requests bounds connection requests, which are the messages on one channel to people
// without a contact. Record tells of them: Accepted, or a Reply; and Withdrawn. A sender
// whose requests few accept is warned, and, after 20 more of them and a day, sends none for
// a time; all else is as before. The zero Requests bounds nothing.
type Requests struct {
	// Channel is the Message.Channel of a request.
	Channel string `json:"channel,omitzero"`
	// Outstanding is how many may wait to be accepted; 0: any number. One lapses after 180
	// days. Over it requests are deferred.
	Outstanding int `json:"outstanding,omitzero"`
	// Floor is the share of requests that must be accepted; one that was withdrawn was not.
	// 0: however few.
	Floor float64 `json:"floor,omitzero"`
	// Sure is how sure it must be that the true share is under Floor.
	Sure float64 `json:"sure,omitzero"`
	// Prior is what is believed of the share without data.
	Prior scoring.Beta `json:"prior,omitzero"`
	// For is how long the sender sends none, from 1h to 30d.
	For Duration `json:"for,omitzero"`
}

// Silence says when somebody who wrote once, and no longer does, is a stranger for follow-ups
// again, though not for anything else: after so many runs of messages of the sender, and so long
// without a message of theirs. From then on follow-ups to them are counted and limited, and
// a block of new conversations covers them, until they write, or a Reply tells that they
// did; a run every eight hours does not add up. It is for those whose relation is Unknown, SecondDegree or Stranger; a Connection, a
// Follower and who is Invited can end that themselves. Messages to a room, and replies
// (Message.Reply), are no runs. Nobody lapses of whom the engine does not know when they
// wrote last: tell it of messages in both directions. A shadow policy sees those who lapse
// under the enforced one. The zero Silence has contacts stay contacts.
type Silence struct {
	// Turns is how many runs of messages of the sender, at most 31; what goes out within 45 minutes is
	// one. 0: contacts stay contacts.
	Turns int `json:"turns,omitzero"`
	// For is how long, in whole days, from 1d to 60d.
	For Duration `json:"for,omitzero"`
}
