package pgstore

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

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

// TestAnyName: names and notes of any bytes are in the table of sanctions, as well
// as its text can have them, and keep no other sanction out of it.
func TestAnyName(t *testing.T) {
	s := opened(t)
	s.cfg.Fault = func(err error) { t.Error(err) }
	e, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test"), Hooks: s.Hooks(), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	imposed := 0
	for _, name := range []string{"nul\x00", "not utf-8 \xff", "\"'\\;--", "ann"} {
		x, err := e.Impose(t.Context(), policy.Sanction{Account: name, Kind: policy.Block, By: "mod " + name})
		if err != nil {
			t.Logf("%q: %v", name, err) // the engine refuses it
			continue
		}
		imposed++
		a, err := e.Appeal(t.Context(), policy.Appeal{Account: name, Sanction: x.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Resolve(t.Context(), name, a.ID, policy.Ruling{Outcome: policy.Upheld, By: name, Note: name}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SyncSanctions(t.Context(), e.Sanctions(t.Context())); err != nil {
		t.Error(err)
	}
	var rows int
	if err := s.conns.pool.QueryRow(t.Context(), s.conns.sql(`SELECT count(*) FROM %sanctions WHERE appeal_outcome IS NOT NULL`)).Scan(&rows); err != nil || rows != imposed {
		t.Errorf("%d rows, %v; want %d", rows, err, imposed)
	}
}
