package policy_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A ledger is a Memory that notes what a store is told of each record beside its
// data. The engine takes it for a store outside, and calls it from several goroutines.
type ledger struct {
	*policy.Memory
	mu    sync.Mutex
	told  map[policy.Key]string
	until map[policy.Key]time.Time // when the record means nothing any more
}

func newLedger(most int) *ledger {
	return &ledger{Memory: policy.NewMemory(most), told: map[policy.Key]string{}, until: map[policy.Key]time.Time{}}
}

func (s *ledger) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	return s.Memory.Update(ctx, key, func(old []byte) (policy.Record, error) {
		r, err := fn(old)
		if err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.told[key] += fmt.Sprint(r.Expires, r.Durable, r.Listed, r.Pinned, r.Data == nil)
			s.until[key] = r.Expires
		}
		return r, err
	})
}

// shadowPolicies are policies that differ from the default in what could show.
func shadowPolicies() map[string][]*policy.Policy {
	each := func(name string, fn func(*policy.Rules)) *policy.Policy {
		p := policy.Default()
		p.Name = name
		for _, r := range p.Classes {
			fn(r)
		}
		return p
	}
	strict := each("strict", func(r *policy.Rules) {
		r.Score.Warn, r.Score.Act, r.Limits.FollowUpGap = .02, .05, policy.Duration(time.Second)
	})
	lax := each("lax", func(r *policy.Rules) {
		r.Score.Warn, r.Score.Act, r.Limits.FollowUpGap = .97, .99, policy.Duration(12*time.Hour)
	})
	walled := each("walled", func(r *policy.Rules) { // suspends for hardly anything, for months
		r.Score.Prior, r.Score.Warn, r.Score.Act = .01, .0101, .0102
		r.Ladder = []policy.Step{{Strikes: .1, Kind: policy.Suspension, Scope: policy.WholeAccount, For: policy.Duration(90 * 24 * time.Hour)}}
	})
	return map[string][]*policy.Policy{
		"strict": {strict}, "lax": {lax}, "blocks all": {walled}, "observes": {policy.Observe()},
		"two": {strict, lax}, "two others": {walled, policy.Observe()},
	}
}

// shadowStream makes up what shadows could disturb: people who are pestered, limits
// that are hit, texts that crowd the ring, pauses of weeks, rooms, channels.
func shadowStream(seed uint64, n int) (acts []act) {
	h := &history{Rand: rand.New(rand.NewPCG(seed, 71)), now: dawn, texts: true}
	pests := []string{"pest0", "pest1"}
	for len(h.acts) < n {
		h.now = h.now.Add(time.Duration(h.ExpFloat64() * float64(3*time.Minute)).Truncate(time.Millisecond))
		s := pests[h.IntN(len(pests))]
		switch k := h.IntN(100); {
		case k < 55: // again and again to the same few strangers, who never answer
			for range 1 + h.IntN(4) {
				h.now = h.now.Add(time.Duration(h.IntN(400)) * time.Second)
				to := []policy.Recipient{{ID: fmt.Sprint(s, "-prey", h.IntN(7)), Relation: []policy.Relation{policy.UnknownRelation, policy.Stranger}[h.IntN(2)]}}
				h.send(policy.Message{Sender: s, Recipients: to, Text: h.text(4 + h.IntN(20))})
			}
		case k < 65: // one text to new people, or one of many
			lure := spam
			if h.IntN(2) == 0 {
				lure = h.text(16)
			}
			for range 1 + h.IntN(5) {
				h.now = h.now.Add(40 * time.Second)
				h.send(policy.Message{Sender: s, Recipients: policy.To(fmt.Sprint("new", len(h.sent))), Text: lure, Origin: "cafe", Joined: dawn.Add(-time.Hour)})
			}
		case k < 68: // an account without any contact, which is soon forgotten
			loner := fmt.Sprint("loner", len(h.sent))
			for range 6 {
				h.now = h.now.Add(time.Minute)
				h.send(policy.Message{Sender: loner, Recipients: policy.To(fmt.Sprint("new", len(h.sent))), Text: spam})
			}
		case k < 73:
			h.send(policy.Message{Sender: s, Recipients: policy.To("a", "b"), Group: "choir", Text: h.text(9), Class: []policy.Class{"", policy.Page}[h.IntN(2)]})
		case k < 78:
			h.send(policy.Message{Sender: s, Recipients: policy.To(fmt.Sprint("new", len(h.sent))), Channel: []string{"request", "inmail"}[h.IntN(2)], Text: h.text(9)})
		case k < 84 && len(h.sent) > 0:
			m := h.sent[len(h.sent)-1-h.IntN(min(len(h.sent), 30))]
			h.acts = append(h.acts, told(h.now, m.Sender, policy.Complaint{From: m.Recipients[0].ID, Against: m.Sender, Message: m.ID, Category: policy.Spam, At: h.now}))
		case k < 88 && len(h.sent) > 0:
			m := h.sent[len(h.sent)-1-h.IntN(min(len(h.sent), 30))]
			h.send(policy.Message{Sender: m.Recipients[0].ID, Recipients: policy.To(m.Sender), Text: h.text(6)})
		case k < 90 && len(h.sent) > 0:
			m := h.sent[len(h.sent)-1]
			h.acts = append(h.acts, told(h.now, m.Sender, policy.Retraction{Sender: m.Sender, Message: m.ID, At: h.now}))
		case k < 92:
			h.acts = append(h.acts, told(h.now, s, policy.Review{Account: s, Abusive: h.IntN(3) > 0, By: "moderator", At: h.now}))
		case k < 94: // what stands is overturned
			h.acts = append(h.acts, overturning(h.now, s))
		case k < 98:
			h.now = h.now.Add(time.Duration(h.IntN(20)) * time.Hour)
		default: // a pause in which texts, contacts and strikes fade
			h.now = h.now.Add(time.Duration(h.IntN(80)) * 24 * time.Hour)
		}
	}
	return h.acts[:n]
}

// overturning is the act of appealing against the first sanction that stands, and
// winning.
func overturning(at time.Time, account string) act {
	return act{at: at, who: account, do: func(ctx context.Context, e *policy.Engine) string {
		a, err := e.Account(ctx, account)
		if err != nil || len(a.Standing) == 0 {
			return fmt.Sprint("no appeal ", err)
		}
		ap, err := e.Appeal(ctx, policy.Appeal{Account: account, Sanction: a.Standing[0].ID, At: at})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(ap, e.Resolve(ctx, account, ap.ID, policy.Ruling{Outcome: policy.Overturned, By: "judge", At: at}))
	}}
}

// inShadow plays acts beside shadow policies. It returns what came of them, less
// what the shadows said, and the records without their shadow parts.
func inShadow(t *testing.T, acts []act, most int, shadow ...*policy.Policy) (lines []string, records map[policy.Key]string, differs int, store *ledger) {
	t.Helper()
	store = newLedger(most)
	w := newTown(t, policy.Config{Store: store, Shadow: shadow, Timeout: time.Minute})
	for _, a := range acts {
		w.now = a.at
		if a.message == nil {
			lines = append(lines, a.do(t.Context(), w.e))
			continue
		}
		d, err := w.e.Evaluate(t.Context(), *a.message)
		for _, s := range d.Shadow {
			if s.Verdict != d.Verdict {
				differs++
			}
		}
		d.Shadow = nil
		lines = append(lines, line(d, err))
	}
	records = w.records()
	for key, data := range records {
		var r state.Record
		w.must(r.Decode([]byte(data)))
		r.NShadows = 0
		records[key] = string(r.Encode(nil))
	}
	return lines, records, differs, store
}

// TestShadowsAreInert: whatever shadow policies say, what is enforced is the same,
// byte for byte: decisions, the enforced parts of records, what the store is told of
// them. In a store that evicts, too.
func TestShadowsAreInert(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	for _, most := range []int{0, 40} {
		for seed := range seeds(3, 30) {
			acts := makeHistory(seed+200, historySize, true)
			if seed%3 != 0 {
				acts = shadowStream(seed, 2*historySize)
			}
			want, kept, _, alone := inShadow(t, acts, most)
			seen := strings.Join(want, "\n")
			for _, word := range []string{`"reject"`, `"warning"`, `"block"`} {
				if !strings.Contains(seen, word) {
					t.Errorf("seed %d: there is no %s in it: it shows little", seed, word)
				}
			}
			for name, shadow := range shadowPolicies() {
				if seed > 0 && len(shadow) < 2 {
					continue // the pairs hold all of them
				}
				what := fmt.Sprintf("seed %d, %s, at most %d records", seed, name, most)
				got, records, differs, beside := inShadow(t, acts, most, shadow...)
				differ(t, what, want, got)
				if differs == 0 {
					t.Errorf("%s: the shadow says what is enforced: it shows nothing", what)
				}
				if !maps.Equal(kept, records) {
					t.Errorf("%s: %s", what, recordsDiffer(t, kept, records))
				}
				if !maps.Equal(alone.told, beside.told) {
					t.Errorf("%s: the store is told something else of a record", what)
				}
			}
		}
	}
}

// recordsDiffer says how the first record that differs does.
func recordsDiffer(t *testing.T, a, b map[policy.Key]string) string {
	t.Helper()
	for key, data := range a {
		if b[key] != data {
			if b[key] == "" {
				return "a record is missing"
			}
			return fmt.Sprintf("a record is %x, and %x", data, b[key])
		}
	}
	return "there are more records"
}
