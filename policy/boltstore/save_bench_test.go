package boltstore

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A catch is a Store that does not save by itself.
type catch struct {
	*Store
	save func(io.Writer) error
}

func (c *catch) Keep(save func(io.Writer) error) func() error {
	c.save = save
	return func() error { return nil }
}

// full has an engine whose index is full: 65,536 texts. send has it judge one more
// message to a stranger.
func full(b *testing.B) (c *catch, send func()) {
	c = &catch{Store: opened(b, Config{})}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	e, err := policy.New(policy.Config{Store: c, Secret: []byte("bench"), Timeout: time.Minute, MaxDelay: 400 * 24 * time.Hour, Now: func() time.Time { return at.AddDate(1, 0, 0) }})
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	send = func() {
		n++
		r := rand.New(rand.NewPCG(uint64(n), 1))
		m := policy.Message{
			Sender: fmt.Sprint("sender", n%9973), At: at.Add(time.Duration(n) * time.Second),
			Recipients: []policy.Recipient{{ID: fmt.Sprint("recipient", n), Relation: policy.Stranger}},
		}
		for range 15 {
			m.Text += fmt.Sprintf("%x ", r.Uint32())
		}
		if _, err := e.Evaluate(b.Context(), m); err != nil {
			b.Fatal(err)
		}
	}
	for range 80_000 {
		send()
	}
	return c, send
}

// size reports how long the state is.
func (c *catch) size(b *testing.B) {
	f, err := c.Kept(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	size, _ := io.Copy(io.Discard, f)
	b.ReportMetric(float64(size)/1e6, "MB")
}

// BenchmarkSaveSame saves a full index that is the same as what is kept.
func BenchmarkSaveSame(b *testing.B) {
	c, _ := full(b)
	for b.Loop() {
		if err := c.Store.save(c.save, false); err != nil {
			b.Fatal(err)
		}
	}
	if st := c.Stats(); st.Saved != 1 {
		b.Errorf("saved %d times", st.Saved)
	}
	c.size(b)
}

// BenchmarkSave saves a full index, while messages to strangers are judged one
// after the other. worst-ms is the slowest of these during a save, alone-ms during
// as long a time without, medians of all.
func BenchmarkSave(b *testing.B) {
	c, send := full(b)
	during := func(work func()) time.Duration {
		over := make(chan struct{})
		var worst time.Duration
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				start := time.Now()
				send()
				worst = max(worst, time.Since(start))
			}
		})
		work()
		close(over)
		wg.Wait()
		return worst
	}
	var worst, alone []time.Duration
	for b.Loop() {
		start := time.Now()
		worst = append(worst, during(func() {
			if err := c.Store.save(c.save, false); err != nil {
				b.Fatal(err)
			}
		}))
		took := time.Since(start)
		b.StopTimer()
		alone = append(alone, during(func() { time.Sleep(took) }))
		b.StartTimer()
	}
	report := func(name string, all []time.Duration) {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, name)
	}
	report("worst-ms", worst)
	report("alone-ms", alone)
	c.size(b)
}
