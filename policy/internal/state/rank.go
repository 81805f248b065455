package state

import (
	"math/bits"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

const (
	firstDay = 1   // memtable.TopLight: with what is counted, a part of a store of its own
	topRank  = 255 // above that of every account
)

// Rank says how much would be lost with the record: a store that is full drops those
// of the least rank first. It is what cannot be had at once and in numbers: the days
// from the first to the newest event, and contacts, no more of them than there were
// days for; both by their logarithm. Whatever an account does on its first day, it has
// rank 1. What counters count has rank 0: senders choose the values that they count by,
// and must not push out an account with them. What became of a person's reports comes
// last: a moderator looked at each.
func (r *Record) Rank() uint8 {
	switch {
	case r.Reporter != (Reporter{}):
		return topRank
	case len(r.Tally) > 0:
		return 0
	}
	days := bits.Len32((max(stamp.OfMilli(r.Newest), r.Born) - r.Born) / stamp.Day)
	if days == 0 {
		return firstDay
	}
	rank := 2*days + r.Contacts.rank(days)
	if !r.Enforced.Ladder.Blank() {
		rank++
	}
	return uint8(rank)
}

// rank is the length in bits of how many contacts there are, most at most. It is asked
// with every record that is written, and so counts no more than it needs.
func (c *Contacts) rank(most int) int {
	n := c.contacts.people
	for i := 0; i < c.n && n>>most == 0; i++ {
		if c.at[i].Flags&(IsContact|SameOrigin) == IsContact {
			n++
		}
	}
	return min(most, bits.Len(uint(n)))
}

// pinned reports whether a store must not drop the record before it expires: an
// account earned more than warnings, a person imposed something, or has to answer an
// appeal. A Warning alone must not: throwaway accounts collect as many as they like.
func (r *Record) pinned() bool {
	return r.Order.Verdict != 0 || r.Enforced.Ladder.Carried != 0 || r.Enforced.Ladder.Any(func(e *ladder.Entry) bool {
		return e.Kind.Above(ladder.Warning) || e.Flags&(ladder.Hand|ladder.Appealed) != 0
	})
}

// Named reports whether an encoded record holds the account's name, without reading
// it: the name is the first section.
func Named(data []byte) bool { return len(data) > headerSize && data[headerSize] == tagName }

// DropName drops what a record says of sanctions that can no longer be appealed
// against, and the account's name if that was the last that it was kept for. It
// reports whether the name went.
func (r *Record) DropName(now uint32) bool {
	if r.trimDetails(now); len(r.Details) > 0 || r.Order.Verdict != 0 && now < r.Order.Until {
		return false
	}
	r.Name = ""
	return true
}
