package state

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// Gone remembers by a fingerprint each what became of messages of a day that Recent
// has no room for any more: those that went out, so that a queue that is handed over
// again, after an outage, delivers nothing twice, and those in the Queue, so that each
// leaves it once. A new message is taken for one of them in one of 2^30 times as many
// cases as there are.
type Gone struct {
	N  int
	At [MaxGone]gone // oldest first
}

// A gone is one such message.
type gone struct {
	print uint32 // of ID and content; the lowest two bits are the Verdict
	id    uint16 // of the ID alone
	hour  uint32 // since 1970
}

// MaxGone and MaxRecent together are how many messages of a day are known.
const MaxGone = 112

const goneHours = 24

// goneVerdict is where a fingerprint keeps Allow, Flag, or Defer.
const goneVerdict = 3

// goneAs is what is kept of two keyed hashes, but for the verdict.
func goneAs(id, content uint32) uint32 {
	h := (uint64(id)<<32 | uint64(content)) * 0x9e3779b97f4a7c15
	return uint32(h>>32) &^ goneVerdict
}

// Remember remembers the decision on a message, and of what that pushes out of Recent
// that it went out, or waits in the Queue.
func (r *Record) Remember(e RecentDecision) {
	if old := r.Recent.Add(e); old.Verdict.Delivered() && old.Flags&Retracted == 0 || old.Flags&Queued != 0 {
		r.Gone.Add(&old)
	}
}

func (g *Gone) Add(e *RecentDecision) {
	if g.N == MaxGone {
		g.keep(MaxGone - 1)
	}
	g.At[g.N] = gone{goneAs(e.ID, e.Content) | uint32(e.Verdict)&goneVerdict, uint16(e.ID), e.At / 3600}
	g.N++
}

// Find says what was answered to a message that went out, and when: to within the
// hour before. 0: it is not known.
func (g *Gone) Find(id, content, now uint32) (v Verdict, at uint32) {
	if g.N == 0 {
		return 0, 0
	}
	want := goneAs(id, content)
	for i := range g.At[:g.N] {
		e := &g.At[i]
		if e.print&^goneVerdict == want && e.id == uint16(id) && now/3600 < e.hour+goneHours {
			return Verdict(e.print & goneVerdict), e.hour * 3600
		}
	}
	return 0, 0
}

// Leave takes a message out of the Queue that came again, if it is in it.
func (r *Record) Leave(d *RecentDecision) {
	if d.Flags&Queued != 0 {
		d.Flags &^= Queued
		r.Queue.leave()
	}
}

// LeaveGone does that with one that Find said is deferred.
func (r *Record) LeaveGone(id, content uint32) {
	want := gone{goneAs(id, content) | uint32(Defer), uint16(id), 0}
	g := &r.Gone
	n := g.N
	g.N = len(slices.DeleteFunc(g.At[:n], func(e gone) bool { return e.print == want.print && e.id == want.id }))
	if g.N < n {
		r.Queue.leave()
	}
}

// Forget forgets the messages of an ID, and reports whether there were any.
func (g *Gone) Forget(id uint32) bool {
	n := g.N
	g.N = len(slices.DeleteFunc(g.At[:n], func(e gone) bool { return e.id == uint16(id) }))
	return g.N < n
}

// keep forgets all but the newest n.
func (g *Gone) keep(n int) {
	if g.N > n {
		g.N = len(slices.Delete(g.At[:g.N], 0, g.N-n))
	}
}

// age drops what is over.
func (g *Gone) age(now uint32) {
	k := 0
	for k < g.N && now/3600 >= g.At[k].hour+goneHours {
		k++
	}
	if k > 0 {
		g.keep(g.N - k)
	}
}

func (g *Gone) rewind(now uint32) {
	for i := range g.At[:g.N] {
		g.At[i].hour = min(g.At[i].hour, now/3600)
	}
}

// putGone writes runs of one hour each.
func putGone(r *Record, b []byte) []byte {
	all := r.Gone.At[:r.Gone.N]
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].hour == all[0].hour {
			n++
		}
		b = append(wire.Put32(b, all[0].hour), byte(n))
		for i := range all[:n] {
			b = wire.Put16(wire.Put32(b, all[i].print), all[i].id)
		}
		all = all[n:]
	}
	return b
}

func getGone(r *Record, d *wire.Reader) {
	g := &r.Gone
	for len(d.B) > 0 && !d.Bad {
		hour, n := d.U32(), int(d.U8())
		if n == 0 || g.N+n > MaxGone || g.N > 0 && g.At[g.N-1].hour == hour {
			d.Bad = true
			return
		}
		b := d.Take(6 * n)
		for ; len(b) >= 6; b = b[6:] {
			g.At[g.N] = gone{wire.Get32(b), wire.Get16(b[4:]), hour}
			g.N++
		}
	}
}

// A Queue counts the messages that a limit deferred, and that have not come again:
// each has a turn of its own, so that they do not all come at once and wait again.
type Queue struct {
	N     uint8
	Until uint32 // the turn of the last
}

// MaxQueue is how many messages of an account may wait for a limit. What is more is
// a client that goes on after it was refused.
const MaxQueue = 64

// Ahead is how many wait at a time.
func (q *Queue) Ahead(now uint32) int {
	if now >= q.Until {
		return 0
	}
	return int(q.N)
}

// Join adds one that waits for so many seconds, if there is room.
func (q *Queue) Join(now, wait uint32) bool {
	n := q.Ahead(now)
	if n >= MaxQueue || wait == 0 {
		return false
	}
	*q = Queue{uint8(n + 1), max(q.Until, stamp.After(now, wait))}
	return true
}

// leave takes one out that came again.
func (q *Queue) leave() { q.N -= min(q.N, 1) }

func putQueue(r *Record, b []byte) []byte {
	if q := &r.Queue; q.N > 0 {
		b = wire.Put32(append(b, q.N), q.Until)
	}
	return b
}

func getQueue(r *Record, d *wire.Reader) {
	r.Queue = Queue{d.U8(), d.U32()}
	d.Bad = d.Bad || r.Queue.N == 0 || r.Queue.N > MaxQueue
}
