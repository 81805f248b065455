package policy_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// suspendedIn returns a store that was filled under a Secret and holds a sanction.
func suspendedIn(t *testing.T, secret, account string) *policy.Memory {
	t.Helper()
	mem := policy.NewMemory(0)
	e, err := engineOn(storetest.NewFaulty(mem), secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Impose(t.Context(), policy.Sanction{Account: account, Kind: policy.Suspension, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	return mem
}

// Another Secret that is found out late, for the store was away when the engine
// began: OnFault decides about each message, and each call, each turn of the hook
// and the log say why. Nothing is judged in silence by records that cannot be found.
func TestAnotherSecretOnFault(t *testing.T) {
	for mode, want := range map[policy.FaultMode]policy.Verdict{
		policy.Static: policy.Allow, policy.AllowAll: policy.Allow, policy.HoldAll: policy.Hold,
	} {
		t.Run(fmt.Sprint(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				used := suspendedIn(t, "one", "sam")
				before := contents(t, used)
				store := storetest.NewFaulty(used)
				store.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
				var log strings.Builder
				told, toldWhy := 0, 0
				e, err := policy.New(policy.Config{
					Store: store, Secret: []byte("two"), OnFault: mode, Timeout: timeout, Logger: slog.New(slog.NewTextHandler(&log, nil)),
					Hooks: policy.Hooks{Fault: func(_ context.Context, err error) {
						if told++; errors.Is(err, policy.ErrSecret) {
							toldWhy++
						}
					}},
				})
				if err != nil {
					t.Fatal(err)
				}
				if told != 1 {
					t.Errorf("New told of a store that is away %d times", told)
				}
				store.Heal()
				why := func(what string, err error) {
					t.Helper()
					if _, fault := errors.AsType[*policy.FaultError](err); !fault || !errors.Is(err, policy.ErrSecret) {
						t.Errorf("%s: %v, want a fault around ErrSecret", what, err)
					}
				}
				ctx := t.Context()
				for i := range 60 {
					d, err := e.Evaluate(ctx, policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("friend", i%3)), Reply: true})
					if why(fmt.Sprint("message ", i), err); !d.Degraded || d.Verdict != want || d.Reasons[len(d.Reasons)-1].Code != policy.CodeFault {
						t.Errorf("message %d: %v, degraded %t, %v", i, d.Verdict, d.Degraded, d.Reasons)
					}
					time.Sleep(time.Duration(20+i%2*10000) * time.Millisecond) // some calls are not tried
				}
				if toldWhy != 60 {
					t.Errorf("the hook was told why %d times of 60", toldWhy)
				}
				if !strings.Contains(log.String(), policy.ErrSecret.Error()) {
					t.Errorf("the log does not say it:\n%s", log.String())
				}
				why("Record", e.Record(ctx, policy.Complaint{ID: "c", From: "bea", Against: "sam", Category: policy.Spam}))
				_, err = e.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Block, By: "mod"})
				why("Impose", err)
				_, err = e.Account(ctx, "sam")
				why("Account", err)
				why("Forget", forget(e, ctx, "sam"))
				why("Learn", e.Learn(ctx, policy.Message{Sender: "sam", Recipients: policy.To("bea")}))
				if after := contents(t, used); fmt.Sprint(after) != fmt.Sprint(before) {
					t.Error("the store was changed")
				}
			})
		})
	}
}

// A store that another one takes the place of is looked at again after a single
// fault, before any message is judged by it, and after a while without any.
func TestAnotherStoreSoon(t *testing.T) {
	for _, faults := range []int{0, 1, 4} {
		t.Run(fmt.Sprint(faults, " faults"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &swapped{Store: storetest.NewFaulty(policy.NewMemory(0))}
				e, err := policy.New(policy.Config{Store: s, Secret: []byte("one"), OnFault: policy.AllowAll, Timeout: timeout})
				if err != nil {
					t.Fatal(err)
				}
				send := func() error {
					_, err := e.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea")})
					return err
				}
				if err := send(); err != nil {
					t.Fatal(err)
				}
				away := storetest.NewFaulty(policy.NewMemory(0))
				away.Break(storetest.Always(storetest.Fault{Kind: storetest.Refuse}))
				s.put(away)
				for range faults {
					if send() == nil {
						t.Fatal("the store is away")
					}
				}
				foreign := suspendedIn(t, "two", "sam")
				before := contents(t, foreign)
				s.put(storetest.NewFaulty(foreign))
				if faults == 0 {
					time.Sleep(time.Minute)
					_ = send() // it takes a message to look
					synctest.Wait()
				}
				for i := range 20 {
					if err := send(); !errors.Is(err, policy.ErrSecret) {
						t.Fatalf("message %d: %v, want ErrSecret", i, err)
					}
				}
				if after := contents(t, foreign); faults > 0 && fmt.Sprint(after) != fmt.Sprint(before) {
					t.Error("the store was changed")
				}
			})
		})
	}
}
