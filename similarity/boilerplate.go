package similarity

import (
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Boilerplate learns which phrases are everybody's: that two messages begin with
// "I hope this message finds you well" does not make one a copy of the other. Grams
// used by at least 1% of the senders that it was shown, and by ten or more, are
// boilerplate, and [Hasher.SketchWithout] leaves them out. What nobody taught for 15
// to 30 days is forgotten.
//
// It counts different senders, never messages, and of one origin only one sender: by
// messages a campaign would teach it to overlook the campaign. Show it only messages
// of senders whose account is at least 48 hours old and whom several people have
// answered, and none of a cluster that was flagged. Senders are sampled once there
// are more than 2,048, so that memory and the error of the counts stay bounded:
// about 2 MB, and a fifth of the true share.
//
// Time is an argument. A clock that jumps and comes back costs what was learned
// meanwhile, and nothing else.
//
// Same calls, same order, same Hasher: same result. The zero Boilerplate is
// empty and ready to use. A Boilerplate is safe for concurrent use and must
// not be copied.
type Boilerplate struct {
	mu       sync.Mutex
	grams    []boilerSet // nil: nothing was learned
	teachers teachers
	ages     ages
	learned  uint32
	shared   []uint32  // grams of the last message that others use as well
	newest   *gramBits // what is boilerplate in the newest age; nil: nothing

	period  atomic.Uint32            // for which set is
	set     atomic.Pointer[gramBits] // what is left out
	changes atomic.Uint64            // of set
}

const (
	boilerSets   = 1 << 13
	boilerShare  = 100 // 1 in 100 senders
	boilerLeast  = 10
	boilerEvery  = 256 // messages between two looks at the counts
	boilerShared = 2   // senders from which on other processes may be shown a gram
)

// boilerSet holds eight grams: their hashes, and by age which 64ths of the senders
// used them; those that are not 0 come first. Counting bits and not senders means
// that a sender counts once, however often it writes, without a list of senders for
// each gram.
type boilerSet struct {
	gram [8]uint32
	used [numAges][8]uint64
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

// Learn shows b a message that a sender of some age sent at t. h must be the Hasher
// whose sketches b is used for. An origin, such as a network or a device, that other
// senders have taught from teaches nothing more; 0 is unknown.
func (b *Boilerplate) Learn(t time.Time, h *Hasher, text string, sender, origin uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if mask := b.admit(t, sender, origin); mask != 0 {
		h.each(text, func(x uint64) { b.count(max(uint32(x>>32), 1), mask) })
		b.counted()
	}
}

// LearnShared is Learn, and appends to dst what the Boilerplates of other processes
// should be shown by LearnGrams: keyed hashes of those grams of the text that at
// least one other sender used as well, sorted, each once. What nobody else writes
// stays here, so that no process learns from another what one person wrote. It
// reports whether the sender is in the sample; if not, there is nothing to show.
func (b *Boilerplate) LearnShared(dst []uint32, t time.Time, h *Hasher, text string, sender, origin uint64) (grams []uint32, sampled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	mask := b.admit(t, sender, origin)
	if mask == 0 {
		return dst, false
	}
	b.shared = b.shared[:0]
	h.each(text, func(x uint64) { b.shared = b.share(b.shared, uint32(x>>32), mask) })
	b.counted()
	slices.Sort(b.shared)
	return append(dst, slices.Compact(b.shared)...), true
}

// share counts a gram, and appends it to dst if another sender used it as well.
func (b *Boilerplate) share(dst []uint32, gram uint32, mask uint64) []uint32 {
	gram = max(gram, 1)
	if s, i := b.count(gram, mask); i >= 0 && bits.OnesCount64(s.by(i, b.ages.live)) >= boilerShared {
		dst = append(dst, gram)
	}
	return dst
}

// LearnGrams shows b what LearnShared of another process appended for a message of
// sender. The same message twice counts once.
func (b *Boilerplate) LearnGrams(t time.Time, grams []uint32, sender, origin uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	mask := b.admit(t, sender, origin)
	if mask == 0 {
		return
	}
	for _, gram := range grams {
		b.count(max(gram, 1), mask)
	}
	b.counted()
}

// LearnGramsShared is LearnGrams of what is no text, such as a picture, and appends to dst
// what the Boilerplates of other processes should be shown, as LearnShared does.
func (b *Boilerplate) LearnGramsShared(dst []uint32, t time.Time, grams []uint32, sender, origin uint64) (shared []uint32, sampled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	mask := b.admit(t, sender, origin)
	if mask == 0 {
		return dst, false
	}
	for _, gram := range grams {
		dst = b.share(dst, gram, mask)
	}
	b.counted()
	return dst, true
}

// Age tells b at what time the next sketches are made: what is too old by then is left
// out no more. What b has learned stays as it is, and comes back with the time. Where
// it is the time of before, it costs next to nothing.
func (b *Boilerplate) Age(t time.Time) {
	p := periodOf(t)
	if b.period.Load() == p {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.period.Store(p)
	if b.ages.period[b.ages.now] == 0 || b.ages.is(t) {
		b.show(b.newest)
	} else {
		live := b.ages.at(p)
		b.show(b.common(live, b.teachers.count(live)))
	}
}

// admit brings b to a time, puts a sender into the sample, and returns its bit; 0 if
// it is not in it.
func (b *Boilerplate) admit(t time.Time, sender, origin uint64) uint64 {
	b.turn(t)
	if b.grams == nil {
		b.grams = make([]boilerSet, boilerSets)
	}
	hash := mix64(sender ^ 0xb01152f1a7e)
	if !b.teachers.admit(hash, origin, &b.ages) {
		return 0
	}
	for b.teachers.live > maxTeachers {
		b.halve()
	}
	return b.teachers.bit(hash)
}

// turn brings b to a time.
func (b *Boilerplate) turn(t time.Time) {
	turned, over := b.ages.turn(t)
	if over {
		b.forget(b.ages.now)
	}
	if turned {
		b.teachers.live = b.teachers.count(b.ages.live)
		b.publish()
	} else if p := periodOf(t); b.period.Load() != p {
		b.show(b.newest)
		b.period.Store(p)
	}
}

// forget removes what was learned in an age.
func (b *Boilerplate) forget(age int) {
	for i := range b.grams {
		s := &b.grams[i]
		s.used[age] = [8]uint64{}
		n := 0
		for j, g := range s.gram {
			if s.by(j, allAges) == 0 {
				continue
			}
			s.gram[n] = g
			for k := range s.used {
				s.used[k][n] = s.used[k][j]
			}
			n++
		}
		for ; n < len(s.gram); n++ {
			s.gram[n] = 0
			for k := range s.used {
				s.used[k][n] = 0
			}
		}
	}
	b.teachers.forget(age)
}

// by is by whom gram j was used in some ages.
func (s *boilerSet) by(j int, ages uint8) uint64 {
	a := uint64(ages)
	return s.used[0][j]&-(a&1) | s.used[1][j]&-(a>>1&1) | s.used[2][j]&-(a>>2&1)
}

const allAges = 1<<numAges - 1

// counted notes that a message has been counted.
func (b *Boilerplate) counted() {
	if b.learned++; b.learned%boilerEvery == 0 {
		b.publish()
	}
}

// halve keeps every second sender of the sample. The place of a sender among the 64
// is in the bits of its hash above the level: those that stay have an even place,
// and half of that is their new one.
func (b *Boilerplate) halve() {
	for i := range b.grams {
		for k := range b.grams[i].used {
			for j, v := range b.grams[i].used[k] {
				b.grams[i].used[k][j] = evenBits(v)
			}
		}
	}
	b.teachers.halve(&b.ages)
}

// evenBits moves every second bit of a word together.
func evenBits(v uint64) uint64 {
	v &= 0x5555555555555555
	v = (v | v>>1) & 0x3333333333333333
	v = (v | v>>2) & 0x0f0f0f0f0f0f0f0f
	v = (v | v>>4) & 0x00ff00ff00ff00ff
	v = (v | v>>8) & 0x0000ffff0000ffff
	return v&0xffff | v>>16
}

// count notes that the senders in mask used gram x, and returns where; -1 if there is
// no place for it. In a full set the gram of
// the fewest senders gives way, unless three used it in any age: most grams are one
// sender's alone and pass through, and what several use is not lost to them, nor to a
// clock that is wrong for a while.
func (b *Boilerplate) count(x uint32, mask uint64) (s *boilerSet, at int) {
	s = &b.grams[mix64(uint64(x))%boilerSets]
	for i, g := range s.gram {
		if g == x {
			s.used[b.ages.now][i] |= mask
			return s, i
		}
	}
	least, fewest := 0, 3
	for i, g := range s.gram {
		if g == 0 {
			least, fewest = i, 0
			break
		}
		if n := bits.OnesCount64(s.by(i, allAges)); n < fewest {
			least, fewest = i, n
		}
	}
	if fewest == 3 {
		return s, -1
	}
	s.gram[least] = x
	for k := range s.used {
		s.used[k][least] = 0
	}
	s.used[b.ages.now][least] = mask
	return s, least
}

// Users estimates how many of the senders that b was shown write a text: three in four of
// its grams are written by so many at least. It says of how many senders that is; both
// are 0 where nothing was learned. It changes nothing.
func (b *Boilerplate) Users(h *Hasher, text string) (users, of int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.grams == nil {
		return 0, 0
	}
	var by []int
	h.each(text, func(x uint64) {
		gram := max(uint32(x>>32), 1)
		s := &b.grams[mix64(uint64(gram))%boilerSets]
		n := 0
		if i := slices.Index(s.gram[:], gram); i >= 0 {
			n = int(linearCount(bits.OnesCount64(s.by(i, b.ages.live)), 64))
		}
		by = append(by, n)
	})
	if len(by) == 0 {
		return 0, b.teachers.live
	}
	slices.Sort(by)
	return min(by[len(by)/4], b.teachers.live), b.teachers.live
}
