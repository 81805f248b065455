package state

import "slices"

// Contacts remembers who has a contact with the account, and who was approached by
// it: the last few exactly, older ones as fingerprints. The last 400 contacts of 60
// days are never missed, and one stranger in 240 at most is taken for a contact; or in
// 120, where the host told of as many as have room.
type Contacts struct {
	n          int
	at         [maxContacts]Contact // least recently used first
	contacts   batches
	approached batches     // when there was no contact; see nearPrint
	told       batches     // contacts of whom the host told
	gen        generations // of a record of an earlier release
}

const (
	maxContacts = 24
	// How many have room at least; at most it is a batch more.
	sureContacts   = 400
	roomForAll     = 480 // contacts, and those who were approached
	sureApproached = 200 // as many as are waited for: see Pending and Evicted
)

// A Contact is what is known of one person.
type Contact struct {
	Who   uint64
	First uint32 // when the account first wrote to that person; 0: never. With Talked a talk
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
	Talked                               // a contact written to after the first day: First is a talk
	storedFlags = IsContact | WasStranger | SameOrigin | Talked
)

func (c *Contacts) reset() {
	c.n = 0
	c.contacts.reset()
	c.approached.reset()
	c.told.reset()
	if c.gen.any() {
		c.gen = generations{}
	}
}

// Lookup returns what is known of a person; its flags are 0 for nothing.
func (c *Contacts) Lookup(who uint64) Contact {
	if i := c.find(who); i >= 0 {
		k := c.at[i]
		k.Flags |= isRecent | Known
		return k
	}
	print := fingerprint(who)
	if i, _ := c.contacts.find(print); i >= 0 {
		return Contact{Who: who, First: c.contacts.at[i].from, Flags: IsContact | Known}
	}
	k := c.gen.lookup(who)
	if k.Flags&IsContact != 0 {
		return k
	}
	if i, _ := c.approached.find(print); i >= 0 {
		k = Contact{Who: who, First: c.approached.at[i].from, Flags: WasStranger | Known}
	} else if i, _ := c.approached.find(nearPrint(who)); i >= 0 {
		k = Contact{Who: who, First: c.approached.at[i].from, Flags: Known}
	}
	if i, _ := c.told.find(print); i >= 0 {
		k.Flags |= IsContact | Known
	}
	return k
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
// the account's own. Nobody counts of whom the host told, and who has not written yet.
func (c *Contacts) Count() float64 {
	n := 0.
	for i := range c.n {
		if c.at[i].Flags&(IsContact|SameOrigin) == IsContact {
			n++
		}
	}
	return n + float64(c.contacts.people) + c.gen.contacts()
}

// Near is how many of those who are known exactly the account wrote to as to no
// strangers: contacts, and people whom the host says to be near and who have not answered.
func (c *Contacts) Near() (n int) {
	for i := range c.n {
		if k := &c.at[i]; k.First != 0 && k.Flags&(WasStranger|SameOrigin) == 0 {
			n++
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

// retire moves one of the exact contacts into a batch: the least recently used
// stranger, or else the least recently used.
func (c *Contacts) retire(now uint32) {
	out := max(0, slices.IndexFunc(c.at[:c.n], func(k Contact) bool { return k.Flags&IsContact == 0 }))
	k := c.at[out]
	c.drop(out)
	switch {
	case k.Flags&IsContact != 0:
		c.contacts.add(now, fingerprint(k.Who))
		c.contacts.keep(sureContacts)
	case k.Flags&WasStranger != 0:
		c.approached.add(now, fingerprint(k.Who))
	default:
		c.approached.add(now, nearPrint(k.Who))
	}
	c.approached.keep(max(sureApproached, roomForAll-c.contacts.people))
}

// age drops what is over.
func (c *Contacts) age(now uint32) {
	c.contacts.age(now)
	c.approached.age(now)
	c.told.age(now)
	c.gen.age(now)
}

// any reports whether there is any contact to remember.
func (c *Contacts) any() bool {
	for i := range c.n {
		if c.at[i].Flags&IsContact != 0 {
			return true
		}
	}
	return c.contacts.n > 0 || c.told.n > 0 || c.gen.any()
}
