package pgstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Shared(t, func(t *testing.T) func() policy.Store { return place(t, "") })
}

// place returns what opens stores on tables of their own; the second one and
// those that follow remember little.
func place(t *testing.T, options string) func() policy.Store {
	cfg := Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))}
	return func() policy.Store {
		s := open(t, shared.url()+"&synchronous_commit=off"+options, cfg)
		cfg.MaxKnown = 200
		return s
	}
}

func put(t testing.TB, s *Store, n byte, r policy.Record) {
	t.Helper()
	if err := s.Update(t.Context(), policy.Key{n}, func([]byte) (policy.Record, error) { return r, nil }); err != nil {
		t.Fatal(err)
	}
}

func TestRefused(t *testing.T) {
	needServer(t)
	open := func(url string, cfg Config) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		s, err := Open(ctx, url, cfg)
		if err == nil {
			s.Close()
		}
		return err
	}
	shared.do(t, `
		CREATE TABLE other_records (key bytea, value text);
		CREATE TABLE older_meta (version text);
		CREATE ROLE reader LOGIN PASSWORD 'right'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
	if err := open(shared.url(), Config{Prefix: "newer_"}); err != nil {
		t.Fatal(err)
	}
	shared.do(t, `UPDATE newer_meta SET version = 2`)
	if err := open(shared.url(), Config{Prefix: "changed_"}); err != nil {
		t.Fatal(err)
	}
	shared.do(t, `ALTER TABLE changed_records ALTER COLUMN nonce TYPE text`)
	good := shared.url()
	for _, c := range []struct {
		name, url string
		cfg       Config
		want      error
	}{
		{"nobody listens", "postgres://decorum:right@127.0.0.1:1/postgres", Config{}, ErrUnreachable},
		{"no such name", "postgres://decorum:right@nowhere.invalid/postgres", Config{}, ErrUnreachable},
		{"no such database", strings.Replace(good, "/postgres?", "/nothing?", 1), Config{}, ErrUnreachable},
		{"a wrong password", strings.Replace(good, password, "wrong", 1), Config{}, ErrAuth},
		{"a wrong user", strings.Replace(good, "decorum:", "nobody:", 1), Config{}, ErrAuth},
		{"a user who may not make tables", strings.Replace(good, "decorum:", "reader:", 1), Config{Prefix: "reader_"}, ErrAuth},
		{"a server that takes no writes", good + "&default_transaction_read_only=on", Config{Prefix: "readonly_"}, ErrReadOnly},
		{"another's table", good, Config{Prefix: "other_"}, ErrSchema},
		{"another's version", good, Config{Prefix: "older_"}, ErrSchema},
		{"a table with other columns", good, Config{Prefix: "changed_"}, ErrSchema},
		{"tables of a newer version", good, Config{Prefix: "newer_"}, ErrVersion},
	} {
		err := open(c.url, c.cfg)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), ":"+password+"@") {
			t.Errorf("%s: the error tells the password: %v", c.name, err)
		}
	}
	for _, cfg := range []Config{{Prefix: "no; drop table x"}, {MaxKnown: -1}, {Keep: -1}, {Sweep: -1}} {
		if open(good, cfg) == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
	if open("postgres://%zz", Config{}) == nil {
		t.Error("an URL that is none was accepted")
	}
}

// TestOpenAtOnce has many processes make the tables at once.
func TestOpenAtOnce(t *testing.T) {
	needServer(t)
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() {
			s, err := Open(t.Context(), shared.url(), Config{Prefix: "atonce_"})
			if errs[i] = err; err == nil {
				s.Close()
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedRecord changes a record in the table: it is an error until it is
// deleted, and keeps no other back.
func TestDamagedRecord(t *testing.T) {
	s := opened(t)
	for n := range byte(3) {
		put(t, s, n, policy.Record{Data: []byte("sanction"), Listed: true})
	}
	shared.do(t, s.conns.sql(`UPDATE %records SET data = 'sanctioN', nonce = 7 WHERE get_byte(key, 0) = 1`))
	for range 2 {
		err := s.Update(t.Context(), policy.Key{1}, func(old []byte) (policy.Record, error) {
			if string(old) != "sanction" {
				t.Errorf("fn was called with a damaged record, %q", old)
			}
			return policy.Record{Data: []byte("more")}, nil
		})
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("Update: %v, want ErrDamaged", err)
		}
		if err := s.View(t.Context(), policy.Key{1}, func([]byte) error { return nil }); !errors.Is(err, ErrDamaged) {
			t.Errorf("View: %v, want ErrDamaged", err)
		}
	}
	whole, faults := 0, 0
	for _, err := range s.All(t.Context(), true) {
		if err == nil {
			whole++
		} else {
			faults++
		}
	}
	if whole != 2 || faults != 1 {
		t.Errorf("All yields %d whole records and %d errors, want 2 and 1", whole, faults)
	}
	if err := s.Delete(t.Context(), policy.Key{1}); err != nil {
		t.Fatal(err)
	}
	put(t, s, 1, policy.Record{Data: []byte("anew")})
}

func TestExpiry(t *testing.T) {
	past := time.Now().AddDate(-1, 0, 0)
	for keep, want := range map[time.Duration]int{time.Hour: 3, time.Nanosecond: 2} {
		s := open(t, shared.url(), Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1)), Keep: keep, Sweep: 10 * time.Millisecond})
		put(t, s, 1, policy.Record{Data: []byte("last year's"), Expires: past})
		put(t, s, 2, policy.Record{Data: []byte("this year's"), Expires: time.Now().Add(time.Hour)})
		put(t, s, 3, policy.Record{Data: []byte("for ever")})
		count := func() (n int) {
			for _, err := range s.All(t.Context(), false) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			return n
		}
		time.Sleep(100 * time.Millisecond)
		for end := time.Now().Add(5 * time.Second); count() != want && time.Now().Before(end); {
			time.Sleep(20 * time.Millisecond)
		}
		if n := count(); n != want {
			t.Errorf("Keep %v leaves %d records, want %d", keep, n, want)
		}
	}
}

// TestSanctions reads with plain SQL what Hooks wrote.
func TestSanctions(t *testing.T) {
	s := opened(t)
	s.cfg.Fault = func(err error) { t.Error(err) }
	now := time.Now().UTC().Truncate(time.Second)
	e, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test"), Hooks: s.Hooks(), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	impose := func(account string, kind policy.Kind) policy.Sanction {
		t.Helper()
		x, err := e.Impose(ctx, policy.Sanction{Account: account, Kind: kind, By: "moderator", Until: now.Add(48 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	impose("stands", policy.Suspension)
	lifted := impose("lifted", policy.Block)
	check(e.Lift(ctx, "lifted", lifted.ID, policy.Lifting{By: "lead", Note: "a mistake"}))
	appealed := impose("appealed", policy.Block)
	a, err := e.Appeal(ctx, policy.Appeal{Account: "appealed", Sanction: appealed.ID})
	check(err)
	check(e.Resolve(ctx, "appealed", a.ID, policy.Ruling{Outcome: policy.Overturned, By: "lead"}))
	read := func(sql string) (lines []string) {
		t.Helper()
		rows, err := s.conns.pool.Query(ctx, s.conns.sql(sql))
		check(err)
		for rows.Next() {
			values, err := rows.Values()
			check(err)
			lines = append(lines, fmt.Sprint(values...))
		}
		check(rows.Err())
		return lines
	}
	want := []string{"appealed block true overturned", "lifted block true <nil>", "stands suspension false <nil>"}
	if diff := cmp.Diff(want, read(`SELECT account, ' ', kind, ' ', lifted_at IS NOT NULL, ' ', appeal_outcome FROM %sanctions ORDER BY account`)); diff != "" {
		t.Errorf("the table of sanctions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"stands"}, read(`SELECT account FROM %in_force`)); diff != "" {
		t.Errorf("in force (-want +got):\n%s", diff)
	}
	shared.do(t, s.conns.sql(`DELETE FROM %sanctions`))
	for range 2 {
		check(s.SyncSanctions(ctx, e.Sanctions(ctx)))
	}
	if diff := cmp.Diff([]string{"stands"}, read(`SELECT account FROM %sanctions`)); diff != "" {
		t.Errorf("after SyncSanctions (-want +got):\n%s", diff)
	}
}

// TestFaults has the server frozen, and killed and started again: calls end in
// time, and what was acknowledged is there afterwards.
// TestSanctionsOddText: names, IDs, reasons and notes that PostgreSQL would
// refuse as text hide no sanction, neither their own nor, in SyncSanctions, those
// of others.
func TestSanctionsOddText(t *testing.T) {
	s := opened(t)
	s.cfg.Fault = func(err error) { t.Error(err) }
	e, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test"), Hooks: s.Hooks(), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	odd := "a\x00b\xff"
	why := []policy.Reason{{Code: policy.Code(odd), Value: 1}, {Code: `back\u0000slash`}}
	x, err := e.Impose(ctx, policy.Sanction{Account: odd, Kind: policy.Block, By: odd, Message: odd, Reasons: why})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Impose(ctx, policy.Sanction{Account: "plain", Kind: policy.Block, By: "m"}); err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		t.Helper()
		sql := `SELECT count(*) FROM %in_force WHERE account IN ('plain', 'a' || U&'\FFFD' || 'b' || U&'\FFFD')`
		if err := s.conns.pool.QueryRow(ctx, s.conns.sql(sql)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 2 {
		t.Errorf("%d sanctions in force, want 2", n)
	}
	if _, err := s.conns.pool.Exec(ctx, s.conns.sql(`DELETE FROM %sanctions`)); err != nil {
		t.Fatal(err)
	}
	if err := s.SyncSanctions(ctx, e.Sanctions(ctx)); err != nil {
		t.Error(err)
	}
	if n := count(); n != 2 {
		t.Errorf("after SyncSanctions %d sanctions in force, want 2", n)
	}
	if err := e.Lift(ctx, odd, x.ID, policy.Lifting{By: odd, Note: odd}); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Errorf("after Lift %d sanctions in force, want 1", n)
	}
}

func TestFaults(t *testing.T) {
	needServer(t)
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	store, err := Open(t.Context(), s.url(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const deadline = 50 * time.Millisecond
	var worst time.Duration
	acknowledged := 0
	write := func(deadline time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		began := time.Now()
		err := store.Update(ctx, policy.Key{1}, func(old []byte) (policy.Record, error) {
			return policy.Record{Data: append(old, 'x'), Durable: true}, nil
		})
		worst = max(worst, time.Since(began))
		if err == nil {
			acknowledged++
		}
		return err
	}
	for range 20 {
		if err := write(time.Second); err != nil {
			t.Fatal(err)
		}
	}
	tried := acknowledged
	for _, c := range []struct {
		name       string
		hurt, heal func()
	}{
		{"frozen", func() { all(t, s, syscall.SIGSTOP) }, func() { all(t, s, syscall.SIGCONT) }},
		{"killed", s.kill, func() {
			if err := s.run(); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		worst = 0
		c.hurt()
		failed := 0
		for end := time.Now().Add(time.Second); time.Now().Before(end); {
			tried++
			if err := write(deadline); err != nil {
				failed++
			}
		}
		slowest := worst
		c.heal()
		healed := time.Now()
		for tried++; write(deadline) != nil; tried++ {
			if time.Since(healed) > 10*time.Second {
				t.Fatalf("%s: not well again", c.name)
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Logf("%s: worst call %v of %v, %d failed; well again after %v", c.name, slowest, deadline, failed, time.Since(healed))
		if failed == 0 {
			t.Errorf("%s: no call failed", c.name)
		}
		if slowest > deadline+500*time.Millisecond {
			t.Errorf("%s: a call took %v, want %v and little more", c.name, slowest, deadline)
		}
	}
	err = store.View(t.Context(), policy.Key{1}, func(data []byte) error {
		if len(data) < acknowledged || len(data) > tried {
			t.Errorf("%d updates were acknowledged, %d tried; the record counts %d", acknowledged, tried, len(data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// all signals a server and what it started.
func all(t *testing.T, s *server, sig syscall.Signal) {
	t.Helper()
	for _, pid := range children(t, s.cmd.Process.Pid) {
		syscall.Kill(pid, sig)
	}
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}
