package similarity

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"github.com/cespare/xxhash/v2"
)

const (
	boilerVersion = 2
	boilerAgeless = 1 // had no ages and no origins
)

var errBoilerplate = errors.New("similarity: malformed boilerplate")

// AppendBinary appends what b has learned. It holds hashes of grams, keyed by
// the Hasher, and no text.
func (b *Boilerplate) AppendBinary(dst []byte) ([]byte, error) {
	le := binary.LittleEndian
	b.mu.Lock()
	defer b.mu.Unlock()
	start := len(dst)
	dst = append(dst, boilerVersion, byte(b.ages.now))
	for _, p := range b.ages.period {
		dst = le.AppendUint32(dst, p)
	}
	dst = append(dst, byte(b.teachers.level))
	dst = le.AppendUint32(dst, b.learned)
	dst = le.AppendUint32(dst, uint32(len(b.teachers.at)))
	for _, hash := range slices.Sorted(maps.Keys(b.teachers.at)) {
		t := b.teachers.at[hash]
		dst = append(le.AppendUint64(le.AppendUint64(dst, hash), t.origin), t.seen, t.lessons)
	}
	dst = le.AppendUint32(dst, uint32(len(b.grams)))
	for i := range b.grams {
		dst = b.grams[i].appendBinary(dst)
	}
	dst = append(dst, boolByte(b.newest != nil))
	if b.newest != nil {
		for _, w := range b.newest {
			dst = le.AppendUint64(dst, w)
		}
	}
	return le.AppendUint64(dst, xxhash.Sum64(dst[start:])), nil
}

// appendBinary appends the grams, each with the ages in which it was used, a bit
// each, and by whom in these.
func (s *boilerSet) appendBinary(dst []byte) []byte {
	le := binary.LittleEndian
	n := 0
	for n < len(s.gram) && s.gram[n] != 0 {
		n++
	}
	dst = append(dst, byte(n))
	for j := range n {
		dst = append(le.AppendUint32(dst, s.gram[j]), 0)
		ages := len(dst) - 1
		for k := range s.used {
			if by := s.used[k][j]; by != 0 {
				dst = le.AppendUint64(dst, by)
				dst[ages] |= 1 << k
			}
		}
	}
	return dst
}

func (s *boilerSet) read(r *reader, ageless bool) {
	for j := range r.less(int(r.u8()), len(s.gram)+1) {
		s.gram[j] = r.u32()
		ages := 1
		if !ageless {
			ages = r.less(int(r.u8()), 1<<numAges)
		}
		for k := range s.used {
			if ages>>k&1 != 0 {
				s.used[k][j] = r.u64()
			}
		}
		r.bad = r.bad || s.gram[j] == 0
	}
}

// UnmarshalBinary reads what AppendBinary wrote. On error b is unchanged. What was
// written without ages, by an earlier version, is taken to be learned when something
// is learned next.
func (b *Boilerplate) UnmarshalBinary(data []byte) error {
	if len(data) < 8 || xxhash.Sum64(data[:len(data)-8]) != binary.LittleEndian.Uint64(data[len(data)-8:]) {
		return errBoilerplate
	}
	r := &reader{data: data[:len(data)-8]}
	version := r.u8()
	if version != boilerVersion && version != boilerAgeless {
		return errBoilerplate
	}
	ageless := version == boilerAgeless
	var a ages
	if !ageless {
		a.now = r.less(int(r.u8()), numAges)
		for i := range a.period {
			a.period[i] = r.u32()
		}
	}
	if a.live = a.at(a.period[a.now]); a.live == 0 {
		a.live = 1 << a.now
	}
	level, learned := uint(r.less(int(r.u8()), 50)), r.u32()
	s := readTeachers(r, level, ageless)
	s.live = s.count(a.live)
	var grams []boilerSet
	switch n := r.u32(); n {
	case 0:
	case boilerSets:
		grams = make([]boilerSet, boilerSets)
	default:
		return errBoilerplate
	}
	for i := range grams {
		grams[i].read(r, ageless)
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
	b.ages, b.teachers, b.learned, b.grams = a, s, learned, grams
	b.newest = set
	b.period.Store(a.period[a.now])
	b.set.Store(set)
	b.changes.Add(1)
	return nil
}

func readTeachers(r *reader, level uint, ageless bool) teachers {
	s := teachers{level: level, at: map[uint64]teacher{}, origins: map[uint64]uint64{}}
	for range r.less(int(r.u32()), numAges*maxTeachers+1) {
		hash, t := r.u64(), teacher{seen: 1}
		if !ageless {
			t.origin, t.seen, t.lessons = r.u64(), uint8(r.less(int(r.u8()), 1<<numAges)), uint8(r.less(int(r.u8()), maxLessons+1))
		}
		s.at[hash], s.origins[t.origin] = t, hash
	}
	return s
}
