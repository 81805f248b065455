package policy

import "encoding/binary"

// origins is where an account's messages came from lately, newest first: keyed
// hashes of Message.Origin; 0 is none. Somebody who writes from one of them may
// be the same person.
type origins [maxOrigins]uint32

const maxOrigins = 4

// originHash is how an account's record keeps an origin.
func (k Key) originHash() uint32 { return max(binary.LittleEndian.Uint32(k[:]), 1) }

// see notes that a message came from an origin.
func (o *origins) see(origin uint32) {
	if origin == 0 {
		return
	}
	k := 0
	for k < len(o)-1 && o[k] != origin {
		k++
	}
	copy(o[1:k+1], o[:k])
	o[0] = origin
}

func (o *origins) has(origin uint32) bool {
	for _, x := range o {
		if x == origin && x != 0 {
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
