package storetest

import (
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// opText has a person say what is to be done with a text, or take that back. All processes
// may hear of it before the next step.
func (w *walk) opText() {
	p, m, r := w.any(), &w.model, w.r
	if m.text != 0 && r.IntN(2) == 0 {
		err := p.engine.ClearText(w.ctx, m.text, "moderator", "it is over")
		if errors.Is(err, policy.ErrNotFound) {
			w.fail(invKept, "the rule on a text, acknowledged, is gone")
		}
		m.text = 0
		w.acted("ClearText", "", nil, err)
	} else {
		t := policy.TextRule{Text: simTexts[4+r.IntN(5)], Action: policy.TextAction(1 + r.IntN(5)), By: "moderator", Note: "a drill", Force: true}
		if t.Action == policy.TextEvidence {
			t.Nats = r.Float64()*4 - 2
		}
		if r.IntN(2) == 0 {
			t.Until = w.now.Add(max(0, p.jump) + time.Duration(1+r.IntN(400))*time.Hour)
		}
		t, err := p.engine.SetText(w.ctx, t)
		if p.jump != 0 {
			t.At, t.Until = time.Time{}, time.Time{}
		}
		if m.text = 0; w.acted("SetText", "", t, err) {
			m.text = t.ID
		}
	}
	time.Sleep(2 * time.Second)
	listed := false
	for t, err := range p.engine.Texts(w.ctx) {
		if err != nil {
			listed = true // or not
			break
		}
		listed = listed || t.ID == m.text
	}
	if m.text != 0 && !listed {
		w.fail(invKept, "the rule on a text, acknowledged, is not listed")
	}
	w.count("Texts")
}
