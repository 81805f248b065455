package policy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
	"github.com/decorum-go/decorum/scoring"
)

// An outage is an engine over a store that fails on demand.
type outage struct {
	*testing.T
	*policy.Engine
	mem    *policy.Memory
	store  *storetest.Faulty
	faults atomic.Int64 // told to the hook
}

const timeout = 50 * time.Millisecond

func newOutage(t *testing.T, cfg policy.Config) *outage {
	o := &outage{T: t, mem: policy.NewMemory(0)}
	o.store = storetest.NewFaulty(o.mem)
	cfg.Timeout = timeout
	cfg.Hooks = policy.JoinHooks(cfg.Hooks, policy.Hooks{Fault: func(_ context.Context, err error) {
		if _, ok := errors.AsType[*policy.FaultError](err); !ok {
			t.Errorf("the hook Fault was told of %v", err)
		}
		o.faults.Add(1)
	}})
	o.Engine = engineOver(t, o.store, cfg)
	return o
}

// say sends a message; degraded is whether the store should be away.
func (o *outage) say(from, to string, degraded bool) policy.Decision {
	o.Helper()
	return o.send(policy.Message{Sender: from, Recipients: policy.To(to)}, degraded)
}

func (o *outage) send(m policy.Message, degraded bool) policy.Decision {
	o.Helper()
	start := time.Now()
	d, err := o.Evaluate(o.Context(), m)
	if took := time.Since(start); took > timeout {
		o.Errorf("Evaluate took %v, more than the timeout", took)
	}
	_, fault := errors.AsType[*policy.FaultError](err)
	if d.Degraded != degraded || fault != degraded || err != nil && !fault {
		o.Errorf("degraded %t, error %v; want %t and an error to match", d.Degraded, err, degraded)
	}
	return d
}

func (o *outage) block(account string) policy.Sanction {
	o.Helper()
	s, err := o.Impose(o.Context(), policy.Sanction{Account: account, Kind: policy.Block, By: "mod"})
	if err != nil {
		o.Fatal(err)
	}
	return s
}

func codes(d policy.Decision) (c []policy.Code) {
	for _, r := range d.Reasons {
		c = append(c, r.Code)
	}
	return c
}

// ways in which a store is away.
var ways = map[string]storetest.Fault{
	"refuses":            {Kind: storetest.Refuse},
	"loses":              {Kind: storetest.Lose},
	"tears":              {Kind: storetest.Tear},
	"frozen":             {Delay: -1},
	"frozen, stubborn":   {Delay: -1, Stubborn: true},
	"slow":               {Delay: 100 * time.Millisecond},
	"slow, stubborn":     {Delay: 100 * time.Millisecond, Stubborn: true},
	"slow, and refuses":  {Delay: 100 * time.Millisecond, Kind: storetest.Refuse},
	"late, then refuses": {Delay: 20 * time.Millisecond, Kind: storetest.Refuse},
}

// However a store is away: Evaluate comes back in time, known sanctions and
// standing orders are enforced, others get through, and all is normal again
// within a second after the store is.
func TestOutage(t *testing.T) {
	for name, fault := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutage(t, policy.Config{})
				o.block("mallory")
				for _, ov := range []policy.Override{{Account: "held", Verdict: policy.Hold, By: "mod"}, {Account: "trusted", Verdict: policy.Allow, By: "mod"}} {
					if err := o.Override(t.Context(), ov); err != nil {
						t.Fatal(err)
					}
				}
				o.say("ann", "bea", false)

				o.store.Break(storetest.Always(fault))
				for range 20 {
					for _, c := range []struct {
						who     string
						verdict policy.Verdict
						codes   []policy.Code
					}{
						{"mallory", policy.Reject, []policy.Code{policy.CodeSanction, policy.CodeFault}},
						{"held", policy.Hold, []policy.Code{policy.CodeOverride, policy.CodeFault}},
						{"trusted", policy.Allow, []policy.Code{policy.CodeOverride, policy.CodeFault}},
						{"ann", policy.Allow, []policy.Code{policy.CodeFault}},
						{"nobody", policy.Allow, []policy.Code{policy.CodeFault}},
					} {
						d := o.say(c.who, "bea", true)
						if diff := cmp.Diff(c.codes, codes(d)); d.Verdict != c.verdict || diff != "" {
							t.Fatalf("%s: %v %v, want %v %v", c.who, d.Verdict, codes(d), c.verdict, c.codes)
						}
						if c.who == "mallory" && len(d.Standing) != 1 {
							t.Errorf("the standing sanction is not told: %v", d.Standing)
						}
					}
					time.Sleep(37 * time.Second) // below every limit
				}
				if o.faults.Load() < 100 {
					t.Errorf("the hook was told of %d faults in 100 messages", o.faults.Load())
				}

				o.store.Heal()
				healed := time.Now()
				for {
					if d, err := o.Evaluate(t.Context(), policy.Message{Sender: "cleo", Recipients: policy.To("bea")}); err == nil && !d.Degraded {
						break
					}
					if time.Since(healed) > time.Second {
						t.Fatal("a second after the store is back the engine is not")
					}
					time.Sleep(10 * time.Millisecond)
				}
				o.say("mallory", "bea", false)
				o.say("ann", "bea", false)
				synctest.Wait()
			})
		})
	}
}

// While the store is away limits hold, on counts of this process; when it is
// back its record is the truth.
func TestCountsWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, policy.Config{})
		for range 15 {
			o.say("ann", "bea", false) // of 20 a minute
		}
		o.store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
		var verdicts []policy.Verdict
		for range 8 {
			d := o.say("ann", "bea", true)
			verdicts = append(verdicts, d.Verdict)
			if d.Verdict == policy.Defer && d.RetryAfter <= 0 {
				t.Error("deferred, and not told until when")
			}
		}
		want := []policy.Verdict{policy.Allow, policy.Allow, policy.Allow, policy.Allow, policy.Allow, policy.Defer, policy.Defer, policy.Defer}
		if diff := cmp.Diff(want, verdicts); diff != "" {
			t.Errorf("verdicts while away (-want +got):\n%s", diff)
		}
		a, err := o.Preview(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea")})
		if err == nil || !a.Degraded || a.Verdict != policy.Defer {
			t.Errorf("Preview while away: %v, degraded %t, %v; want what Evaluate says", a.Verdict, a.Degraded, err)
		}
		o.store.Heal()
		time.Sleep(time.Second)
		for i := range 5 {
			if d := o.say("ann", "bea", false); d.Verdict != policy.Allow {
				t.Fatalf("message %d after the outage: %v; the store has counted 15 of 20", i, d.Verdict)
			}
		}
		if d := o.say("ann", "bea", false); d.Verdict != policy.Defer {
			t.Errorf("message 21 that the store counts: %v, want defer", d.Verdict)
		}
	})
}

// A retry while away gets the answer that the message got before, and does not
// deliver twice.
func TestRetryWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, policy.Config{})
		m := policy.Message{ID: "1", Sender: "ann", Recipients: policy.To("bea"), Text: "Are you there?"}
		o.send(m, false)
		o.store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
		if d := o.send(m, true); !d.Repeat || d.Verdict != policy.Duplicate || d.First != policy.Allow {
			t.Errorf("%v of %v, repeat %t", d.Verdict, d.First, d.Repeat)
		}
	})
}

// Nothing is imposed while the store is away; what would be with the store
// shows that there was something to impose.
func TestNothingImposedWhileAway(t *testing.T) {
	blast := func(o *outage, degraded bool) (imposed int, worst policy.Verdict) {
		for i := range 60 {
			d := o.send(policy.Message{
				Sender: "mallory", Recipients: []policy.Recipient{{ID: fmt.Sprint("stranger", i), Relation: policy.Stranger}},
				Text: "Dear friend, a rare chance to earn ten thousand a week from home, only today, write to me at once",
			}, degraded)
			imposed += len(d.Imposed)
			worst = max(worst, d.Verdict)
			time.Sleep(time.Minute)
		}
		return imposed, worst
	}
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, policy.Config{})
		if imposed, _ := blast(o, false); imposed == 0 {
			t.Fatal("nothing imposed with the store: the test tests nothing")
		}
		o = newOutage(t, policy.Config{Hooks: policy.Hooks{Imposed: func(context.Context, *policy.Sanction) { t.Error("the hook Imposed was called") }}})
		o.store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
		if imposed, worst := blast(o, true); imposed != 0 || worst > policy.Defer {
			t.Errorf("while away: %d imposed, worst verdict %v", imposed, worst)
		}
	})
}

// AllowAll and HoldAll do as they say, and Decided is told of every decision.
func TestOnFault(t *testing.T) {
	for mode, want := range map[policy.FaultMode]policy.Verdict{policy.AllowAll: policy.Allow, policy.HoldAll: policy.Hold} {
		synctest.Test(t, func(t *testing.T) {
			decided := 0
			o := newOutage(t, policy.Config{OnFault: mode, Hooks: policy.Hooks{Decided: func(_ context.Context, m *policy.Message, d *policy.Decision) {
				decided++
				if !d.Degraded || m.Sender == "" || d.Verdict != want {
					t.Errorf("told of %v, degraded %t, by %q", d.Verdict, d.Degraded, m.Sender)
				}
			}}})
			o.store.Break(storetest.Always(storetest.Fault{Delay: -1, Stubborn: true}))
			for range 8 {
				if d := o.say("ann", "bea", true); d.Verdict != want {
					t.Errorf("mode %d: %v, want %v", mode, d.Verdict, want)
				}
			}
			if decided != 8 {
				t.Errorf("told of %d decisions of 8", decided)
			}
			o.store.Heal()
		})
	}
}

// What a person does while the store is away fails, and has not happened.
func TestByHandWhileAway(t *testing.T) {
	for _, fault := range []storetest.Fault{{Kind: storetest.Refuse}, {Delay: -1, Stubborn: true}} {
		synctest.Test(t, func(t *testing.T) {
			o := newOutage(t, policy.Config{})
			s := o.block("mallory")
			appeal, err := o.Appeal(t.Context(), policy.Appeal{Account: "mallory", Sanction: s.ID})
			if err != nil {
				t.Fatal(err)
			}
			o.say("ann", "bea", false)
			before := contents(t, o.mem)
			ctx := t.Context()
			acts := map[string]func() error{
				"Impose": func() error {
					_, err := o.Impose(ctx, policy.Sanction{Account: "ann", Kind: policy.Block, By: "mod"})
					return err
				},
				"Lift": func() error { return o.Lift(ctx, "mallory", s.ID, policy.Lifting{By: "mod"}) },
				"Resolve": func() error {
					return o.Resolve(ctx, "mallory", appeal.ID, policy.Ruling{Outcome: policy.Overturned, By: "mod"})
				},
				"Appeal":        func() error { _, err := o.Appeal(ctx, policy.Appeal{Account: "mallory", Sanction: s.ID}); return err },
				"Override":      func() error { return o.Override(ctx, policy.Override{Account: "ann", Verdict: policy.Hold, By: "mod"}) },
				"ClearOverride": func() error { return o.ClearOverride(ctx, "ann") },
				"Forget":        func() error { return forget(o.Engine, ctx, "ann") },
				"Complaint":     func() error { return o.Record(ctx, policy.Complaint{From: "bea", Against: "ann"}) },
				"Block":         func() error { return o.Record(ctx, policy.BlockedBy{From: "bea", Against: "ann"}) },
				"Review":        func() error { return o.Record(ctx, policy.Review{Account: "ann", By: "mod", Abusive: true}) },
				"Retraction":    func() error { return o.Record(ctx, policy.Retraction{Sender: "ann", Message: "1"}) },
				"Reply":         func() error { return o.Record(ctx, policy.Reply{From: "bea", To: "ann"}) },
				"Account":       func() error { _, err := o.Account(ctx, "ann"); return err },
				"Learn":         func() error { return o.Learn(ctx, policy.Message{Sender: "ann", Recipients: policy.To("bea")}) },
			}
			o.store.Break(storetest.Always(fault))
			for name, act := range acts {
				if _, ok := errors.AsType[*policy.FaultError](act()); !ok {
					t.Errorf("%s: want a FaultError", name)
				}
			}
			if fault.Delay == 0 {
				n := 0
				for _, err := range o.Sanctions(ctx) {
					n++
					if _, ok := errors.AsType[*policy.FaultError](err); !ok {
						t.Errorf("Sanctions: %v, want a FaultError", err)
					}
				}
				if n != 1 {
					t.Errorf("Sanctions: %d items, want the error", n)
				}
			}
			o.store.Heal()
			synctest.Wait()
			if diff := cmp.Diff(before, contents(t, o.mem)); diff != "" {
				t.Errorf("the store has changed:\n%s", diff)
			}
			time.Sleep(time.Second)
			o.say("ann", "bea", false)
			for _, name := range []string{"Impose", "Override", "Resolve"} {
				if err := acts[name](); err != nil {
					t.Errorf("%s after the outage: %v", name, err)
				}
			}
		})
	}
}

// A record that cannot be read is a fault that says so, is left as it is, and
// is never taken for an empty one.
func TestRefusedRecord(t *testing.T) {
	newer := func(data []byte) []byte { data[0]++; return data }
	damaged := func(data []byte) []byte { data[len(data)-1] ^= 1; return data }
	cut := func(data []byte) []byte { return data[:len(data)/2] }
	for name, spoil := range map[string]func([]byte) []byte{"newer": newer, "damaged": damaged, "cut short": cut} {
		t.Run(name, func(t *testing.T) {
			o := newOutage(t, policy.Config{})
			o.say("ann", "bea", false)
			o.say("cleo", "bea", false)
			o.block("mallory")
			fresh := newOutage(t, policy.Config{}) // knows nothing
			for key, data := range contents(t, o.mem) {
				rec := policy.Record{Data: spoil([]byte(data))}
				for _, mem := range []*policy.Memory{o.mem, fresh.mem} {
					if err := mem.Update(t.Context(), key, func([]byte) (policy.Record, error) { return rec, nil }); err != nil {
						t.Fatal(err)
					}
				}
			}
			before := contents(t, o.mem)
			for range 10 {
				for who, want := range map[string]policy.Verdict{"ann": policy.Hold, "mallory": policy.Hold} {
					d, err := fresh.Evaluate(t.Context(), policy.Message{Sender: who, Recipients: policy.To("bea")})
					if !errors.Is(err, policy.ErrRecord) || !d.Degraded || d.Verdict != want {
						t.Errorf("%s, nothing known: %v, degraded %t, %v; want a person to decide", who, d.Verdict, d.Degraded, err)
					}
				}
				for who, want := range map[string]policy.Verdict{"ann": policy.Allow, "mallory": policy.Reject} {
					d := o.say(who, "bea", true)
					if d.Verdict != want {
						t.Errorf("%s, last record known: %v, want %v", who, d.Verdict, want)
					}
				}
			}
			if _, err := o.Account(t.Context(), "ann"); !errors.Is(err, policy.ErrRecord) {
				t.Errorf("Account: %v", err)
			}
			if _, err := o.Impose(t.Context(), policy.Sanction{Account: "ann", Kind: policy.Block, By: "mod"}); !errors.Is(err, policy.ErrRecord) {
				t.Errorf("Impose: %v", err)
			}
			if diff := cmp.Diff(before, contents(t, o.mem)); diff != "" {
				t.Errorf("a refused record was overwritten:\n%s", diff)
			}
			// One record is not the store: others are judged as ever, also when
			// they write to the account, and the fault is told.
			told := o.faults.Load()
			if d := o.say("dora", "ann", false); d.Verdict != policy.Allow {
				t.Errorf("somebody who writes to the account: %v", d.Verdict)
			}
			if o.faults.Load() == told {
				t.Error("the recipient's refused record was passed over in silence")
			}
		})
	}
}

// Faults are logged, at most a few a second, without names.
func TestFaultsAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		o := newOutage(t, policy.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		o.store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
		for range 1000 {
			o.say("ann", "bea", true)
			time.Sleep(10 * time.Millisecond)
		}
		lines := strings.Count(log.String(), "\n")
		if lines < 10 || lines > 16 {
			t.Errorf("%d lines in ten seconds, want one a second and a few at first:\n%s", lines, log.String())
		}
		if strings.Contains(log.String(), "ann") || !strings.Contains(log.String(), "store") {
			t.Errorf("the log:\n%s", log.String())
		}
	})
}

// A fault that no call returns, here one of New, is told to somebody: where there is
// neither a hook nor a Logger, to the program's own.
func TestFaultsAreToldToSomebody(t *testing.T) {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(was)
	away := func() policy.Store {
		store := storetest.NewFaulty(policy.NewMemory(0))
		store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
		return store
	}
	told := 0
	hook := policy.Hooks{Fault: func(context.Context, error) { told++ }}
	engineOver(t, away(), policy.Config{Hooks: hook})
	engineOver(t, away(), policy.Config{Logger: slog.New(slog.DiscardHandler)})
	if told != 1 || log.Len() > 0 {
		t.Errorf("told %d times, and logged %q", told, log.String())
	}
	if engineOver(t, away(), policy.Config{}); !strings.Contains(log.String(), "level=ERROR msg=\"decorum: ") {
		t.Errorf("nobody was told: %q", log.String())
	}
}

// What one process imposed another one enforces, also when the store goes away
// after it has seen it once.
func TestKnownAcrossProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newOutage(t, policy.Config{})
		b := newOutage(t, policy.Config{})
		b.Engine = engineOver(t, a.store, policy.Config{Timeout: timeout})
		s := a.block("mallory")
		if d := b.say("mallory", "bea", false); d.Verdict != policy.Reject {
			t.Fatalf("%v in the other process", d.Verdict)
		}
		a.store.Break(storetest.Always(storetest.Fault{Delay: -1, Stubborn: true}))
		if d := b.say("mallory", "bea", true); d.Verdict != policy.Reject {
			t.Errorf("%v in the other process while away", d.Verdict)
		}
		a.store.Heal()
		time.Sleep(time.Second)
		if err := a.Lift(t.Context(), "mallory", s.ID, policy.Lifting{By: "mod"}); err != nil {
			t.Fatal(err)
		}
		if d := b.say("mallory", "bea", false); d.Verdict != policy.Allow {
			t.Errorf("%v after it was lifted: the store's record is the truth", d.Verdict)
		}
	})
}

// A process that has just started knows what it has listed; a listing is no
// newer than what was written since.
func TestListedIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newOutage(t, policy.Config{})
		a.block("mallory")
		lifted := a.block("trudy")
		b := newOutage(t, policy.Config{})
		b.Engine = engineOver(t, a.store, policy.Config{Timeout: timeout})
		for s, err := range b.Sanctions(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if s.Account == "trudy" {
				continue
			}
			if err := b.Lift(t.Context(), "trudy", lifted.ID, policy.Lifting{By: "mod"}); err != nil {
				t.Fatal(err)
			}
		}
		a.store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
		for who, want := range map[string]policy.Verdict{"mallory": policy.Reject, "trudy": policy.Allow} {
			if d := b.say(who, "bea", true); d.Verdict != want {
				t.Errorf("%s: %v, want %v", who, d.Verdict, want)
			}
		}
	})
}

// One damaged record does not hide the others from a listing.
func TestListingGoesOn(t *testing.T) {
	o := newOutage(t, policy.Config{})
	for i := range 9 {
		o.block(fmt.Sprint("mallory", i))
	}
	spoilt := false
	for entry, err := range o.mem.All(t.Context(), true) { // not the proof of the Secret, which is no account's
		if err != nil {
			t.Fatal(err)
		}
		rec := policy.Record{Data: entry.Data, Listed: true}
		rec.Data[len(rec.Data)-1] ^= 1
		if err := o.mem.Update(t.Context(), entry.Key, func([]byte) (policy.Record, error) { return rec, nil }); err != nil {
			t.Fatal(err)
		}
		spoilt = true
		break
	}
	good, bad := 0, 0
	for _, err := range o.Sanctions(t.Context()) {
		switch {
		case err == nil:
			good++
		case errors.Is(err, policy.ErrRecord):
			bad++
		default:
			t.Error(err)
		}
	}
	if !spoilt || good != 8 || bad != 1 {
		t.Errorf("%d sanctions and %d errors, want 8 and 1", good, bad)
	}
}

// late runs what it is given long after its caller has left.
type late struct {
	policy.Store
	on atomic.Bool
	in atomic.Int64 // calls that are in it
}

func (s *late) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	if !s.on.Load() {
		return s.Store.Update(ctx, key, fn)
	}
	s.in.Add(1)
	defer s.in.Add(-1)
	for end := time.Now().Add(20 * time.Millisecond); time.Now().Before(end); {
		_ = s.Store.View(context.Background(), key, func(data []byte) error { _, _ = fn(data); return nil })
	}
	return s.Store.Update(context.Background(), key, fn)
}

// What the caller handed over is the caller's again when Evaluate has returned,
// and what the engine works with is not used twice: for the race detector.
func TestNothingSharedWithTheLate(t *testing.T) {
	store := &late{Store: policy.NewMemory(0)}
	slow := func(dst []scoring.Evidence, m *policy.Message, f *policy.Facts) []scoring.Evidence {
		for range m.Recipients {
			dst = append(dst, scoring.Evidence{Code: "host", LogOdds: f.Answered})
		}
		return dst
	}
	e := engineOver(t, store, policy.Config{Timeout: time.Millisecond, Signals: []policy.SignalFunc{slow}})
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			m := policy.Message{Recipients: policy.To("bea", "cleo"), Evidence: []scoring.Evidence{{}, {Code: "yours"}}, Text: "a text of some length, to be judged by likeness"}
			for i := range 100 {
				store.on.Store(i%8 == 0)
				m.Sender = fmt.Sprint("sender", (g+i)%3)
				m.Recipients[0].ID = fmt.Sprint("recipient", i%5)
				m.Evidence[0] = scoring.Evidence{Code: "mine", LogOdds: float64(i % 2)}
				d, err := e.Evaluate(t.Context(), m)
				if d.Verdict == 0 || (err != nil) != d.Degraded {
					t.Errorf("%v, %v", d.Verdict, err)
				}
			}
		})
	}
	wg.Wait()
	for store.in.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
}

// The context's end is not the store's fault.
func TestContextEndsWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, policy.Config{})
		o.store.Break(storetest.Always(storetest.Fault{Delay: -1, Stubborn: true}))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		d, err := o.Evaluate(ctx, policy.Message{ID: "1", Sender: "ann", Recipients: policy.To("bea")})
		if err != context.DeadlineExceeded || d.Degraded || d.Delivered() || d.Message != "1" {
			t.Errorf("%v, degraded %t, %v; want the context's error and nothing delivered", d.Verdict, d.Degraded, err)
		}
		if o.faults.Load() != 0 {
			t.Error("the hook Fault was told")
		}
		o.store.Heal()
	})
}

// The clock on the wall: 128 callers on a store that freezes and never gives a
// call back. The bound is generous, for loaded machines: TestOutage asserts on virtual
// time, BenchmarkAway measures.
func TestManyCallersWhileAway(t *testing.T) {
	faulty := storetest.NewFaulty(policy.NewMemory(0))
	e := engineOver(t, faulty, policy.Config{Timeout: timeout})
	if _, err := e.Impose(t.Context(), policy.Sanction{Account: "mallory", Kind: policy.Block, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	faulty.Break(storetest.Always(storetest.Fault{Delay: -1, Stubborn: true}))
	var wg sync.WaitGroup
	for g := range 128 {
		wg.Go(func() {
			for i := range 20 {
				who, want := "mallory", policy.Reject
				if g%2 == 0 {
					who, want = fmt.Sprint("sender", g), policy.Allow
				}
				start := time.Now()
				d, err := e.Evaluate(t.Context(), policy.Message{Sender: who, Recipients: policy.To("bea", "cleo", "dora")})
				if took := time.Since(start); took > timeout+2*time.Second {
					t.Errorf("Evaluate took %v", took)
				}
				if err == nil || !d.Degraded || d.Verdict != want && i < 10 {
					t.Errorf("%s: %v, %v", who, d.Verdict, err)
				}
			}
		})
	}
	wg.Wait()
	healed := time.Now()
	faulty.Heal()
	for {
		if _, err := e.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea")}); err == nil {
			break
		} else if time.Since(healed) > 5*time.Second {
			t.Fatalf("%v after the store is back: %v", time.Since(healed), err)
		}
		time.Sleep(time.Millisecond)
	}
}

// A message to many waits for a slow store as long as one to one does: three
// turns (the sender, those who were asked, the sender again), then the credits.
func TestInquiriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, policy.Config{})
		var all []string
		for i := range 20 {
			all = append(all, fmt.Sprint("friend", i))
			o.say(all[i], "ann", false) // and wait for an answer
		}
		const slow = 10 * time.Millisecond
		o.store.Break(storetest.Always(storetest.Fault{Delay: slow}))
		start := time.Now()
		o.send(policy.Message{Sender: "ann", Recipients: policy.To(all...), Origin: "device"}, false)
		if took := time.Since(start); took != 4*slow {
			t.Errorf("a message to %d people took %v, want %v", len(all), took, 4*slow)
		}
		o.store.Heal()
		answered := 0
		for _, who := range all {
			a, err := o.Account(t.Context(), who)
			if err != nil {
				t.Fatal(err)
			}
			if a.Unanswered == 0 {
				answered++
			}
		}
		if answered != 16 {
			t.Errorf("%d people were credited with an answer, want the 16 that are looked at", answered)
		}
	})
}

// One of several looks that never comes back.
func TestOneInquiryStuck(t *testing.T) {
	for _, op := range []storetest.Op{storetest.View, storetest.Update} {
		synctest.Test(t, func(t *testing.T) {
			o := newOutage(t, policy.Config{})
			all := []string{"bea", "cleo", "dora"}
			for _, who := range all {
				o.say(who, "ann", false)
			}
			n := 0
			o.store.Break(func(c storetest.Call) storetest.Fault {
				if c.Op != op {
					return storetest.Fault{}
				}
				if n++; op == storetest.View && n != 2 || op == storetest.Update && n != 4 {
					return storetest.Fault{}
				}
				return storetest.Fault{Delay: -1, Stubborn: true}
			})
			// Without a look nothing can be decided; a credit is lost alone.
			o.send(policy.Message{Sender: "ann", Recipients: policy.To(all...)}, op == storetest.View)
			if o.faults.Load() != 1 {
				t.Errorf("the hook was told of %d faults, want 1", o.faults.Load())
			}
			o.store.Heal()
			synctest.Wait()
			o.send(policy.Message{Sender: "ann", Recipients: policy.To("eve")}, false)
		})
	}
}

// While the store is away people still know each other: who wrote first, and
// who answered, is looked up and noted in what is known.
func TestTiesWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, policy.Config{})
		o.say("bea", "dora", false) // so that bea is known
		o.say("ann", "bea", false)
		o.say("cleo", "ann", false)
		if _, err := o.Impose(t.Context(), policy.Sanction{Account: "ann", Kind: policy.Block, Scope: policy.Outreach, By: "mod"}); err != nil {
			t.Fatal(err)
		}
		o.store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
		for _, c := range []struct {
			from, to string
			want     policy.Verdict
		}{
			{"ann", "cleo", policy.Allow}, // who wrote first, before
			{"ann", "bea", policy.Reject}, // who has not answered
			{"bea", "ann", policy.Allow},  // answers now
			{"ann", "bea", policy.Allow},
		} {
			if d := o.say(c.from, c.to, true); d.Verdict != c.want {
				t.Errorf("%s to %s: %v, want %v", c.from, c.to, d.Verdict, c.want)
			}
		}
	})
}

// Whoever is sanctioned stays known, however many others write; who was
// forgotten does not.
func TestWhoStaysKnown(t *testing.T) {
	o := newOutage(t, policy.Config{})
	p := policy.Default()
	p.KeepSanctionsOnForget = false
	o.Engine = engineOver(t, o.store, policy.Config{Timeout: time.Minute, Policy: p})
	o.block("mallory")
	for _, who := range []string{"held", "forgotten"} {
		if err := o.Override(t.Context(), policy.Override{Account: who, Verdict: policy.Hold, By: "mod"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := forget(o.Engine, t.Context(), "forgotten"); err != nil {
		t.Fatal(err)
	}
	for i := range 20_000 {
		if _, err := o.Evaluate(t.Context(), policy.Message{Sender: fmt.Sprint("member", i), Recipients: policy.To("bea"), Reply: true}); err != nil {
			t.Fatal(err)
		}
	}
	o.store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
	for who, want := range map[string]policy.Verdict{"mallory": policy.Reject, "held": policy.Hold, "forgotten": policy.Allow} {
		d, err := o.Evaluate(t.Context(), policy.Message{Sender: who, Recipients: policy.To("bea")})
		if err == nil || d.Verdict != want {
			t.Errorf("%s: %v, %v; want %v", who, d.Verdict, err, want)
		}
	}
}

// A campaign that begins while the store is away is seen.
func TestCampaignWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, policy.Config{})
		o.store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
		var last policy.Decision
		for i := range 40 {
			last = o.send(policy.Message{
				Sender: fmt.Sprint("sender", i), Recipients: []policy.Recipient{{ID: fmt.Sprint("stranger", i), Relation: policy.Stranger}},
				Text: "Dear friend, a rare chance to earn ten thousand a week from home, only today, write to me at once",
			}, true)
			time.Sleep(time.Second)
		}
		if !slices.Contains(codes(last), policy.CodeInDoubt) || last.Verdict != policy.Defer {
			t.Errorf("the 40th sender of a text: %v %v", last.Verdict, codes(last))
		}
	})
}
