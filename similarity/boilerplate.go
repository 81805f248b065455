package similarity

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// A Boilerplate learns which phrases are everybody's: that two messages begin with
// "I hope this message finds you well" does not make one a copy of the other. Grams
// used by at least 1% of the senders that it was shown, and by ten or more, are
// boilerplate, and [Hasher.SketchWithout] leaves them out.
//
// It counts different senders, never messages: by messages a campaign would teach
// it to overlook the campaign. Show it only messages of senders whose account is at
// least 48 hours old, and none of a cluster that was flagged. Senders are sampled
// once there are more than 2,048, so that memory and the error of the counts stay
// bounded: about 1 MB, and a fifth of the true share.
//
// Same calls, same order, same Hasher: same result. The zero Boilerplate is
// empty and ready to use. A Boilerplate is safe for concurrent use and must
// not be copied.
type Boilerplate struct {
	mu      sync.Mutex
	grams   []boilerSet
	senders map[uint64]struct{} // hashes of the sample
	level   uint                // senders are sampled whose hash has this many zero bits at the end
	learned uint32
	shared  []uint32 // grams of the last message that others use as well
	set     atomic.Pointer[gramBits]
	changes atomic.Uint64 // of set
}

const (
	boilerSets    = 1 << 13
	boilerSenders = 2048
	boilerShare   = 100 // 1 in 100 senders
	boilerLeast   = 10
	boilerEvery   = 256 // messages between two looks at the counts
	boilerShared  = 2   // senders from which on other processes may be shown a gram
)

// boilerSet holds eight grams: their hashes, and which 64ths of the senders used
// them. Counting bits and not senders means that a sender counts once, however
// often it writes, without a list of senders for each gram.
type boilerSet struct {
	gram [8]uint32
	by   [8]uint64
}

// gramBits is the set of boilerplate grams: a Bloom filter with two bits each.
type gramBits [1 << 10]uint64

func (g *gramBits) has(x uint64) bool {
	a, b := x>>48, x>>32&0xffff
	return g[a>>6]>>(a&63)&1 != 0 && g[b>>6]>>(b&63)&1 != 0
}

func (g *gramBits) put(x uint32) { // the upper half of what has tests
	a, b := x>>16, x&0xffff
	g[a>>6] |= 1 << (a & 63)
	g[b>>6] |= 1 << (b & 63)
}

// Learn shows b a message of a sender of some age. h must be the Hasher whose
// sketches b is used for.
func (b *Boilerplate) Learn(h *Hasher, text string, sender uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if mask := b.admit(sender); mask != 0 {
		h.each(text, func(x uint64) { b.count(max(uint32(x>>32), 1), mask) })
		b.counted()
	}
}

// LearnShared is Learn, and appends to dst what the Boilerplates of other processes
// should be shown by LearnGrams: keyed hashes of those grams of the text that at
// least one other sender used as well, sorted, each once. What nobody else writes
// stays here, so that no process learns from another what one person wrote. It
// reports whether the sender is in the sample; if not, there is nothing to show.
func (b *Boilerplate) LearnShared(dst []uint32, h *Hasher, text string, sender uint64) (grams []uint32, sampled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	mask := b.admit(sender)
	if mask == 0 {
		return dst, false
	}
	b.shared = b.shared[:0]
	h.each(text, func(x uint64) {
		if gram := max(uint32(x>>32), 1); b.count(gram, mask) >= boilerShared {
			b.shared = append(b.shared, gram)
		}
	})
	b.counted()
	slices.Sort(b.shared)
	return append(dst, slices.Compact(b.shared)...), true
}

// LearnGrams shows b what LearnShared of another process appended for a message
// of sender. The same message twice counts once.
func (b *Boilerplate) LearnGrams(grams []uint32, sender uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	mask := b.admit(sender)
	if mask == 0 {
		return
	}
	for _, gram := range grams {
		b.count(max(gram, 1), mask)
	}
	b.counted()
}

// admit puts a sender into the sample and returns its bit; 0 if it is not in it.
func (b *Boilerplate) admit(sender uint64) uint64 {
	hash := mix64(sender ^ 0xb01152f1a7e)
	if hash&(1<<b.level-1) != 0 {
		return 0
	}
	if b.grams == nil {
		b.grams = make([]boilerSet, boilerSets)
		b.senders = map[uint64]struct{}{}
	}
	b.senders[hash] = struct{}{}
	for len(b.senders) > boilerSenders {
		b.halve()
	}
	if hash&(1<<b.level-1) != 0 {
		return 0
	}
	return 1 << (hash >> b.level & 63)
}

// counted notes that a message has been counted.
func (b *Boilerplate) counted() {
	if b.learned++; b.learned%boilerEvery == 0 {
		b.publish()
	}
}

// halve keeps every second sender of the sample. The place of a sender among the 64
// is in the bits of its hash above the level: those that stay have an even place,
// and half of that is their new one. The masks move every second bit of a word
// together.
func (b *Boilerplate) halve() {
	b.level++
	for i := range b.grams {
		for j := range b.grams[i].by {
			v := b.grams[i].by[j] & 0x5555555555555555
			v = (v | v>>1) & 0x3333333333333333
			v = (v | v>>2) & 0x0f0f0f0f0f0f0f0f
			v = (v | v>>4) & 0x00ff00ff00ff00ff
			v = (v | v>>8) & 0x0000ffff0000ffff
			b.grams[i].by[j] = v&0xffff | v>>16
		}
	}
	maps.DeleteFunc(b.senders, func(h uint64, _ struct{}) bool { return h&(1<<b.level-1) != 0 })
}

// count notes that the senders in mask used gram x, and returns how many 64ths
// of the senders did; 0 if there is no place for it. In a full set the gram of
// the fewest senders gives way, unless three use it: most grams are one sender's
// alone and pass through, and what several use is not lost to them.
func (b *Boilerplate) count(x uint32, mask uint64) int {
	s := &b.grams[mix64(uint64(x))%boilerSets]
	least, fewest := 0, 65
	for i, g := range s.gram {
		if g == x {
			s.by[i] |= mask
			return bits.OnesCount64(s.by[i])
		}
		n := bits.OnesCount64(s.by[i])
		if g == 0 {
			n = -1
		}
		if n < fewest {
			least, fewest = i, n
		}
	}
	if fewest < 3 {
		s.gram[least], s.by[least] = x, mask
		return 1
	}
	return 0
}

// publish decides what is boilerplate from now on.
func (b *Boilerplate) publish() {
	need := max(len(b.senders)/boilerShare, boilerLeast)
	var set gramBits
	any := false
	for i := range b.grams {
		s := &b.grams[i]
		for j, g := range s.gram {
			if g != 0 && int(linearCount(bits.OnesCount64(s.by[j]), 64)) >= need {
				set.put(g)
				any = true
			}
		}
	}
	switch old := b.set.Load(); {
	case any && (old == nil || *old != set):
		b.replace(&set)
	case !any && old != nil:
		b.replace(nil)
	}
}

// replace changes what is boilerplate.
func (b *Boilerplate) replace(set *gramBits) {
	b.set.Store(set)
	b.changes.Add(1)
}

// Generation counts the changes of what [Hasher.SketchWithout] leaves out. A
// sketch that was made after Generation was asked is still the one that
// SketchWithout would make where Generation is still the same.
func (b *Boilerplate) Generation() uint64 { return b.changes.Load() }

// SketchWithout is Sketch without the grams that b has learned. A nil or empty
// b leaves out nothing. Exact, Keys and Obfuscation are those of the whole text.
func (h *Hasher) SketchWithout(dst *Sketch, text string, b *Boilerplate) {
	var skip *gramBits
	if b != nil {
		skip = b.set.Load()
	}
	h.sketch(dst, text, skip)
}

const boilerVersion = 1

var errBoilerplate = errors.New("similarity: malformed boilerplate")

// AppendBinary appends what b has learned. It holds hashes of grams, keyed by
// the Hasher, and no text.
func (b *Boilerplate) AppendBinary(dst []byte) ([]byte, error) {
	le := binary.LittleEndian
	b.mu.Lock()
	defer b.mu.Unlock()
	start := len(dst)
	dst = append(dst, boilerVersion, byte(b.level))
	dst = le.AppendUint32(dst, b.learned)
	dst = le.AppendUint32(dst, uint32(len(b.senders)))
	for _, s := range slices.Sorted(maps.Keys(b.senders)) {
		dst = le.AppendUint64(dst, s)
	}
	dst = le.AppendUint32(dst, uint32(len(b.grams)))
	for i := range b.grams {
		s := &b.grams[i]
		n := 0
		for n < len(s.gram) && s.gram[n] != 0 {
			n++
		}
		dst = append(dst, byte(n))
		for j := range n {
			dst = le.AppendUint32(dst, s.gram[j])
			dst = le.AppendUint64(dst, s.by[j])
		}
	}
	dst = append(dst, boolByte(b.set.Load() != nil))
	if set := b.set.Load(); set != nil {
		for _, w := range set {
			dst = le.AppendUint64(dst, w)
		}
	}
	return le.AppendUint64(dst, xxhash.Sum64(dst[start:])), nil
}

// UnmarshalBinary reads what AppendBinary wrote. On error b is unchanged.
func (b *Boilerplate) UnmarshalBinary(data []byte) error {
	if len(data) < 8 || xxhash.Sum64(data[:len(data)-8]) != binary.LittleEndian.Uint64(data[len(data)-8:]) {
		return errBoilerplate
	}
	r := &reader{data: data[:len(data)-8]}
	if r.u8() != boilerVersion {
		return errBoilerplate
	}
	level, learned := uint(r.less(int(r.u8()), 50)), r.u32()
	senders := map[uint64]struct{}{}
	for range r.less(int(r.u32()), boilerSenders+1) {
		senders[r.u64()] = struct{}{}
	}
	var grams []boilerSet
	switch n := r.u32(); n {
	case 0:
	case boilerSets:
		grams = make([]boilerSet, boilerSets)
	default:
		return errBoilerplate
	}
	for i := range grams {
		for j := range r.less(int(r.u8()), len(grams[i].gram)+1) {
			grams[i].gram[j], grams[i].by[j] = r.u32(), r.u64()
		}
	}
	var set *gramBits
	if r.u8() != 0 {
		set = new(gramBits)
		for i := range set {
			set[i] = r.u64()
		}
	}
	if r.bad || len(r.data) != 0 {
		return errBoilerplate
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.level, b.learned, b.senders, b.grams = level, learned, senders, grams
	b.replace(set)
	return nil
}
