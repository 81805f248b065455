package similarity

import (
	"math"
	"time"
)

// A Cluster is what an Index knows of the near-duplicates of one text, counting the
// message it was asked about. The zero Cluster, with ID 0, means that the message
// belongs to none: it has too little text, or its sender's quota of new texts is
// used up. A Cluster is a plain value.
type Cluster struct {
	// ID names the cluster; 0 is none. It is derived from the sketch of the
	// message that started it: the same in every Index and process whose
	// sketches are made with the same key.
	ID uint64
	// Messages, Senders and Recipients count messages, and different senders
	// and recipients: exactly up to 32, within 9% (one standard error) above.
	Messages, Senders, Recipients int
	// First and Last are the times of the first and the latest message, in UTC.
	First, Last time.Time
	// Similarity is the Jaccard similarity to the first message of the
	// cluster, from 0 to 1; 1 for the message that starts one.
	Similarity float64
	// Strength is how far Similarity is above what was needed to join, from 0
	// for a bare match to 1 for the very same text.
	Strength float64
	// Flagged is how many different senders were sanctioned for this text, at most 8.
	Flagged int
	// Author says that the Index saw the sender that it is asked about send the
	// text first.
	Author bool
}

// nanos is t in Unix nanoseconds, clamped to what they can say.
func nanos(t time.Time) int64 {
	const limit = math.MaxInt64 / 1_000_000_000 * 1_000_000_000
	switch s := t.Unix(); {
	case s <= -limit/1_000_000_000:
		return -limit
	case s >= limit/1_000_000_000:
		return limit
	}
	return t.UnixNano()
}

// age is how long before now, at least 0 and without overflow.
func age(now, then int64) time.Duration {
	if now <= then {
		return 0
	}
	if d := now - then; d >= 0 {
		return time.Duration(d)
	}
	return math.MaxInt64
}
