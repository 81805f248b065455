package state

import (
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// Requests are the connection requests of an account: how many of those who were asked
// accepted, and how many are outstanding, by the day on which they were sent.
type Requests struct {
	Rate   scoring.Responses // since the newest block
	Warned uint32            // when the account was warned for it; 0: never
	Since  uint16            // how many it sent since
	Until  uint32            // end of the block; 0: there is none
	n      int
	days   [maxRequestDays]requestDay // oldest first
}

// A requestDay is how many of those sent on a day since 1970 are outstanding. Where there
// is no room for another one, the two oldest are one.
type requestDay struct{ day, n uint16 }

const (
	maxRequestDays = 32
	requestsLast   = 180 // days, for which one is outstanding
	warnedLast     = 90 * stamp.Day
)

func requestDayOf(at uint32) uint16 { return uint16(at / stamp.Day) }

// Send counts a request.
func (q *Requests) Send(now time.Time) {
	if q.Rate.Add(now, 1); q.Warned != 0 {
		q.Since = Bump(q.Since)
	}
	day := requestDayOf(stamp.Of(now))
	if q.n > 0 && q.days[q.n-1].day >= day {
		q.days[q.n-1].n = Bump(q.days[q.n-1].n)
		return
	}
	q.keep(maxRequestDays - 1)
	q.days[q.n] = requestDay{day, 1}
	q.n++
}

// keep leaves so many days at most.
func (q *Requests) keep(most int) {
	for q.n > max(most, 1) {
		q.days[1].n = uint16(min(int(q.days[0].n)+int(q.days[1].n), 1<<16-1))
		q.n = len(slices.Delete(q.days[:q.n], 0, 1))
	}
}

// Outstanding is how many nobody accepted or took back yet, and when the oldest of them
// lapses.
func (q *Requests) Outstanding(now uint32) (n int, lapses uint32) {
	for i := q.n - 1; i >= 0; i-- {
		if end := (uint32(q.days[i].day) + requestsLast + 1) * stamp.Day; now < end {
			n, lapses = n+int(q.days[i].n), end
		}
	}
	return n, lapses
}

// close takes out one that was sent at a time, and reports whether any was outstanding.
func (q *Requests) close(asked uint32) bool {
	i := 0
	for i+1 < q.n && q.days[i].day < requestDayOf(asked) {
		i++
	}
	if q.n == 0 {
		return false
	}
	if q.days[i].n--; q.days[i].n == 0 {
		q.n = len(slices.Delete(q.days[:q.n], i, i+1))
	}
	return true
}

// accept counts that one was accepted; weight is what that counts in the rate.
func (q *Requests) accept(asked uint32, now time.Time, weight float64) {
	if q.close(asked) {
		q.Rate.Answer(stamp.Time(asked), now, weight)
	}
}

// Warn notes that the account was warned.
func (q *Requests) Warn(now uint32) { q.Warned, q.Since = max(now, 1), 0 }

// Reopen ends the block: what is sent from now on counts.
func (q *Requests) Reopen() { q.Until, q.Since, q.Rate = 0, 0, scoring.Responses{} }

// Used reports whether there is anything to keep.
func (q *Requests) Used() bool { return q.n > 0 || q.Warned != 0 || q.Rate != scoring.Responses{} }

// age drops what is over.
func (q *Requests) age(now uint32) {
	for q.n > 0 && now >= (uint32(q.days[0].day)+requestsLast+1)*stamp.Day {
		q.n = len(slices.Delete(q.days[:q.n], 0, 1))
	}
	if q.Warned != 0 && now >= stamp.After(max(q.Warned, q.Until), warnedLast) {
		q.Warned, q.Since, q.Until = 0, 0, 0
	}
}

func (q *Requests) rewind(clock time.Time, now uint32) {
	q.Rate.Rewind(clock)
	q.Warned = min(q.Warned, now)
	today, n := requestDayOf(now), 0
	for _, d := range q.days[:q.n] {
		d.day = min(d.day, today)
		if n > 0 && q.days[n-1].day == d.day {
			q.days[n-1].n = uint16(min(int(q.days[n-1].n)+int(d.n), 1<<16-1))
			continue
		}
		q.days[n] = d
		n++
	}
	q.n = n
}

// Accept credits the account with who accepted its request, as Answer does; also somebody
// who was asked longer ago than answers are waited for. It reports whether anything
// changed: nothing does where that person was never asked.
func (r *Record) Accept(who uint64, now time.Time, weight float64, ownOrigin bool) bool {
	k, late := r.Contacts.Lookup(who), r.Pending.Find(who) < 0
	asked := k.First != 0 && k.Flags&(Known|IsContact) == Known
	answered := r.Answer(who, now, weight, ownOrigin)
	if !late || !asked {
		return answered
	}
	r.Requests.accept(k.First, now, weightOf(weight, ownOrigin))
	if !answered {
		r.becomeContact(who, k.First, stamp.Of(now), ownOrigin)
	}
	return true
}

// Withdraw takes back the account's request to somebody: it is no more outstanding, and
// was not accepted. It reports whether there was one.
func (r *Record) Withdraw(who uint64) bool {
	if i := r.Pending.Find(who); i >= 0 {
		p := &r.Pending.At[i]
		had := p.Flags&WasRequest != 0
		p.Flags &^= WasRequest
		return had && r.Requests.close(p.Asked)
	}
	k := r.Contacts.Lookup(who)
	return k.First != 0 && k.Flags&(Known|IsContact) == Known && r.Requests.close(k.First)
}

func putRequests(r *Record, b []byte) []byte {
	q := &r.Requests
	if !q.Used() {
		return b
	}
	b = wire.Put16(wire.Put32(wire.Put32(b, q.Warned), q.Until), q.Since)
	b = wire.PutSized(b, func(b []byte) []byte { b, _ = q.Rate.AppendBinary(b); return b })
	for _, d := range q.days[:q.n] {
		b = wire.Put16(wire.Put16(b, d.day), d.n)
	}
	return b
}

func getRequests(r *Record, d *wire.Reader) {
	q := &r.Requests
	q.Warned, q.Until, q.Since = d.U32(), d.U32(), d.U16()
	if rate := d.Sized(); len(rate) > 0 {
		d.Into(&q.Rate, rate)
	}
	for len(d.B) > 0 && !d.Bad && q.n < maxRequestDays {
		x := requestDay{d.U16(), d.U16()}
		d.Bad = d.Bad || x.n == 0 || q.n > 0 && x.day <= q.days[q.n-1].day
		q.days[q.n] = x
		q.n++
	}
	d.Bad = d.Bad || !q.Used()
}
