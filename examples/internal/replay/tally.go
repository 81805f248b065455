package replay

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A byKind counts by kind of sanction; index 0 is unused.
// Kinds are told apart by their numbers, which today follow their severity: this
// program is released with the engine.
type byKind [policy.Referral + 1]int

// A tally counts what a policy did.
type tally struct {
	messages    int
	verdicts    [policy.Duplicate + 1]int
	sanctions   byKind
	senders     map[string]*sender
	feedback    int
	leftOut     int // about messages that were not delivered
	forgotten   int // about messages that nobody remembers
	repeats     int
	unread      int // lines of no event
	invalid     int // events that the engine found to be none
	policy      string
	near        float64 // a score from which reasons are kept
	first, last time.Time
	top         top
	history     history
	scores      histogram
	retries     retries
	listing     bool // -senders, -html: every sender has a listed
	people      bool // and the people whom they reached are counted
	words       map[string]string
	fresh       []*sender // whose gravest sanction wants its cluster looked up

	abusiveMessages, abusiveDelivered, honestMessages, honestNotDelivered int
}

// A sender is what is kept of each.
type sender struct {
	name        string
	as          string // class of the last message
	messages    int
	undelivered int
	worst       policy.Kind // ever
	peak        float64     // highest score
	peaked      time.Time   // when
	truth       events.Truth
	steps       []step          // sanctions, oldest first
	why         []policy.Reason // at the highest score, if that comes near a level
	listed      *listed         // with -senders
	// Since the truth is known:
	reached   policy.Kind
	delivered int
	before    int // delivered before the first Block or worse; -1: none yet
}

// A step is a sanction as it is remembered of its sender.
type step struct {
	at, until time.Time
	kind      policy.Kind
	scope     policy.Scope
	perDay    int
	delivered int // messages that had gone out
	reasons   []policy.Reason
}

// maxSteps of one sender are remembered; more are only counted.
const maxSteps = 32

func newTally() *tally { return &tally{senders: map[string]*sender{}, words: map[string]string{}} }

// sender finds or makes the state of an event's sender.
func (t *tally) sender(e *events.Event) *sender {
	s := t.senders[e.From]
	if s == nil {
		s = &sender{name: strings.Clone(e.From), before: -1}
		if t.listing {
			s.listed = &listed{}
			if t.people {
				s.listed.people = map[uint64]struct{}{}
			}
		}
	}
	if e.Truth != events.Unknown {
		s.truth = e.Truth
	}
	if s.messages == 0 {
		// It counts once the engine took the message; sanction finds it now.
		t.senders[s.name] = s
	}
	return s
}

// decision counts a verdict.
func (t *tally) decision(e *events.Event, s *sender, d *policy.Decision) {
	if t.messages == 0 {
		t.first, t.last = e.At, e.At
	}
	if e.At.After(t.last) {
		t.last = e.At
	}
	t.messages++
	t.verdicts[d.Verdict]++
	t.history.at(e.At).verdicts[d.Verdict]++
	t.policy = d.Policy
	if d.Repeat {
		t.repeats++
	}
	if d.Verdict == policy.Duplicate {
		return // its sender's message was counted when it was to go out
	}
	s.messages++
	if s.as != e.Class {
		s.as = strings.Clone(e.Class)
	}
	t.scores.add(d.Score, s.truth)
	if s.listed != nil {
		t.list(s, e, d)
	}
	switch s.truth {
	case events.Abusive:
		t.abusiveMessages++
	case events.Honest:
		t.honestMessages++
	}
	if d.Delivered() {
		t.delivered(e, s)
	} else {
		s.undelivered++
		if s.truth == events.Honest {
			t.honestNotDelivered++
		}
	}
	t.score(s, d, e.At)
}

// delivered counts a message that goes out.
func (t *tally) delivered(e *events.Event, s *sender) {
	if s.truth == events.Abusive {
		t.abusiveDelivered++
	}
	if s.truth != events.Unknown {
		s.delivered++
	}
	if s.listed != nil {
		s.listed.delivered(e)
	}
}

// score keeps the highest score of a sender, and the reasons for it.
func (t *tally) score(s *sender, d *policy.Decision, at time.Time) {
	if d.Score <= s.peak {
		return
	}
	s.peak, s.peaked = d.Score, at
	if t.near > 0 && s.peak >= t.near {
		s.why = d.Reasons
	}
	if s.listed != nil {
		s.listed.score(d)
	}
	t.top.offer(s, d.Reasons)
}

// sanction counts a sanction; it is the engine's hook.
func (t *tally) sanction(p *policy.Sanction) {
	if p.Kind == 0 || p.Kind > policy.Referral {
		return
	}
	t.sanctions[p.Kind]++
	t.history.at(p.From).sanctions[p.Kind]++
	s := t.senders[p.Account]
	if s == nil { // someone who never wrote
		return
	}
	if s.listed != nil && s.listed.sanction(p, s) {
		t.fresh = append(t.fresh, s)
	}
	if s.truth != events.Unknown {
		s.reached = max(s.reached, p.Kind)
		if p.Kind >= policy.Block && s.before < 0 {
			s.before = s.delivered
		}
	}
	if len(s.steps) < maxSteps {
		s.steps = append(s.steps, step{p.From, p.Until, p.Kind, p.Scope, p.PerDay, s.messages - s.undelivered, p.Reasons})
	}
	if p.Kind > s.worst {
		s.worst = p.Kind
		t.top.offer(s, p.Reasons)
	}
}

// top holds the most suspicious senders.
type top struct{ list []suspect }

type suspect struct {
	*sender
	rank    rank
	reasons []policy.Reason
}

type rank struct {
	worst policy.Kind
	peak  float64
}

const topSize = 10

func (r rank) compare(o rank) int {
	return cmp.Or(cmp.Compare(r.worst, o.worst), cmp.Compare(r.peak, o.peak))
}

// offer puts a sender whose rank has risen among the top, if it belongs there.
// Ranks only rise, so that a sender that was pushed out and rises again comes back.
func (t *top) offer(s *sender, reasons []policy.Reason) {
	r := rank{s.worst, s.peak}
	i := slices.IndexFunc(t.list, func(e suspect) bool { return e.sender == s })
	switch {
	case i >= 0:
	case len(t.list) < topSize:
		t.list = append(t.list, suspect{sender: s})
		i = len(t.list) - 1
	case r.compare(t.list[topSize-1].rank) > 0:
		i = topSize - 1
		t.list[i] = suspect{sender: s}
	default:
		return
	}
	t.list[i].rank = r
	if len(reasons) > 0 {
		t.list[i].reasons = slices.Clone(reasons)
	}
	for ; i > 0 && r.compare(t.list[i-1].rank) > 0; i-- {
		t.list[i], t.list[i-1] = t.list[i-1], t.list[i]
	}
}

// A result is what is printed in the end.
type result struct {
	*tally
	senders        int
	sanctioned     byKind // senders that reached at least this kind
	peaks          histogram
	truth          bool
	again          bool // deferred messages were tried again
	abusive        int
	honest         int
	caught         byKind
	harmed         byKind
	before         []int // sorted
	seconds        float64
	bytesPerSender float64
	honesty        *honesty    // of the first policy
	rule           *ruleReport // nil without -rule
}

// result counts what is printed, while the engine is open.
func (r *runner) result(took time.Duration) *result {
	res := r.counted()
	res.seconds = took.Seconds()
	if res.policy == "" {
		res.policy = r.engine.Policy().Name
	}
	if res.senders > 0 {
		res.bytesPerSender = float64(r.recordBytes()) / float64(res.senders)
	}
	return res
}

// counted sums up the senders.
func (r *runner) counted() *result {
	t := r.tally
	res := &result{tally: t, again: r.config.retry}
	for _, s := range t.senders {
		if s.messages == 0 {
			continue
		}
		res.senders++
		for k := policy.Warning; k <= s.worst; k++ {
			res.sanctioned[k]++
		}
		res.peaks.add(s.peak, s.truth)
		counts := &res.harmed
		switch s.truth {
		case events.Unknown:
			continue
		case events.Abusive:
			res.abusive++
			counts = &res.caught
			if s.before >= 0 {
				res.before = append(res.before, s.before)
			}
		case events.Honest:
			res.honest++
		}
		for k := policy.Warning; k <= s.reached; k++ {
			counts[k]++
		}
	}
	slices.Sort(res.before)
	res.truth = res.abusive+res.honest > 0
	return res
}

// refused is how many messages did not go out at first.
func (t *tally) refused() int {
	return t.verdicts[policy.Defer] + t.verdicts[policy.Hold] + t.verdicts[policy.Reject]
}

// recordBytes returns what all records and their keys take, without the room
// that the store has in hand: with few senders, that is most of it.
func (r *runner) recordBytes() (n int64) {
	for e, err := range r.store.All(context.Background(), false) {
		if err != nil {
			break
		}
		n += int64(len(e.Key) + len(e.Data))
	}
	return n
}

// quantile returns the nearest-rank quantile of sorted values; zero of none.
func quantile[T any](sorted []T, q float64) (none T) {
	if len(sorted) == 0 {
		return none
	}
	i := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
