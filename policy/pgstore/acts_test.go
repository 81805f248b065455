package pgstore

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy"
)

// dump is all that tables hold, as text.
func dump(t *testing.T, s *Store, tables ...string) string {
	t.Helper()
	var b strings.Builder
	for _, table := range tables {
		rows, err := s.conns.pool.Query(t.Context(), s.conns.sql("SELECT x::text FROM %"+table+" x"))
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(strings.Join(lines, "\n"))
	}
	return b.String()
}

var auditTables = []string{"acts", "act_words", "act_names", "act_last"}

func engineOn(t *testing.T, s *Store) *policy.Engine {
	t.Helper()
	e, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func acts(t *testing.T, e *policy.Engine, f policy.ActFilter) (all []policy.Act) {
	t.Helper()
	for a, err := range e.Acts(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// TestAudit: engines of two processes act on some accounts at once. Every act is there,
// numbered without gaps, each account's in order; nobody can change one; and the name of
// an account that is forgotten is nowhere in it, whatever was written of them.
func TestAudit(t *testing.T) {
	open := place(t, "")
	first, second := open().(*Store), open().(*Store)
	engines := []*policy.Engine{engineOn(t, first), engineOn(t, second)}
	ctx := t.Context()
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			e := engines[worker%2]
			for i := range 6 {
				account := fmt.Sprintf("mallory-%d", i%3)
				s, err := e.Impose(ctx, policy.Sanction{Account: account, Kind: policy.Block, Message: account + "/1", By: "ada", Until: time.Now().Add(time.Hour)})
				if err == nil {
					err = e.Lift(ctx, account, s.ID, policy.Lifting{By: "lee", Note: account + " is my cousin"})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	e := engines[0]
	all := acts(t, e, policy.ActFilter{})
	if len(all) != 48 {
		t.Fatalf("%d acts, want 48", len(all))
	}
	standing := map[string]int{}
	for i, a := range all {
		if a.N != uint64(i+1) {
			t.Fatalf("act %d has the number %d", i+1, a.N)
		}
		if len(a.Before.Standing) != standing[a.Account] {
			t.Fatalf("act %d on %s: %d stood before, after the one before %d", i+1, a.Account, len(a.Before.Standing), standing[a.Account])
		}
		standing[a.Account] = len(a.After.Standing)
	}
	if one := acts(t, e, policy.ActFilter{Account: "mallory-1", By: "lee", Newest: true, Limit: 3}); len(one) != 3 || one[0].Why != "mallory-1 is my cousin" || one[0].N < one[1].N {
		t.Errorf("of one account: %+v", one)
	}
	for _, sql := range []string{`UPDATE %acts SET done_by = 'nobody'`, `DELETE FROM %acts`, `TRUNCATE %acts`} {
		if _, err := first.conns.pool.Exec(ctx, first.conns.sql(sql)); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	key := acts(t, e, policy.ActFilter{Account: "mallory-1", Limit: 1})[0].Key
	if !strings.Contains(dump(t, first, auditTables...), "mallory-1") {
		t.Error("the dump shows nothing")
	}
	if _, err := e.Forget(ctx, "mallory-1"); err != nil {
		t.Fatal(err)
	}
	if text := dump(t, first, auditTables...); strings.Contains(text, "mallory-1") || !strings.Contains(text, "mallory-2") {
		t.Errorf("after one was forgotten the audit holds\n%s", text)
	}
	of := acts(t, e, policy.ActFilter{Key: key})
	if last := of[len(of)-1]; len(of) != 17 || last.What != policy.ActForgotten || last.N != 49 || of[0].By != "ada" {
		t.Errorf("%d acts are left of who was forgotten, the last is %+v", len(of), last)
	}
}

// TestAuditOlder: tables that an earlier release made get those of the audit beside them,
// and that release goes on: it asks for no more than the version, which stays.
func TestAuditOlder(t *testing.T) {
	needServer(t)
	prefix := fmt.Sprintf("test%d_", prefixes.Add(1))
	sql := func(s string) string { return strings.ReplaceAll(s, "%", prefix) }
	shared.do(t, sql(`CREATE TABLE %meta (version integer NOT NULL); INSERT INTO %meta VALUES (1);`+migrations[0]))
	s := open(t, shared.url(), Config{Prefix: prefix})
	e := engineOn(t, s)
	if err := e.Brake(t.Context(), "ada", "a drill"); err != nil {
		t.Fatal(err)
	}
	if all := acts(t, e, policy.ActFilter{}); len(all) != 1 || all[0].What != policy.ActBraked || all[0].Key != "" || all[0].Why != "a drill" {
		t.Errorf("%+v", all)
	}
	if v := dump(t, s, "meta"); v != "(1)" {
		t.Errorf("the version is %s", v)
	}
}

// TestAuditTogether: what cannot be written into the audit has not happened.
func TestAuditTogether(t *testing.T) {
	s := opened(t)
	e := engineOn(t, s)
	x, err := e.Impose(t.Context(), policy.Sanction{Account: "mallory", Kind: policy.Block, By: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	shared.do(t, s.conns.sql(`ALTER TABLE %acts ADD CHECK (done_by <> 'lee')`))
	if err := e.Lift(t.Context(), "mallory", x.ID, policy.Lifting{By: "lee"}); err == nil {
		t.Error("lifted without an act")
	}
	a, err := e.Account(context.Background(), "mallory")
	if err != nil || len(a.Standing) != 1 {
		t.Errorf("%+v, %v", a.Standing, err)
	}
	if err := e.Lift(t.Context(), "mallory", x.ID, policy.Lifting{By: "ada"}); err != nil {
		t.Error(err)
	}
	if all := acts(t, e, policy.ActFilter{}); len(all) != 2 || all[1].N != 2 {
		t.Errorf("%+v", all)
	}
}

// TestAuditTenants: tenants share one sequence, and each reads its own acts.
func TestAuditTenants(t *testing.T) {
	s := opened(t)
	for i, tenant := range []string{"north", "south"} {
		e, err := policy.New(policy.Config{Store: s, Secret: []byte("of all tenants"), Tenant: tenant, Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if err := e.Brake(t.Context(), "ada", "a drill in the "+tenant); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Impose(t.Context(), policy.Sanction{Account: "mallory", Kind: policy.Block, By: "ada"}); err != nil {
			t.Fatal(err)
		}
		all := acts(t, e, policy.ActFilter{})
		if len(all) != 2 || all[0].Tenant != tenant || all[0].Why != "a drill in the "+tenant || all[1].N != uint64(2*i+2) {
			t.Errorf("the acts of %s: %+v", tenant, all)
		}
		if of := acts(t, e, policy.ActFilter{Account: "mallory", Tenant: "north"}); len(of) != 1 || of[0].Tenant != tenant {
			t.Errorf("%s asks for those of another: %+v", tenant, of)
		}
	}
}

// TestAuditSecrets: an engine whose Secret may be changed keeps the audit, too, also of
// what it deletes.
func TestAuditSecrets(t *testing.T) {
	s := opened(t)
	secrets := []policy.Secret{bytes.Repeat([]byte("of the test"), 3)}
	e, err := policy.New(policy.Config{Store: s, Secrets: secrets, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	strict := policy.Default()
	strict.KeepSanctionsOnForget = false
	if err := e.SetPolicy(strict); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Impose(t.Context(), policy.Sanction{Account: "mallory", Kind: policy.Block, By: "ada"}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Forget(t.Context(), "mallory"); err != nil {
		t.Fatal(err)
	}
	all := acts(t, e, policy.ActFilter{Account: "mallory"})
	if len(all) != 2 || all[1].What != policy.ActForgotten || len(all[1].Before.Standing) != 1 || len(all[1].After.Standing) != 0 {
		t.Errorf("%+v", all)
	}
	if text := dump(t, s, auditTables...); strings.Contains(text, "mallory") {
		t.Errorf("the audit names who was forgotten:\n%s", text)
	}
}
