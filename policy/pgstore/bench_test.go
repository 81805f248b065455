package pgstore

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// together calls work with 1 to n, in so many goroutines.
func together(goroutines, n int, work func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				work(int(i))
			}
		})
	}
	wg.Wait()
}

// BenchmarkUpdate replaces records of 768 bytes of 20,000 accounts, each synced
// to disk by the server before it returns.
func BenchmarkUpdate(b *testing.B) {
	const accounts = 20_000
	for _, callers := range []int{1, 16, 128} {
		outer, s := b, (*Store)(nil)
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			data := make([]byte, 768)
			write := func(i int) {
				var key policy.Key
				binary.BigEndian.PutUint64(key[:], uint64(i+1)*0x9e3779b97f4a7c15)
				err := s.Update(b.Context(), key, func(old []byte) (policy.Record, error) {
					return policy.Record{Data: data, Durable: true, Expires: time.Now().Add(time.Hour)}, nil
				})
				if err != nil {
					b.Error(err)
				}
			}
			if s == nil {
				s = open(outer, shared.url(), Config{Prefix: fmt.Sprintf("bench%d_", prefixes.Add(1))})
				together(64, accounts, func(i int) { write(i - 1) })
			}
			b.ResetTimer()
			together(callers, b.N, func(int) { write(rand.IntN(accounts)) })
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
		})
	}
}

// BenchmarkEvaluate judges messages in running conversations with 16 callers.
func BenchmarkEvaluate(b *testing.B) {
	for _, async := range []bool{false, true} {
		benchmarkEvaluate(b, async)
	}
}

func benchmarkEvaluate(b *testing.B, async bool) {
	const accounts = 20_000
	outer, e := b, (*policy.Engine)(nil)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b.Run(fmt.Sprintf("callers=16/async=%t", async), func(b *testing.B) {
		send := func(i, k int) {
			m := policy.Message{Sender: fmt.Sprint("account", i), Recipients: policy.To(fmt.Sprint("account", i+1)), Reply: true, At: at.Add(time.Duration(k) * 10 * time.Millisecond)}
			if _, err := e.Evaluate(b.Context(), m); err != nil {
				b.Error(err)
			}
		}
		if e == nil {
			var err error
			e, err = policy.New(policy.Config{
				Policy: policy.Observe(), Store: open(outer, shared.url(), Config{Prefix: fmt.Sprintf("bench%d_", prefixes.Add(1)), Async: async}), Secret: []byte("bench"), Timeout: time.Minute,
				MaxDelay: 400 * 24 * time.Hour, Now: func() time.Time { return at.AddDate(1, 0, 0) },
			})
			if err != nil {
				b.Fatal(err)
			}
			together(64, accounts, func(i int) { send(i-1, i) })
		}
		at = at.Add(24 * time.Hour)
		b.ResetTimer()
		together(16, b.N, func(i int) { send(rand.IntN(accounts), i) })
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
	})
}
