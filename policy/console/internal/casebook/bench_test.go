package casebook

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// fill makes a database of 100,000 open cases, as many closed ones, 20 accounts with
// 10,000 events each, a case of 10,000 messages, and a year of figures and labels.
func fill(tb testing.TB, b *Book) {
	const numbers = ` WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < $1) `
	now := b.now()
	if err := b.inTx(tb.Context(), func(t *tx) error {
		for _, s := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO %cases (subject, kind, account, cluster, title, folded, opened, updated, changed, closed, messages, accounts, held, flagged, reports, grave, due, score, rank, sanction, sankind, appeal, outcome, done_by, note, holder, until)` + numbers +
				`SELECT 'a:account' || i, 1 + (i*7919) / 10 - 5 * ((i*7919) / 50), 'account' || i, 0, 'Some words of case ' || i || ' about watches, shoes and other things', 'some words of case ' || i || ' about watches, shoes and other things', CAST($2 AS BIGINT) - CAST(i AS BIGINT) * 1000000, CAST($2 AS BIGINT), CAST(i AS BIGINT),
				CASE WHEN i > 100000 THEN CAST($2 AS BIGINT) - i * 1000 ELSE 0 END, 1, 1, 1, 0, 0, 0, 0, 0.5, -(i*7919 - 600 * ((i*7919) / 600)), '', 0, '', CASE WHEN i > 100000 THEN 1 ELSE 0 END, CASE WHEN i > 100000 THEN 'mod' ELSE '' END, '', '', 0 FROM n`, []any{200_000, now}},
			{`INSERT INTO %entries (account, what, ref, at, case_id, message, verdict, score, cluster, recipients, state, done_by, note, data, body, template, raw)` + numbers +
				`SELECT 'account' || i, 1, 'm' || i, CAST($2 AS BIGINT) - CAST(i AS BIGINT) * 1000000, i, 'm' || i, 4, 0.5, 0, 1, 1, '', '', '[]', 'Some words of a text about watches', '', '{}' FROM n`, []any{200_000, now}},
			{`INSERT INTO %entries (account, what, ref, at, case_id, message, verdict, score, cluster, recipients, state, done_by, note, data, body, template, raw)` + numbers +
				`SELECT 'busy' || (i / 10000), 1, 'b' || i, CAST($2 AS BIGINT) - i * 1000, CASE WHEN i < 10000 THEN 77 ELSE 0 END, 'b' || i, 5, 0.5, 0, 1, 0, '', '', '[]', 'Some words of a text about watches', '', '' FROM n`, []any{200_000, now}},
			{`INSERT INTO %days (day, what, n)` + numbers + `SELECT CAST($2 AS BIGINT) - i / 25, 'verdict.' || (i - 25 * (i / 25)), i FROM n`, []any{365 * 25, dayOf(now)}},
			{`INSERT INTO %labels (entry, at, verdict, label, done_by)` + numbers + `SELECT i, CAST($2 AS BIGINT) - CAST(i AS BIGINT) * 1000000, 4, i - 4 * (i / 4), '' FROM n`, []any{30_000, now}},
		} {
			if _, err := t.exec(s.sql, s.args...); err != nil {
				return fmt.Errorf("%s: %w", s.sql, err)
			}
		}
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	vacuum := `VACUUM ANALYZE` // as PostgreSQL does by itself
	if b.lite {
		vacuum = `ANALYZE`
	}
	if _, err := b.db.Exec(vacuum); err != nil {
		tb.Fatal(err)
	}
}

// what each query of a page takes with a full database: the median and the 99th of 100.
func BenchmarkPages(b *testing.B) {
	for _, lite := range []bool{true, false} {
		name := map[bool]string{true: "sqlite", false: "postgresql"}[lite]
		b.Run(name, func(b *testing.B) {
			p := newPlace(b, lite)
			book := p.open(b, Options{})
			fill(b, book)
			ctx := b.Context()
			page := func(f Filter) func() error {
				return func() error {
					all, err := book.Cases(ctx, f)
					if err == nil && len(all) == 0 {
						err = fmt.Errorf("no cases: %+v", f)
					}
					return err
				}
			}
			deep := Filter{}
			for range 20 {
				deep.Limit = mostLimit
				all, err := book.Cases(ctx, deep)
				if err != nil || len(all) == 0 {
					b.Fatal(err)
				}
				deep.After = all[len(all)-1].Cursor
			}
			deep.Limit = 50
			reports := deep
			reports.Kinds = []Kind{Reports, Flagged}
			for _, q := range []struct {
				name string
				run  func() error
			}{
				{"queue", page(Filter{})},
				{"queue-deep", page(deep)},
				{"queue-kinds", page(Filter{Kinds: []Kind{Flagged}})},
				{"queue-kinds-deep", page(reports)},
				{"closed", page(Filter{Which: ClosedCases})},
				{"closed-by", page(Filter{Which: ClosedCases, By: "mod"})},
				{"all", page(Filter{Which: AllCases})},
				{"account-cases", page(Filter{Which: AllCases, Account: "account500"})},
				{"counts", func() error { _, err := book.Counts(ctx); return err }},
				{"next", func() error { _, err := book.Next(ctx, "mod"); return err }},
				{"next-kind", func() error { _, err := book.Next(ctx, "mod", Flagged); return err }},
				{"case", func() error { _, err := book.Case(ctx, 1+rand.Int64N(200_000)); return err }},
				{"messages-10000", func() error { _, err := book.Messages(ctx, 77, "", 50); return err }},
				{"story-10000", func() error { _, err := book.Story(ctx, "busy3", "", 50); return err }},
				{"search-account", func() error { _, err := book.Search(ctx, "busy", 20); return err }},
				{"search-word", func() error { _, err := book.Search(ctx, "nothing like that", 20); return err }},
				{"figures-year", func() error { _, err := book.Figures(ctx, time.Now().AddDate(-1, 0, 0), time.Now()); return err }},
				{"unlabelled", func() error { _, err := book.Unlabelled(ctx, 0, 20); return err }},
				{"changed", func() error { _, _, err := book.Changed(ctx); return err }},
				{"close-10000", func() error {
					if _, err := book.CloseCase(ctx, 77, "mod", Fine, ""); err != nil {
						return err
					}
					return book.Reopen(ctx, 77, "mod")
				}},
			} {
				b.Run(q.name, func(b *testing.B) {
					for b.Loop() {
						var took []time.Duration
						for range 100 {
							began := time.Now()
							if err := q.run(); err != nil {
								b.Fatal(err)
							}
							took = append(took, time.Since(began))
						}
						slices.Sort(took)
						b.ReportMetric(float64(took[50].Microseconds())/1000, "p50-ms")
						b.ReportMetric(float64(took[98].Microseconds())/1000, "p99-ms")
					}
				})
			}
		})
	}
}

// what hooks do to decisions, of which one in ten makes a case: as many as they can, and
// 10,000 a second. "lock" is what it takes to get the lock that a decision takes; where the
// machine is busy that is mostly the wait for a processor.
func BenchmarkHooks(b *testing.B) {
	for _, rate := range []int{0, 10_000} {
		for _, lite := range []bool{true, false} {
			b.Run(fmt.Sprint(map[bool]string{true: "sqlite", false: "postgresql"}[lite], "/", rate), func(b *testing.B) {
				p := newPlace(b, lite)
				hooks(b, p.open(b, Options{Spool: b.TempDir(), Queue: 1 << 20}), rate)
			})
		}
	}
}

func hooks(b *testing.B, book *Book, rate int) {
	var over, asked int
	var worst time.Duration
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Microsecond):
			}
			began := time.Now()
			book.spool.mu.Lock()
			waited := time.Since(began)
			book.spool.mu.Unlock()
			if asked++; waited > time.Millisecond {
				over++
			}
			worst = max(worst, waited)
		}
	}()
	h, text, began := book.Hooks(), strings.Repeat("some words ", 20), time.Now()
	var n atomic.Int64
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			if rate > 0 {
				time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(rate))))
			}
			m := &policy.Message{ID: fmt.Sprint(i), Sender: fmt.Sprint("account", i%1000), Recipients: policy.To("bob"), Text: text}
			d := &policy.Decision{Message: m.ID, Verdict: policy.Allow, At: t0}
			if i%10 == 0 {
				d.Verdict, d.Cluster = policy.Hold, uint64(1+i%500)
			}
			h.Decided(context.Background(), m, d)
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "decisions/s")
	close(done)
	<-ended
	waiting := book.Health().Waiting
	began = time.Now()
	if err := book.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(waiting), "waiting")
	b.ReportMetric(time.Since(began).Seconds(), "s-to-store-them")
	b.ReportMetric(float64(over)/float64(max(asked, 1))*1e6, "lock-over-1ms-ppm")
	b.ReportMetric(float64(worst.Microseconds()), "lock-worst-µs")
	if h := book.Health(); h.Dropped > 0 {
		b.Errorf("%+v", h)
	}
}
