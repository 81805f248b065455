package state

import (
	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// Counts over a month are a section of their own, there only where some policy has a
// limit for longer than a week: a release that knows none of it reads the rest. Of each
// window that has any it is
//
//	1 byte   bits 0–4: how many bytes; bits 5–7: which window
//	2 bytes  for turns: the low half of the hash of the person
//	bytes    as package limiter has them
const turnsMonth = 3 // messages, people and channels are 0 to 2

func putMonths(r *Record, b []byte) []byte {
	for i, w := range r.windows() {
		b = putMonth(b, w, byte(i), nil)
	}
	for i := range r.NTurns {
		t := &r.Turns[i]
		b = putMonth(b, &t.Turns, turnsMonth, wire.Put16(nil, uint16(t.Who)))
	}
	return b
}

func putMonth(b []byte, w *limiter.Windows, which byte, of []byte) []byte {
	at := len(b)
	b = append(append(b, 0), of...)
	from := len(b)
	if b = w.AppendMonth(b); len(b) == from {
		return b[:at]
	}
	b[at] = byte(len(b)-from) | which<<5
	return b
}

func getMonths(r *Record, d *wire.Reader) {
	for len(d.B) > 0 && !d.Bad {
		head := d.U8()
		var w *limiter.Windows
		switch which := head >> 5; {
		case which < turnsMonth:
			w = r.windows()[which]
		case which == turnsMonth:
			w = r.turnsWith(d.U16())
		default:
			d.Bad = true
		}
		if b := d.Take(int(head & 31)); w != nil && !d.Bad {
			d.Bad = w.UnmarshalMonth(b) != nil
		}
	}
}

// turnsWith is the turns to the person whose hash ends so; nil: an earlier release has
// dropped them.
func (r *Record) turnsWith(who uint16) *limiter.Windows {
	for i := range r.NTurns {
		if uint16(r.Turns[i].Who) == who {
			return &r.Turns[i].Turns
		}
	}
	return nil
}

// windows are those of all messages: of messages, people and channels.
func (r *Record) windows() [turnsMonth]*limiter.Windows {
	return [...]*limiter.Windows{&r.Messages, &r.People, &r.Channels}
}

// months reports whether anything is counted over a month.
func (r *Record) months() bool {
	any := r.Messages.HasMonth() || r.People.HasMonth() || r.Channels.HasMonth()
	for i := 0; i < r.NTurns && !any; i++ {
		any = r.Turns[i].Turns.HasMonth()
	}
	return any
}

func (r *Record) dropMonths() {
	for _, w := range r.windows() {
		w.DropMonth()
	}
	for i := range r.NTurns {
		r.Turns[i].Turns.DropMonth()
	}
}
