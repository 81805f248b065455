package policy

import (
	"math"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// record is the whole history of one account, as the judgement sees it.
// Encoded it is what a Store keeps; see encode.go for the form. It has no
// pointers but the strings of standing sanctions, and is reused from call to
// call. People are 48-bit keyed hashes, times are Unix seconds.
type record struct {
	name   string // while there is something to list
	newest int64  // Unix milliseconds of the newest event
	born   uint32 // first event

	messages limiter.Windows    // and tries that a limit refused
	people   limiter.Windows    // newly approached without a tie
	channel  uint32             // hash of the channel with limits of its own that was used last
	channels limiter.Windows    // messages on channels with limits of their own, whichever
	persons  [maxPersons]person // those who are written to without an answer
	nPersons int

	origins  origins // of the newest messages
	contacts contacts
	open     outreach
	late     late

	reached    scoring.Decayed // distinct people written to, half-life 90 days
	complained scoring.Decayed // credible weight of complaints, half-life 90 days
	fanFast    scoring.Decayed // newly approached without a tie, half-life 2 hours
	fanSlow    scoring.Decayed // the same, unanswered, half-life 5 days
	replies    scoring.Responses
	rhythm     scoring.Rhythm

	texts      texts
	prints     prints
	complaints complaints

	course    course             // of the ladder, as enforced
	shadows   [maxShadows]course // of the shadow policies
	nShadows  int
	sanctions []sanction // that stand, or can be appealed against
	ordinal   uint16     // sanctions ever imposed
	kind      Class      // of the newest message; "": Member
	order     order      // a moderator's standing order

	reporter reporter // in a reporter's record
	origin   origin   // in an origin's record
	proof    Key      // in the record of the Secret, see proof.go

	unknown []byte // sections of a newer minor version, carried through
}

const (
	maxPersons  = 4
	maxShadows  = 2
	maxTexts    = 8
	maxPrints   = 16
	maxReports  = 24
	maxStrikes  = 8
	maxStanding = 8
	maxRecord   = 4096 // bytes of an encoded record

	fanFastHalf  = 2 * time.Hour
	fanSlowHalf  = 5 * 24 * time.Hour
	textFastHalf = 2 * time.Hour
	textSlowHalf = 7 * 24 * time.Hour
	reachedHalf  = 90 * 24 * time.Hour
	settledAfter = 24 * 3600 // seconds after a first approach that never was answered
	rememberTies = 180 * 24 * 3600
	rememberRest = 60 * 24 * 3600
	complaintEnd = 365 * 24 * 3600
	printsEnd    = 24 * 3600
	forever      = math.MaxUint32 // as an end: until lifted
)

// person counts turns to one person who never answered.
type person struct {
	who   uint64
	turns limiter.Windows
}

// order is a moderator's standing order: exempt (Allow) or held (Hold).
type order struct {
	verdict Verdict // 0: none
	until   uint32
	by      string
	note    string
}

// reset empties the record for reuse.
func (r *record) reset() {
	r.name, r.newest, r.born = "", 0, 0
	r.messages, r.people, r.channels = limiter.Windows{}, limiter.Windows{}, limiter.Windows{}
	r.channel, r.nPersons = 0, 0
	r.origins = origins{}
	r.contacts.reset()
	r.open.n = 0
	if !r.late.empty() {
		r.late = late{}
	}
	r.reached, r.fanFast, r.fanSlow = scoring.Decayed{}, scoring.Decayed{}, scoring.Decayed{}
	r.complained = scoring.Decayed{}
	r.replies, r.rhythm = scoring.Responses{}, scoring.Rhythm{}
	r.texts.n, r.prints.n, r.complaints.n = 0, 0, 0
	r.course = course{}
	for i := range r.nShadows {
		r.shadows[i] = course{}
	}
	r.nShadows, r.ordinal = 0, 0
	clear(r.sanctions)
	r.sanctions = r.sanctions[:0]
	r.order = order{}
	r.reporter, r.origin.n, r.kind, r.proof = reporter{}, 0, "", Key{}
	r.unknown = r.unknown[:0]
}

// now is the time at which an event at t is judged: the record's own if that
// is newer.
func (r *record) now(t time.Time) time.Time {
	if ms := t.UnixMilli(); ms < r.newest {
		return time.UnixMilli(r.newest).UTC()
	}
	return t
}

// touch moves the record's time to t.
func (r *record) touch(t time.Time) {
	r.newest = max(r.newest, t.UnixMilli(), 1)
	if r.born == 0 {
		r.born = seconds(t)
	}
}

// expires is the time after which the record means nothing: whatever it holds
// has decayed, and a judgement takes it for empty. Zero is never.
func (r *record) expires() time.Time {
	newest := uint32(min(r.newest/1000, math.MaxUint32))
	end := after(newest, rememberRest)
	if r.contacts.ties() {
		end = after(newest, rememberTies)
	}
	for i := range r.complaints.n {
		end = max(end, after(r.complaints.at[i].at, complaintEnd))
	}
	for i := -1; i < r.nShadows; i++ {
		end = max(end, r.courseAt(i).expires())
	}
	for i := range r.sanctions {
		end = max(end, r.sanctions[i].ends())
	}
	if r.order.verdict != 0 {
		end = max(end, r.order.until)
	}
	if end == forever {
		return time.Time{}
	}
	return time.Unix(int64(end), 0).UTC()
}

// courseAt is the course as enforced for −1, else that of a shadow.
func (r *record) courseAt(i int) *course {
	if i < 0 {
		return &r.course
	}
	return &r.shadows[i]
}

// listed reports whether a sanction stands.
func (r *record) listed() bool {
	for i := range r.sanctions {
		if s := &r.sanctions[i]; s.lifted.at == 0 && int64(s.until)*1000 > r.newest {
			return true
		}
	}
	return false
}

// pinned reports whether a sanction, a strike or an order lives: such a record
// is not dropped before it expires.
func (r *record) pinned() bool {
	return len(r.sanctions) > 0 || r.course.n > 0 || r.order.verdict != 0
}

// class is the class of the sender's newest message: events have none.
func (r *record) class() Class { return r.kind }

// empty reports whether there is nothing worth keeping.
func (r *record) empty() bool { return r.newest == 0 }

// seconds is t as a record keeps it: Unix seconds, clamped to 1970–2106.
func seconds(t time.Time) uint32 { return uint32(max(0, min(t.Unix(), math.MaxUint32-1))) }

// after adds without passing forever, which is no time.
func after(t uint32, d uint32) uint32 { return uint32(min(uint64(t)+uint64(d), forever-1)) }

// clock is the time that a record keeps as s.
func clock(s uint32) time.Time { return time.Unix(int64(s), 0).UTC() }

// sketchSize is the length of a textSketch in binary form.
const sketchSize = similarity.CompactSize

// textSketch is how the ring keeps what a text looks like.
type textSketch = similarity.Compact
