package policy

import "math/bits"

// contacts remembers who has a tie with the account, and who was approached
// by it: the last few exactly, older ones in two generations of Bloom filters
// (Bloom 1970) of 30 days each.
type contacts struct {
	n   int
	at  [maxContacts]contact // least recently used first
	gen [2]generation        // newest first
}

const (
	maxContacts    = 24
	generationSpan = 30 * 24 * 3600
)

// contact is one person.
type contact struct {
	who   uint64
	first uint32 // when the account first wrote to that person; 0: never
	flags uint8
}

const (
	hasTie   uint8 = 1 << iota // wrote first, or answered
	wasCold                    // was approached when there was no tie
	isKin                      // got the tie on an origin of the account's own
	isRecent                   // known exactly; never stored
	isKnown                    // known at all; never stored
)

// A generation of people who fell out of the exact list. It ends after 30 days
// or when a filter is over half full, so that a filter never says yes by chance
// more often than to about one in twelve.
type generation struct {
	from uint32 // 0: empty
	cold [16]uint64
	tied [8]uint64
}

func (c *contacts) reset() {
	c.n = 0
	for i := range c.gen {
		if c.gen[i].from != 0 {
			c.gen[i] = generation{}
		}
	}
}

// lookup returns what is known of a person; its flags are 0 for nothing.
func (c *contacts) lookup(who uint64) contact {
	if i := c.find(who); i >= 0 {
		k := c.at[i]
		k.flags |= isRecent | isKnown
		return k
	}
	for i := range c.gen {
		g := &c.gen[i]
		if g.from == 0 {
			continue
		}
		if bloomHas(g.tied[:], who) {
			return contact{who: who, first: g.from, flags: hasTie | isKnown}
		}
		if bloomHas(g.cold[:], who) {
			return contact{who: who, first: g.from, flags: wasCold | isKnown}
		}
	}
	return contact{who: who}
}

func (c *contacts) find(who uint64) int {
	for i := c.n - 1; i >= 0; i-- {
		if c.at[i].who == who {
			return i
		}
	}
	return -1
}

// put stores a contact as the most recently used.
func (c *contacts) put(now uint32, k contact) {
	k.flags &= hasTie | wasCold | isKin
	if i := c.find(k.who); i >= 0 {
		copy(c.at[i:c.n-1], c.at[i+1:c.n])
		c.at[c.n-1] = k
		return
	}
	if c.n == maxContacts {
		c.retire(now)
	}
	c.at[c.n] = k
	c.n++
}

// acquainted is how many ties are remembered, about, of those with others than
// the account's own kin.
func (c *contacts) acquainted() float64 {
	n := 0.
	for i := range c.n {
		if c.at[i].flags&(hasTie|isKin) == hasTie {
			n++
		}
	}
	for i := range c.gen {
		if c.gen[i].from != 0 {
			n += float64(setBits(c.gen[i].tied[:])) / 4
		}
	}
	return n
}

// remove forgets a contact that is known exactly.
func (c *contacts) remove(who uint64) {
	if i := c.find(who); i >= 0 {
		copy(c.at[i:c.n-1], c.at[i+1:c.n])
		c.n--
	}
}

// retire moves one of the exact contacts into the filters: the least recently
// used without a tie, or else the least recently used.
func (c *contacts) retire(now uint32) {
	out := 0
	for i := range c.n {
		if c.at[i].flags&hasTie == 0 {
			out = i
			break
		}
	}
	k := c.at[out]
	copy(c.at[out:c.n-1], c.at[out+1:c.n])
	c.n--
	g := &c.gen[0]
	if g.from != 0 && (now-g.from > generationSpan || setBits(g.cold[:]) > 512 || setBits(g.tied[:]) > 256) {
		c.gen[1] = *g
		*g = generation{}
	}
	if g.from == 0 {
		g.from = max(now, 1)
	}
	if k.flags&hasTie != 0 {
		bloomAdd(g.tied[:], k.who)
	} else {
		bloomAdd(g.cold[:], k.who)
	}
}

// age drops generations that are over.
func (c *contacts) age(now uint32) {
	for i := range c.gen {
		if g := &c.gen[i]; g.from != 0 && now > g.from && now-g.from > uint32(i+1)*generationSpan+generationSpan {
			*g = generation{}
		}
	}
}

// ties reports whether there is any tie to remember.
func (c *contacts) ties() bool {
	for i := range c.n {
		if c.at[i].flags&hasTie != 0 {
			return true
		}
	}
	return c.gen[0].from != 0 || c.gen[1].from != 0
}

// The filters take four positions from a hash that is already keyed and
// uniform (Kirsch & Mitzenmacher 2006).
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
