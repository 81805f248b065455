// Package state is what is remembered of one account: a record of bounded size, how
// it ages, and its binary form.
//
// It holds counts and never limits: a policy is another number against the same
// counts. People are 48-bit keyed hashes, times are Unix seconds in 32 bits.
package state

import (
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// A Key names a record, or an origin.
type Key = [16]byte

// A Record is the whole history of one account. It has no pointers but the strings
// of sanctions and acts, and is reused from call to call. The zero Record is an account of
// which nothing is remembered.
type Record struct {
	Name   string // of the account, while there is something to list
	Newest int64  // Unix milliseconds of the newest event; 0: there was none
	Born   uint32 // first event
	Leap   Leap   // the doubt which time is right
	Back   Leap   // while a clock that was known before is ahead of this one
	Class  string // of the newest message; "": a member

	Messages limiter.Windows      // and attempts that a limit refused
	People   limiter.Windows      // newly approached without a contact
	Channel  uint32               // hash of the channel with limits of its own that was used last
	Channels limiter.Windows      // messages on channels with limits of their own, whichever
	Turns    [MaxTurns]TurnCounts // to people who are written to without an answer
	NTurns   int

	Origins  Origins // of the newest messages
	Contacts Contacts
	Pending  Pending
	Evicted  Evicted

	Reached    scoring.Decayed // distinct people written to
	Complained scoring.Decayed // credible weight of complaints and blocks, and of messages that went on to those people
	Audience   Audience        // of a broadcaster
	FanFast    scoring.Decayed // newly approached without a contact
	FanSlow    scoring.Decayed // the same, unanswered
	Replies    scoring.Responses
	Requests   Requests
	Rhythm     scoring.Rhythm

	Texts      Texts
	Recent     Recent
	Gone       Gone
	Queue      Queue
	Complaints Complaints
	Echoes     Echoes
	Cleared    scoring.Decayed // messages that a moderator found harmless, half-life ClearedHalf
	TurnedAway scoring.Decayed // accounts without a contact that this one reported or blocked, half-life TurnedAwayHalf

	Full Full // the account gets no more first letters

	RefusedBy, Refuses Refusals          // people who want no more messages of the account, accounts of which it wants none
	Enforced           Track             // of the policy that is enforced
	Shadows            [MaxShadows]Track // of the shadow policies
	NShadows           int
	Details            []Details // of the sanctions in the log of Enforced
	Ordinal            uint16    // sanctions ever imposed
	Order              Order     // a moderator's standing order
	Owed               []string  // acts of which nobody was told yet

	Reporter      Reporter      // in a reporter's record
	OriginStrikes OriginStrikes // in an origin's record
	Inbox         Inbox         // in an inbox
	Proof         Key           // in the record of the Secret
	Incarnation   Incarnation   // of the store, in the same
	Copied        Copied        // how far a copy into the store is, in the same
	Ring          []byte        // what follows from changes of the Secret, in the same
	Filed         []Details     // in a file
	Bank          []byte        // in the head or a page of the bank of texts; see package bank
	Tally         Tally         // in the record of what counters of rules count by

	// LastAnswer says of the answer that was counted last to which text it was.
	LastAnswer LastAnswer

	Mended  int64       // milliseconds by which Begin moved the record's time; never stored
	asleep  []byte      // a record that slept before a leap ahead: see expire
	unknown []byte      // sections of a newer minor version, carried through
	reader  wire.Reader // of the section that is read
}

// An Incarnation tells a store from an empty one that took its place. ID is random.
// After is the ID of the incarnation that it goes on from: what was known of that
// one is written back.
type Incarnation struct{ ID, After uint64 }

// A LastAnswer names a text by its cluster, what came with it by that of its own, and
// says when it reached who answered, and whether that was a stranger.
type LastAnswer struct {
	Cluster, Beside uint64
	Asked           uint32
	Stranger        bool
}

// Bounds of a record.
const (
	MaxTurns   = 4
	MaxShadows = 2
	MaxTexts   = 8
	MaxRecent  = 16
	MaxReports = 24
	MaxSize    = 4096 // bytes of an encoded record
)

// Half-lives of what a record sums up.
const (
	FanFastHalf  = 2 * time.Hour
	FanSlowHalf  = 5 * 24 * time.Hour
	TextFastHalf = 2 * time.Hour
	TextSlowHalf = 7 * 24 * time.Hour
	ReachedHalf  = 90 * 24 * time.Hour
	// ComplainedHalf makes of what comes at a steady rate the sum of 28 days.
	ComplainedHalf = 466 * time.Hour

	TurnedAwayHalf = 4 * 24 * time.Hour
	ClearedHalf    = 10 * 24 * time.Hour
)

// How long things are remembered, in seconds.
const (
	contactsLast   = 180 * 24 * 3600
	othersLast     = 60 * 24 * 3600
	complaintsLast = 365 * 24 * 3600
	recentLast     = 24 * 3600
)

// TurnCounts counts turns to one person who never answered.
type TurnCounts struct {
	Who   uint64
	Turns limiter.Windows
}

// Reset empties the record for reuse.
func (r *Record) Reset() {
	r.resetCounts()
	r.Name, r.Newest, r.Born, r.Leap, r.Back, r.Mended, r.asleep = "", 0, 0, Leap{}, Leap{}, 0, r.asleep[:0]
	r.Contacts.reset()
	r.Complaints.N, r.TurnedAway, r.Cleared, r.RefusedBy.N, r.Refuses.N, r.Full = 0, scoring.Decayed{}, scoring.Decayed{}, 0, 0, Full{}
	r.Enforced = Track{} // a shadow's is cleared when it is used
	r.Ordinal = 0
	clear(r.Details)
	r.Details = r.Details[:0]
	r.Order = Order{}
	r.Reporter, r.OriginStrikes.N, r.OriginStrikes.NSeen, r.Proof, r.Incarnation, r.Copied, r.Ring = Reporter{}, 0, 0, Key{}, Incarnation{}, Copied{}, nil
	clear(r.Filed)
	r.Filed, r.Inbox, r.Bank, r.Tally = r.Filed[:0], Inbox{}, r.Bank[:0], r.Tally[:0]
	clear(r.Owed)
	r.Owed = r.Owed[:0]
	r.unknown = r.unknown[:0]
}

// resetCounts empties what an account did, but for its contacts.
func (r *Record) resetCounts() {
	r.Class = ""
	r.Messages, r.People, r.Channels = limiter.Windows{}, limiter.Windows{}, limiter.Windows{}
	r.Channel, r.NTurns, r.NShadows = 0, 0, 0
	r.Origins = Origins{}
	r.Pending.N = 0
	if !r.Evicted.empty() {
		r.Evicted = Evicted{}
	}
	r.Reached, r.Complained, r.FanFast, r.FanSlow = scoring.Decayed{}, scoring.Decayed{}, scoring.Decayed{}, scoring.Decayed{}
	r.Replies, r.Rhythm, r.Requests = scoring.Responses{}, scoring.Rhythm{}, Requests{}
	r.Texts.N, r.Recent.N, r.Gone.N, r.Queue, r.Echoes, r.Audience = 0, 0, 0, Queue{}, Echoes{}, Audience{}
}

// Touch moves the record's time to t.
func (r *Record) Touch(t time.Time) {
	r.Newest = max(r.Newest, t.UnixMilli(), 1)
	if r.Born == 0 {
		r.Born = stamp.Of(t)
	}
}

// Empty reports whether there is nothing worth keeping.
func (r *Record) Empty() bool { return r.Newest == 0 }

// Expires is the time after which the record means nothing: whatever it holds has
// decayed. Zero is never. What a shadow policy would have done keeps no record.
func (r *Record) Expires() time.Time {
	if end := r.ends(); end != stamp.Forever {
		return stamp.Time(end)
	}
	return time.Time{}
}

// ends is Expires as a record keeps it.
func (r *Record) ends() uint32 {
	end := r.restEnds()
	for i := range r.Complaints.N {
		end = max(end, stamp.After(r.Complaints.Reports[i].At, complaintsLast))
	}
	if r.RefusedBy.N+r.Refuses.N > 0 {
		end = max(end, stamp.After(max(stamp.OfMilli(r.Newest), r.Back.Mid), complaintsLast))
	}
	end = max(end, r.Enforced.Ladder.Expires())
	if r.Order.Verdict != 0 {
		end = max(end, r.Order.Until)
	}
	return end
}

// restEnds is when what an account did is forgotten, apart from its offences.
func (r *Record) restEnds() uint32 {
	newest := max(stamp.OfMilli(r.Newest), r.Back.Mid)
	if r.Contacts.any() {
		return stamp.After(newest, contactsLast)
	}
	return stamp.After(newest, othersLast)
}

// Faded reports whether at a time nothing is left of whom the account wrote to.
func (r *Record) Faded(now uint32) bool { return now >= r.restEnds() }

// Meta is what a store is told of a record besides its data: when it expires and Grace
// is over, whether a sanction stands, and whether it must not be dropped before.
func (r *Record) Meta() (expires time.Time, listed, pinned bool) {
	switch {
	case len(r.Bank) > 0:
		return time.Time{}, len(r.Owed) > 0, true
	case len(r.Tally) > 0:
		return stamp.Time(r.Tally.ends()), false, false
	case r.Reporter != (Reporter{}):
		return stamp.Time(stamp.After(stamp.OfMilli(r.Newest), 365*24*3600)), false, false
	case r.Inbox.Used():
		return stamp.Time(stamp.After(stamp.OfMilli(r.Newest), inboxLasts)), false, false
	case r.OriginStrikes.N > 0 || len(r.Filed) > 0:
		return stamp.Time(stamp.After(stamp.OfMilli(r.Newest), 400*24*3600)), false, true
	}
	if end := r.ends(); end != stamp.Forever {
		expires = time.Unix(int64(end)+Grace, 0).UTC()
	}
	if len(r.asleep) > 0 && Enforces(r.asleep) {
		return expires, true, true
	}
	return expires, r.listed(), r.pinned()
}

// listed reports whether a sanction stands, or may still, an appeal is open, or an act is
// owed.
func (r *Record) listed() bool {
	s := &r.Enforced.Ladder
	return s.Standing(r.gone(stamp.OfMilli(r.Newest))) || s.Appeals() > 0 || len(r.Owed) > 0
}

// A Shadow is a shadow policy, as far as a record must know it.
type Shadow struct {
	Policy uint32 // hash of its name
	Ladder *ladder.Rules
}

// Expired reports whether the record means nothing any more at a time.
func (r *Record) Expired(now uint32) bool {
	end := r.ends()
	return end != stamp.Forever && now >= end
}

// DecayTo brings the record to a time: counts of one that means nothing any more are
// empty, sanctions end, and what ended long enough ago is dropped.
func (r *Record) DecayTo(now uint32, enforced *ladder.Rules, shadows []Shadow) {
	if !r.Empty() && r.Expired(now) {
		r.expire(now, enforced)
	}
	gone := r.gone(now)
	r.Contacts.age(stamp.After(gone, Grace))
	r.Recent.age(now)
	r.Gone.age(now)
	if r.Queue.Ahead(now) == 0 {
		r.Queue = Queue{}
	}
	r.Complaints.age(gone)
	r.Requests.age(gone)
	if r.Order.Verdict != 0 && gone >= r.Order.Until {
		r.Order = Order{}
	}
	if r.Full != (Full{}) && now >= stamp.After(r.Full.Until, Grace) {
		r.Full = Full{}
	}
	r.matchShadows(shadows)
	if r.Texts.N > 0 {
		r.PruneTexts(stamp.Time(now))
	}
	r.advance(&r.Enforced, now, gone, enforced)
	r.shareConduct()
	for i := range r.NShadows {
		r.advance(&r.Shadows[i], now, gone, shadows[i].Ladder)
	}
	r.trimConduct()
	if len(r.Details) > 0 {
		r.trimDetails(gone)
	}
	if len(r.Details) == 0 && r.Order.Verdict == 0 {
		r.Name = ""
	}
}

// matchShadows makes the shadow tracks those of the shadow policies, in their
// order; a shadow keeps its track as long as it keeps its name.
func (r *Record) matchShadows(shadows []Shadow) {
	same := r.NShadows == len(shadows)
	for i := 0; same && i < r.NShadows; i++ {
		same = r.Shadows[i].Policy == shadows[i].Policy
	}
	if same {
		return
	}
	old, n := r.Shadows, r.NShadows
	for i := range shadows {
		r.Shadows[i] = Track{Policy: shadows[i].Policy}
		for k := range n {
			if old[k].Policy == shadows[i].Policy {
				r.Shadows[i] = old[k]
			}
		}
	}
	r.NShadows = len(shadows)
}
