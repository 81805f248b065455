package policy

import (
	"errors"
	"fmt"
	"math"

	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/similarity"
)

// A note is what an engine tells the engines of other processes:
//
//	version (1), kind (1), proof of the Secret (4), time in Unix nanoseconds (8),
//	whom it is about (6), and by kind
//	observed: cluster (8), number of recipients (1), each (6), sketch
//	tainted, untainted: cluster (8)
//	phrases: number of grams (2), each (4)
//
// It comes from outside: decode trusts nothing in it.
type note struct {
	kind    noteKind
	at      int64
	who     uint64
	cluster uint64 // as the process that sent it calls it
	to      []uint64
	sketch  similarity.Sketch
	grams   []uint32
}

type noteKind uint8

const (
	noteObserved  noteKind = 1 + iota // a text was sent to strangers
	noteTainted                       // who was sanctioned for a text
	noteUntainted                     // that was taken back
	notePhrases                       // what others write as well
)

const (
	noteVersion  = 1
	noteHeader   = 1 + 1 + 4 + 8 + 6
	maxNoteTo    = 32 // a cluster counts exactly up to as many
	maxNoteGrams = 1000
)

var (
	errNote        = errors.New("malformed")
	errNoteVersion = errors.New("of another version")
	errNoteSecret  = errors.New("made under another Secret")
)

// appendTo appends the note. Recipients and grams beyond the bound are left out.
func (n *note) appendTo(b []byte, proof uint32) []byte {
	b = wire.Put48(wire.Put64(wire.Put32(append(b, noteVersion, byte(n.kind)), proof), uint64(n.at)), n.who)
	switch n.kind {
	case noteObserved:
		to := n.to[:min(len(n.to), maxNoteTo)]
		b = append(wire.Put64(b, n.cluster), byte(len(to)))
		for _, who := range to {
			b = wire.Put48(b, who)
		}
		b, _ = n.sketch.AppendBinary(b)
	case noteTainted, noteUntainted:
		b = wire.Put64(b, n.cluster)
	case notePhrases:
		grams := n.grams[:min(len(n.grams), maxNoteGrams)]
		b = wire.Put16(b, uint16(len(grams)))
		for _, g := range grams {
			b = wire.Put32(b, g)
		}
	}
	return b
}

// decode reads what appendTo wrote. After an error n means nothing.
func (n *note) decode(data []byte, proof uint32) error {
	d := wire.Reader{B: data}
	if v := d.U8(); !d.Bad && v != noteVersion {
		return fmt.Errorf("%w: %d, this program reads %d", errNoteVersion, v, noteVersion)
	}
	n.kind = noteKind(d.U8())
	if p := d.U32(); !d.Bad && p != proof {
		return errNoteSecret
	}
	n.at, n.who = int64(d.U64()), d.U48()
	n.to, n.grams, n.cluster = n.to[:0], n.grams[:0], 0
	switch n.kind {
	case noteObserved:
		n.cluster = d.U64()
		count := int(d.U8())
		if count == 0 || count > maxNoteTo {
			return errNote
		}
		for range count {
			n.to = append(n.to, d.U48())
		}
		if d.Bad || n.sketch.UnmarshalBinary(d.B) != nil {
			return errNote
		}
		d.B = nil
	case noteTainted, noteUntainted:
		n.cluster = d.U64()
	case notePhrases:
		count := int(d.U16())
		if count > maxNoteGrams {
			return errNote
		}
		for range count {
			n.grams = append(n.grams, d.U32())
		}
	default:
		return errNote
	}
	if d.Bad || len(d.B) > 0 || n.at == math.MinInt64 {
		return errNote
	}
	return nil
}
