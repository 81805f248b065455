package policy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/gossip"
)

// A network connects the stores of several processes, which share their records.
// Notes wait until they are delivered.
type network struct {
	records *Memory
	mu      sync.Mutex
	ends    []*wireEnd
}

type wireEnd struct {
	*Memory
	w     *network
	fn    func([]byte)
	notes [][]byte
}

func (e *wireEnd) Broadcast(note []byte) {
	e.w.mu.Lock()
	defer e.w.mu.Unlock()
	e.notes = append(e.notes, append([]byte(nil), note...))
}

func (e *wireEnd) Listen(fn func([]byte)) func() {
	e.fn = fn
	return func() { e.fn = nil }
}

// deliver hands all notes to all others.
func (w *network) deliver() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, from := range w.ends {
		for _, note := range from.notes {
			n++
			for _, to := range w.ends {
				if to != from && to.fn != nil {
					to.fn(note)
				}
			}
		}
		from.notes = nil
	}
	return n
}

var peerClock = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// process adds an engine.
func (w *network) process(t testing.TB, change func(*Config)) *Engine {
	t.Helper()
	if w.records == nil {
		w.records = NewMemory(0)
	}
	end := &wireEnd{Memory: w.records, w: w}
	cfg := Config{Store: end, Secret: []byte("the same everywhere"), Timeout: time.Minute, Now: func() time.Time { return peerClock.Add(24 * time.Hour) }}
	if change != nil {
		change(&cfg)
	}
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	w.ends = append(w.ends, end)
	return e
}

// pitched is a message of a campaign.
func pitched(sender, to int, at time.Duration) Message {
	return Message{
		ID: fmt.Sprintf("m%d-%d", sender, to), Sender: fmt.Sprint("spammer", sender),
		Recipients: []Recipient{{ID: fmt.Sprint("victim", to), Relation: Stranger}},
		Text:       fmt.Sprintf("Hello number %d, we have looked at your profile and think that you could earn a lot more with our method. Write back today, there are only %d places left in the course!", to, 3+sender%7),
		At:         peerClock.Add(at),
	}
}

// A campaign of 20 accounts over two processes is seen by both as by one.
func TestPeersCampaign(t *testing.T) {
	var w network
	two := []*Engine{w.process(t, nil), w.process(t, nil)}
	one, err := New(Config{Secret: []byte("the same everywhere"), Now: two[0].cfg.Now})
	if err != nil {
		t.Fatal(err)
	}
	var notes int
	for i := range 40 {
		m := pitched(i%20, i, time.Duration(i)*time.Minute)
		a, err := two[i%2].Evaluate(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		b, err := one.Evaluate(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if a.Verdict != b.Verdict || a.Score != b.Score || fmt.Sprint(a.Reasons) != fmt.Sprint(b.Reasons) {
			t.Errorf("message %d: %v %.4f %v, by one process %v %.4f %v", i, a.Verdict, a.Score, a.Reasons, b.Verdict, b.Score, b.Reasons)
		}
		notes += w.deliver()
	}
	if notes < 30 {
		t.Errorf("%d notes: nothing is tested", notes)
	}
	last := pitched(21, 99, time.Hour)
	for i, e := range append(two, one) {
		d, err := e.Preview(t.Context(), last)
		if err != nil {
			t.Fatal(err)
		}
		c, ok := campaignOf(e, last)
		if want, _ := campaignOf(one, last); !ok || c != want || c.Senders != 21 || c.Tainted == 0 {
			t.Errorf("engine %d: %+v, want %+v, %v", i, c, want, d.Reasons)
		}
	}
}

// campaignOf is what the index of an engine says of a message.
func campaignOf(e *Engine, m Message) (c struct {
	ID                                     uint64
	Messages, Senders, Recipients, Tainted int
}, ok bool) {
	s, err := e.open(context.Background(), &m)
	if err != nil {
		return c, false
	}
	defer e.close(s)
	f := &s.j.f
	k, ok := e.index.Preview(f.now, &f.sketch, f.me, f.to[0].who)
	c.ID, c.Messages, c.Senders, c.Recipients, c.Tainted = k.ID, k.Messages, k.Senders, k.Recipients, k.Flagged
	return c, ok
}

// What a process saw itself it knows at once; what others saw, once delivered.
func TestPeersLag(t *testing.T) {
	var w network
	a, b := w.process(t, nil), w.process(t, nil)
	for i := range 3 {
		if _, err := a.Evaluate(t.Context(), pitched(i, i, time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	m := pitched(9, 9, time.Hour)
	if c, _ := campaignOf(a, m); c.Senders != 4 {
		t.Errorf("its own: %+v", c)
	}
	if c, _ := campaignOf(b, m); c.Senders != 1 {
		t.Errorf("before delivery: %+v", c)
	}
	w.deliver()
	if c, _ := campaignOf(b, m); c.Senders != 4 || c.Recipients != 4 || c.Messages != 4 {
		t.Errorf("after delivery: %+v", c)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	a.Evaluate(t.Context(), pitched(5, 5, 2*time.Hour))
	w.deliver()
	if c, _ := campaignOf(b, m); c.Senders != 4 {
		t.Errorf("closed, it still listens: %+v", c)
	}
}

// Taint crosses over and is taken back, also where both processes met the
// campaign before they heard of each other and named it differently.
func TestPeersTaint(t *testing.T) {
	for _, apart := range []bool{false, true} {
		var w network
		a, b := w.process(t, nil), w.process(t, nil)
		first, second := pitched(1, 1, 0), pitched(2, 2, time.Second)
		second.Text = "Dear friend, " + second.Text
		a.Evaluate(t.Context(), first)
		if !apart {
			w.deliver()
		}
		b.Evaluate(t.Context(), second)
		w.deliver()
		m := pitched(9, 9, time.Hour)
		ca, _ := campaignOf(a, m)
		cb, _ := campaignOf(b, m)
		if (ca.ID != cb.ID) != apart {
			t.Fatalf("apart %v: clusters %d and %d", apart, ca.ID, cb.ID)
		}
		if ca.Senders != 3 || cb.Senders != 3 {
			t.Fatalf("%+v %+v", ca, cb)
		}
		if x, y := a.peers.names.Get(ca.ID), b.peers.names.Get(cb.ID); x != y || x != min(ca.ID, cb.ID) {
			t.Fatalf("records say %d and %d", x, y)
		}
		name := a.peers.names.Get(ca.ID)
		for i, e := range []*Engine{a, b} {
			s := e.about("spammer1", peerClock.Add(time.Minute), nil)
			s.j.taint = name
			e.taint(s)
			who := s.j.f.me
			e.close(s)
			w.deliver()
			ca, _ := campaignOf(a, m)
			cb, _ := campaignOf(b, m)
			if ca.Tainted != 1 || cb.Tainted != 1 {
				t.Errorf("apart %v, by %d: tainted %d and %d", apart, i, ca.Tainted, cb.Tainted)
			}
			e.untaint(name, who)
			w.deliver()
			ca, _ = campaignOf(a, m)
			cb, _ = campaignOf(b, m)
			if ca.Tainted != 0 || cb.Tainted != 0 {
				t.Errorf("apart %v, by %d, taken back: tainted %d and %d", apart, i, ca.Tainted, cb.Tainted)
			}
		}
	}
}

// Phrases of many senders over two processes are common to both.
func TestPeersPhrases(t *testing.T) {
	var w network
	a, b := w.process(t, nil), w.process(t, nil)
	const senders = 300
	for i := range 2 * senders { // each writes once, and once more when it is of some age
		k := i % senders
		m := Message{Sender: fmt.Sprint("u", k), Recipients: []Recipient{{ID: fmt.Sprint("v", i), Relation: Stranger}},
			At:   peerClock.Add(time.Duration(i)*time.Second - 10*24*time.Hour),
			Text: "I hope that this message finds you well and in good health. " + prose(uint64(i)) + prose(uint64(i+1000))}
		if i >= senders {
			m.At = m.At.Add(3 * 24 * time.Hour)
		}
		if _, err := []*Engine{a, b}[k%2].Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		w.deliver()
	}
	s, opening := "I hope that this message finds you well and in good health. ", 0
	for _, e := range []*Engine{a, b} {
		sp, err := e.open(t.Context(), &Message{Sender: "x", Recipients: To("y"), Text: s})
		if err != nil {
			t.Fatal(err)
		}
		opening += int(sp.j.f.sketch.Grams)
		e.close(sp)
	}
	if opening > 8 {
		t.Errorf("%d grams of the opening still count", opening)
	}
}

// A note that is malformed, newer, or of another Secret changes nothing and is
// reported, not each one for itself.
func TestPeersRefuse(t *testing.T) {
	var w network
	var faults []error
	a := w.process(t, func(c *Config) { c.Hooks.Fault = func(_ context.Context, err error) { faults = append(faults, err) } })
	b := w.process(t, func(c *Config) { // not on the same records, which would be refused at once
		c.Secret, c.Store.(*wireEnd).Memory = []byte("another"), NewMemory(0)
	})
	b.Evaluate(t.Context(), pitched(1, 1, 0))
	w.deliver()
	if c, _ := campaignOf(a, pitched(2, 2, time.Hour)); c.Senders != 1 {
		t.Errorf("a note under another Secret was taken: %+v", c)
	}
	for i := range 1000 {
		w.ends[0].fn([]byte(strings.Repeat("x", i)))
	}
	if len(faults) == 0 || len(faults) > 3 {
		t.Fatalf("%d faults: %v", len(faults), faults)
	}
	if f, ok := errors.AsType[*FaultError](faults[0]); !ok || f.Op != "note" || !errors.Is(faults[0], gossip.ErrSecret) {
		t.Errorf("%v", faults[0])
	}
}

// Telling others allocates nothing.
func TestPeersAllocs(t *testing.T) {
	if slowdown > 1 {
		t.Skip("the race detector drops pooled work spaces")
	}
	var w network
	a, alone := w.process(t, nil), w.process(t, nil)
	a.peers.store = deaf{w.ends[0]}
	alone.peers = nil
	allocs := func(e *Engine) float64 {
		i := 0
		texts := make([]string, 3000)
		for k := range texts {
			texts[k] = prose(uint64(k))
		}
		names := make([]string, 3000)
		for k := range names {
			names[k] = fmt.Sprint("n", k)
		}
		to := []Recipient{{Relation: Stranger}}
		return testing.AllocsPerRun(1000, func() {
			i++
			to[0].ID = names[i]
			if _, err := e.Evaluate(t.Context(), Message{Sender: names[i+1000], Recipients: to, Text: texts[i], At: peerClock, Joined: peerClock.AddDate(-1, 0, 0)}); err != nil {
				t.Fatal(err)
			}
		})
	}
	x, y := allocs(alone), allocs(a)
	t.Logf("%v allocations, %v with peers", x, y)
	if y > x {
		t.Errorf("%v allocations with peers, %v without", y, x)
	}
}

type deaf struct{ *wireEnd }

func (deaf) Broadcast([]byte) {}
