package state

import "github.com/decorum-go/decorum/policy/internal/wire"

// A Copied says, in the record of the Secret, how far a copy into the store is. The
// zero Copied says nothing: nobody copied into it, or it has been used since.
type Copied struct {
	Phase CopyPhase
	Proof Key // of the source, while the copy is under way: there is none in the record
}

// A CopyPhase is how far a copy is.
type CopyPhase uint8

// Phases of a copy.
const (
	Copying CopyPhase = iota + 1 // what the store holds is not whole
	Unused                       // it is, and no engine has changed it since
)

// EncodeCopying makes the record that stands in the place of the proof while a store
// is copied into. An earlier release takes it for a damaged one, and so does not use
// the store.
func EncodeCopying(proof Key, in Incarnation, ring []byte) []byte {
	r := Record{Newest: proofVersion, Incarnation: in, Ring: ring, Copied: Copied{Copying, proof}}
	return r.Encode(nil)
}

// EncodeCopied makes the record that proves a Secret in a store that was copied into.
func EncodeCopied(proof Key, in Incarnation, ring []byte) []byte {
	r := Record{Newest: proofVersion, Proof: proof, Ring: ring, Incarnation: in, Copied: Copied{Phase: Unused}}
	return r.Encode(nil)
}

func putCopied(r *Record, b []byte) []byte {
	if r.Copied.Phase == 0 {
		return b
	}
	if b = append(b, byte(r.Copied.Phase)); r.Copied.Phase == Copying {
		b = append(b, r.Copied.Proof[:]...)
	}
	return b
}

func getCopied(r *Record, d *wire.Reader) {
	r.Copied.Phase = CopyPhase(d.U8())
	switch r.Copied.Phase {
	case Copying:
		copy(r.Copied.Proof[:], d.Take(len(r.Copied.Proof)))
	case Unused:
	default:
		d.Bad = true
	}
}
