package state

import (
	"math/bits"
	"slices"
)

// Contacts remembers who has a contact with the account, and who was approached by
// it: the last few exactly, older ones in two generations of Bloom filters (Bloom
// 1970) of 30 days each.
type Contacts struct {
	n   int
	at  [maxContacts]Contact // least recently used first
	gen [2]generation        // newest first
}

const (
	maxContacts    = 24
	generationSpan = 30 * 24 * 3600
)

// A Contact is what is known of one person.
type Contact struct {
	Who   uint64
	First uint32 // when the account first wrote to that person; 0: never
	Flags ContactFlags
}

// ContactFlags say how a person and the account know each other; 0: not at all.
type ContactFlags uint8

// Flags of a Contact.
const (
	IsContact   ContactFlags = 1 << iota // wrote first, or answered
	WasStranger                          // was approached when there was no contact
	SameOrigin                           // became one on an origin of the account's own
	isRecent                             // known exactly; never stored
	Known                                // known at all; never stored
	storedFlags = IsContact | WasStranger | SameOrigin
)

// A generation holds people who fell out of the exact list. It ends after 30 days
// or when a filter is over half full, so that a filter never says yes by chance
// more often than to about one in twelve.
type generation struct {
	from      uint32 // 0: empty
	strangers [16]uint64
	contacts  [8]uint64
}

func (c *Contacts) reset() {
	c.n = 0
	for i := range c.gen {
		if c.gen[i].from != 0 {
			c.gen[i] = generation{}
		}
	}
}

// Lookup returns what is known of a person; its flags are 0 for nothing.
func (c *Contacts) Lookup(who uint64) Contact {
	if i := c.find(who); i >= 0 {
		k := c.at[i]
		k.Flags |= isRecent | Known
		return k
	}
	for i := range c.gen {
		g := &c.gen[i]
		if g.from == 0 {
			continue
		}
		if bloomHas(g.contacts[:], who) {
			return Contact{Who: who, First: g.from, Flags: IsContact | Known}
		}
		if bloomHas(g.strangers[:], who) {
			return Contact{Who: who, First: g.from, Flags: WasStranger | Known}
		}
	}
	return Contact{Who: who}
}

func (c *Contacts) find(who uint64) int {
	for i := c.n - 1; i >= 0; i-- {
		if c.at[i].Who == who {
			return i
		}
	}
	return -1
}

// Put stores a contact as the most recently used.
func (c *Contacts) Put(now uint32, k Contact) {
	k.Flags &= storedFlags
	if i := c.find(k.Who); i >= 0 {
		c.drop(i)
	} else if c.n == maxContacts {
		c.retire(now)
	}
	c.at[c.n] = k
	c.n++
}

func (c *Contacts) drop(i int) { c.n = len(slices.Delete(c.at[:c.n], i, i+1)) }

// Count is how many contacts are remembered, about, of those on other origins than
// the account's own.
func (c *Contacts) Count() float64 {
	n := 0.
	for i := range c.n {
		if c.at[i].Flags&(IsContact|SameOrigin) == IsContact {
			n++
		}
	}
	for i := range c.gen {
		if c.gen[i].from != 0 {
			n += float64(setBits(c.gen[i].contacts[:])) / 4
		}
	}
	return n
}

// RemoveApproach forgets a person who is known exactly, was first written to at
// that time, and is no contact. It reports whether there was one.
func (c *Contacts) RemoveApproach(who uint64, first uint32) bool {
	i := c.find(who)
	if i < 0 || c.at[i].First != first || c.at[i].Flags&IsContact != 0 {
		return false
	}
	c.drop(i)
	return true
}

// retire moves one of the exact contacts into the filters: the least recently used
// stranger, or else the least recently used.
func (c *Contacts) retire(now uint32) {
	out := max(0, slices.IndexFunc(c.at[:c.n], func(k Contact) bool { return k.Flags&IsContact == 0 }))
	k := c.at[out]
	c.drop(out)
	g := &c.gen[0]
	if g.from != 0 && (now-g.from > generationSpan || setBits(g.strangers[:]) > 512 || setBits(g.contacts[:]) > 256) {
		c.gen[1] = *g
		*g = generation{}
	}
	if g.from == 0 {
		g.from = max(now, 1)
	}
	if k.Flags&IsContact != 0 {
		bloomAdd(g.contacts[:], k.Who)
	} else {
		bloomAdd(g.strangers[:], k.Who)
	}
}

// age drops generations that are over.
func (c *Contacts) age(now uint32) {
	for i := range c.gen {
		if g := &c.gen[i]; g.from != 0 && now > g.from && now-g.from > uint32(i+1)*generationSpan+generationSpan {
			*g = generation{}
		}
	}
}

// any reports whether there is any contact to remember.
func (c *Contacts) any() bool {
	for i := range c.n {
		if c.at[i].Flags&IsContact != 0 {
			return true
		}
	}
	return c.gen[0].from != 0 || c.gen[1].from != 0
}

// The filters take four positions from a hash that is already keyed and uniform
// (Kirsch & Mitzenmacher 2006).
func bloomAdd(f []uint64, who uint64) {
	a, b := uint32(who), uint32(who>>24)|1
	for range 4 {
		i := a % uint32(64*len(f))
		f[i/64] |= 1 << (i % 64)
		a += b
	}
}

func bloomHas(f []uint64, who uint64) bool {
	a, b := uint32(who), uint32(who>>24)|1
	for range 4 {
		i := a % uint32(64*len(f))
		if f[i/64]>>(i%64)&1 == 0 {
			return false
		}
		a += b
	}
	return true
}

func setBits(f []uint64) (n int) {
	for _, w := range f {
		n += bits.OnesCount64(w)
	}
	return n
}
