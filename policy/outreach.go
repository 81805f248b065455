package policy

// outreach holds the people who were approached and have not answered yet, the
// most recently written to last.
type outreach struct {
	n  int
	at [maxOpen]approach
}

const maxOpen = 32

// approach is one person who has not answered yet.
type approach struct {
	who   uint64
	asked uint32 // when the first message went out; of an undelivered one, when it was tried
	last  uint16 // minutes from asked to the begin of the last turn
	turns uint8  // runs of messages in a row without an answer
	slot  uint8  // of the text ring that counted this person first; noSlot: none
	slots uint8  // all that counted this person, a bit each
	flags uint8
	fan   uint16 // what this person weighs in the fan-out, in 1/weightUnit
	text  uint16 // and in the fast sum of the text in slot
	slow  uint16 // and in the slow one
}

const (
	wasDelivered uint8 = 1 << iota // at least one message reached the person
	wasAsked                       // counts in the reply rate

	noSlot     = 255
	weightUnit = 4096
)

// quantum rounds a weight to what an approach can keep, so that what is taken
// back later is exactly what was added.
func quantum(w float64) uint16 { return uint16(min(max(w, 0), 15)*weightUnit + .5) }

func weight(q uint16) float64 { return float64(q) / weightUnit }

func (o *outreach) find(who uint64) int {
	for i := o.n - 1; i >= 0; i-- {
		if o.at[i].who == who {
			return i
		}
	}
	return -1
}

// touch makes approach i the most recent, and returns it.
func (o *outreach) touch(i int) *approach {
	a := o.at[i]
	copy(o.at[i:o.n-1], o.at[i+1:o.n])
	o.at[o.n-1] = a
	return &o.at[o.n-1]
}

// add puts an approach last. There must be room.
func (o *outreach) add(a approach) *approach {
	o.at[o.n] = a
	o.n++
	return &o.at[o.n-1]
}

// least is the one to give way: the least recently written to of those who weigh
// nothing (connections, say), or else of all. So writing to friends does not
// make a stranger forgotten who was pestered.
func (o *outreach) least() int {
	for i := range o.n {
		if p := &o.at[i]; p.fan == 0 && p.text == 0 {
			return i
		}
	}
	return 0
}

func (o *outreach) remove(i int) approach {
	a := o.at[i]
	copy(o.at[i:o.n-1], o.at[i+1:o.n])
	o.n--
	return a
}

// has reports whether the text in a slot counted this person.
func (a *approach) has(slot int) bool { return slot >= 0 && a.slots>>slot&1 != 0 }

// forgetSlot unties approaches from a slot that holds another text now.
func (o *outreach) forgetSlot(slot uint8) {
	for i := range o.n {
		o.at[i].slots &^= 1 << slot
		if o.at[i].slot == slot {
			o.at[i].slot, o.at[i].text, o.at[i].slow = noSlot, 0, 0
		}
	}
}

// minutesSince is the number of whole minutes from then to now, as an approach
// keeps it.
func minutesSince(then, now uint32) uint16 {
	if now <= then {
		return 0
	}
	return uint16(min((now-then)/60, 1<<16-1))
}
