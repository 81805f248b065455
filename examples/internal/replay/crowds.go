package replay

import (
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Crowds finds out around whom there is a crowd: to whom more people write than they
// answer. Every shard must know all messages to them, for how much of it they get counts, also
// within an hour. All shards find the same, for they read the same log.
type crowds map[uint32]*throng

// A throng is what is known of somebody, by a hash. Two who share one share it.
type throng struct {
	day    int32
	n      uint16    // people who wrote and were not answered; halved every day
	next   uint8     // of recent
	recent [8]uint32 // who wrote last
}

const (
	inACrowd  = 2 // people
	maxCrowds = 1 << 20
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
	if *all == nil || len(*all) > maxCrowds {
		all.shrink(dayOf(at))
	}
	me, day := shortHash(from), dayOf(at)
	mine := (*all)[me]
	for _, to := range to {
		who := shortHash(to)
		if mine != nil && slices.Contains(mine.recent[:], who) {
			mine.decay(day)
			mine.n -= min(mine.n, 1)
			continue
		}
		c := (*all)[who]
		if c == nil {
			c = &throng{day: day}
			(*all)[who] = c
		}
		c.decay(day)
		if !slices.Contains(c.recent[:], me) {
			c.recent[c.next%uint8(len(c.recent))] = me
			c.next++
			c.n = min(c.n+1, 1<<15)
		}
	}
}

// shrink forgets those around whom there is nobody.
func (all *crowds) shrink(day int32) {
	kept := crowds{}
	for who, c := range *all {
		if c.decay(day); c.n >= inACrowd {
			kept[who] = c
		}
	}
	*all = kept
}

// around reports whether there is a crowd around somebody.
func (all crowds) around(account string, at time.Time) bool {
	c := all[shortHash(account)]
	if c == nil {
		return false
	}
	c.decay(dayOf(at))
	return c.n >= inACrowd
}
