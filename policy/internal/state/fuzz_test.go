package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/policy/internal/raced"
)

// reseal makes the checksum of a record right again.
func reseal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[1:], uint32(xxhash.Sum64(b[5:])))
	return b
}

// seedRecords are records of all sizes.
func seedRecords() (all [][]byte) {
	for seed := range uint64(6) {
		for _, share := range []float64{0, .1, .5, 1} {
			all = append(all, newFiller(seed, 4, share).record().Encode(nil))
		}
	}
	return all
}

// stable makes the checksum right, or no bytes would get behind it, and decodes:
// what is taken is the same when it is encoded, decoded and encoded again. It
// reports whether it is taken.
func stable(t *testing.T, data []byte) bool {
	t.Helper()
	data = bytes.Clone(data)
	if len(data) >= headerSize {
		reseal(data)
	}
	Enforces(data)
	var r, again Record
	if err := r.Decode(data); err != nil {
		if m := (*Malformed)(nil); !errors.As(err, &m) || strings.TrimSpace(m.Problem) == "" || !r.Empty() {
			t.Fatalf("%v, want a Malformed and an empty record", err)
		}
		return false
	}
	b := r.encode(nil)
	if err := again.Decode(b); err != nil {
		t.Fatalf("what was decoded and encoded is refused: %v", err)
	}
	if c := again.encode(nil); !bytes.Equal(b, c) {
		t.Fatalf("not stable:\n%x\n%x", b, c)
	}
	for i := range uint64(60) { // and can be gone on with
		r.Contacts.Put(uint32(i)*day/2, Contact{Who: i * 0x9e3779b97f4a7c15 >> 16, Flags: ContactFlags(i % 2)})
	}
	if err := again.Decode(r.encode(nil)); err != nil {
		t.Fatalf("what came of it is refused: %v", err)
	}
	return true
}

// FuzzRecordDecode: bytes from anywhere never make Decode panic.
func FuzzRecordDecode(f *testing.F) {
	for _, data := range seedRecords() {
		f.Add(data)
	}
	f.Add([]byte{version})
	f.Fuzz(func(t *testing.T, data []byte) { stable(t, data) })
}

// TestMutations: nor do records with a few bytes changed.
func TestMutations(t *testing.T) {
	raced.Skip(t)
	rng := rand.New(rand.NewPCG(5, 5))
	seeds, taken := seedRecords(), 0
	for range 2000 {
		b := bytes.Clone(seeds[rng.IntN(len(seeds))])
		for range 1 + rng.IntN(4) {
			b[5+rng.IntN(len(b)-5)] = []byte{0, 255, byte(rng.Uint32())}[rng.IntN(3)]
		}
		if stable(t, b) {
			taken++
		}
	}
	if taken < 1000 {
		t.Errorf("only %d mutations were taken: the test shows little", taken)
	}
}
