package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/boltstore"
	"github.com/decorum-go/decorum/policy/pgstore"
)

// copied copies, and says how fast.
func copied(t *testing.T, name string, dst, src policy.Store, o policy.CopyOptions) (last policy.Progress) {
	t.Helper()
	began := time.Now()
	var wrote time.Duration
	for p, err := range policy.Copy(t.Context(), dst, src, o) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if last = p; p.Verified == 0 {
			wrote = time.Since(began)
		}
	}
	took := time.Since(began)
	t.Logf("%s: %+v in %.1f s, written after %.1f s: %.0f records/s, %.0f verified", name, last,
		took.Seconds(), wrote.Seconds(), float64(last.Read)/wrote.Seconds(), float64(last.Read)/took.Seconds())
	if !last.Done || last.Verified != last.Read {
		t.Fatalf("%s: %+v", name, last)
	}
	return last
}

// chain is a Memory, a file, a Redis, a PostgreSQL and a Memory.
func chain(t *testing.T) (names []string, stores []policy.Store) {
	t.Helper()
	bolt, err := boltstore.Open(filepath.Join(t.TempDir(), "records.db"), boltstore.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bolt.Close() })
	redis, err := open(t.Context(), newRedis(t).address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(redis.Close)
	pg, err := pgstore.Open(t.Context(), newPostgres(t), pgstore.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pg.Close)
	return []string{"memory", "boltstore", "redisstore", "pgstore", "memory"},
		[]policy.Store{policy.NewMemory(1 << 21), bolt, redis, pg, policy.NewMemory(1 << 21)}
}

// TestCopyStores: a stream that goes on over a copy of a copy decides as over one
// store, byte for byte, as long as the stores keep what is beside the records.
func TestCopyStores(t *testing.T) {
	messages := students(t, "blaster,filler,disguiser,drip,rotator:days=20")
	_, want, err := alone(t.Context(), messages)
	if err != nil {
		t.Fatal(err)
	}
	if n := sanctioned(want); n < 3 {
		t.Fatal("next to nobody was sanctioned: the test shows nothing")
	}
	names, stores := chain(t)
	var got []policy.Decision
	for i, s := range stores {
		if i > 0 {
			copied(t, names[i-1]+" to "+names[i], s, stores[i-1], policy.CopyOptions{})
		}
		if names[i] == "pgstore" { // it does not keep the index of texts
			break
		}
		e, err := policy.New(config(s))
		if err != nil {
			t.Fatal(err)
		}
		_, part, err := judge(t.Context(), messages[i*len(messages)/3:(i+1)*len(messages)/3], func(int) *policy.Engine { return e })
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		got = append(got, part...)
	}
	same(t, lines(t, unworded(want[:len(got)])), lines(t, unworded(got)))
}

// unworded takes the wording of texts out of the reasons: no store ever sees a text,
// and so a process that begins has yet to read one.
func unworded(all []policy.Decision) []policy.Decision {
	for i := range all {
		for k := range all[i].Reasons {
			all[i].Reasons[k].Text = ""
		}
	}
	return all
}

// Where a process of the test copies from, and to.
const (
	copyFromEnv = "CLUSTER_COPY_FROM"
	copyToEnv   = "CLUSTER_COPY_TO"
)

// copyOver is a process that copies a Redis into a PostgreSQL.
func copyOver(from, to string) error {
	ctx := context.Background()
	src, err := open(ctx, from)
	if err != nil {
		return err
	}
	dst, err := pgstore.Open(ctx, to, pgstore.Config{})
	if err != nil {
		return err
	}
	for _, err := range policy.Copy(ctx, dst, src, policy.CopyOptions{}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestCopyKilled kills the process that copies, again and again: no engine uses what it
// left, and the next one goes on.
func TestCopyKilled(t *testing.T) {
	from, to := newRedis(t).address, newPostgres(t)
	src, err := open(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(src.Close)
	mem := policy.NewMemory(0)
	learn(t, mem, 60_000)
	copied(t, "memory to redisstore", src, mem, policy.CopyOptions{})
	dst, err := pgstore.Open(t.Context(), to, pgstore.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dst.Close)
	process := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), copyFromEnv+"="+from, copyToEnv+"="+to)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	held := func(most int) (n int) { // no more are counted: counting takes as long as copying
		for _, err := range dst.All(t.Context(), false) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == most {
				break
			}
		}
		return n
	}
	kills, n := 0, 1
	for ; n < mem.Len()/2 && kills < 6; kills++ { // near the end the kill could come too late
		cmd := process()
		for held(n+1) <= n { // until it got further
			time.Sleep(time.Millisecond)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		n = held(0)
		if _, err := policy.New(config(dst)); n > 0 && n < mem.Len() && !errors.Is(err, policy.ErrUnfinished) {
			t.Errorf("an engine on %d records of %d: %v, want ErrUnfinished", n, mem.Len(), err)
		}
		t.Logf("killed with %d records of %d", n, mem.Len())
	}
	if kills < 2 {
		t.Errorf("%d kills show little", kills)
	}
	if err := process().Wait(); err != nil && n < mem.Len() { // else the last kill may have come after the end
		t.Fatal(err)
	}
	holds(t, dst, mem)
	if _, err := policy.New(config(dst)); err != nil {
		t.Error(err)
	}
}

// learn fills a store with the records of accounts.
func learn(t *testing.T, s policy.Store, accounts int) {
	t.Helper()
	e, err := policy.New(config(s))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().AddDate(0, 0, -3)
	for i := range accounts {
		m := policy.Message{Sender: fmt.Sprint("s", i), Recipients: policy.To(fmt.Sprint("r", i*7%accounts), fmt.Sprint("r", i*13%accounts)), Text: fmt.Sprint("hello, this is message ", i), At: at}
		if err := e.Learn(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// holds requires that a store holds each record of a Memory.
func holds(t *testing.T, s policy.Store, want *policy.Memory) {
	t.Helper()
	all := make(map[policy.Key]string)
	for x, err := range want.All(t.Context(), false) {
		if err != nil {
			t.Fatal(err)
		}
		all[x.Key] = string(x.Data)
	}
	there := 0
	for x, err := range s.All(t.Context(), false) {
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := all[x.Key]; ok && data == string(x.Data) {
			there++
		}
	}
	if there != len(all) || there == 0 {
		t.Errorf("%d records of %d are there", there, len(all))
	}
}

// TestCutover moves from a file to a PostgreSQL under traffic, as docs/stores.md says:
// copy, stop writing, second pass, switch. What was acknowledged is there.
func TestCutover(t *testing.T) {
	_, stores := chain(t)
	file, postgres := stores[1], stores[3]
	old, err := policy.New(config(file))
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Go(func() {
			for i := 0; !stop.Load(); i++ {
				m := policy.Message{ID: fmt.Sprint(g, "-", i), Sender: fmt.Sprint("s", i%500), Recipients: policy.To(fmt.Sprint("r", i%300)), Text: fmt.Sprint("hello ", g, i)}
				if _, err := old.Evaluate(context.Background(), m); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if _, err := old.Impose(t.Context(), policy.Sanction{Account: "before", Kind: policy.Suspension, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	copied(t, "under traffic", postgres, file, policy.CopyOptions{})
	if _, err := old.Impose(t.Context(), policy.Sanction{Account: "between", Kind: policy.Suspension, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	stop.Store(true)
	wg.Wait()
	want := accounts(t, old)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	copied(t, "second pass", postgres, file, policy.CopyOptions{Since: began})
	e, err := policy.New(config(postgres))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if !slices.Equal(want, accounts(t, e)) {
		t.Error("accounts are others after the switch")
	}
	for _, who := range []string{"before", "between"} {
		if d, err := e.Evaluate(t.Context(), policy.Message{Sender: who, Recipients: policy.To("r1"), Text: "hello"}); err != nil || d.Verdict != policy.Reject {
			t.Errorf("%s after the switch: %v, %v", who, d.Verdict, err)
		}
	}
}

// accounts are those of the cutover, as an engine tells of them.
func accounts(t *testing.T, e *policy.Engine) (all []string) {
	t.Helper()
	for i := range 500 {
		a, err := e.Account(t.Context(), fmt.Sprint("s", i))
		if err != nil && !errors.Is(err, policy.ErrNotFound) { // it may not have written yet
			t.Fatal(err)
		}
		b, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

// TestCopyMany copies a million records (DECORUM_LONG=1; else a few thousand) from
// store to store, and each must hold what the first one did.
func TestCopyMany(t *testing.T) {
	n := 5000
	if os.Getenv("DECORUM_LONG") != "" {
		n = 1_000_000
	}
	names, stores := chain(t)
	learn(t, stores[0], n)
	for i := range stores[1:] {
		copied(t, names[i]+" to "+names[i+1], stores[i+1], stores[i], policy.CopyOptions{})
	}
	holds(t, stores[len(stores)-1], stores[0].(*policy.Memory))
}
