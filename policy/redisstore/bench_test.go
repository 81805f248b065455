package redisstore

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// parallel runs work in so many goroutines in all.
func parallel(b *testing.B, goroutines int, work func(i int)) {
	b.Helper()
	b.ResetTimer()
	together(goroutines, b.N, work)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

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

// BenchmarkUpdate replaces records of 768 bytes, of 200,000 accounts and of one.
func BenchmarkUpdate(b *testing.B) {
	for _, c := range []struct {
		accounts, callers, known int
	}{{200_000, 128, 400_000}, {200_000, 128, 1}, {200_000, 1, 400_000}, {1, 128, 0}} {
		outer, s := b, (*Store)(nil)
		b.Run(fmt.Sprintf("accounts=%d/callers=%d/known=%d", c.accounts, c.callers, c.known), func(b *testing.B) {
			first := s == nil
			if first {
				s = open(outer, own(outer), Config{MaxKnown: c.known})
			}
			data := make([]byte, 768)
			write := func(i int) {
				var key policy.Key
				binary.BigEndian.PutUint64(key[:], uint64(i+1)*0x9e3779b97f4a7c15)
				err := s.Update(b.Context(), key, func(old []byte) (policy.Record, error) {
					return policy.Record{Data: data, Expires: time.Now().Add(time.Hour)}, nil
				})
				if err != nil {
					b.Error(err)
				}
			}
			if first {
				together(128, c.accounts, func(i int) { write(i - 1) })
			}
			parallel(b, c.callers, func(int) { write(rand.IntN(c.accounts)) })
		})
	}
}

// BenchmarkEvaluate judges messages in running conversations with 128 callers.
func BenchmarkEvaluate(b *testing.B) {
	for _, c := range []struct {
		accounts int
		text     bool
	}{{200_000, false}, {200_000, true}, {1, false}} {
		outer, e := b, (*policy.Engine)(nil)
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		b.Run(fmt.Sprintf("accounts=%d/callers=128/text=%t", c.accounts, c.text), func(b *testing.B) {
			send := func(i, k int) {
				m := policy.Message{Sender: fmt.Sprint("account", i), Recipients: policy.To(fmt.Sprint("account", i+1)), Reply: true, At: at.Add(time.Duration(k) * 10 * time.Millisecond)}
				if c.text {
					m.Text = fmt.Sprintf("%x is what I meant; tell me whether that fits, then we meet at %d", k*7919, k%24)
				}
				if _, err := e.Evaluate(b.Context(), m); err != nil {
					b.Error(err)
				}
			}
			if e == nil {
				var err error
				e, err = policy.New(policy.Config{
					Policy: policy.Observe(), Store: open(outer, own(outer), Config{MaxKnown: 400_000}), Secret: []byte("bench"),
					Timeout: time.Minute, MaxDelay: 400 * 24 * time.Hour, Now: func() time.Time { return at.AddDate(1, 0, 0) },
				})
				if err != nil {
					b.Fatal(err)
				}
				together(128, c.accounts, func(i int) { send(i-1, i) })
			}
			at = at.Add(24 * time.Hour)
			parallel(b, 128, func(i int) { send(rand.IntN(c.accounts), i) })
		})
	}
}

// BenchmarkNotes has one process tell another one as much as both can.
func BenchmarkNotes(b *testing.B) {
	srv := own(b)
	from, to := open(b, srv, Config{}), open(b, srv, Config{})
	var heard atomic.Int64
	b.Cleanup(to.Listen(func([]byte) { heard.Add(1) }))
	b.Cleanup(from.Listen(func([]byte) {}))
	note := make([]byte, 274) // one text to one stranger
	b.ResetTimer()
	for i := range b.N {
		for i-int(heard.Load()) > 3000 { // some less than would be dropped
			time.Sleep(time.Millisecond)
		}
		from.Broadcast(note)
	}
	for int(heard.Load()) < b.N {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notes/s")
	if d := from.Stats().Dropped; d > 0 {
		b.Error(d, "notes were dropped")
	}
}

// BenchmarkBroadcast is what the caller waits for.
func BenchmarkBroadcast(b *testing.B) {
	s := open(b, own(b), Config{})
	b.Cleanup(s.Listen(func([]byte) {}))
	note := make([]byte, 274)
	b.ReportAllocs()
	for b.Loop() {
		s.Broadcast(note)
	}
}

// BenchmarkEvaluateText sends texts to strangers, with and without telling
// another process.
func BenchmarkEvaluateText(b *testing.B) {
	texts := make([]string, 4096)
	for i := range texts {
		r := rand.New(rand.NewPCG(uint64(i), 3))
		text := make([]byte, 200)
		for k := range text {
			text[k] = " abcdefghijklmnopqrstuvwxyz"[r.IntN(27)]
		}
		texts[i] = string(text)
	}
	began := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	now := func(c *policy.Config) { c.Now = func() time.Time { return began.Add(24 * time.Hour) } }
	for _, alone := range []bool{true, false} {
		b.Run(fmt.Sprintf("alone=%v", alone), func(b *testing.B) {
			srv := own(b)
			s := open(b, srv, Config{})
			var store policy.Store = s
			if alone {
				store = struct{ policy.Store }{s}
			} else {
				other := open(b, srv, Config{})
				storetest.CampaignEngine(b, other, now)
			}
			e := storetest.CampaignEngine(b, store, now)
			before := time.Now()
			parallel(b, 128, func(i int) {
				m := policy.Message{Sender: fmt.Sprint("s", i%200_000), Recipients: []policy.Recipient{{ID: fmt.Sprint("r", i), Relation: policy.Stranger}},
					Text: texts[i%len(texts)], At: began.Add(time.Since(before)), Delayed: true}
				if _, err := e.Evaluate(b.Context(), m); err != nil {
					b.Error(err)
				}
			})
			b.Logf("%+v", s.Stats())
		})
	}
}
