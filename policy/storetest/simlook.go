package storetest

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/decorum-go/decorum/policy"
)

func (w *walk) opLook() {
	a := w.sanctioned()
	w.observe(a)
	if w.r.IntN(3) == 0 {
		w.exit(a)
		b, err := w.any().engine.Export(w.ctx, a)
		w.came("Export", json.RawMessage(b), err)
	}
	if s, ok := w.pick(); ok {
		st, err := w.any().engine.Statement(w.ctx, s.Account, s.ID, policy.Language{})
		if w.came("Statement", st, err); err == nil && (st.Sanction != s.ID || st.Title == "") {
			w.fail(invAnswer, "the statement of %v is %+v", s, st)
		}
	}
}

// opList lists what stands, everywhere.
func (w *walk) opList() {
	p := w.any()
	listed := map[string]bool{}
	var fault error
	for s, err := range p.engine.Sanctions(w.ctx) {
		if err != nil {
			fault = err
			continue
		}
		listed[s.ID] = true
	}
	w.came("Sanctions", slices.Sorted(maps.Keys(listed)), nil)
	if fault != nil && w.calm(p) {
		w.fail(invAnswer, "Sanctions yields an error without a fault: %v", fault)
	}
	if fault != nil || p.jump != 0 || w.refused() {
		return
	}
	for _, s := range w.model.held {
		if s.Kind != policy.Restriction && ends(&s).After(w.now.Add(2*simSkew+max(0, p.skew))) && !listed[s.ID] && !w.model.twice[s.ID] {
			w.fail(invKept, "%v of %s is not listed", s, s.Account)
		}
	}
}

// opPolicy changes the policy of one process, or of all.
func (w *walk) opPolicy() {
	k, shadows := w.r.IntN(len(w.policies)), w.r.IntN(2) == 0
	if k == 3 && w.r.IntN(2) == 0 {
		k = 0
	}
	one := w.any()
	all := w.r.IntN(2) == 0
	for _, p := range w.processes {
		if p != one && !all {
			continue
		}
		p.policy, p.shadows = k, nil
		if shadows {
			p.shadows = w.shadows(k)
		}
		w.came("SetPolicy", nil, p.engine.SetPolicy(w.policies[k], p.shadows...))
		w.came("Policy", p.engine.Policy().Name, nil)
	}
	w.say("policy %s", w.policies[k].Name)
	w.hit("another policy")
}
