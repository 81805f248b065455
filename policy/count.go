package policy

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
)

// What a message does to the record of its sender, apart from the ladder. An
// attempt counts for texts and fan-out whether it is delivered or not, once a
// recipient; it counts for reply rates, ties and windows only when it is.

// tryText finds the message's text in the ring and counts the recipients who
// have not been counted for it. It returns the likeness with the ring.
func (r *record) tryText(f *facts, rules *Rules) likeness {
	l := likeness{slot: -1}
	if f.sketch.Grams == 0 || !f.weighs() {
		return l
	}
	l = r.texts.match(&f.sketch)
	share, slow := 1., 1.
	if l.slot < 0 {
		var replaced bool
		l.slot, replaced = r.texts.slot(f.now, &r.course.blame)
		if replaced {
			r.giveUpText(l.slot)
		}
		r.texts.at[l.slot] = text{sketch: f.sketch.Compact()}
		l.j[l.slot] = 1
	} else if j := l.j[l.slot]; j < 1 {
		share, slow = rules.Signals.TextMatch.At(j), rules.Signals.TextMatchSlow.At(j)
	}
	e := &r.texts.at[l.slot]
	e.last = f.sec
	if f.cluster.ID != 0 {
		e.cluster = f.cluster.ID
	}
	says := information(f.sketch.Grams)
	for i := range f.to {
		a := &f.to[i]
		if a.tied || a.weight < leastWeight {
			continue
		}
		w := a.weight
		if a.early {
			w = min(w, rules.Weights.Earlier)
		}
		w = float64(w * float64(says*f.scale(a)))
		q, qs := quantum(float64(w*share)), quantum(float64(w*slow))
		k := r.open.find(a.who)
		if k >= 0 && r.open.at[k].has(l.slot) {
			continue
		}
		e.fast.Add(f.now, weight(q), textFastHalf)
		e.slow.Add(f.now, weight(qs), textSlowHalf)
		e.people = bump(e.people)
		if a.cold() {
			e.cold = bump(e.cold)
		}
		if k < 0 {
			if a.kept {
				r.wait(f.now, approach{who: a.who, asked: f.sec, slot: uint8(l.slot), slots: 1 << l.slot, text: q, slow: qs})
			}
			continue
		}
		p := &r.open.at[k]
		p.slots |= 1 << l.slot
		if p.slot == noSlot {
			p.slot, p.text, p.slow = uint8(l.slot), q, qs
		}
	}
	return l
}

// leastWeight is what a recipient must weigh for texts and fan-out to count.
const leastWeight = .05

// weighs reports whether any recipient weighs enough to be counted.
func (f *facts) weighs() bool {
	for i := range f.to {
		if a := &f.to[i]; !a.tied && a.weight >= leastWeight {
			return true
		}
	}
	return false
}

func bump(n uint16) uint16 {
	if n < 1<<16-1 {
		n++
	}
	return n
}

// giveUpText forgets what refers to the text in a slot.
func (r *record) giveUpText(slot int) {
	r.open.forgetSlot(uint8(slot))
	for i := -1; i < r.nShadows; i++ {
		c := r.courseAt(i)
		c.mark.texts[slot], c.blame[slot] = textMark{}, 0
	}
}

// tryPeople counts the people whom the message newly approaches, if they have
// not been counted by an earlier try.
func (r *record) tryPeople(f *facts) {
	n := 0
	for i := range f.to {
		a := &f.to[i]
		if a.tied || !a.fresh || a.weight < leastWeight {
			continue
		}
		k := r.open.find(a.who)
		if k >= 0 && r.open.at[k].fan != 0 {
			continue
		}
		q := quantum(float64(a.weight * f.scale(a)))
		r.fanFast.Add(f.now, weight(q), fanFastHalf)
		r.fanSlow.Add(f.now, weight(q), fanSlowHalf)
		if a.cold() {
			n++
		}
		if k >= 0 {
			r.open.at[k].fan = q
		} else if a.kept {
			r.wait(f.now, approach{who: a.who, asked: f.sec, slot: noSlot, fan: q})
		}
	}
	if n == 0 {
		return
	}
	for i := -1; i < r.nShadows; i++ {
		if c := r.courseAt(i); c.warned != 0 {
			c.ignored = uint16(min(int(c.ignored)+n, 1<<16-1))
		}
	}
}

// deliver counts what only a delivered message counts for.
func (r *record) deliver(f *facts, l likeness, gap time.Duration) {
	asked := uint16(0)
	for i := range f.to {
		a := &f.to[i]
		if a.who == f.me {
			continue
		}
		c := r.contacts.lookup(a.who)
		if c.flags&isKnown == 0 {
			r.reached.Add(f.now, 1, reachedHalf)
		}
		if c.first == 0 {
			c.first = f.sec
		}
		if a.tied {
			if a.kin && c.flags&hasTie == 0 {
				c.flags |= isKin
			}
			c.flags |= hasTie
			r.contacts.put(f.sec, c)
			continue
		}
		k := r.open.find(a.who)
		if a.enters {
			c.flags |= hasTie
			r.contacts.put(f.sec, c)
			if k >= 0 {
				r.open.remove(k)
			}
			continue
		}
		if a.cold() {
			c.flags |= wasCold
		}
		r.contacts.put(f.sec, c)
		if k < 0 && !a.kept {
			continue
		}
		var p *approach
		if k < 0 {
			p = r.wait(f.now, approach{who: a.who, asked: f.sec, slot: noSlot})
		} else {
			p = r.open.touch(k)
		}
		if p.flags&wasDelivered == 0 {
			p.shift(f.sec)
			p.flags |= wasDelivered
			p.turns = 1
			if a.fresh && p.fan != 0 && a.cold() {
				p.flags |= wasAsked
				r.replies.Add(clock(p.asked), weight(p.fan))
			}
			if p.has(l.slot) && a.cold() {
				asked = bump(asked)
			}
			p.last = minutesSince(p.asked, f.sec)
			continue
		}
		if since := f.sec - min(f.sec, p.lastAt()); since >= uint32(gap/time.Second) {
			// A turn that never paused would never end: it is over after the gap.
			p.turns = uint8(min(int(p.turns)+1, 255))
			p.last = minutesSince(p.asked, f.sec)
		}
	}
	if l.slot >= 0 {
		r.texts.at[l.slot].ask(f.sec, asked)
	}
}

// wait puts one more person among those who have not answered. Whoever gives way
// may still answer late.
func (r *record) wait(now time.Time, a approach) *approach {
	if r.open.n == maxOpen {
		if p := r.open.remove(r.open.least()); p.flags&wasAsked != 0 {
			if gone := r.late.put(&p); gone.n > 0 {
				r.giveUpLate(now, &gone)
			}
		}
	}
	return r.open.add(a)
}

// giveUpLate ends the watch for late answers of a generation: one that comes
// later is not seen, and so must not be expected.
func (r *record) giveUpLate(now time.Time, g *lateOnes) {
	asked, w := clock(g.asked), float64(g.weight)/weightUnit
	r.replies.Censor(asked, now, w)
	for i := -1; i < r.nShadows; i++ {
		if m := &r.courseAt(i).mark; m.at != 0 && g.asked <= m.at {
			m.replies.Censor(asked, now, w)
		}
	}
}

// lastAt is when the last turn began, at most a minute early.
func (p *approach) lastAt() uint32 { return after(p.asked, uint32(p.last)*60) }

// shift moves the moment of asking to the first delivery, where sums were
// counted at the first try: the difference is at most what the record's own
// clock allows, and sums are taken back as of asked. So asked stays where the
// sums are, unless nothing was counted.
func (p *approach) shift(now uint32) {
	if p.fan == 0 && p.text == 0 {
		p.asked = now
	}
}

// answer credits the account with an answer by who: the person is no longer
// waited for, and has a tie from now on. worth, up to 1, is what the answer
// counts for the reply rate. kin says that it comes from an origin of the
// account's own: then the approach counts no more than the answer. It reports
// whether anything changed.
func (r *record) answer(who uint64, now time.Time, worth float64, kin bool) bool {
	k := r.open.find(who)
	if k < 0 {
		return r.answerLate(who, now, worth, kin)
	}
	if r.open.at[k].flags&wasDelivered == 0 {
		return false
	}
	p := r.open.remove(k)
	at := clock(p.asked)
	if p.flags&wasAsked != 0 {
		r.answered(at, now, weight(p.fan), worth, kin)
	}
	r.fanSlow.Remove(at, weight(p.fan), fanSlowHalf)
	if p.slot != noSlot && int(p.slot) < r.texts.n {
		e := &r.texts.at[p.slot]
		e.fast.Remove(at, weight(p.text), textFastHalf)
		e.slow.Remove(at, weight(p.slow), textSlowHalf)
		switch {
		case p.flags&wasAsked == 0:
		case kin || worth < 1: // says nothing of the text, for or against
			e.asked = max(e.answered, e.asked-min(e.asked, 1))
		default:
			e.answered = min(bump(e.answered), e.asked)
		}
	}
	r.tie(who, p.asked, seconds(now), kin)
	return true
}

// answerLate credits the account with an answer by somebody who is not among the
// open approaches any more. What it says of a single text is not known.
func (r *record) answerLate(who uint64, now time.Time, worth float64, kin bool) bool {
	g := r.late.find(who)
	if g == nil || r.contacts.lookup(who).flags&hasTie != 0 {
		return false
	}
	at, w := clock(g.asked), weight(g.answered())
	r.answered(at, now, w, worth, kin)
	r.fanSlow.Remove(at, w, fanSlowHalf)
	r.tie(who, g.asked, seconds(now), kin)
	return true
}

// answered counts an answer to an approach of weight w in the reply rate.
func (r *record) answered(asked, now time.Time, w, worth float64, kin bool) {
	if kin {
		worth = min(worth, sameOrigin)
		r.replies.Remove(asked, float64(w*(1-worth)))
	}
	r.replies.Answer(asked, now, float64(w*worth))
}

// tie notes that somebody who was asked has answered.
func (r *record) tie(who uint64, asked, now uint32, kin bool) {
	c := r.contacts.lookup(who)
	if kin && c.flags&hasTie == 0 {
		c.flags |= isKin
	}
	c.flags |= hasTie
	if c.first == 0 {
		c.first = asked
	}
	r.contacts.put(now, c)
	for i := range r.nPersons {
		if r.persons[i].who == who {
			copy(r.persons[i:], r.persons[i+1:r.nPersons])
			r.nPersons--
			break
		}
	}
}

// doubtful is what the answer of an account with strikes is worth.
const doubtful = .25

// retract undoes the delivery of a remembered message as far as the record
// knows it: the windows, and approaches that this message opened.
func (r *record) retract(p *print, now uint32) {
	t := clock(p.at)
	w := &r.messages
	if p.flags&printChannel != 0 {
		w = &r.channels
	}
	w.Refund(t, 1)
	r.people.Refund(t, int(p.people))
	for i := 0; i < r.open.n; {
		a := &r.open.at[i]
		if a.asked != p.at || a.turns > 1 || a.flags&wasDelivered == 0 {
			i++
			continue
		}
		at := clock(a.asked)
		if a.flags&wasAsked != 0 {
			r.replies.Remove(at, weight(a.fan))
		}
		r.fanFast.Remove(at, weight(a.fan), fanFastHalf)
		r.fanSlow.Remove(at, weight(a.fan), fanSlowHalf)
		if a.slot != noSlot && int(a.slot) < r.texts.n {
			e := &r.texts.at[a.slot]
			e.fast.Remove(at, weight(a.text), textFastHalf)
			e.slow.Remove(at, weight(a.slow), textSlowHalf)
			e.people -= min(e.people, 1)
			if a.flags&wasAsked != 0 {
				e.cold -= min(e.cold, 1)
				e.asked -= min(e.asked, 1)
			}
		}
		if k := r.contacts.find(a.who); k >= 0 && r.contacts.at[k].first == p.at && r.contacts.at[k].flags&hasTie == 0 {
			r.contacts.remove(a.who)
			r.reached.Remove(at, 1, reachedHalf)
		}
		r.open.remove(i)
	}
	p.flags |= printGiven
}

// turnsOf returns the window of turns to one person, and whether this message
// begins a new one. The window begins with the second turn, and then counts
// the first, too: few people are ever written to twice without an answer.
func (r *record) turnsOf(a *addressee, f *facts, gap time.Duration) (w *limiter.Windows, begins bool) {
	k := r.open.find(a.who)
	if k < 0 || r.open.at[k].flags&wasDelivered == 0 {
		return nil, true
	}
	p := &r.open.at[k]
	if f.sec-min(f.sec, p.lastAt()) < uint32(gap/time.Second) {
		return nil, false
	}
	for i := range r.nPersons {
		if r.persons[i].who == a.who {
			return &r.persons[i].turns, true
		}
	}
	if r.nPersons == maxPersons {
		copy(r.persons[:], r.persons[1:])
		r.nPersons--
	}
	n := &r.persons[r.nPersons]
	r.nPersons++
	*n = person{who: a.who}
	n.turns.Add(clock(p.lastAt()), int(p.turns))
	return &n.turns, true
}
