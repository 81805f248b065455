package policy_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// BenchmarkDay judges an ordinary day of a million accounts, as many messages
// as accounts: 80% in conversations, 10% to strangers, 5% in rooms, 3% retries,
// 2% one text to one person after another. Senders are drawn by Zipf's law: the
// busiest of them sends some 200 a day. The texts have the lengths of text
// messages and chats. conversation and stranger are those messages of the same
// days alone.
//
//	go test ./policy -run '^$' -bench Day -cpu 1,2
//
// ns/op is the time of all goroutines together: with two processors half of it
// is the best that there can be. p50, p99 and p99.9 are of one call. record-B is the
// mean length of a record, table-B what the store takes for each in all, heap-MB
// the whole engine. Setting up takes some 15 seconds; with -short there are a
// sixteenth of the accounts.
func BenchmarkDay(b *testing.B) {
	accounts := 1 << 20
	if testing.Short() {
		accounts >>= 4
	}
	w := newDay(b, accounts)
	for _, c := range []struct {
		name string
		keep func(kind dayKind) bool
	}{
		{"conversation", func(k dayKind) bool { return k == dayConversation }},
		{"stranger", func(k dayKind) bool { return k == dayStranger }},
		{"all", func(dayKind) bool { return true }},
	} {
		var plan []int // places in w.plan
		for i := range w.plan {
			if c.keep(w.plan[i].kind) {
				plan = append(plan, i)
			}
		}
		b.Run(c.name, func(b *testing.B) { w.bench(b, plan) })
	}
}

// A day is a town of accounts, and a day's messages in order.
type day struct {
	engine *policy.Engine
	store  *policy.Memory
	names  []string
	texts  []string
	ids    []string // of messages, as many as texts
	rooms  []string
	plan   []planned
	now    atomic.Int64 // nanoseconds since dayBegin, the clock of the engine
	days   int          // begun so far
	heap   uint64       // bytes before there was an engine
}

var dayBegin = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

const (
	dayTexts    = 1 << 18 // hardly any is sent twice within a day by chance
	dayStep     = 0x9e37  // through the texts, from day to day; odd
	dayRoomOf   = 16      // members of a room
	dayCopies   = 10      // connections who get one text
	dayAnswered = 40      // percent of the strangers who answer
	dayChunk    = 8192    // messages between two looks at who answers
)

// newDay makes a town in which everybody has talked with somebody, and the busy
// ones with more people, and lets a third of a day pass.
func newDay(b *testing.B, accounts int) *day {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	w := &day{names: make([]string, accounts), texts: make([]string, dayTexts), ids: make([]string, dayTexts), rooms: make([]string, accounts/dayRoomOf)}
	for i := range w.names {
		w.names[i] = fmt.Sprint("account", i)
	}
	for i := range w.rooms {
		w.rooms[i] = fmt.Sprint("room", i)
	}
	words := dayWords(rng)
	for i := range w.texts {
		w.texts[i], w.ids[i] = dayText(rng, words), fmt.Sprint("m", i)
	}
	w.plan = dayPlan(rng, accounts)
	w.heap = heapNow()
	w.store = policy.NewMemory(2 * accounts)
	var err error
	w.engine, err = policy.New(policy.Config{
		Secret: []byte("an ordinary day"), Store: w.store,
		Now: func() time.Time { return dayBegin.Add(time.Duration(w.now.Load())) },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.engine.Close() })
	one := &dayWorker{day: w}
	step := 24 * time.Hour / time.Duration(accounts)
	for i := range accounts {
		for _, friend := range dayFriends(i, accounts) {
			one.send(b, &planned{from: uint32(i), to: uint32(friend), text: rng.Uint32() % dayTexts}, time.Duration(i)*step, 0)
		}
	}
	for i := range len(w.plan) / 3 {
		if one.next(b, i, 1) {
			one.answer(b, i, 1)
		}
	}
	w.days = 2
	return w
}

// A dayWorker sends messages of a day; it allocates nothing.
type dayWorker struct {
	*day
	to   [dayRoomOf]policy.Recipient
	took dayTimes
}

// next sends the message at a place in the plan on a day, and reports whether
// it was delivered.
func (w *dayWorker) next(b *testing.B, i, day int) bool {
	p := &w.plan[i]
	if p.kind == dayRetry {
		p = &w.plan[p.to]
	}
	return w.send(b, p, w.at(i, day), day)
}

func (w *dayWorker) send(b *testing.B, p *planned, at time.Duration, day int) bool {
	for now := w.now.Load(); now < int64(at) && !w.now.CompareAndSwap(now, int64(at)); now = w.now.Load() {
	}
	text := w.text(p, day)
	m := policy.Message{ID: w.ids[text], Sender: w.names[p.from], Recipients: w.to[:1], Text: w.texts[text], At: dayBegin.Add(at)}
	w.to[0] = policy.Recipient{ID: w.names[w.recipient(p, day)]}
	switch p.kind {
	case dayMany:
		w.to[0].Relation = policy.Connection
	case dayRoom:
		room := int(p.from) / dayRoomOf
		m.Group, m.Recipients = w.rooms[room], w.to[:0]
		for i := range dayRoomOf {
			if member := room*dayRoomOf + i; member != int(p.from) {
				m.Recipients = append(m.Recipients, policy.Recipient{ID: w.names[member]})
			}
		}
	}
	d, err := w.engine.Evaluate(b.Context(), m)
	if err != nil {
		b.Error(err)
	}
	return d.Delivered()
}

// answer has a stranger answer, if this one does.
func (w *dayWorker) answer(b *testing.B, i, day int) {
	p := &w.plan[i]
	if p.kind == dayStranger && p.text%100 < dayAnswered {
		back := planned{from: w.recipient(p, day), to: p.from, text: p.text + 1}
		w.send(b, &back, w.at(i, day)+time.Minute, day)
	}
}

// at is the time of a place in the plan on a day.
func (w *day) at(i, day int) time.Duration {
	return time.Duration(day)*24*time.Hour + time.Duration(float64(i)*float64(24*time.Hour)/float64(len(w.plan)))
}

// text and recipient are others every day; friends are the same.
func (w *day) text(p *planned, day int) int { return (int(p.text) + day*dayStep) % dayTexts }

func (w *day) recipient(p *planned, day int) uint32 {
	if p.kind == dayStranger {
		return (p.to + uint32(day)*2*dayRoomOf) % uint32(len(w.names))
	}
	return p.to
}

// bench sends b.N messages of those places in the plan, day after day. The
// answers of strangers come in between, and are not in the figures.
func (w *day) bench(b *testing.B, plan []int) {
	workers := make([]*dayWorker, runtime.GOMAXPROCS(0))
	for i := range workers {
		workers[i] = &dayWorker{day: w}
	}
	delivered := make([]bool, dayChunk)
	first, sum := w.days, 0
	b.ReportAllocs()
	b.ResetTimer()
	b.StopTimer()
	for n := 0; n < b.N; n += dayChunk {
		chunk := delivered[:min(dayChunk, b.N-n)]
		place := func(k int) (i, day int) { return plan[(n+k)%len(plan)], first + (n+k)/len(plan) }
		var next atomic.Int64
		var wg sync.WaitGroup
		b.StartTimer()
		for _, one := range workers {
			wg.Go(func() {
				last := time.Now()
				for k := int(next.Add(1)) - 1; k < len(chunk); k = int(next.Add(1)) - 1 {
					i, day := place(k)
					chunk[k] = one.next(b, i, day)
					now := time.Now()
					one.took.add(now.Sub(last))
					last = now
				}
			})
		}
		wg.Wait()
		b.StopTimer()
		for k, ok := range chunk {
			if i, day := place(k); ok {
				sum++
				workers[0].answer(b, i, day)
			}
		}
	}
	w.days = first + (b.N-1)/len(plan) + 1
	for _, one := range workers[1:] {
		for i, n := range one.took {
			workers[0].took[i] += n
		}
	}
	b.ReportMetric(workers[0].took.quantile(.5, b.N), "p50-ns")
	b.ReportMetric(workers[0].took.quantile(.99, b.N), "p99-ns")
	b.ReportMetric(workers[0].took.quantile(.999, b.N), "p99.9-ns")
	b.ReportMetric(100*float64(sum)/float64(b.N), "%delivered")
	records, length := 0, 0
	for e, err := range w.store.All(b.Context(), false) {
		if err != nil {
			b.Fatal(err)
		}
		records++
		length += len(e.Data)
	}
	b.ReportMetric(float64(length)/float64(records), "record-B")
	b.ReportMetric(float64(w.store.Stats().Bytes)/float64(records), "table-B")
	b.ReportMetric(float64(heapNow()-w.heap)/1e6, "heap-MB")
}

// heapNow returns the bytes that live.
func heapNow() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// dayTimes counts calls by how long they took, in steps of 1/32 of a power of
// two.
type dayTimes [64 * 32]int

func (t *dayTimes) add(d time.Duration) {
	n := uint64(max(32, d))
	e := bits.Len64(n) - 6
	t[e*32+int(n>>e)-32]++
}

// quantile returns nanoseconds that this share of n calls did not exceed.
func (t *dayTimes) quantile(share float64, n int) float64 {
	left := int(share * float64(n))
	for i, count := range t {
		if left -= count; left < 0 {
			return float64((i%32 + 33) << (i / 32))
		}
	}
	return 0
}
