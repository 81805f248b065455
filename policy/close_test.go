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

// everyCall calls every method of an engine that can fail.
func everyCall(e *policy.Engine, ann policy.Message, ready *policy.Prepared, decided func(policy.Decision, error) error) map[string]func(context.Context) error {
	named := ann
	named.ID = "1"
	return map[string]func(context.Context) error{
		"Evaluate":         func(ctx context.Context) error { return decided(e.Evaluate(ctx, ann)) },
		"EvaluatePrepared": func(ctx context.Context) error { return decided(e.EvaluatePrepared(ctx, ready)) },
		"Preview":          func(ctx context.Context) error { return decided(e.Preview(ctx, ann)) },
		"Learn":            func(ctx context.Context) error { return e.Learn(ctx, ann) },
		"AcceptEmptied":    func(ctx context.Context) error { _, err := e.AcceptEmptied(ctx); return err },
		"Prepare":          func(context.Context) error { return e.Prepare(ready, ann) },
		"Record":           func(ctx context.Context) error { return e.Record(ctx, policy.Reply{From: "bea", To: "ann"}) },
		"Account":          func(ctx context.Context) error { _, err := e.Account(ctx, "ann"); return err },
		"Impose": func(ctx context.Context) error {
			_, err := e.Impose(ctx, policy.Sanction{Account: "ann", Kind: policy.Block, By: "m"})
			return err
		},
		"Lift":   func(ctx context.Context) error { return e.Lift(ctx, "ann", "1", policy.Lifting{By: "m"}) },
		"Appeal": func(ctx context.Context) error { _, err := e.Appeal(ctx, policy.Appeal{Account: "ann"}); return err },
		"Resolve": func(ctx context.Context) error {
			return e.Resolve(ctx, "ann", "1", policy.Ruling{Outcome: policy.Upheld, By: "m"})
		},
		"Override":      func(ctx context.Context) error { return e.Override(ctx, policy.Override{Account: "ann"}) },
		"ClearOverride": func(ctx context.Context) error { return e.ClearOverride(ctx, "ann") },
		"EndOverride":   func(ctx context.Context) error { return e.EndOverride(ctx, "ann", policy.Lifting{By: "m"}) },
		"TellActs":      func(ctx context.Context) error { _, err := e.TellActs(ctx); return err },
		"Acts": func(ctx context.Context) (last error) {
			for _, err := range e.Acts(ctx, policy.ActFilter{}) {
				last = err
			}
			return last
		},
		"LiftAll": func(ctx context.Context) error {
			_, err := e.LiftAll(ctx, policy.SanctionFilter{Everybody: true}, policy.Lifting{By: "m"})
			return err
		},
		"RuleText": func(ctx context.Context) error {
			_, err := e.RuleText(ctx, policy.TextRuling{Cluster: 1, Finding: policy.TextAbusive, By: "m"})
			return err
		},
		"Release": func(ctx context.Context) error { return decided(e.Release(ctx, named, policy.Release{By: "m"})) },
		"Discard": func(ctx context.Context) error { return e.Discard(ctx, "ann", "1", policy.Discard{By: "m"}) },
		"Statement": func(ctx context.Context) error {
			_, err := e.Statement(ctx, "ann", "1", policy.Language{})
			return err
		},
		"Export":     func(ctx context.Context) error { _, err := e.Export(ctx, "ann"); return err },
		"Brake":      func(ctx context.Context) error { return e.Brake(ctx, "m", "drill") },
		"NotePolicy": func(ctx context.Context) error { return e.NotePolicy(ctx, "m", "drill", "rule saturday on") },
		"Unbrake":    func(ctx context.Context) error { return e.Unbrake(ctx, "m", "drill") },
		"SetText": func(ctx context.Context) error {
			_, err := e.SetText(ctx, policy.TextRule{Text: invitation, Action: policy.TextFlag, By: "m"})
			return err
		},
		"ClearText": func(ctx context.Context) error { return e.ClearText(ctx, 1, "m", "drill") },
		"Texts": func(ctx context.Context) (last error) {
			for _, err := range e.Texts(ctx) {
				last = errors.Join(last, err)
			}
			return last
		},
		"Health": func(ctx context.Context) error { _, err := e.Health(ctx); return err },
		"Forget": func(ctx context.Context) error { return forget(e, ctx, "ann") },
		"Sanctions": func(ctx context.Context) (last error) {
			for _, err := range e.Sanctions(ctx) {
				last = errors.Join(last, err)
			}
			return last
		},
		"Rekey": func(ctx context.Context) (last error) {
			for _, err := range e.Rekey(ctx) {
				last = err
			}
			return last
		},
		"SetPolicy": func(context.Context) error { return e.SetPolicy(policy.Observe()) },
		"Snapshot":  func(ctx context.Context) error { return e.Snapshot(ctx, new(bytes.Buffer)) },
		"Restore":   func(ctx context.Context) error { return e.Restore(ctx, new(bytes.Buffer)) },
	}
}

// TestNotMade: an engine that New did not make, and no context, are refused by name.
func TestNotMade(t *testing.T) {
	w := newTown(t, policy.Config{})
	ann := policy.Message{Sender: "ann", Recipients: policy.To("bea"), At: w.now}
	var ready policy.Prepared
	w.must(w.e.Prepare(&ready, ann))
	decided := func(d policy.Decision, err error) error {
		if d.Delivered() {
			t.Errorf("delivers: %+v", d)
		}
		return err
	}
	refused := func(what, field string, err error) {
		t.Helper()
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != field {
			t.Errorf("%s: %v, want what is wrong with %s", what, err, field)
		}
	}
	for name, call := range everyCall(new(policy.Engine), ann, &ready, decided) {
		refused("zero, "+name, "engine", call(t.Context()))
	}
	for name, call := range everyCall(nil, ann, &ready, decided) {
		refused("nil, "+name, "engine", call(t.Context()))
	}
	for name, call := range everyCall(w.e, ann, &ready, decided) {
		if name != "Prepare" && name != "SetPolicy" { // they take none
			var none context.Context
			refused(name, "ctx", call(none))
		}
	}
}

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
	calls := everyCall(w.e, ann, &ready, decided)
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
		if calls[m.Name] == nil && m.Name != "Close" && m.Name != "Policy" && m.Name != "Stats" {
			t.Errorf("%s is not tried here", m.Name)
		}
	}
	if !maps.Equal(w.records(), before) || w.e.Policy() == nil {
		t.Error("a closed engine has changed something")
	}
	w.must(w.e.Close())
}
