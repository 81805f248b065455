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

// opRuleText finds something about a text that an account sent, for all who may have.
func (w *walk) opRuleText() {
	p := w.any()
	a, err := p.engine.Account(w.ctx, w.account())
	w.count("Account")
	if err != nil || len(a.Texts) == 0 || a.Texts[0].Cluster == 0 {
		return
	}
	x := policy.TextRuling{
		Cluster: a.Texts[0].Cluster, Finding: policy.TextFinding(1 + w.r.IntN(3)), Accounts: simAccounts, By: "moderator", Second: "lead", DryRun: w.r.IntN(4) == 0,
	}
	out, err := p.engine.RuleText(w.ctx, x)
	w.came("RuleText", out, err)
	w.say("RuleText %s: %d answer, %d sanctions, %d taken back, %v", x.Finding, len(out.Accounts), len(out.Sanctions), out.Lifted, err)
	if err == nil && w.calm(p) && len(out.Sanctions) > len(out.Accounts) {
		w.fail(invAnswer, "%d sanctions on %d accounts", len(out.Sanctions), len(out.Accounts))
	}
	if x.DryRun {
		return
	}
	for _, account := range simAccounts { // what stood for one text, or is lifted, may change
		w.unknow(account)
	}
	if err == nil && p.jump == 0 {
		w.learn(p, out.Sanctions)
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
