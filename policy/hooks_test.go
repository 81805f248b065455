package policy_test

import (
	"bytes"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestLogLifted: the line about a sanction that ended says when, whether by hand, and
// what a ruling decided.
func TestLogLifted(t *testing.T) {
	var log bytes.Buffer
	w := newTown(t, policy.Config{Hooks: policy.LogHooks(slog.New(slog.NewTextHandler(&log, nil)))})
	lifted := func() string {
		t.Helper()
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, "msg=lifted") {
				log.Reset()
				return line
			}
		}
		t.Fatalf("no line: %s", log.String())
		return ""
	}
	impose := func() policy.Sanction {
		t.Helper()
		s, err := w.e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mo"})
		w.must(err)
		return s
	}
	at := " lifted=" + w.now.UTC().Format("2006-01-02T15:04:05.000Z07:00") + " "
	w.must(w.e.Lift(t.Context(), "sam", impose().ID, policy.Lifting{By: "lee"}))
	if line := lifted(); !strings.Contains(line, at) || !strings.Contains(line, "lifted_by_hand=true") || strings.Contains(line, "outcome") {
		t.Error(line)
	}
	appeal, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: impose().ID})
	w.must(err)
	w.must(w.e.Resolve(t.Context(), "sam", appeal.ID, policy.Ruling{Outcome: policy.Reduced, By: "lee"}))
	if line := lifted(); !strings.Contains(line, at) || !strings.Contains(line, "lifted_by_hand=true outcome=reduced") || strings.Contains(line, "lee") {
		t.Error(line)
	}
}

// TestJoinHooks: every hook of each is called, in order, and LogHooks has them all.
func TestJoinHooks(t *testing.T) {
	var calls []int
	counting := func(who int) (h policy.Hooks) {
		v := reflect.ValueOf(&h).Elem()
		for _, field := range v.Fields() {
			field.Set(reflect.MakeFunc(field.Type(), func([]reflect.Value) []reflect.Value {
				calls = append(calls, who)
				return nil
			}))
		}
		return h
	}
	joined := reflect.ValueOf(policy.JoinHooks(counting(1), policy.Hooks{}, counting(2)))
	logs := reflect.ValueOf(policy.LogHooks(slog.New(slog.DiscardHandler)))
	for i := range joined.NumField() {
		name := joined.Type().Field(i).Name
		if joined.Field(i).IsNil() || logs.Field(i).IsNil() {
			t.Errorf("%s is lost, or not logged", name)
			continue
		}
		var args []reflect.Value
		for in := range joined.Field(i).Type().Ins() {
			args = append(args, reflect.Zero(in))
		}
		calls = nil
		joined.Field(i).Call(args)
		if !reflect.DeepEqual(calls, []int{1, 2}) {
			t.Errorf("%s called %v, want 1 and 2", name, calls)
		}
	}
}

// TestLogReported: the line about a complaint says what became of it, and names nobody.
func TestLogReported(t *testing.T) {
	var log bytes.Buffer
	w := newTown(t, policy.Config{Hooks: policy.LogHooks(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))})
	w.say("samuel", "beatrix", "Good morning")
	w.pass(time.Minute)
	w.tell(policy.Complaint{From: "beatrix", Against: "samuel"})
	w.tell(policy.Review{Account: "samuel", By: "mo"})
	for _, want := range []string{"outcome=taken limited=false", "outcome=no_action"} {
		if n := strings.Count(log.String(), want); n != 1 {
			t.Errorf("%d lines with %q:\n%s", n, want, &log)
		}
	}
	if strings.Contains(log.String(), "beatrix") || strings.Contains(log.String(), "samuel") {
		t.Errorf("names are logged:\n%s", &log)
	}
}
