package judge

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// Received limits what a person of the class gets from people without a contact, and what
// a sender of the class sends to such. Without Limits nothing is limited.
type Received struct {
	Limits                      []limiter.Limit
	Answered, Young, TurnedAway float64
}

// mostLetters is how many of those whom a message goes to get it counted, so that one to
// many is not as many updates.
const mostLetters = 64

// Full says until when somebody gets no more first letters, after what is in their inbox;
// turnedAway is how many they turned away lately. One who answers enough of them wants
// them, and a crowd of strangers alone says nothing: many of them must be new, or unwanted.
func (q *Received) Full(b *state.Inbox, now time.Time, turnedAway float64) (f state.Full) {
	if len(q.Limits) == 0 {
		return f
	}
	res := b.Letters.Check(now, q.Limits, 1)
	if res.OK || b.Answered.At(now, state.InboxHalf) >= float64(q.Answered*b.Got.At(now, state.InboxHalf)) {
		return f
	}
	per := res.Limit.Per
	young := float64(b.Young.Count(now, per)) >= float64(q.Young*float64(b.Letters.Count(now, per)))
	if !young && (q.TurnedAway == 0 || turnedAway < q.TurnedAway) {
		return f
	}
	return state.Full{Until: stamp.After(stamp.Of(now), state.RetrySeconds(res.RetryAfter)), Per: stamp.Seconds(per), N: uint32(res.Limit.N)}
}

// bounded reports whether the inbox of a recipient holds for the message: it begins with
// the first letter of a stranger to somebody who did not ask for them.
func (c *call) bounded(a *recipient) bool {
	return a.fresh && a.stranger() && !a.Open && a.Accepts != Anyone && len(c.rules.Received.Limits) > 0 && !c.in.Group
}

// full defers a first letter to somebody who gets no more of them for now. Each sender's
// turn is another one, so that those who wait do not all come at once.
func (c *call) full(a *recipient) (own Apart) {
	f := a.Full.At(c.sec)
	if f.Until == 0 || !c.bounded(a) {
		return own
	}
	spread := uint32((c.in.Me*0x9e3779b97f4a7c15)>>32) % max(f.Per/2, 1)
	return Apart{
		Verdict: state.Defer, Retry: time.Duration(f.Until-c.sec+spread) * time.Second,
		Cause: Cause{Code: codeFull, Value: float64(f.N), Limit: float64(f.N), N: int(f.Per)},
	}
}

// Letters yields those whose inboxes are to count the message judged last: strangers to
// whom it was the first letter, at most mostLetters. Without a word on the age of the
// sender only those count who turned somebody away: it says nothing of the others.
func (w *Scratch) Letters(in *Input, yield func(*Recipient)) {
	c, n := &w.call, 0
	if len(c.rules.Received.Limits) == 0 || c.edit {
		return
	}
	for i := range w.to {
		a := &w.to[i]
		if c.bounded(a) && (!in.Joined.IsZero() || a.TurnedAway > 0) && n < mostLetters {
			yield(&in.To[a.at])
			n++
		}
	}
}

// YoungSender reports whether the sender of the message judged last is known to be new.
func (w *Scratch) YoungSender() bool {
	c := &w.call
	return !c.in.Joined.IsZero() && c.now.Sub(c.in.Joined) < c.rules.Limits.YoungAge
}

// Answers is how many letters of strangers the message judged last answers, as far as was
// looked up, or the host says.
func (w *Scratch) Answers() (n int) {
	for i := range w.to {
		if a := &w.to[i]; (a.Asked || a.credit) && !w.call.edit {
			n++
		}
	}
	return n
}
