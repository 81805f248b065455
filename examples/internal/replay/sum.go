package replay

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A sum is what a shard found, as it is handed to who merges. Fields are those of tally, sender
// and listed.
type sum struct {
	Header                               header
	Messages, Feedback, LeftOut, Repeats int
	Forgotten, Tried, Delivered, Dropped int
	Unread, Invalid                      int
	AbusiveMessages, AbusiveDelivered    int
	HonestMessages, HonestNotDelivered   int
	Verdicts                             [policy.Duplicate + 1]int
	Sanctions                            byKind
	Policy                               string
	First, Last                          time.Time
	HistoryFrom                          time.Time
	HistoryWidth                         time.Duration
	HistoryGrown                         int
	HistoryVerdicts                      [][policy.Duplicate + 1]int
	HistorySanctions                     []byKind
	Scores                               [scoreBins][events.Abusive + 1]int
	Delays                               []delayed
	Senders                              []senderSum
	Top                                  []topSum
	Bytes                                int64
}

type delayed struct {
	Delay time.Duration
	N     int
}

type senderSum struct {
	Name, As              string
	Messages, Undelivered int
	Worst, Reached        policy.Kind
	Peak                  float64
	Peaked                time.Time
	Truth                 events.Truth
	Steps                 []stepSum
	Why                   []policy.Reason
	Delivered, Before     int
	Listed                *listedSum
}

type stepSum struct {
	At, Until         time.Time
	Kind              policy.Kind
	Scope             policy.Scope
	PerDay, Delivered int
	Reasons           []policy.Reason
}

type listedSum struct {
	Class, Channel  string
	Age             int
	Begun           time.Time
	Verdicts        [policy.Reject + 1]int
	People          []uint64
	Counted         bool
	Warned, Blocked momentSum
	Gravest         policy.Kind
	Reasons         []policy.Code
	Cluster         uint64
}

type momentSum struct {
	At          time.Time
	After, Sent int
}

type topSum struct {
	Name    string
	Worst   policy.Kind
	Peak    float64
	Reasons []policy.Reason
}

// sum returns what the runner found, in an order of its own.
func (r *runner) sum() *sum {
	t := r.tally
	s := &sum{
		Messages: t.messages, Feedback: t.feedback, LeftOut: t.leftOut, Repeats: t.repeats, Forgotten: t.forgotten, Unread: t.unread, Invalid: t.invalid,
		Tried: t.retries.tried, Delivered: t.retries.delivered, Dropped: t.retries.dropped,
		AbusiveMessages: t.abusiveMessages, AbusiveDelivered: t.abusiveDelivered, HonestMessages: t.honestMessages, HonestNotDelivered: t.honestNotDelivered,
		Verdicts: t.verdicts, Sanctions: t.sanctions, Policy: cmp.Or(t.policy, r.engine.Policy().Name), First: t.first, Last: t.last,
		HistoryFrom: t.history.from, HistoryWidth: t.history.width, HistoryGrown: t.history.grown, Scores: t.scores.bins, Bytes: r.recordBytes(),
	}
	if r.shard != nil {
		s.Header = r.shard.header
	}
	for i := range t.history.buckets {
		b := &t.history.buckets[i]
		s.HistoryVerdicts, s.HistorySanctions = append(s.HistoryVerdicts, b.verdicts), append(s.HistorySanctions, b.sanctions)
	}
	for delay, n := range t.retries.delays {
		s.Delays = append(s.Delays, delayed{delay, n})
	}
	slices.SortFunc(s.Delays, func(a, b delayed) int { return cmp.Compare(a.Delay, b.Delay) })
	for _, x := range t.senders {
		if x.messages > 0 {
			s.Senders = append(s.Senders, x.sum())
		}
	}
	slices.SortFunc(s.Senders, func(a, b senderSum) int { return strings.Compare(a.Name, b.Name) })
	for _, x := range t.top.list {
		s.Top = append(s.Top, topSum{x.name, x.rank.worst, x.rank.peak, x.reasons})
	}
	return s
}

func (s *sender) sum() senderSum {
	x := senderSum{
		Name: s.name, As: s.as, Messages: s.messages, Undelivered: s.undelivered, Worst: s.worst, Reached: s.reached, Peak: s.peak, Peaked: s.peaked,
		Truth: s.truth, Why: s.why, Delivered: s.delivered, Before: s.before,
	}
	for _, p := range s.steps {
		x.Steps = append(x.Steps, stepSum{p.at, p.until, p.kind, p.scope, p.perDay, p.delivered, p.reasons})
	}
	if l := s.listed; l != nil {
		x.Listed = &listedSum{
			Class: l.class, Channel: l.channel, Age: int(l.age), Begun: l.begun, Verdicts: l.verdicts, Counted: l.people != nil,
			Warned: momentSum{l.warned.at, l.warned.after, l.warned.sent}, Blocked: momentSum{l.blocked.at, l.blocked.after, l.blocked.sent},
			Gravest: l.gravest, Reasons: l.reasons, Cluster: l.cluster,
		}
		for who := range l.people {
			x.Listed.People = append(x.Listed.People, who)
		}
		slices.Sort(x.Listed.People)
	}
	return x
}

func (x *senderSum) sender() *sender {
	s := &sender{
		name: x.Name, as: x.As, messages: x.Messages, undelivered: x.Undelivered, worst: x.Worst, reached: x.Reached, peak: x.Peak, peaked: x.Peaked,
		truth: x.Truth, why: x.Why, delivered: x.Delivered, before: x.Before,
	}
	for _, p := range x.Steps {
		s.steps = append(s.steps, step{p.At, p.Until, p.Kind, p.Scope, p.PerDay, p.Delivered, p.Reasons})
	}
	if l := x.Listed; l != nil {
		s.listed = &listed{
			class: l.Class, channel: l.Channel, age: age(l.Age), begun: l.Begun, verdicts: l.Verdicts,
			warned: moment{l.Warned.At, l.Warned.After, l.Warned.Sent}, blocked: moment{l.Blocked.At, l.Blocked.After, l.Blocked.Sent},
			gravest: l.Gravest, reasons: l.Reasons, cluster: l.Cluster,
		}
		if l.Counted {
			s.listed.people = make(map[uint64]struct{}, len(l.People))
			for _, who := range l.People {
				s.listed.people[who] = struct{}{}
			}
		}
	}
	return s
}

// merge adds up what shards found. Nobody is in two.
func merge(sums []*sum) (*result, error) {
	r := &runner{tally: newTally()}
	t := r.tally
	bytes := int64(0)
	tops := []suspect{}
	for _, s := range sums {
		r.config.retry = s.Header.Retry
		t.add(s)
		bytes += s.Bytes
		for i := range s.Senders {
			if x := s.Senders[i].sender(); t.senders[x.name] == nil {
				t.senders[x.name] = x
			} else {
				return nil, fmt.Errorf("%s was judged by two shards", shorten(x.name))
			}
		}
		for _, x := range s.Top {
			if of := t.senders[x.Name]; of != nil {
				tops = append(tops, suspect{of, rank{x.Worst, x.Peak}, x.Reasons})
			}
		}
	}
	slices.SortStableFunc(tops, func(a, b suspect) int { return cmp.Or(b.rank.compare(a.rank), cmp.Compare(a.name, b.name)) })
	t.top.list = tops[:min(len(tops), topSize)]
	res := r.counted()
	if res.senders > 0 {
		res.bytesPerSender = float64(bytes) / float64(res.senders)
	}
	return res, nil
}

// add adds what a shard counted, but for its senders.
func (t *tally) add(s *sum) {
	for _, pair := range []struct {
		to *int
		n  int
	}{
		{&t.messages, s.Messages}, {&t.feedback, s.Feedback}, {&t.leftOut, s.LeftOut}, {&t.repeats, s.Repeats}, {&t.forgotten, s.Forgotten}, {&t.invalid, s.Invalid},
		{&t.retries.tried, s.Tried}, {&t.retries.delivered, s.Delivered}, {&t.retries.dropped, s.Dropped},
		{&t.abusiveMessages, s.AbusiveMessages}, {&t.abusiveDelivered, s.AbusiveDelivered},
		{&t.honestMessages, s.HonestMessages}, {&t.honestNotDelivered, s.HonestNotDelivered},
	} {
		*pair.to += pair.n
	}
	t.unread = max(t.unread, s.Unread) // processes read the same lines, and shards of one process count them once
	for v, n := range s.Verdicts {
		t.verdicts[v] += n
	}
	for k, n := range s.Sanctions {
		t.sanctions[k] += n
	}
	t.policy = s.Policy
	if s.Messages > 0 {
		if t.first.IsZero() || s.First.Before(t.first) {
			t.first = s.First
		}
		if s.Last.After(t.last) {
			t.last = s.Last
		}
	}
	for i := range s.Scores {
		for j, n := range s.Scores[i] {
			t.scores.bins[i][j] += n
		}
	}
	for _, d := range s.Delays {
		if t.retries.delays == nil {
			t.retries.delays = map[time.Duration]int{}
		}
		t.retries.delays[d.Delay] += d.N
	}
	t.history.add(s)
}

// add adds another history that begins on the same day: that with the shorter stretches
// gets longer ones first.
func (h *history) add(s *sum) {
	o := history{from: s.HistoryFrom, width: s.HistoryWidth, grown: s.HistoryGrown}
	for i := range s.HistoryVerdicts {
		o.buckets = append(o.buckets, bucket{s.HistoryVerdicts[i], s.HistorySanctions[i]})
	}
	switch {
	case o.width == 0:
		return
	case h.width == 0:
		*h = o
		return
	}
	for h.grown < o.grown {
		h.grow()
	}
	for o.grown < h.grown {
		o.grow()
	}
	for len(h.buckets) < len(o.buckets) {
		h.buckets = append(h.buckets, bucket{})
	}
	for i := range o.buckets {
		for v, n := range o.buckets[i].verdicts {
			h.buckets[i].verdicts[v] += n
		}
		for k, n := range o.buckets[i].sanctions {
			h.buckets[i].sanctions[k] += n
		}
	}
}

// encode and readSum put a sum into a frame and take it out.
func (s *sum) encode() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(s)
	return b.Bytes(), err
}

func readSum(b []byte) (*sum, error) {
	s := &sum{}
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(s); err != nil {
		return nil, errFrame
	}
	return s, nil
}
