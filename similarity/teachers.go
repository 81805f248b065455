package similarity

// teachers are a sample of the senders that a Boilerplate was shown, at most one from
// each origin: its first, as long as that counts. A sender stays one wherever it moves,
// and an origin that another holds lets nobody in: so neither many accounts behind one
// address nor one account behind many addresses are several.
type teachers struct {
	level   uint               // those are sampled whose hash has this many zero bits at the end
	at      map[uint64]teacher // by hash
	origins map[uint64]uint64  // whose they are, by hash
	live    int                // how many count
}

type teacher struct {
	origin  uint64 // 0: unknown
	seen    uint8  // in which ages, a bit each
	lessons uint8  // in the newest of these
}

// maxLessons is how many messages of a sender teach in an age: what somebody writes
// to people of all kinds is in them, and the busiest of all take no more time.
const maxLessons = 32

// maxTeachers is how many of a sample count at most. Those that do not any more are
// forgotten with their age.
const maxTeachers = 2048

func (s *teachers) sampled(hash uint64) bool { return hash&(1<<s.level-1) == 0 }

// bit is the mark of a sender; 0 if it is not in the sample.
func (s *teachers) bit(hash uint64) uint64 {
	if !s.sampled(hash) {
		return 0
	}
	return 1 << (hash >> s.level & 63)
}

// admit notes that a sender teaches, and reports whether it does: it is in the sample,
// and has not taught enough.
func (s *teachers) admit(hash, origin uint64, a *ages) bool {
	if !s.sampled(hash) {
		return false
	}
	t, known := s.at[hash]
	if !known {
		if holder, held := s.origins[origin]; held && origin != 0 {
			if s.at[holder].seen&a.live != 0 {
				return false
			}
			s.remove(holder, s.at[holder])
		}
		if s.at == nil {
			s.at, s.origins = map[uint64]teacher{}, map[uint64]uint64{}
		}
		t.origin = origin
		s.origins[origin] = hash
	}
	if t.seen&a.live == 0 {
		s.live++
	}
	if t.seen>>a.now&1 == 0 {
		t.seen |= 1 << a.now
		t.lessons = 0
	}
	if t.lessons == maxLessons {
		return false
	}
	t.lessons++
	s.at[hash] = t
	return true
}

// forget removes those who were seen in an age only.
func (s *teachers) forget(age int) {
	for hash, t := range s.at {
		if t.seen &^= 1 << age; t.seen == 0 {
			s.remove(hash, t)
		} else {
			s.at[hash] = t
		}
	}
}

// halve keeps every second.
func (s *teachers) halve(a *ages) {
	s.level++
	for hash, t := range s.at {
		if !s.sampled(hash) {
			s.remove(hash, t)
		}
	}
	s.live = s.count(a.live)
}

func (s *teachers) remove(hash uint64, t teacher) {
	delete(s.at, hash)
	delete(s.origins, t.origin)
}

// count is how many were seen in some of the ages that count.
func (s *teachers) count(live uint8) (n int) {
	for _, t := range s.at {
		if t.seen&live != 0 {
			n++
		}
	}
	return n
}
