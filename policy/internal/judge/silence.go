package judge

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
)

// Silence says when a contact who no longer answers is a stranger for follow-ups: after so
// many turns, and so many days. The zero Silence has them stay contacts.
type Silence struct{ Turns, Days uint32 }

// MostTurns is the most that Silence.Turns may be.
const MostTurns = state.MostSilentTurns

// lapse notes whether a contact may have lapsed, as far as the sender's record knows, and
// whether they did. Their record is asked when they wrote last: who answers is known there
// alone, or every message between friends would change two. Where nothing is known of that
// they may have written.
func (c *call) lapse(a *recipient, k *state.Contact) {
	const talk = state.IsContact | state.Talked
	t := &c.rules.Silence
	if t.Turns == 0 || k.Flags&talk != talk || c.in.Group || c.in.Replies() || a.Relation != Unknown && a.Relation.Distance() < SecondDegree.Distance() {
		return
	}
	a.since, a.turns = k.Unanswered()
	a.quiet = a.turns >= t.Turns && c.sec/stamp.Day >= a.since+t.Days
	a.lapsed = a.quiet && a.LastWrote != 0 && a.LastWrote <= a.since
}

// turns is how many turns went to somebody who has not answered. To one who once did, as
// many as a friend takes, one every so many hours, do not add up.
func (c *call) turns(a *recipient, p *state.Attempt) int {
	if !a.lapsed {
		return int(p.Turns)
	}
	return max(0, int(p.Turns)-int((c.sec-min(c.sec, p.LastTurn()))/ofFriends))
}

// ofFriends is in how many seconds a turn to who lapsed is forgotten.
const ofFriends = 8 * 3600

// pestered reports whether what goes to this person without an answer are follow-ups.
func (a *recipient) pestered() bool { return a.pending && (a.stranger() || a.lapsed) }

// write notes in a contact that the sender writes to them.
func (c *call) write(a *recipient, k *state.Contact) {
	switch {
	case c.in.Group:
		return // those who write there need not be those who read it
	case c.in.Replies():
		k.Heard(c.sec / stamp.Day)
	case a.quiet && !a.lapsed:
		if a.LastWrote == 0 {
			a.LastWrote = c.sec / stamp.Day
		}
		k.Heard(a.LastWrote)
		c.r.Resume(a.Who)
	}
	k.Write(c.sec)
}

// silent says, where follow-ups are evidence, of a contact to whom they went for how long
// they have not written.
func (c *call) silent() (why Cause, ok bool) {
	if !slices.ContainsFunc(c.evidence, func(e scoring.Evidence) bool { return e.Code == Signals[FollowUps].Code }) {
		return why, false
	}
	for i := range c.to {
		if a := &c.to[i]; a.lapsed && a.pending {
			return Cause{Code: codeSilent, Value: float64(c.sec/stamp.Day - a.since), Limit: float64(c.rules.Silence.Days), N: int(a.turns)}, true
		}
	}
	return why, false
}
