package policy_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// fileOf is the key of the only record besides the account's.
func (w *town) fileOf(account string) policy.Key {
	w.Helper()
	me, all := w.key(account), w.records()
	delete(all, me)
	for key := range all {
		if len(all) == 1 {
			return key
		}
	}
	w.Fatalf("%d records besides that of %s; want its file", len(all), account)
	return policy.Key{}
}

// TestFileGivesBack: a sanction that stands again, since what replaced it was
// overturned, is told with its reasons, though its details had gone to the file.
func TestFileGivesBack(t *testing.T) {
	w := newTown(t, policy.Config{})
	was := map[string]policy.Sanction{}
	for i := range 12 {
		m := policy.Message{ID: fmt.Sprint("offence ", i), Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", i)), Evidence: damning}
		for _, s := range w.evaluate(m).Imposed {
			was[s.ID] = s
		}
		w.pass(49 * time.Hour)
		if newest := w.standing("sam", policy.Restriction); len(was) < 5 || len(newest) != 1 || len(w.records()) < 2 {
			continue
		}
		newest := w.standing("sam", policy.Restriction)[0]
		pastOf(w, "sam", 3) // what it replaced goes to the file
		w.overturned("sam", newest)
		again := w.standing("sam", policy.Restriction)
		if len(again) == 0 {
			continue // it had replaced nothing
		}
		for s, err := range w.e.Sanctions(t.Context()) {
			w.must(err)
			if want := was[s.ID]; s.Policy != want.Policy || s.Message != want.Message || len(s.Reasons) != len(want.Reasons) {
				t.Errorf("listed as %+v; was imposed as %+v", s, want)
			}
		}
		return
	}
	t.Fatal("no Restriction replaced another")
}

// TestFileRefused: what stands can be seen, lifted and ruled on though the file of
// the past can't be read; that is reported.
func TestFileRefused(t *testing.T) {
	var faults []error
	w := newTown(t, policy.Config{Hooks: policy.Hooks{Fault: func(_ context.Context, err error) { faults = append(faults, err) }}})
	pastOf(w, "sam", 8)
	file := w.fileOf("sam")
	s := w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "eve"})
	other := w.impose(policy.Sanction{Account: "sam", Kind: policy.Block, By: "eve"})
	w.put(file, []byte("damaged"))
	if a := w.account("sam"); len(a.Standing) != 2 {
		t.Errorf("%d sanctions stand, want 2", len(a.Standing))
	}
	w.lift("sam", s.ID)
	w.overturned("sam", other.ID)
	if a := w.account("sam"); len(a.Standing) != 0 {
		t.Errorf("%v stands", a.Standing)
	}
	if len(faults) == 0 || !errors.Is(faults[0], policy.ErrRecord) {
		t.Errorf("reported: %v, want ErrRecord", faults)
	}
	w.must(forget(w.e, t.Context(), "sam"))
	if len(w.records()) > 1 {
		t.Error("a file that can't be read outlives Forget")
	}
}

// TestFileForgets: Forget takes out of the file what it takes out of the record.
func TestFileForgets(t *testing.T) {
	w := newTown(t, policy.Config{})
	pastOf(w, "sam", 8)
	w.fileOf("sam")
	for range 2 { // nothing follows from them any more, whatever the clock
		w.pass(4 * 24 * time.Hour)
		w.say("sam", "bea", "Hello Bea")
	}
	s := w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "eve"})
	w.must(forget(w.e, t.Context(), "sam"))
	if ids := w.standing("sam", policy.Suspension); len(ids) != 1 || ids[0] != s.ID {
		t.Errorf("%v stand, want %s", ids, s.ID)
	}
	if n := len(w.records()); n != 1 {
		t.Errorf("%d records are left; want the account's, without its file", n)
	}
}

// behind is a store in which the first read of one record finds it as it was before
// it was written: a call that began before another one ended.
type behind struct {
	policy.Store
	key *policy.Key
}

func (b behind) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	if key == *b.key {
		*b.key = policy.Key{}
		return fn(nil)
	}
	return b.Store.View(ctx, key, fn)
}

// TestFileMovesMeanwhile: details that go to the file after a call has read it are
// found there.
func TestFileMovesMeanwhile(t *testing.T) {
	b := behind{policy.NewMemory(0), new(policy.Key)}
	w := newTown(t, policy.Config{Store: b, Timeout: time.Minute})
	past := pastOf(w, "sam", 8)
	var file policy.Key
	for key := range w.records() { // of the account, the file and the proof of the Secret
		if key != w.key("sam") && len(contents(t, b.Store)[key]) > 500 {
			file = key
		}
	}
	*b.key = file
	if _, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: past[0].ID}); err != nil {
		t.Errorf("appeal: %v", err)
	}
	if *b.key == file {
		t.Error("the file was not read: the test shows nothing")
	}
}

// TestAppealsLeaveRoom: however many appeals are open, sanctions follow.
func TestAppealsLeaveRoom(t *testing.T) {
	w := newTown(t, policy.Config{})
	open, refused := []string{}, 0
	for i := range 40 {
		d := w.send(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", i)), Text: spam, Evidence: damning})
		if len(d.Imposed) != 1 {
			t.Fatalf("offence %d, with %d appeals open, is answered by %v %v", i, len(open), d.Verdict, d.Imposed)
		}
		w.pass(31 * 24 * time.Hour)
		a, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: d.Imposed[0].ID})
		switch {
		case err == nil:
			open = append(open, a.ID)
		case errors.Is(err, policy.ErrConflict):
			refused++
		default:
			t.Fatal(err)
		}
	}
	if len(open) != 8 || refused != 32 {
		t.Errorf("%d appeals are open, %d were refused; want 8 and 32", len(open), refused)
	}
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "eve"})
	for _, id := range open {
		w.must(w.e.Resolve(t.Context(), "sam", id, policy.Ruling{Outcome: policy.Overturned, By: "judge"}))
	}
}

// TestRulingToldAfterFault: a ruling that a fault cut short is told to the host when
// it is finished, once.
func TestRulingToldAfterFault(t *testing.T) {
	store, told := storetest.NewFaulty(policy.NewMemory(0)), 0
	w := newTown(t, policy.Config{Store: store, Timeout: time.Minute, Hooks: policy.Hooks{Resolved: func(_ context.Context, a *policy.Appeal) {
		if told++; a.Ruling == nil || a.Ruling.Outcome != policy.Overturned || a.Ruling.Note != "sorry" {
			t.Errorf("told: %+v", a)
		}
	}}})
	s := w.offend("sam", 1)[0]
	a, err := w.e.Appeal(t.Context(), policy.Appeal{Account: "sam", Sanction: s.ID})
	w.must(err)
	updates := 0
	store.Break(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Update {
			updates++
		}
		if updates > 1 { // the account's is the first
			return storetest.Fault{Kind: storetest.Refuse}
		}
		return storetest.Fault{}
	})
	ruling := policy.Ruling{Outcome: policy.Overturned, By: "judge", Note: "sorry"}
	var fault *policy.FaultError
	if err := w.e.Resolve(t.Context(), "sam", a.ID, ruling); !errors.As(err, &fault) || told != 0 {
		t.Fatalf("error %v, told %d times; want a *FaultError and nothing told", err, told)
	}
	store.Heal()
	for range 2 {
		w.must(w.e.Resolve(t.Context(), "sam", a.ID, ruling))
	}
	if told != 1 {
		t.Errorf("told %d times, want 1", told)
	}
}
