package state

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// A record has a time of its own, that of its newest event. Whoever writes it may have
// had a wrong clock, and a silence of a year looks like a clock that is a year ahead. So
// what has ended by time is judged to have ended at once, and dropped only when that is
// beyond doubt; and a record whose time is ahead of the clock is brought back.
//
// Which of two clocks is right nobody knows, and nothing that is lost rests on it. What
// has ended by the earliest time that the record was at, since there is any doubt, has
// ended by each of them. What was decided by one clock is where it was decided as often
// as that clock comes again: each entry that moved knows from where (ladder.Entry.Was).

// Grace is how many seconds after its end what ended by time stays in a record.
const Grace = 7 * 24 * 3600

// A Leap is that a record's time went ahead, or back, by more than Grace at once.
//
// Record.Leap is the doubt that this leaves: until the record's time has gone on by Grace
// from To, the newest leap, no time is right that is before From. Leaps ahead may be
// silences, so of those only some are doubted: Mid is where the record was N of them ago.
// Record.Back says that the record's time went back from From to To, and is not there yet
// again, and that Mid was the latest; N, that it was before where it went back to. The zero
// Leap is none.
type Leap struct {
	From, Mid, To uint32
	N             uint8
}

// Of leaps ahead in a row the newest leapsInDoubt are in doubt at least, and twice as many
// at most; but one of up to anotherLeap seconds says that time went on after those before.
// People who write once in two months seem to make them, too.
const (
	leapsInDoubt = 3
	anotherLeap  = 30 * 24 * 3600
)

// Begin brings the record to an event at t, and returns the time at which that is
// judged: the record's own if that is newer. clock is the time now, and skew how far
// ahead of it a record may be; a zero clock is unknown. A second call for the same event
// changes nothing.
func (r *Record) Begin(t, clock time.Time, skew time.Duration, rules *ladder.Rules) time.Time {
	if r.Leap == (Leap{}) && r.Back != (Leap{}) { // of an earlier release
		r.Leap = Leap{From: r.Back.To, Mid: r.Back.To, To: r.Back.To}
	}
	ms := t.UnixMilli()
	switch gap := ms - r.Newest; {
	case r.Newest == 0:
	case !clock.IsZero() && r.Newest > clock.UnixMilli() && r.Newest > clock.Add(skew).UnixMilli():
		r.rewind(clock, rules)
	case gap > Grace*1000:
		right := t
		if clock.After(t) {
			right = clock // t is of the past, as what is learnt
		}
		r.leap(stamp.OfMilli(ms), stamp.Of(right), rules)
	case r.Leap != (Leap{}) && stamp.OfMilli(ms) >= stamp.After(r.Leap.To, Grace):
		r.trust(stamp.OfMilli(ms))
	}
	if ms < r.Newest {
		return time.UnixMilli(r.Newest).UTC()
	}
	return t
}

// trust ends the doubt: the clock is right. What lies far ahead is of a wrong one.
func (r *Record) trust(now uint32) {
	r.Leap, r.Back, r.asleep = Leap{}, Leap{}, nil
	for i := -1; i < r.NShadows; i++ {
		r.Track(i).Ladder.Settled()
	}
	r.moveRest(&stamp.Move{From: stamp.After(now, Grace) + 1, To: stamp.Last, By: -stamp.Forever, Least: now})
}

// leap goes far ahead, to an event at now; clock is the time now.
func (r *Record) leap(now, clock uint32, rules *ladder.Rules) {
	if r.Leap.To == now && now != 0 {
		return // done already
	}
	newest := stamp.OfMilli(r.Newest)
	switch l := &r.Leap; {
	case *l == (Leap{}) || l.From > newest: // or of an earlier release
		back := r.Back
		r.trust(stamp.Last)
		r.Leap, r.Back = Leap{From: newest, Mid: newest}, back
	case now-newest <= anotherLeap:
		*l = Leap{From: newest, Mid: newest}
	case l.N == leapsInDoubt-1:
		*l = Leap{From: l.Mid, Mid: newest}
	default:
		l.N++
	}
	r.Leap.To = now
	if old := r.slept(); old != nil && old.Expired(r.gone(now)) {
		r.asleep = nil
	}
	r.restore(clock, rules)
	switch b := r.Back; {
	case b == (Leap{}):
	case stamp.After(clock, Grace) < b.From: // not there yet
		if b.N == 0 {
			r.goBack(b, now)
		}
	default:
		if b.N == 0 { // what happened while the clock was behind comes along
			m := stamp.Move{From: b.To, To: newest, By: int64(clock) - int64(newest)}
			r.moveRest(&m)
			r.moveEntries(func(l *ladder.State) { l.Move(&m) })
		}
		at := min(b.From, clock)
		r.Back, r.Leap.To = Leap{}, max(now, at)
		r.mend(max(r.Newest, int64(at)*1000))
	}
}

// goBack goes on from a time that is behind another one. What is of that time already
// does not come along when the other one comes again.
func (r *Record) goBack(b Leap, now uint32) {
	r.Back, r.Back.To = b, now
	m := stamp.Move{From: now, To: stamp.After(now, Grace)}
	r.moveEntries(func(l *ladder.State) { l.Fix(&m) })
}

// rewind brings a record back that is ahead of the clock. What was counted is as old as
// it was beside the newest event. The ends of sanctions stay, but for those of the
// time by which the record once was ahead.
func (r *Record) rewind(clock time.Time, rules *ladder.Rules) {
	now, newest := stamp.Of(clock), stamp.OfMilli(r.Newest)
	if newest-now > Grace {
		gone := r.gone(newest)
		r.moveEntries(func(l *ladder.State) { l.Settle(gone) })
		r.restore(now, rules)
		back := Leap{From: newest, Mid: max(newest, r.Back.Mid)}
		if b := r.Back; b.N == 0 {
			back.From = max(newest, b.From)
		}
		if l := r.Leap; l == (Leap{}) {
			r.trust(stamp.Last)
			r.Leap.From = now
		} else if l.From <= stamp.After(now, Grace) {
			// That was a wrong clock, or this one is. What lies ahead by less may be by
			// another right one.
			right := max(now, l.From)
			m := stamp.Move{From: stamp.After(right, Grace) + 1, To: stamp.Last, By: int64(right) - int64(newest), Least: l.From + 1}
			r.moveEntries(func(l *ladder.State) { l.Move(&m) })
			back.N = 1
		}
		r.Leap = Leap{From: min(r.Leap.From, now), Mid: now, To: now}
		r.goBack(back, now)
	} else if r.Leap != (Leap{}) {
		r.wake(now, rules)
		r.Leap.From, r.Leap.Mid = min(r.Leap.From, now), min(r.Leap.Mid, now)
	}
	r.rewindCounts(clock, now)
	r.Enforced.Ladder.Reopen(now, rules)
	r.mend(max(clock.UnixMilli(), 1))
}

// restore brings back what slept, if its time is not over, and puts what was moved by
// another clock where it was decided.
func (r *Record) restore(now uint32, rules *ladder.Rules) {
	r.wake(now, rules)
	r.moveEntries(func(l *ladder.State) {
		for i := range l.N {
			l.Log[i].Restore(now, Grace, r.Leap.From)
		}
	})
}

// moveEntries moves what was decided, with all that was said of it.
func (r *Record) moveEntries(move func(*ladder.State)) {
	was := r.Enforced.Ladder
	for i := -1; i < r.NShadows; i++ {
		move(&r.Track(i).Ladder)
	}
	for i := range r.Details {
		d := &r.Details[i]
		from, to := was.Find(d.ID), r.Enforced.Ladder.Find(d.ID)
		if from == nil || to == nil || from.At == to.At {
			continue
		}
		for _, t := range [...]*uint32{&d.Review, &d.Appeal.At, &d.Appeal.Ruled} {
			if *t >= from.At {
				*t = stamp.After(to.At, *t-from.At)
			}
		}
	}
}

// mend corrects the record's time.
func (r *Record) mend(to int64) { r.Newest, r.Mended = to, to-r.Newest }

// moveRest moves what people said at certain times, and what else does not know from where
// it was moved: so nothing is brought back as long as there is doubt.
func (r *Record) moveRest(m *stamp.Move) {
	for i := range r.Details {
		d := &r.Details[i]
		if e := r.Enforced.Ladder.Find(d.ID); e == nil || !m.Moves(e.At) { // else it goes with that
			d.Appeal.At, d.Appeal.Ruled = m.Of(d.Appeal.At), m.Of(d.Appeal.Ruled)
		}
	}
	for i := -1; i < r.NShadows; i++ {
		t := r.Track(i)
		t.Ladder.MoveRest(m)
		t.Baseline.At = m.Of(t.Baseline.At)
	}
	for i := range r.Complaints.N {
		c := &r.Complaints.Reports[i]
		c.At = m.Of(c.At)
	}
	r.Complaints.sort()
	r.Enforced.Ladder.Conduct.Move(m.Of)
	r.RefusedBy.each(m.Of)
	r.Refuses.each(m.Of)
	for i := range r.OriginStrikes.N {
		s := &r.OriginStrikes.At[i]
		s.At = m.Of(s.At)
	}
}

// rewindCounts brings counts and evidence back.
func (r *Record) rewindCounts(clock time.Time, now uint32) {
	r.Born = min(r.Born, now)
	for _, w := range r.windows() {
		w.Rewind(clock)
	}
	for i := range r.NTurns {
		r.Turns[i].Turns.Rewind(clock)
	}
	rewindSums(clock, &r.Reached, &r.Complained, &r.FanFast, &r.FanSlow, &r.TurnedAway, &r.Cleared, &r.Echoes[0].Sent, &r.Echoes[1].Sent)
	r.Inbox.rewind(clock)
	r.Tally = r.Tally[:0] // it counts anew
	r.Full = Full{}
	r.Audience.rewind(now)
	r.Replies.Rewind(clock)
	r.Requests.rewind(clock, now)
	r.Rhythm.Rewind(clock)
	for i := range r.Texts.N {
		e := &r.Texts.Ring[i]
		rewindSums(clock, &e.Fast, &e.Slow)
		e.Last, e.Mean = min(e.Last, now), min(e.Mean, now)
	}
	for i := range r.Pending.N {
		a := &r.Pending.At[i]
		a.Asked = min(a.Asked, now)
	}
	for i := range r.Evicted {
		r.Evicted[i].asked = min(r.Evicted[i].asked, now)
	}
	for i := range r.Recent.N {
		p := &r.Recent.At[i]
		p.At = min(p.At, now)
	}
	r.Enforced.Ladder.Conduct.Move(func(at uint32) uint32 { return min(at, now) })
	r.Gone.rewind(now)
	r.Queue = Queue{}
	for i := -1; i < r.NShadows; i++ {
		b := &r.Track(i).Baseline
		rewindSums(clock, &b.FanFast, &b.FanSlow, &b.Reached, &b.Complained)
		b.Replies.Rewind(clock)
		for k := range b.Texts {
			rewindSums(clock, &b.Texts[k].Fast, &b.Texts[k].Slow)
		}
	}
}

func rewindSums(clock time.Time, all ...*scoring.Decayed) {
	for _, d := range all {
		d.Rewind(clock)
	}
}

// gone is the time until which what has ended by then is dropped: Grace ago, and while
// there is doubt Grace before what has gone by since the earliest time that may be right.
func (r *Record) gone(now uint32) uint32 {
	now -= min(now, r.Leap.To-r.Leap.From)
	return now - min(now, Grace)
}

func putLeap(r *Record, b []byte) []byte {
	if r.Leap == (Leap{}) && r.Back == (Leap{}) {
		return b
	}
	b = append(wire.Put32(wire.Put32(b, r.Leap.From), r.Leap.To), r.Leap.N)
	if r.Back != (Leap{}) {
		b = append(wire.Put32(wire.Put32(b, r.Back.From), r.Back.To), r.Back.N)
	}
	return b
}

func getLeap(r *Record, d *wire.Reader) {
	r.Leap = Leap{From: d.U32(), To: d.U32(), N: d.U8()}
	r.Leap.Mid = r.Leap.From
	d.Bad = d.Bad || r.Leap.To < r.Leap.From
	if len(d.B) > 0 {
		r.Back = Leap{From: d.U32(), To: d.U32(), N: d.U8()}
		r.Back.Mid = r.Back.From
		d.Bad = d.Bad || r.Back == (Leap{})
	}
}

func putMid(r *Record, b []byte) []byte {
	if r.Leap.Mid == r.Leap.From && r.Back.Mid == r.Back.From {
		return b
	}
	return wire.Put32(wire.Put32(b, r.Leap.Mid), r.Back.Mid)
}

func getMid(r *Record, d *wire.Reader) {
	leap, back := d.U32(), d.U32()
	d.Bad = d.Bad || leap < r.Leap.From || back < r.Back.From || leap == r.Leap.From && back == r.Back.From ||
		leap != 0 && r.Leap == (Leap{}) || back != 0 && r.Back == (Leap{})
	r.Leap.Mid, r.Back.Mid = leap, back
}
