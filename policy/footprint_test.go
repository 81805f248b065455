package policy_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// TestEvaluateAllocations: a message in a running conversation allocates
// nothing, one after weeks of silence at most once, one to a stranger at most twice:
// its reasons, if there are any.
func TestEvaluateAllocations(t *testing.T) {
	if raced.On() {
		t.Skip("the race detector drops pooled work spaces")
	}
	w := newTown(t, policy.Config{})
	for k := range 3 { // some life before
		w.say("ann", fmt.Sprint("friend", k), chatter(k, 3))
		w.pass(time.Hour)
		w.say(fmt.Sprint("friend", k), "ann", chatter(k, 5))
		w.pass(time.Hour)
	}
	const runs = 200
	to, texts, ids := make([][]policy.Recipient, 2*runs+2), make([]string, 2*runs+2), make([]string, 2*runs+2)
	for i := range to {
		h := &history{Rand: rand.New(rand.NewPCG(uint64(i), 6))}
		to[i], ids[i], texts[i] = policy.To(fmt.Sprint("stranger", i)), fmt.Sprint("id", i), h.text(14)
	}
	friend := policy.To("friend1")
	for _, c := range []struct {
		name string
		gap  time.Duration
		to   func(i int) []policy.Recipient
		most float64
	}{
		{"conversation", time.Minute, func(int) []policy.Recipient { return friend }, 0},
		{"after a silence", 15 * 24 * time.Hour, func(int) []policy.Recipient { return friend }, 1},
		{"stranger", 50 * time.Hour, func(i int) []policy.Recipient { return to[i] }, 2},
	} {
		i := 0
		ctx := t.Context()
		n := testing.AllocsPerRun(runs, func() {
			w.pass(c.gap)
			i++
			d, err := w.e.Evaluate(ctx, policy.Message{ID: ids[i], Sender: "ann", Recipients: c.to(i), Text: texts[i], At: w.now})
			if err != nil || !d.Delivered() {
				t.Fatal(d.Verdict, d.Reasons, err)
			}
		})
		t.Logf("%s: %v allocations", c.name, n)
		if n > c.most {
			t.Errorf("%s: %v allocations, want at most %v", c.name, n, c.most)
		}
	}
}

// realEvents reads a file of events, of which it keeps messages.
func realEvents(tb testing.TB, name string) (all []policy.Message) {
	tb.Helper()
	f, err := os.Open(filepath.Join(dataFolder(tb), "events", name+".jsonl.gz"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	for in := bufio.NewScanner(z); in.Scan(); {
		var ev struct {
			At   time.Time
			From string
			To   []string
			Text string
		}
		if err := json.Unmarshal(in.Bytes(), &ev); err != nil {
			tb.Fatal(err)
		}
		all = append(all, policy.Message{At: ev.At, Sender: ev.From, Recipients: policy.To(ev.To...), Text: ev.Text})
	}
	return all
}

// BenchmarkFootprint reports what an account takes in memory, all counted: the
// activity of collegemsg (59,661 messages of 1,350 senders in 193 days), as
// that of 30 such towns, without text and with the texts of nus-dev.
func BenchmarkFootprint(b *testing.B) {
	activity := realEvents(b, "collegemsg")
	var texts []string
	for _, m := range realEvents(b, "nus-dev") {
		texts = append(texts, m.Text)
	}
	const towns = 30
	for _, with := range []bool{false, true} {
		b.Run(map[bool]string{false: "activity", true: "texts"}[with], func(b *testing.B) {
			for b.Loop() {
				var before, after runtime.MemStats
				now := activity[0].At
				runtime.GC()
				runtime.ReadMemStats(&before)
				store := policy.NewMemory(0)
				e, err := policy.New(policy.Config{Secret: []byte("footprint"), Store: store, Now: func() time.Time { return now }})
				if err != nil {
					b.Fatal(err)
				}
				runtime.GC()
				var empty runtime.MemStats
				runtime.ReadMemStats(&empty)
				start := time.Now()
				n := 0
				for i, m := range activity {
					now = m.At
					for k := range towns {
						c := m
						c.Sender = fmt.Sprint(m.Sender, "@", k)
						c.Recipients = policy.To(fmt.Sprint(m.Recipients[0].ID, "@", k))
						if with {
							c.Text = texts[(i+k*7919)%len(texts)]
						}
						if _, err := e.Evaluate(b.Context(), c); err != nil {
							b.Fatal(err)
						}
						n++
					}
				}
				took := time.Since(start)
				runtime.GC()
				runtime.ReadMemStats(&after)
				data, records := 0, 0
				for entry, err := range store.All(b.Context(), false) {
					if err != nil {
						b.Fatal(err)
					}
					data += len(entry.Data)
					records++
				}
				b.ReportMetric(float64(data)/float64(records), "record-B/account")
				b.ReportMetric(float64(store.Stats().Bytes)/float64(records), "store-B/account")
				b.ReportMetric(float64(after.HeapAlloc-empty.HeapAlloc)/float64(records), "heap-B/account")
				b.ReportMetric(float64(empty.HeapAlloc-before.HeapAlloc)/1e6, "empty-MB")
				b.ReportMetric(float64(took.Nanoseconds())/float64(n), "ns/message")
				runtime.KeepAlive(e)
			}
		})
	}
}
