package policy

import "encoding/binary"

// origins is where an account's messages came from lately. Somebody who writes
// from one of them may be the same person.
type origins struct {
	last   Key                // the newest; zero: none
	before [maxEarlier]uint32 // hashes of those before it, newest first; 0: none
}

const maxEarlier = 3

// originHash is how a record keeps an origin that is not the newest.
func (k Key) originHash() uint32 { return max(binary.LittleEndian.Uint32(k[:]), 1) }

// see notes that a message came from an origin; a zero one is none.
func (o *origins) see(origin Key) {
	if origin == (Key{}) || origin == o.last {
		return
	}
	if o.last != (Key{}) {
		hash := origin.originHash()
		k := 0
		for k < len(o.before)-1 && o.before[k] != hash {
			k++
		}
		copy(o.before[1:k+1], o.before[:k])
		o.before[0] = o.last.originHash()
	}
	o.last = origin
}

// has reports whether an origin is one of them; a zero one is not.
func (o *origins) has(origin Key) bool {
	if origin == (Key{}) || o.last == (Key{}) {
		return false
	}
	if origin == o.last {
		return true
	}
	hash := origin.originHash()
	for _, x := range o.before {
		if x == hash {
			return true
		}
	}
	return false
}

// sameOrigin is what the answer of somebody on one of the account's own origins
// counts, and the approach that it answers. They may be relatives, or colleagues
// behind one address: where a third of them answer, the rate is still over the
// floor of a tenth. Or they are one person, who needs four accounts for what one
// answer is worth.
const sameOrigin = .25
