package pgstore

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy"
)

// TestTenants: a thousand tenants over one pool take 100 MB at most while nobody uses
// them, and 32 connections after all were used at once. What one lists is its own, and
// PostgreSQL finds it by an index.
func TestTenants(t *testing.T) {
	needServer(t)
	const n = 1000
	heap := func() int {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc + m.StackInuse)
	}
	store := open(t, shared.url()+"&synchronous_commit=off&application_name=decorum_tenants", Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))})
	before := heap()
	engines := make([]*policy.Engine, n)
	for i := range engines {
		e, err := policy.New(policy.Config{Store: store, Secret: []byte("of all tenants"), Tenant: fmt.Sprint("tenant", i), Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		engines[i] = e
	}
	idle := heap() - before
	t.Logf("%d tenants idle: %.1f MB", n, float64(idle)/1e6)
	if idle > 100_000_000 {
		t.Errorf("%d tenants take %d bytes, want 100,000,000 at most", n, idle)
	}
	var wg sync.WaitGroup
	for i, e := range engines {
		wg.Go(func() {
			if _, err := e.Evaluate(t.Context(), policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: "hello"}); err != nil {
				t.Error(err)
			}
			if i%100 != 0 {
				return
			}
			if _, err := e.Impose(t.Context(), policy.Sanction{Account: "mallory", Kind: policy.Suspension, Review: time.Now().Add(time.Hour), By: fmt.Sprint("moderator", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c, err := pgx.Connect(t.Context(), shared.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	var conns int
	if err := c.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'decorum_tenants'`).Scan(&conns); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d connections, %.1f MB after one message each", conns, float64(heap()-before)/1e6)
	if conns == 0 || conns > 32 {
		t.Errorf("%d connections, want 1 to 32", conns)
	}
	for i, e := range engines {
		if i%50 != 0 {
			continue
		}
		got := 0
		for s, err := range e.Sanctions(t.Context()) {
			if err != nil || s.By != fmt.Sprint("moderator", i) {
				t.Errorf("tenant %d lists what %s imposed, %v", i, s.By, err)
			}
			got++
		}
		if want := map[bool]int{true: 1}[i%100 == 0]; got != want {
			t.Errorf("tenant %d lists %d sanctions, want %d", i, got, want)
		}
	}
	plan := ""
	rows, err := c.Query(t.Context(), store.conns.sql(`EXPLAIN SELECT key FROM %records WHERE key > '\x010203040506' AND key < '\x010203040506ffffffffffffffffffffff' AND listed ORDER BY key LIMIT 1000`))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if plan = strings.Join(lines, "\n"); err != nil || !strings.Contains(plan, "Index") || strings.Contains(plan, "Seq Scan") {
		t.Errorf("the list of a tenant reads the whole table: %v\n%s", err, plan)
	}
	for _, e := range engines {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
