package boltstore

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// parallel runs work in so many goroutines in all, each with a number.
func parallel(b *testing.B, goroutines int, work func(w, i int)) {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	done := make(chan struct{})
	for w := range goroutines {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				work(w, int(i))
			}
		}()
	}
	for range goroutines {
		<-done
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

// BenchmarkUpdate replaces records of 400 bytes of 200,000 accounts.
func BenchmarkUpdate(b *testing.B) {
	const accounts = 200_000
	for _, c := range []struct {
		name       string
		goroutines int
		cached     int
		durable    bool
	}{
		{"ordinary/memory=all/goroutines=2", 2, accounts * 2, false},
		{"ordinary/memory=65536/goroutines=2", 2, 0, false},
		{"durable/goroutines=1", 1, 0, true},
		{"durable/goroutines=16", 16, 0, true},
		{"durable/goroutines=128", 128, 0, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := opened(b, Config{MaxCached: c.cached})
			data := make([]byte, 400)
			write := func(key policy.Key, durable bool) {
				err := s.Update(b.Context(), key, func([]byte) (policy.Record, error) {
					return policy.Record{Data: data, Durable: durable}, nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			accounts := accounts
			if c.durable {
				accounts = 20_000
			}
			for i := range accounts {
				write(keyOf(i), false)
			}
			for s.Stats().Dirty > 0 {
				time.Sleep(time.Millisecond)
			}
			parallel(b, c.goroutines, func(int, int) { write(keyOf(rand.IntN(accounts)), c.durable) })
		})
	}
}

func keyOf(n int) policy.Key {
	var k policy.Key
	for i := range k {
		k[i] = byte(uint64(n+1) * 0x9e3779b97f4a7c15 >> (i * 8 % 57))
	}
	return k
}

// BenchmarkEvaluate judges messages in running conversations of 20,000 accounts
// with two goroutines, on this store and in memory.
func BenchmarkEvaluate(b *testing.B) {
	const accounts = 20_000
	for _, name := range []string{"bolt", "memory"} {
		for _, text := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/text=%t", name, text), func(b *testing.B) {
				var store policy.Store = policy.NewMemory(0)
				if name == "bolt" {
					store = opened(b, Config{})
				}
				at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
				e, err := policy.New(policy.Config{Store: store, Secret: []byte("bench"), Timeout: time.Minute, MaxDelay: 400 * 24 * time.Hour, Now: func() time.Time { return at.AddDate(1, 0, 0) }})
				if err != nil {
					b.Fatal(err)
				}
				names := make([]string, accounts)
				for i := range names {
					names[i] = fmt.Sprint("account", i)
				}
				send := func(i int, at time.Time) {
					m := policy.Message{Sender: names[i%accounts], Recipients: policy.To(names[(i+1)%accounts]), Reply: true, At: at}
					if text {
						m.Text = texts[i%len(texts)]
					}
					if _, err := e.Evaluate(b.Context(), m); err != nil {
						b.Fatal(err)
					}
				}
				for i := range 4 * accounts {
					send(i, at.Add(time.Duration(i/accounts)*time.Hour))
				}
				at = at.Add(24 * time.Hour)
				parallel(b, 2, func(_, i int) { send(rand.IntN(accounts), at.Add(time.Duration(i)*10*time.Millisecond)) })
			})
		}
	}
}

// BenchmarkMany judges messages in conversations of anybody among many accounts, of which
// the memory holds some 65,536 and the file all; with DECORUM_LONG set, of ten million, which
// takes twenty minutes and 3 GB. fill/s is how many accounts a second write their first
// message.
func BenchmarkMany(b *testing.B) {
	many(b, 200_000)
	if os.Getenv("DECORUM_LONG") != "" {
		many(b, 10_000_000)
	}
}

// many fills a file with so many accounts, and then measures.
func many(b *testing.B, accounts int) {
	path := filepath.Join(b.TempDir(), "records.db")
	store, err := Open(path, Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	var now atomic.Int64 // a day for all
	now.Store(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	e, err := policy.New(policy.Config{Store: store, Secret: []byte("bench"), Timeout: time.Minute, Now: func() time.Time { return time.Unix(0, now.Load()) }})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	send := func(b *testing.B, i int) {
		now.Add(int64(24*time.Hour) / int64(accounts))
		m := policy.Message{Sender: fmt.Sprint("account", i), Recipients: policy.To(fmt.Sprint("account", i^1)), Text: texts[i%len(texts)]}
		if _, err := e.Evaluate(b.Context(), m); err != nil {
			b.Error(err)
		}
	}
	began := time.Now()
	for i := range accounts {
		send(b, i)
	}
	for store.Stats().Dirty > 0 {
		time.Sleep(time.Millisecond)
	}
	fill := float64(accounts) / time.Since(began).Seconds()
	b.Run(fmt.Sprint("accounts=", accounts), func(b *testing.B) {
		parallel(b, 2, func(int, int) { send(b, rand.IntN(accounts)) })
		b.StopTimer()
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		b.ReportMetric(fill, "fill/s")
		b.ReportMetric(float64(info.Size())/float64(accounts), "file-B/account")
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
	})
}

var texts = func() (texts [512]string) {
	for i := range texts {
		texts[i] = fmt.Sprintf("%x is what I meant, or maybe %x; tell me whether that fits, then we meet at %d", i*7919, i*104729, i%24)
	}
	return texts
}()

// BenchmarkOpen opens a file of a million records of 400 bytes, of which each is read
// and checked.
func BenchmarkOpen(b *testing.B) {
	const accounts = 1_000_000
	path := filepath.Join(b.TempDir(), "records.db")
	d, err := openDisk(path, os.OpenFile)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	data := make([]byte, 400)
	for range accounts / 10_000 {
		changes := make([]change, 10_000)
		for i := range changes {
			binary.LittleEndian.PutUint64(changes[i].key[:], rng.Uint64())
			changes[i].value = value{data: data, flag: uint8(i % 100 / 99)}
		}
		slices.SortFunc(changes, func(a, b change) int { return compareKeys(a.key, b.key) })
		if err := d.write(changes, nil); err != nil {
			b.Fatal(err)
		}
	}
	if err := d.close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(path, Config{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/open")
}
