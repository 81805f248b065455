package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A row is what was measured with a number of accounts.
type row struct {
	accounts               int
	fill, snapshot         time.Duration
	conversation, stranger times
	heap                   float64       // bytes an account
	pause                  float64       // seconds, the longest since the engine was made
	longest                time.Duration // of a call while the snapshot was written
}

// times are in microseconds.
type times struct{ mean, p50, p99, p999 float64 }

func (t times) String() string {
	return fmt.Sprintf("%.1f, %.1f, %.1f, %.0f", t.mean, t.p50, t.p99, t.p999)
}

// A town is an engine and who writes.
type town struct {
	engine   *policy.Engine
	accounts int
	rng      *rand.Rand
	now      atomic.Int64 // Unix nanoseconds: a snapshot asks for the time, too
	texts    []string
}

var words = strings.Fields("we can meet at the station after work if you like and then walk home along river because it will be warm tonight my sister brings bread cheese for all of us please tell your brother about train which leaves later than last week when nobody knew where to go")

func newTown(accounts int) (*town, error) {
	t := &town{accounts: accounts, rng: rand.New(rand.NewPCG(1, 21))}
	t.now.Store(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).UnixNano())
	for range 1 << 16 {
		var s []string
		for range 6 + t.rng.IntN(14) {
			s = append(s, words[t.rng.IntN(len(words))])
		}
		t.texts = append(t.texts, strings.Join(s, " "))
	}
	var err error
	t.engine, err = policy.New(policy.Config{Secret: []byte("an example: not a secret"), Store: policy.NewMemory(accounts + accounts/8), Now: t.clock})
	return t, err
}

func (t *town) clock() time.Time { return time.Unix(0, t.now.Load()).UTC() }

func account(i int) string { return fmt.Sprint("account", i) }

func (t *town) send(from, to int) (time.Duration, error) {
	m := policy.Message{Sender: account(from), Recipients: policy.To(account(to)), Text: t.texts[t.rng.IntN(len(t.texts))], At: t.clock()}
	began := time.Now()
	_, err := t.engine.Evaluate(context.Background(), m)
	return time.Since(began), err
}

// fill has every account write to its neighbour, within a day, who has written to it
// or will.
func (t *town) fill() error {
	for i := range t.accounts {
		if _, err := t.send(i, (i^1)%t.accounts); err != nil {
			return err
		}
		t.now.Add(int64(24*time.Hour) / int64(t.accounts))
	}
	return nil
}

// time judges messages from anybody, to neighbours or to strangers, and goes on while
// more says so.
func (t *town) time(stranger bool, more func(n int) bool) (all []time.Duration, err error) {
	for more(len(all)) {
		from := t.rng.IntN(t.accounts)
		to := (from ^ 1) % t.accounts
		if stranger {
			to = (from + 2 + t.rng.IntN(t.accounts-4)) % t.accounts
		}
		t.now.Add(int64(time.Millisecond))
		took, err := t.send(from, to)
		if err != nil {
			return all, err
		}
		all = append(all, took)
	}
	return all, nil
}

func summary(all []time.Duration) (s times) {
	slices.Sort(all)
	var sum time.Duration
	for _, d := range all {
		sum += d
	}
	micros := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
	at := func(share float64) float64 { return micros(all[int(share*float64(len(all)-1))]) }
	return times{micros(sum) / float64(len(all)), at(.5), at(.99), at(.999)}
}

func measure(accounts, messages int) (r row, err error) {
	r.accounts = accounts
	before, pauses := heap(), pauseCounts()
	t, err := newTown(accounts)
	if err != nil {
		return r, err
	}
	defer t.engine.Close()
	began := time.Now()
	if err := t.fill(); err != nil {
		return r, err
	}
	r.fill = time.Since(began)
	for _, x := range []struct {
		stranger bool
		to       *times
	}{{false, &r.conversation}, {true, &r.stranger}} {
		all, err := t.time(x.stranger, func(n int) bool { return n < messages })
		if err != nil {
			return r, err
		}
		*x.to = summary(all)
	}
	r.heap = float64(heap()-before) / float64(accounts)
	if err := t.snapshot(&r); err != nil {
		return r, err
	}
	r.pause = longestPause(pauses)
	return r, nil
}

// snapshot writes one while messages are judged. The longest of these bounds what a
// lock was held for, as long as the machine has a processor for each of the two.
func (t *town) snapshot(r *row) error {
	done := make(chan error, 1)
	began := time.Now()
	go func() {
		err := t.engine.Snapshot(context.Background(), io.Discard)
		r.snapshot = time.Since(began)
		done <- err
	}()
	var failed error
	all, err := t.time(false, func(int) bool {
		select {
		case failed = <-done:
			return false
		default:
			return true
		}
	})
	if err != nil {
		return errors.Join(err, <-done)
	}
	if len(all) > 0 {
		r.longest = slices.Max(all)
	}
	return failed
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC() // and what a sync.Pool keeps for one collection more
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

const pausesOf = "/sched/pauses/total/gc:seconds"

func pauseCounts() []uint64 { return slices.Clone(readPauses().Counts) }

func readPauses() *metrics.Float64Histogram {
	s := []metrics.Sample{{Name: pausesOf}}
	metrics.Read(s)
	return s[0].Value.Float64Histogram()
}

// longestPause is the lower end of the bucket of the longest pause since before.
func longestPause(before []uint64) float64 {
	h := readPauses()
	for i := len(h.Counts) - 1; i > 0; i-- {
		if h.Counts[i] > before[i] {
			return h.Buckets[i]
		}
	}
	return 0
}
