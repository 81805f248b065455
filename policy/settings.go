package policy

import (
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// settings is what an engine judges by. It never changes: SetPolicy replaces it
// as a whole, so that every decision was made under exactly one.
type settings struct {
	policy     *Policy
	id         string // name and content hash
	shadow     []shadowPolicy
	signals    []SignalFunc
	resolution time.Duration // of times
}

type shadowPolicy struct {
	policy *Policy
	id     string
	hash   uint32 // of the name: what a record keeps its course under
}

// A SignalFunc measures something of the host's own and appends it as evidence.
// It must be pure: the same arguments give the same evidence, it keeps none of
// them, and it does no I/O, for it may run more than once, and on several
// goroutines at a time. It runs while the record of the sender is held.
type SignalFunc func(dst []scoring.Evidence, m *Message, f *Facts) []scoring.Evidence

// Facts is what a SignalFunc may know besides the message. It is a plain value.
type Facts struct {
	At         time.Time           // the time at which the message is judged
	First      time.Time           // of the account, as far as is remembered; zero: this is the first
	Strangers  int                 // recipients without a tie
	New        int                 // of these, never written to
	Messages   int                 // delivered within the 24 hours before
	Refused    int                 // tries refused within the 24 hours before
	Approached float64             // people approached, half-life 14 days
	Answered   float64             // of these, who answered
	Likeness   float64             // Jaccard with the nearest of the last texts to strangers
	Cluster    *similarity.Cluster // what the campaign index knows of the text
	Sketch     *similarity.Sketch  // of the text
}

// publish fills in the Facts for the host's signals, if there are any.
func (j *judgement) publish() {
	if len(j.e.signals) == 0 {
		return
	}
	r, f := &j.r, &j.f
	p := Facts{
		At: f.now, Messages: r.messages.Count(f.now, 24*time.Hour), Refused: r.messages.Refused(f.now, 24*time.Hour),
		Approached: r.replies.Attempts(f.now), Cluster: &f.cluster, Sketch: &f.sketch,
	}
	p.Answered, _ = r.replies.Counts(f.now)
	if r.born != 0 {
		p.First = clock(r.born)
	}
	for i := range f.to {
		if a := &f.to[i]; !a.tied {
			p.Strangers++
			if a.fresh {
				p.New++
			}
		}
	}
	if j.l.slot >= 0 {
		p.Likeness = j.l.j[j.l.slot]
	}
	j.public = p
}

func newSettings(p *Policy, shadow []*Policy, keyer *keys.Keyer, signals []SignalFunc, resolution time.Duration) *settings {
	s := &settings{policy: p, id: p.ID(), signals: signals, resolution: resolution}
	for _, q := range shadow {
		s.shadow = append(s.shadow, shadowPolicy{policy: q, id: q.ID(), hash: max(keyer.Hash32('p', q.Name), 1)})
	}
	return s
}

// align makes the shadow courses of a record those of the shadow policies, in
// their order; a shadow keeps its course as long as it keeps its name.
func (s *settings) align(r *record) {
	same := r.nShadows == len(s.shadow)
	for i := 0; same && i < r.nShadows; i++ {
		same = r.shadows[i].policy == s.shadow[i].hash
	}
	if same {
		return
	}
	old, n := r.shadows, r.nShadows
	for i := range s.shadow {
		r.shadows[i] = course{policy: s.shadow[i].hash}
		for k := range n {
			if old[k].policy == s.shadow[i].hash {
				r.shadows[i] = old[k]
			}
		}
	}
	r.nShadows = len(s.shadow)
}

// Policy returns the policy in force. It must not be changed; Clone it.
func (e *Engine) Policy() *Policy { return e.settings.Load().policy }

// SetPolicy replaces the policy and the shadow policies, while messages are
// being judged: each decision is made under exactly one. A policy that is not
// valid changes nothing.
func (e *Engine) SetPolicy(p *Policy, shadow ...*Policy) error {
	if p == nil {
		return &FieldError{Field: "policy", Problem: "must not be nil"}
	}
	if err := checkPolicies(p, shadow); err != nil {
		return err
	}
	e.change.Lock()
	defer e.change.Unlock()
	e.settings.Store(e.makeSettings(p, shadow))
	return nil
}
