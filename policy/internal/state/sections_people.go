package state

import (
	"encoding/binary"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// The sections about people: contacts, those who have not answered, turns.

func putTurns(r *Record, b []byte) []byte {
	for i := range r.NTurns {
		t := &r.Turns[i]
		if t.Turns.IsZero() {
			continue // what counts nothing has no form
		}
		b = wire.PutSized(wire.Put48(b, t.Who), func(b []byte) []byte { return putWindows(b, &t.Turns) })
	}
	return b
}

func getTurns(r *Record, d *wire.Reader) {
	for len(d.B) > 0 && !d.Bad && r.NTurns < MaxTurns {
		t := &r.Turns[r.NTurns]
		*t = TurnCounts{Who: d.U48()}
		d.Into(&t.Turns, d.Sized())
		r.NTurns++
	}
}

const contactSize = 6 + 4 + 1

func putContacts(r *Record, b []byte) []byte {
	for i := range r.Contacts.n {
		c := &r.Contacts.at[i]
		b = append(wire.Put32(wire.Put48(b, c.Who), c.First), byte(c.Flags))
	}
	return b
}

func getContacts(r *Record, d *wire.Reader) {
	c := &r.Contacts
	for len(d.B) >= contactSize && c.n < maxContacts {
		b := d.Fixed(contactSize)
		c.at[c.n] = Contact{Who: wire.Get48(b), First: wire.Get32(b[6:]), Flags: ContactFlags(b[10]) & storedFlags}
		c.n++
	}
}

func putWords(b []byte, words []uint64) []byte {
	for _, w := range words {
		b = wire.Put64(b, w)
	}
	return b
}

func getWords(d *wire.Reader, words []uint64) {
	b := d.Take(8 * len(words))
	if d.Bad {
		return
	}
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
}

// Parts of an encoded attempt. What is left out is what most have: one turn, at once;
// one text, the one in Slot, or none; the same weight in both sums of a text.
const (
	attemptTurns = 1 << iota
	attemptSlot
	attemptSlots
	attemptFan
	attemptFanIsOne
	attemptText
	attemptSlow
)

const attemptLeast = 1 + 1 + 6 + 4

// onlySlot is Slots of somebody whom one text counted, or none.
func (a *Attempt) onlySlot() uint8 { return 1 << a.Slot }

func putPending(r *Record, b []byte) []byte {
	for i := range r.Pending.N {
		a := &r.Pending.At[i]
		parts := len(b) + 1
		b = wire.Put32(wire.Put48(append(b, byte(a.Flags), 0), a.Who), a.Asked)
		if a.Turns != 1 || a.Minutes != 0 {
			b = wire.Put16(append(b, a.Turns), a.Minutes)
			b[parts] |= attemptTurns
		}
		if a.Slot != NoSlot {
			b = append(b, a.Slot)
			b[parts] |= attemptSlot
		}
		if a.Slots != a.onlySlot() {
			b = append(b, a.Slots)
			b[parts] |= attemptSlots
		}
		if a.Fan == WeightUnit {
			b[parts] |= attemptFanIsOne
		} else if a.Fan != 0 {
			b = wire.Put16(b, a.Fan)
			b[parts] |= attemptFan
		}
		if a.Text != 0 {
			b = wire.Put16(b, a.Text)
			b[parts] |= attemptText
		}
		if a.Slow != a.Text {
			b = wire.Put16(b, a.Slow)
			b[parts] |= attemptSlow
		}
	}
	return b
}

func getPending(r *Record, d *wire.Reader) {
	p := &r.Pending
	for len(d.B) >= attemptLeast && !d.Bad && p.N < MaxPending {
		b := d.Fixed(attemptLeast)
		parts := b[1]
		a := &p.At[p.N]
		*a = Attempt{Flags: AttemptFlags(b[0]), Who: wire.Get48(b[2:]), Asked: wire.Get32(b[8:]), Turns: 1, Slot: NoSlot}
		if parts&attemptTurns != 0 {
			a.Turns, a.Minutes = d.U8(), d.U16()
		}
		if parts&attemptSlot != 0 {
			a.Slot = d.U8()
		}
		if a.Slots = a.onlySlot(); parts&attemptSlots != 0 {
			a.Slots = d.U8()
		}
		switch {
		case parts&attemptFan != 0:
			a.Fan = d.U16()
		case parts&attemptFanIsOne != 0:
			a.Fan = WeightUnit
		}
		if parts&attemptText != 0 {
			a.Text = d.U16()
		}
		if a.Slow = a.Text; parts&attemptSlow != 0 {
			a.Slow = d.U16()
		}
		p.N++
	}
}

func putEvicted(r *Record, b []byte) []byte {
	for i := range r.Evicted {
		g := &r.Evicted[i]
		if *g == (evictedOnes{}) {
			break // the newest is never empty beside an older one
		}
		b = putWords(wire.Put32(wire.Put32(wire.Put32(b, g.n), g.weight), g.asked), g.who[:])
	}
	return b
}

func getEvicted(r *Record, d *wire.Reader) {
	for i := 0; len(d.B) > 0 && !d.Bad && i < len(r.Evicted); i++ {
		g := &r.Evicted[i]
		g.n, g.weight, g.asked = d.U32(), d.U32(), d.U32()
		getWords(d, g.who[:])
	}
}
