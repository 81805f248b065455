package state

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// An Inbox is what a person got from people without a contact: the first letter of each.
// It has a record of its own beside the account's, which is written after a delivery and
// is not read before one: see Full.
type Inbox struct {
	Letters, Young limiter.Windows // all, and those of young accounts
	Got, Answered  scoring.Decayed // all, and those that were answered; half-life InboxHalf
}

// InboxHalf is the half-life of what a person got, and answered.
const InboxHalf = 4 * 24 * time.Hour

// inboxLasts is after how many seconds without a letter an inbox says nothing.
const inboxLasts = 30 * 24 * 3600

// Receive counts a letter.
func (b *Inbox) Receive(now time.Time, young bool) {
	b.Letters.Add(now, 1)
	if young {
		b.Young.Add(now, 1)
	}
	b.Got.Add(now, 1, InboxHalf)
}

// Used reports whether there is anything in it: every inbox begins with a letter.
func (b *Inbox) Used() bool { return b.Got.Sum > 0 }

func (b *Inbox) rewind(now time.Time) {
	b.Letters.Rewind(now)
	b.Young.Rewind(now)
	rewindSums(now, &b.Got, &b.Answered)
}

// A Full says in an account's own record until when it gets no more first letters, for it
// got N within Per seconds. The zero Full says nothing.
type Full struct{ Until, Per, N uint32 }

// At is what it says at a time: nothing that is over, or further ahead than any limit.
func (f Full) At(now uint32) Full {
	if now >= f.Until || f.Until > stamp.After(now, 8*stamp.Day) { // no limit is for more than 7
		return Full{}
	}
	return f
}

func putInbox(r *Record, b []byte) []byte {
	box := &r.Inbox
	if !box.Used() {
		return b
	}
	b = wire.PutDecayed(wire.PutDecayed(b, box.Got), box.Answered)
	b = wire.PutSized(b, func(b []byte) []byte { return putWindows(b, &box.Letters) })
	return putWindows(b, &box.Young)
}

func getInbox(r *Record, d *wire.Reader) {
	box := &r.Inbox
	box.Got, box.Answered = d.Decayed(), d.Decayed()
	d.Into(&box.Letters, d.Sized())
	if len(d.B) > 0 {
		d.Into(&box.Young, d.Take(len(d.B)))
	}
	d.Bad = d.Bad || !box.Used() || !(box.Answered.Sum >= 0)
}

func putFull(r *Record, b []byte) []byte {
	if r.Full == (Full{}) {
		return b
	}
	return wire.Put32(wire.Put32(wire.Put32(b, r.Full.Until), r.Full.Per), r.Full.N)
}

func getFull(r *Record, d *wire.Reader) {
	r.Full = Full{Until: d.U32(), Per: d.U32(), N: d.U32()}
	d.Bad = d.Bad || r.Full == Full{}
}
