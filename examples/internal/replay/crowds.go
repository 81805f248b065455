package replay

import (
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
)

// A crowds knows around whom there is a crowd: to whom more people write than they answer.
// Every shard must know all messages to them, for how much of it they get counts, also
// within a round. All shards find the same, for they read the same log.
type crowds struct {
	of   map[uint32]*throng
	most int // of; one more, and those around whom there is no crowd are forgotten
}

// A throng is what is known of somebody, by a hash. Two who share one share it.
type throng struct {
	day      int32
	n        uint16    // people who wrote and were not answered; halved every day
	next     uint8     // of recent
	answered uint8     // a bit for each of recent
	recent   [8]uint32 // who wrote last
}

const (
	inACrowd    = 2       // people
	leastCrowds = 1 << 20 // that most is
)

func shortHash(account string) uint32 { return uint32(xxhash.Sum64String(account) >> 32) }

func dayOf(at time.Time) int32 { return int32(at.Unix() / (24 * 3600)) }

func (c *throng) decay(day int32) {
	if day > c.day {
		c.n >>= min(day-c.day, 16)
		c.day = day
	}
}

// wrote notes a message: an answer takes who is answered out of the crowd.
func (all *crowds) wrote(from string, to []string, at time.Time) {
	if len(all.of) >= all.most {
		all.shrink(dayOf(at))
	}
	me, day := shortHash(from), dayOf(at)
	mine := all.of[me]
	for _, to := range to {
		who := shortHash(to)
		if mine != nil && mine.answer(who, day) {
			continue
		}
		c := all.of[who]
		if c == nil {
			c = &throng{day: day}
			all.of[who] = c
		}
		c.decay(day)
		if !slices.Contains(c.recent[:], me) {
			i := c.next % uint8(len(c.recent))
			c.recent[i], c.answered = me, c.answered&^(1<<i)
			c.next++
			c.n = min(c.n+1, 1<<15)
		}
	}
}

// answer reports whether somebody is of those who wrote last, of whom each is answered once.
func (c *throng) answer(who uint32, day int32) bool {
	i := slices.Index(c.recent[:], who)
	if i < 0 {
		return false
	}
	if bit := uint8(1) << i; c.answered&bit == 0 {
		c.decay(day)
		c.n, c.answered = c.n-min(c.n, 1), c.answered|bit
	}
	return true
}

// shrink forgets those around whom there is no crowd, and looks again when there are twice as
// many as it kept.
func (all *crowds) shrink(day int32) {
	kept := map[uint32]*throng{}
	for who, c := range all.of {
		if c.decay(day); c.n >= inACrowd {
			kept[who] = c
		}
	}
	all.of, all.most = kept, max(leastCrowds, 2*len(kept))
}

// around reports whether there is a crowd around somebody.
func (all *crowds) around(account string, at time.Time) bool {
	c := all.of[shortHash(account)]
	if c == nil {
		return false
	}
	c.decay(dayOf(at))
	return c.n >= inACrowd
}
