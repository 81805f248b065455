package policy

import (
	"context"
	"math/bits"
	"strconv"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/rules"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// What the counters of rules count is kept in records of their own, one for each thing that
// is counted by. They are read with what else is looked up, where a rule that reads one may
// be true of the message, and written after the decision. So at once as many get through as
// are judged at that moment, as with an inbox.

// A tally is what counters count by one key.
type tally struct {
	key      Key
	counters judge.Counters
}

// wantTallies adds to the lookups what counters have counted that rules may read.
func (e *Engine) wantTallies(w *work) {
	w.tallies, w.counts = w.tallies[:0], w.counts[:0]
	for k, counters := range w.out.Want {
		if counters != 0 {
			e.findTallies(w, k, counters)
		}
	}
	for i := range w.tallies {
		w.want(w.tallies[i].key, nil)
		w.lookups[w.n-1].tally = 1 + i
	}
}

// findTallies finds the keys of counters of a policy.
func (e *Engine) findTallies(w *work, k int, counters uint64) {
	in, set := &w.in, w.settings.policyOf(k).Asked
	last, key := -1, Key{} // of the attribute that was hashed last
	for ; counters != 0; counters &= counters - 1 {
		i := bits.TrailingZeros64(counters)
		switch c := &set.Counters[i]; c.Key {
		case rules.BySender:
			w.tally(e.keys.Tally(in.Key, int(c.Key)), k, i)
		case rules.ByRecipient:
			for j := range in.To[:min(len(in.To), rules.MostCounted)] {
				w.tally(e.keys.Tally(in.To[j].Key, int(c.Key)), k, i)
			}
		case rules.ByOrigin:
			if in.Origin != (Key{}) {
				w.tally(e.keys.Tally(in.Origin, int(c.Key)), k, i)
			}
		case rules.ByAttribute:
			if v := &in.Asked.Attributes[k][c.Attribute]; v.Set {
				if c.Attribute != last {
					last, key = c.Attribute, e.attributeKey(w, &set.Attributes[c.Attribute], v)
				}
				w.tally(key, k, i)
			}
		}
	}
}

// attributeKey is the key of what is counted by the value of an attribute.
func (e *Engine) attributeKey(w *work, a *rulekit.Attribute, v *rulekit.Value) Key {
	w.name = append(append(w.name[:0], a.Name...), 0)
	switch a.Type {
	case rulekit.Int:
		w.name = strconv.AppendInt(w.name, v.Int, 10)
	case rulekit.Flag:
		w.name = strconv.AppendBool(w.name, v.Flag)
	default:
		w.name = append(w.name, v.Text...)
	}
	return e.keys.KeyOf(keys.Counted, w.name)
}

func (w *work) tally(key Key, policy, counter int) {
	for i := range w.tallies {
		if t := &w.tallies[i]; t.key == key {
			t.counters[policy] |= 1 << counter
			return
		}
	}
	t := tally{key: key}
	t.counters[policy] = 1 << counter
	w.tallies = append(w.tallies, t)
}

// each yields the counters, by policy and number.
func (t *tally) each() func(yield func(policy, counter int) bool) {
	return func(yield func(policy, counter int) bool) {
		for k, rest := range t.counters {
			for ; rest != 0; rest &= rest - 1 {
				if !yield(k, bits.TrailingZeros64(rest)) {
					return
				}
			}
		}
	}
}

// doTally reads what was counted by a key.
func (w *work) doTally(data []byte, t *tally) error {
	r := &w.other
	if err := decoded(r.DecodeOnly(data, state.OnlyTally)); err != nil {
		return err
	}
	if time.UnixMilli(r.Newest).After(w.latest()) {
		r.Tally = r.Tally[:0] // a clock was wrong: it counts anew
	}
	for k, i := range t.each() {
		c := &w.settings.policyOf(k).Asked.Counters[i]
		seen := rules.Seen{Policy: uint8(k), Counter: uint8(i), N: int32(r.Tally.Count(c.Sum, w.out.Now))}
		if c.People && seen.N > 0 {
			seen.In = w.among(r.Tally, c, w.out.Now)
		}
		w.counts = append(w.counts, seen)
	}
	return nil
}

// among says who of a message is among the people of a counter already.
func (w *work) among(t state.Tally, c *rules.Counter, now time.Time) (in uint32) {
	if c.Of < rules.Recipients {
		if t.Has(c.Sum, now, uint32(w.in.Me)) {
			in = 1
		}
		return in
	}
	for j := range w.in.To[:min(len(w.in.To), rules.MostCounted)] {
		if t.Has(c.Sum, now, uint32(w.in.To[j].Who)) {
			in |= 1 << j
		}
	}
	return in
}

// wantCounts adds to the lookups the counts of a message that was judged.
func (e *Engine) wantCounts(w *work) {
	if w.out.Count == (judge.Counters{}) || w.call.Lost {
		return
	}
	for i := range w.tallies {
		t := &w.tallies[i]
		for k := range t.counters {
			t.counters[k] &= w.out.Count[k]
		}
		if t.counters != (judge.Counters{}) {
			w.want(t.key, nil)
			w.lookups[w.n-1].tally = 1 + i
		}
	}
}

// doCount counts a message by a key.
func (w *work) doCount(old []byte, q *lookup) (Record, error) {
	t := &w.tallies[q.tally-1]
	w.adds, w.who = w.adds[:0], w.who[:0]
	for k, i := range t.each() {
		c := &w.settings.policyOf(k).Asked.Counters[i]
		from, ok := len(w.who), false
		if w.who, ok = w.scratch.Adds(w.who, c.Of); ok {
			w.adds = append(w.adds, state.Addition{Sum: c.Sum, Who: w.who[from:]})
		}
	}
	return w.addTo(old, w.out.Now)
}

// addTo adds to a tally's record.
func (w *work) addTo(old []byte, at time.Time) (Record, error) {
	if len(w.adds) == 0 {
		return Record{}, errUnchanged
	}
	r := &w.other
	if err := decode(r, old); err != nil {
		return Record{}, err
	}
	switch newest := time.UnixMilli(r.Newest); {
	case newest.After(w.latest()):
		r.Reset() // a clock was wrong: it counts anew
	case newest.After(at):
		at = newest
	}
	w.adding = r.Tally.Add(w.adding[:0], at, w.adds)
	r.Tally = append(r.Tally[:0], w.adding...)
	r.Touch(at)
	rec := w.encode(r, false)
	if !rec.Expires.After(w.now) {
		return Record{}, errUnchanged // history that is forgotten by now
	}
	return rec, nil
}

// countBlocked counts somebody whom a person has just turned away, for those counters that
// count by the person.
func (e *Engine) countBlocked(ctx context.Context, person Key, who uint64, at time.Time) {
	w := e.begin()
	defer e.end(w)
	for k := range 1 + len(w.settings.shadows) {
		set := w.settings.policyOf(k).Asked
		if set == nil {
			continue
		}
		for i := range set.Counters {
			if c := &set.Counters[i]; set.Used>>i&1 != 0 && c.Key == rules.ByRecipient && c.Of == rules.BlockedSenders {
				w.adds = append(w.adds, state.Addition{Sum: c.Sum, Who: []uint32{uint32(who)}})
			}
		}
	}
	if len(w.adds) == 0 {
		return
	}
	err := e.updateWith(ctx, w, e.keys.Tally(person, int(rules.ByRecipient)), func(old []byte) (Record, error) { return w.addTo(old, at) })
	if err != errUnchanged {
		e.fault(ctx, err)
	}
}

// forgetTallies removes what was counted by an account.
func (e *Engine) forgetTallies(ctx context.Context, account Key) error {
	return firstError(
		e.remove(ctx, e.keys.Tally(account, int(rules.BySender)), nil),
		e.remove(ctx, e.keys.Tally(account, int(rules.ByRecipient)), nil))
}
