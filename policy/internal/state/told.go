package state

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// SureTold is how many of the people whom the host told of last are remembered at
// least: at most it is a batch more.
const SureTold = 400

// TellAll is Tell of many. Of more than have room the last are remembered; all may have
// been written to.
func (r *Record) TellAll(people []uint64, now time.Time) (changed bool) {
	first := max(0, len(people)-SureTold)
	for i, who := range people {
		if i >= first || r.Contacts.Lookup(who).Flags&(IsContact|Known) == Known {
			changed = r.Tell(who, now) || changed
		}
	}
	return changed
}

// Tell notes that the host knows somebody as a contact of the account. It makes an
// approach that waits for an answer an answered one. Who was met in other ways is
// remembered apart: no list that a host tells makes anybody forgotten. It reports
// whether anything changed.
func (r *Record) Tell(who uint64, now time.Time) bool {
	c, sec := &r.Contacts, stamp.Of(now)
	k := c.Lookup(who)
	if k.Flags&(IsContact|Known) == Known && r.Answer(who, now, 1, false) {
		return true
	}
	if i := c.find(who); i >= 0 {
		c.at[i].Flags |= IsContact
		return k.Flags&IsContact == 0
	}
	return c.tell(sec, fingerprint(who))
}

// tell puts somebody into the newest batch of those of whom the host told, and reports
// whether they were not there.
func (c *Contacts) tell(now uint32, print uint32) bool {
	l := &c.told
	if i, _ := l.find(print); i >= 0 && i == l.n-1 && now <= stamp.After(l.at[i].from, batchSpan) {
		return false
	}
	l.add(now, print)
	l.keep(SureTold)
	return true
}

func putTold(r *Record, b []byte) []byte { return r.Contacts.told.put(b) }
func getTold(r *Record, d *wire.Reader)  { r.Contacts.told.get(d) }
