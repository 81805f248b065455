package policy_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"reflect"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// TestClosed: after Close every call is ErrClosed, changes nothing and delivers
// nothing, whatever OnFault says. A second Close is no error.
func TestClosed(t *testing.T) {
	w := newTown(t, policy.Config{OnFault: policy.AllowAll})
	ctx := t.Context()
	ann := policy.Message{Sender: "ann", Recipients: policy.To("bea"), At: w.now}
	w.send(ann)
	var ready policy.Prepared
	w.must(w.e.Prepare(&ready, ann))
	before := w.records()
	w.must(w.e.Close())
	decided := func(d policy.Decision, err error) error {
		if d.Delivered() {
			t.Errorf("a closed engine delivers: %+v", d)
		}
		return err
	}
	calls := map[string]func(context.Context) error{
		"Evaluate":         func(ctx context.Context) error { return decided(w.e.Evaluate(ctx, ann)) },
		"EvaluatePrepared": func(ctx context.Context) error { return decided(w.e.EvaluatePrepared(ctx, &ready)) },
		"Preview":          func(ctx context.Context) error { return decided(w.e.Preview(ctx, ann)) },
		"Learn":            func(ctx context.Context) error { return w.e.Learn(ctx, ann) },
		"Prepare":          func(context.Context) error { return w.e.Prepare(&ready, ann) },
		"Record":           func(ctx context.Context) error { return w.e.Record(ctx, policy.Reply{From: "bea", To: "ann"}) },
		"Account":          func(ctx context.Context) error { _, err := w.e.Account(ctx, "ann"); return err },
		"Impose": func(ctx context.Context) error {
			_, err := w.e.Impose(ctx, policy.Sanction{Account: "ann", Kind: policy.Block, By: "m"})
			return err
		},
		"Lift":   func(ctx context.Context) error { return w.e.Lift(ctx, "ann", "1", policy.Lifting{By: "m"}) },
		"Appeal": func(ctx context.Context) error { _, err := w.e.Appeal(ctx, policy.Appeal{Account: "ann"}); return err },
		"Resolve": func(ctx context.Context) error {
			return w.e.Resolve(ctx, "ann", "1", policy.Ruling{Outcome: policy.Upheld, By: "m"})
		},
		"Override":      func(ctx context.Context) error { return w.e.Override(ctx, policy.Override{Account: "ann"}) },
		"ClearOverride": func(ctx context.Context) error { return w.e.ClearOverride(ctx, "ann") },
		"Forget":        func(ctx context.Context) error { return w.e.Forget(ctx, "ann") },
		"Sanctions": func(ctx context.Context) (last error) {
			for _, err := range w.e.Sanctions(ctx) {
				last = errors.Join(last, err)
			}
			return last
		},
		"SetPolicy": func(context.Context) error { return w.e.SetPolicy(policy.Observe()) },
		"Snapshot":  func(ctx context.Context) error { return w.e.Snapshot(ctx, new(bytes.Buffer)) },
		"Restore":   func(ctx context.Context) error { return w.e.Restore(ctx, new(bytes.Buffer)) },
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	for name, call := range calls {
		for _, ctx := range []context.Context{ctx, ended} {
			if err := call(ctx); !errors.Is(err, policy.ErrClosed) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for m := range reflect.TypeFor[*policy.Engine]().Methods() {
		if calls[m.Name] == nil && m.Name != "Close" && m.Name != "Policy" {
			t.Errorf("%s is not tried here", m.Name)
		}
	}
	if !maps.Equal(w.records(), before) || w.e.Policy() == nil {
		t.Error("a closed engine has changed something")
	}
	w.must(w.e.Close())
}
