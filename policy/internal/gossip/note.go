// Package gossip is what engines of several processes on one store tell each
// other: notes, and by which other ID a cluster of texts goes elsewhere.
package gossip

import (
	"errors"
	"fmt"
	"math"

	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/similarity"
)

// A Note is what an engine tells the engines of other processes:
//
//	version (1), kind (1), proof of the Secret (4), time in Unix nanoseconds (8),
//	whom it is about (6), and by kind
//	observed: cluster (8), number of recipients (1), each (6), sketch
//	observed, of whom so many are asked: these (1), then as observed
//	flagged, unflagged: cluster (8)
//	answered: cluster (8), origin (8), weight in hundredths (1), when it was asked (4)
//	complained: cluster (8), origin (8), weight in hundredths (1)
//	phrases: number of grams (2), each (4)
//	phrases from an origin: the origin (8), then as phrases
//	struck: key of the origin (16), when (4), strike mass (4)
//	ruled: the finding (4), whether the complaint was right (1)
//
// It comes from outside: Decode trusts nothing in it.
type Note struct {
	Kind    Kind
	At      int64 // Unix nanoseconds
	Who     uint64
	Cluster uint64            // as the process that sent it calls it
	To      []uint64          // recipients
	Sketch  similarity.Sketch // of the text
	Grams   []uint32
	Origin  uint64   // of Who, or of who answered or complained; 0: unknown
	Weight  uint8    // of an answer or a complaint, in hundredths; of a finding, 1: it was right
	Asked   uint32   // when the text came that was answered, or the strike, in Unix seconds; or the finding; of ObservedAsking, how many are asked
	Key     [16]byte // of an origin with a strike
	Mass    float32  // of the strike
}

// A Kind says what a Note is about. The numbers are part of the form.
type Kind uint8

// The kinds of notes. Zero is none.
const (
	Observed       Kind = 1 + iota // a text was sent to strangers
	Flagged                        // an account was sanctioned for a text
	Unflagged                      // that was taken back
	Phrases                        // what others write, or send as pictures, as well
	PhrasesFrom                    // the same, by an account whose origin is known
	Answered                       // somebody answered a copy of a text
	Complained                     // somebody complained about one
	Struck                         // an account was sanctioned, or that was taken back: what its origin answers for
	Ruled                          // it was found whether somebody's complaint was right
	ObservedAsking                 // as Observed, where not all whom it reaches are asked anew, as by an edit
)

const (
	version  = 1
	maxTo    = 32 // a cluster counts exactly up to as many
	maxGrams = 1000
)

// ErrSecret is Decode's for a note of an engine with another Secret.
var ErrSecret = errors.New("made under another Secret")

var (
	errMalformed = errors.New("malformed")
	errVersion   = errors.New("of another version")
)

// Append appends the note to b, with the proof of the Secret. Recipients and grams beyond the bound are left out.
func (n *Note) Append(b []byte, proof uint32) []byte {
	b = wire.Put48(wire.Put64(wire.Put32(append(b, version, byte(n.Kind)), proof), uint64(n.At)), n.Who)
	switch n.Kind {
	case Observed, ObservedAsking:
		if n.Kind == ObservedAsking {
			b = append(b, byte(min(n.Asked, maxTo)))
		}
		to := n.To[:min(len(n.To), maxTo)]
		b = append(wire.Put64(b, n.Cluster), byte(len(to)))
		for _, who := range to {
			b = wire.Put48(b, who)
		}
		b, _ = n.Sketch.AppendBinary(b)
	case Flagged, Unflagged:
		b = wire.Put64(b, n.Cluster)
	case Answered, Complained:
		b = append(wire.Put64(wire.Put64(b, n.Cluster), n.Origin), n.Weight)
		if n.Kind == Answered {
			b = wire.Put32(b, n.Asked)
		}
	case Struck:
		b = wire.Put32(wire.Put32(append(b, n.Key[:]...), n.Asked), math.Float32bits(n.Mass))
	case Ruled:
		b = append(wire.Put32(b, n.Asked), n.Weight)
	case Phrases, PhrasesFrom:
		if n.Kind == PhrasesFrom {
			b = wire.Put64(b, n.Origin)
		}
		grams := n.Grams[:min(len(n.Grams), maxGrams)]
		b = wire.Put16(b, uint16(len(grams)))
		for _, g := range grams {
			b = wire.Put32(b, g)
		}
	}
	return b
}

// Decode reads what Append wrote, into the memory that n holds. After an error n
// means nothing.
func (n *Note) Decode(data []byte, proof uint32) error {
	d := wire.Reader{B: data}
	if v := d.U8(); !d.Bad && v != version {
		return fmt.Errorf("%w: %d, this program reads %d", errVersion, v, version)
	}
	n.Kind = Kind(d.U8())
	if p := d.U32(); !d.Bad && p != proof {
		return ErrSecret
	}
	n.At, n.Who = int64(d.U64()), d.U48()
	n.To, n.Grams, n.Cluster, n.Origin = n.To[:0], n.Grams[:0], 0, 0
	n.read(&d)
	if d.Bad || len(d.B) > 0 || n.At == math.MinInt64 {
		return errMalformed
	}
	return nil
}

// read reads what the kind of the note has.
func (n *Note) read(d *wire.Reader) {
	switch n.Kind {
	case Observed, ObservedAsking:
		if n.Kind == ObservedAsking {
			n.Asked = uint32(d.U8())
			d.Bad = d.Bad || n.Asked > maxTo
		}
		n.Cluster = d.U64()
		count := int(d.U8())
		d.Bad = d.Bad || count == 0 || count > maxTo
		for i := 0; i < count && !d.Bad; i++ {
			n.To = append(n.To, d.U48())
		}
		d.Into(&n.Sketch, d.Take(len(d.B)))
	case Flagged, Unflagged:
		n.Cluster = d.U64()
	case Answered, Complained:
		n.Cluster, n.Origin, n.Weight = d.U64(), d.U64(), d.U8()
		if n.Kind == Answered {
			n.Asked = d.U32()
		}
	case Struck:
		copy(n.Key[:], d.Take(len(n.Key)))
		n.Asked, n.Mass = d.U32(), d.F32()
	case Ruled:
		n.Asked, n.Weight = d.U32(), d.U8()
	case Phrases, PhrasesFrom:
		n.readPhrases(d)
	default:
		d.Bad = true
	}
}

func (n *Note) readPhrases(d *wire.Reader) {
	if n.Kind == PhrasesFrom {
		n.Origin = d.U64()
	}
	count := int(d.U16())
	d.Bad = d.Bad || count > maxGrams
	for i := 0; i < count && !d.Bad; i++ {
		n.Grams = append(n.Grams, d.U32())
	}
}
