package judge

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// What a message does to the record of its sender, apart from the ladder. An attempt
// counts for texts and fan-out whether it is delivered or not, once a recipient; it
// counts for reply rates, contacts and windows only when it is.

// tryText finds the message's text in the ring and counts the recipients who have
// not been counted for it.
func (c *call) tryText() {
	r, in := c.r, c.in
	if in.Sketch.Grams == 0 || !c.weighs() {
		return
	}
	c.match = r.Texts.Match(&in.Sketch)
	m := &c.match
	share, slow := 1., 1.
	if m.Slot < 0 {
		m.Slot = r.BeginText(c.now, &in.Sketch)
		m.Jaccard[m.Slot] = 1
	} else if j := m.Jaccard[m.Slot]; j < 1 {
		share, slow = c.rules.TextMatch.At(j), c.rules.TextMatchSlow.At(j)
	}
	e := &r.Texts.Ring[m.Slot]
	e.Last = c.sec
	if in.Cluster.ID != 0 {
		e.Cluster, e.Beside = in.Cluster.ID, in.Beside
	}
	says := in.Sketch.Weight()
	for i := range c.to {
		a := &c.to[i]
		if a.light() {
			continue
		}
		w := a.weight
		if a.earlier {
			w = min(w, c.rules.Weights.Earlier)
		}
		if c.near(a) {
			w = 0
		}
		w = float64(w * float64(says*c.scale(a)))
		c.tryTextOn(a, e, state.Quantum(float64(w*share)), state.Quantum(float64(w*slow)))
	}
}

// tryTextOn counts one recipient for a text.
func (c *call) tryTextOn(a *recipient, e *state.Text, fast, slow uint16) {
	r, slot := c.r, c.match.Slot
	k := r.Pending.Find(a.Who)
	if k >= 0 && r.Pending.At[k].Counted(slot) {
		return
	}
	e.Fast.Add(c.now, state.Weight(fast), state.TextFastHalf)
	e.Slow.Add(c.now, state.Weight(slow), state.TextSlowHalf)
	e.People = state.Bump(e.People)
	if a.stranger() {
		e.Strangers = state.Bump(e.Strangers)
	}
	if k < 0 {
		if a.kept {
			r.Wait(c.now, state.Attempt{Who: a.Who, Asked: c.sec, Slot: uint8(slot), Slots: 1 << slot, Text: fast, Slow: slow})
		}
		return
	}
	p := &r.Pending.At[k]
	p.Slots |= 1 << slot
	if p.Slot == state.NoSlot {
		p.Slot, p.Text, p.Slow = uint8(slot), fast, slow
	}
}

// weighs reports whether any recipient weighs enough to be counted.
func (w *Scratch) weighs() bool { return w.any(func(a *recipient) bool { return !a.light() }) }

// tryPeople counts the people whom the message newly approaches, if they have not
// been counted by an earlier try.
func (c *call) tryPeople(refused bool) {
	r, n := c.r, 0
	for i := range c.to {
		a := &c.to[i]
		if a.light() || !a.fresh {
			continue
		}
		k := r.Pending.Find(a.Who)
		if k >= 0 && r.Pending.At[k].Fan != 0 {
			continue
		}
		q := c.fan(a)
		if a.stranger() {
			n++
		}
		if k >= 0 {
			r.Pending.At[k].Fan = q
		} else if a.kept {
			r.Wait(c.now, state.Attempt{Who: a.Who, Asked: c.sec, Slot: state.NoSlot, Fan: q})
		}
	}
	if refused { // and would have waited, warned or not: of such tries every third counts
		n = (n + r.Messages.Refused(c.now, 24*time.Hour)%3) / 3
	}
	c.goesOnWith(n)
}

// goesOnWith counts people whom a message approaches after a warning; a request after one
// for requests has a consequence of its own.
func (c *call) goesOnWith(n int) {
	r := c.r
	if n == 0 || r.Requests.Warned != 0 && c.request() {
		return
	}
	for i := -1; i < r.NShadows; i++ {
		if s := &r.Track(i).Ladder; s.N > 0 {
			s.Ignored = uint16(min(int(s.Ignored)+n, math.MaxUint16))
		}
	}
}

// fan counts an approach as outreach, unless a broadcaster's message is expected, and
// returns what it weighs.
func (c *call) fan(a *recipient) uint16 {
	q := state.Quantum(float64(a.weight * c.scale(a)))
	if !c.near(a) {
		c.r.FanFast.Add(c.now, state.Weight(q), state.FanFastHalf)
		c.r.FanSlow.Add(c.now, state.Weight(q), state.FanSlowHalf)
	}
	return q
}

// count counts what the verdict lets count, and remembers the answer.
func (c *call) count(l *limit) {
	r, in, out := c.r, c.in, c.out
	flags := c.countVerdict(l)
	if !c.obeys { // as it was first tried it was counted
		r.Echoes.Send(c.now, &in.Sketch, len(c.to))
		if in.Shown != nil {
			r.Echoes.Send(c.now, in.Shown, len(c.to))
		}
	}
	out.Changed = true
	if !c.edit || !out.Verdict.Delivered() {
		c.remember(flags, l.people)
	}
}

// remember remembers the answer to a message that has an ID.
func (c *call) remember(flags state.RecentFlags, people int) {
	r, in, out := c.r, c.in, c.out
	if in.Subject == 0 {
		return
	}
	if out.Text != 0 {
		flags |= state.ByText
	}
	if len(c.apart) > 0 {
		flags |= state.InPart
	}
	r.Remember(state.RecentDecision{
		ID: in.Subject, Content: in.Content, At: c.sec, Score: out.Score, Verdict: out.Verdict,
		Retry: state.RetrySeconds(out.RetryAfter), People: uint16(min(people, math.MaxUint16)), Flags: flags,
	})
}

// countVerdict counts what went out, or what a limit refused. It says where that was
// counted.
func (c *call) countVerdict(l *limit) (flags state.RecentFlags) {
	r, out := c.r, c.out
	switch {
	case c.edit && out.Verdict.Delivered():
		c.replace()
	case out.Verdict.Delivered():
		if c.channel(c.rules) != nil {
			r.Channel = c.in.ChannelHash
			c.rules.Months.keep(MonthChannels, &r.Channels, c.now)
			r.Channels.Add(c.now, 1)
			flags = state.OnChannel
		}
		if flags == 0 || c.restricted() {
			c.rules.Months.keep(MonthMessages, &r.Messages, c.now)
			r.Messages.Add(c.now, 1)
		}
		c.rules.Months.keep(MonthPeople, &r.People, c.now)
		r.People.Add(c.now, l.people)
		c.eachFollowUp(func(w *limiter.Windows) { w.Add(c.now, 1) })
		c.deliver()
		out.Observe = c.match.Slot >= 0
	case l.refused && l.quiet:
		c.eachFollowUp(func(w *limiter.Windows) { w.Refuse(c.now, 1) })
	case l.refused && out.Verdict == state.Defer:
		return c.countRefused(l)
	}
	return flags
}

// countRefused has a message that a limit deferred wait for its turn, if it can be
// known when it comes again. A queue of messages to contacts is no pressure, and what
// came at its turn is none, whomever it goes to.
func (c *call) countRefused(l *limit) (flags state.RecentFlags) {
	if c.in.Subject != 0 && c.r.Queue.Join(c.sec, state.RetrySeconds(c.out.RetryAfter)) {
		flags = state.Queued
	}
	if !c.obeys && (flags == 0 || l.people > 0) {
		c.r.Messages.Refuse(c.now, 1)
	}
	return flags
}

// deliver counts what only a delivered message counts for.
func (c *call) deliver() {
	asked := uint16(0)
	c.goesOn()
	for i := range c.to {
		a := &c.to[i]
		if a.Who == c.in.Me {
			continue
		}
		if len(c.rules.Rates) > 0 {
			c.r.Broadcast(c.now, a.Who)
		}
		a.lifts = c.r.Refuses.N > 0 && c.r.Refuses.Drop(a.Who)
		k := c.r.Contacts.Lookup(a.Who)
		if k.First == 0 {
			c.r.Reached.Add(c.now, 1, state.ReachedHalf)
		}
		if k.First == 0 {
			k.First = c.sec
		}
		switch {
		case a.contact:
			if a.Same && k.Flags&state.IsContact == 0 {
				k.Flags |= state.SameOrigin
			}
			k.Flags |= state.IsContact
			c.write(a, &k)
			c.r.Contacts.Put(c.sec, k)
			if a.lapsed {
				c.approach(a)
			}
		case a.enters:
			c.r.Settle(c.sec, k)
		default:
			if a.stranger() {
				k.Flags |= state.WasStranger
			}
			c.r.Contacts.Put(c.sec, k)
			if c.approach(a) {
				asked = state.Bump(asked)
			}
			c.ask(a)
		}
	}
	c.out.Asked = int(asked)
	if s := c.match.Slot; s >= 0 {
		c.r.Texts.Ring[s].Ask(c.sec, asked)
	}
}

// approach counts a delivery to somebody who has not answered. It reports whether
// the text newly reached a stranger.
func (c *call) approach(a *recipient) (asked bool) {
	r := c.r
	k := r.Pending.Find(a.Who)
	if k < 0 && !a.kept {
		return false
	}
	var p *state.Attempt
	if k < 0 {
		p = r.Wait(c.now, state.Attempt{Who: a.Who, Asked: c.sec, Slot: state.NoSlot})
	} else {
		p = r.Pending.Touch(k)
	}
	if p.Flags&state.WasDelivered != 0 {
		switch {
		case c.pauses(p, c.rules):
			p.Flags &^= state.Completed
			p.BeginTurn(c.sec, uint8(min(c.turns(a, p)+1, math.MaxUint8)))
		case c.paused(p, c.rules):
			p.Flags |= state.Completed
		}
		return false
	}
	if p.Fan == 0 && p.Text == 0 {
		// Sums are taken back as of Asked, so it stays at the first try where there
		// are any: the difference is at most what the record's own clock allows.
		p.Asked = c.sec
	}
	p.Flags |= state.WasDelivered
	if a.fresh && p.Fan != 0 && a.stranger() {
		p.Flags |= state.WasAsked
		r.Replies.Add(stamp.Time(p.Asked), state.Weight(p.Fan))
	}
	p.BeginTurn(c.sec, 1)
	return p.Counted(c.match.Slot) && a.stranger()
}
