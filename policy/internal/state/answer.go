package state

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// Wait puts one more person among those who have not answered. The one who gives
// way may still answer late.
func (r *Record) Wait(now time.Time, a Attempt) *Attempt {
	if r.Pending.N == MaxPending {
		if p := r.Pending.remove(r.Pending.least()); p.Flags&WasAsked != 0 {
			if gone := r.Evicted.put(&p); gone.n > 0 {
				r.giveUpEvicted(now, &gone)
			}
		}
	}
	return r.Pending.add(a)
}

// giveUpEvicted ends the watch for late answers of a generation: one that comes
// later is not seen, and so must not be expected.
func (r *Record) giveUpEvicted(now time.Time, g *evictedOnes) {
	asked, w := stamp.Time(g.asked), float64(g.weight)/WeightUnit
	r.Replies.Censor(asked, now, w)
	for i := -1; i < r.NShadows; i++ {
		if b := &r.Track(i).Baseline; b.At != 0 && g.asked <= b.At {
			b.Replies.Censor(asked, now, w)
		}
	}
}

// sameOrigin is what the answer of somebody on one of the account's own origins
// counts, and the approach that it answers. They may be relatives, or colleagues
// behind one address: where a third of them answer, the rate is still over the
// floor of a tenth. Or they are one person, who needs four accounts for what one
// answer is worth.
const sameOrigin = .25

// Answer credits the account with an answer by who: the person is no longer waited
// for, and is a contact from now on. weight, up to 1, is what the answer counts for
// the reply rate. ownOrigin says that it comes from an origin of the account's own:
// then the approach counts no more than the answer. It reports whether anything
// changed.
func (r *Record) Answer(who uint64, now time.Time, weight float64, ownOrigin bool) bool {
	r.LastAnswer = LastAnswer{}
	k := r.Pending.Find(who)
	if k < 0 {
		return r.heard(who, stamp.Of(now)) || r.answerLate(who, now, weight, ownOrigin)
	}
	if r.Pending.At[k].Flags&WasDelivered == 0 {
		return false
	}
	p := r.Pending.remove(k)
	r.LastAnswer.Stranger = p.Flags&WasAsked != 0
	if e := r.textOf(&p); e != nil && p.Flags&WasAsked != 0 && !ownOrigin {
		r.LastAnswer = LastAnswer{e.Cluster, e.Beside, p.Asked, true}
	}
	at := stamp.Time(p.Asked)
	if p.Flags&WasAsked != 0 {
		r.answered(at, now, Weight(p.Fan), weight, ownOrigin)
	}
	if p.Flags&WasRequest != 0 {
		r.Requests.accept(p.Asked, now, weightOf(weight, ownOrigin))
	}
	r.FanSlow.Remove(at, Weight(p.Fan), FanSlowHalf)
	if e := r.textOf(&p); e != nil {
		e.Fast.Remove(at, Weight(p.Text), TextFastHalf)
		e.Slow.Remove(at, Weight(p.Slow), TextSlowHalf)
		switch {
		case p.Flags&WasAsked == 0:
		case ownOrigin || weight < 1: // says nothing of the text, for or against
			e.Asked = max(e.Answered, e.Asked-min(e.Asked, 1))
		default:
			e.Answered = min(Bump(e.Answered), e.Asked)
		}
	}
	r.becomeContact(who, p.Asked, stamp.Of(now), ownOrigin)
	return true
}

// heard notes that a contact wrote to whom turns were taken, and reports whether one is.
func (r *Record) heard(who uint64, now uint32) bool {
	i := r.Contacts.find(who)
	if i < 0 {
		return false
	}
	_, turns := r.Contacts.at[i].Unanswered()
	r.Contacts.at[i].Heard(now / stamp.Day)
	return turns > 0
}

// weightOf is what an answer of that weight counts from such an origin.
func weightOf(weight float64, ownOrigin bool) float64 {
	if ownOrigin {
		return min(weight, sameOrigin)
	}
	return weight
}

// textOf is the text of the ring that counted a person first, nil for none.
func (r *Record) textOf(p *Attempt) *Text {
	if p.Slot == NoSlot || int(p.Slot) >= r.Texts.N {
		return nil
	}
	return &r.Texts.Ring[p.Slot]
}

// answerLate credits the account with an answer by somebody who is not among the
// pending any more. What it says of a single text is not known.
func (r *Record) answerLate(who uint64, now time.Time, weight float64, ownOrigin bool) bool {
	g := r.Evicted.find(who)
	if g == nil || r.Contacts.Lookup(who).Flags&IsContact != 0 {
		return false
	}
	r.LastAnswer.Stranger = true
	at, w := stamp.Time(g.asked), Weight(g.answered())
	r.answered(at, now, w, weight, ownOrigin)
	r.FanSlow.Remove(at, w, FanSlowHalf)
	r.becomeContact(who, g.asked, stamp.Of(now), ownOrigin)
	return true
}

// answered counts an answer to an approach of weight w in the reply rate.
func (r *Record) answered(asked, now time.Time, w, weight float64, ownOrigin bool) {
	if ownOrigin {
		weight = min(weight, sameOrigin)
		r.Replies.Remove(asked, float64(w*(1-weight)))
	}
	r.Replies.Answer(asked, now, float64(w*weight))
}

// becomeContact notes that somebody who was asked has answered.
func (r *Record) becomeContact(who uint64, asked, now uint32, ownOrigin bool) {
	c := r.Contacts.Lookup(who)
	if ownOrigin && c.Flags&IsContact == 0 {
		c.Flags |= SameOrigin
	}
	c.Flags |= IsContact
	if c.First == 0 {
		c.First = asked
	}
	c.Heard(now / stamp.Day)
	r.Contacts.Put(now, c)
	r.NTurns = len(slices.DeleteFunc(r.Turns[:r.NTurns], func(t TurnCounts) bool { return t.Who == who }))
}

// Resume ends that a contact is waited for.
func (r *Record) Resume(who uint64) {
	if k := r.Pending.Find(who); k >= 0 {
		r.Pending.remove(k)
	}
}

// Settle makes somebody a contact who is written to in a room.
func (r *Record) Settle(now uint32, c Contact) {
	c.Flags |= IsContact
	r.Contacts.Put(now, c)
	r.Resume(c.Who)
}

// TurnsOf returns the counts of turns to a person, beginning them with those of an
// attempt if there are none: the counts begin with the second turn, for few people
// are ever written to twice without an answer. month says that they are for over a week.
func (r *Record) TurnsOf(p *Attempt, month bool) *limiter.Windows {
	for i := range r.NTurns {
		if r.Turns[i].Who == p.Who {
			return &r.Turns[i].Turns
		}
	}
	if r.NTurns == MaxTurns {
		r.NTurns = len(slices.Delete(r.Turns[:], 0, 1))
	}
	t := &r.Turns[r.NTurns]
	r.NTurns++
	*t = TurnCounts{Who: p.Who}
	if month {
		t.Turns.KeepMonth(stamp.Time(p.LastTurn()))
	}
	t.Turns.Add(stamp.Time(p.LastTurn()), int(p.Turns))
	return &t.Turns
}

// Retract undoes the delivery of a remembered message as far as the record knows
// it: the windows, and approaches that this message opened.
func (r *Record) Retract(d *RecentDecision) {
	t := stamp.Time(d.At)
	w := &r.Messages
	if d.Flags&OnChannel != 0 {
		w = &r.Channels
	}
	w.Refund(t, 1)
	r.People.Refund(t, int(d.People))
	for i := 0; i < r.Pending.N; {
		a := &r.Pending.At[i]
		if a.Asked != d.At || a.Turns > 1 || a.Flags&WasDelivered == 0 {
			i++
			continue
		}
		if a.Flags&WasRequest != 0 && r.Requests.close(a.Asked) {
			r.Requests.Rate.Remove(stamp.Time(a.Asked), 1)
		}
		r.unask(a)
		if r.Contacts.RemoveApproach(a.Who, d.At) {
			r.Reached.Remove(t, 1, ReachedHalf)
		}
		r.Pending.remove(i)
	}
	d.Flags |= Retracted
}

// unask takes an attempt out of all sums.
func (r *Record) unask(a *Attempt) {
	at := stamp.Time(a.Asked)
	asked := a.Flags&WasAsked != 0
	if asked {
		r.Replies.Remove(at, Weight(a.Fan))
	}
	r.FanFast.Remove(at, Weight(a.Fan), FanFastHalf)
	r.FanSlow.Remove(at, Weight(a.Fan), FanSlowHalf)
	if e := r.textOf(a); e != nil {
		e.Fast.Remove(at, Weight(a.Text), TextFastHalf)
		e.Slow.Remove(at, Weight(a.Slow), TextSlowHalf)
		e.People -= min(e.People, 1)
		if asked {
			e.Strangers -= min(e.Strangers, 1)
			e.Asked -= min(e.Asked, 1)
		}
	}
}

// ClusterOf is the cluster of the text that a pending person got, and that of what came
// with it; 0: none.
func (r *Record) ClusterOf(k int) (cluster, beside uint64) {
	if e := r.textOf(&r.Pending.At[k]); e != nil {
		return e.Cluster, e.Beside
	}
	return 0, 0
}
