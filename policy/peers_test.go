package policy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/similarity"
)

// A network connects the stores of several processes, which share their records.
// Notes wait until they are delivered.
type network struct {
	records *policy.Memory
	mu      sync.Mutex
	ends    []*wireEnd
}

type wireEnd struct {
	*policy.Memory
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

// A peer is the engine of one of the processes.
type peer struct {
	*policy.Engine
	end  *wireEnd
	seen witness
}

// process adds an engine.
func (w *network) process(t testing.TB, change func(*policy.Config)) *peer {
	t.Helper()
	if w.records == nil {
		w.records = policy.NewMemory(0)
	}
	p := &peer{end: &wireEnd{Memory: w.records, w: w}}
	cfg := peerConfig()
	cfg.Store, cfg.Signals = p.end, []policy.SignalFunc{p.seen.signal}
	if change != nil {
		change(&cfg)
	}
	var err error
	if p.Engine, err = policy.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	w.ends = append(w.ends, p.end)
	return p
}

func peerConfig() policy.Config {
	return policy.Config{Secret: []byte("the same everywhere"), Timeout: time.Minute, Now: func() time.Time { return peerClock.Add(24 * time.Hour) }}
}

// says is what the campaign index of a peer says of a message, that message among
// the others.
func (p *peer) says(t testing.TB, m policy.Message) similarity.Cluster {
	t.Helper()
	p.seen = witness{}
	if _, err := p.Preview(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return p.seen.cluster
}

// pitched is a message of a campaign.
func pitched(sender, to int, at time.Duration) policy.Message {
	return policy.Message{
		ID: fmt.Sprintf("m%d-%d", sender, to), Sender: fmt.Sprint("spammer", sender),
		Recipients: []policy.Recipient{{ID: fmt.Sprint("victim", to), Relation: policy.Stranger}},
		Text:       fmt.Sprintf("Hello number %d, we have looked at your profile and think that you could earn a lot more with our method. Write back today, there are only %d places left in the course!", to, 3+sender%7),
		At:         peerClock.Add(at), Delayed: true,
	}
}

// A campaign of 20 accounts over two processes is seen by both as by one.
func TestPeersCampaign(t *testing.T) {
	var w, alone network
	two, one := []*peer{w.process(t, nil), w.process(t, nil)}, alone.process(t, nil)
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
	if notes < 15 { // copies of a text in doubt wait
		t.Errorf("%d notes: nothing is tested", notes)
	}
	last := pitched(21, 99, time.Hour)
	want := one.says(t, last)
	for i, e := range two {
		if c := e.says(t, last); !cmp.Equal(c, want) || c.Senders < 12 {
			t.Errorf("engine %d: %+v, want %+v", i, c, want)
		}
	}
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
	if c := a.says(t, m); c.Senders != 4 {
		t.Errorf("its own: %+v", c)
	}
	if c := b.says(t, m); c.Senders != 1 {
		t.Errorf("before delivery: %+v", c)
	}
	w.deliver()
	if c := b.says(t, m); c.Senders != 4 || c.Recipients != 4 || c.Messages != 4 {
		t.Errorf("after delivery: %+v", c)
	}
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if b.end.fn != nil {
		t.Error("closed, it still listens")
	}
}

// Taint crosses over and is taken back, also where both processes met the
// campaign before they heard of each other and named it differently; records then
// hold one name.
func TestPeersTaint(t *testing.T) {
	for _, apart := range []bool{false, true} {
		var w network
		both := []*peer{w.process(t, nil), w.process(t, nil)}
		first, second := pitched(1, 1, 0), pitched(2, 2, time.Second)
		second.Text = "Dear friend, " + second.Text
		both[0].Evaluate(t.Context(), first)
		if !apart {
			w.deliver()
		}
		both[1].Evaluate(t.Context(), second)
		w.deliver()
		m := pitched(9, 9, time.Hour)
		ca, cb := both[0].says(t, m), both[1].says(t, m)
		if ca.ID != cb.ID || ca.First.Equal(cb.First) == apart || ca.Senders != 3 || cb.Senders != 3 {
			t.Fatalf("apart %v: %+v %+v", apart, ca, cb)
		}
		flagged := func(want int) {
			t.Helper()
			w.deliver()
			if ca, cb := both[0].says(t, m), both[1].says(t, m); ca.Flagged != want || cb.Flagged != want {
				t.Errorf("apart %v: flagged %d and %d, want %d", apart, ca.Flagged, cb.Flagged, want)
			}
		}
		for i, e := range both {
			guilty := pitched(3+i, 3+i, time.Minute)
			guilty.Evidence = damning
			d, err := e.Evaluate(t.Context(), guilty)
			if err != nil || len(d.Imposed) != 1 {
				t.Fatalf("%v, %v", d.Imposed, err)
			}
			flagged(1)
			a, err := both[1-i].Account(t.Context(), guilty.Sender)
			if err != nil || len(a.Texts) != 1 || a.Texts[0].Cluster != ca.ID {
				t.Errorf("the record says %+v, %v; the cluster is %d", a.Texts, err, ca.ID)
			}
			ap, err := both[1-i].Appeal(t.Context(), policy.Appeal{Account: guilty.Sender, Sanction: d.Imposed[0].ID})
			if err != nil {
				t.Fatal(err)
			}
			if err := both[1-i].Resolve(t.Context(), guilty.Sender, ap.ID, policy.Ruling{Outcome: policy.Overturned, By: "judge"}); err != nil {
				t.Fatal(err)
			}
			flagged(0)
		}
	}
}

// Phrases of many senders over two processes are common to both.
func TestPeersPhrases(t *testing.T) {
	t.Run("unknown origins", func(t *testing.T) { peersPhrases(t, func(int) string { return "" }) })
	t.Run("an origin each", func(t *testing.T) { peersPhrases(t, func(k int) string { return fmt.Sprint("network ", k) }) })
}

func peersPhrases(t *testing.T, origin func(k int) string) {
	var w network
	both := []*peer{w.process(t, nil), w.process(t, nil)}
	const senders = 300
	for i := range 3 * senders { // people with contacts
		k := i % senders
		m := policy.Message{Sender: fmt.Sprint("u", k), Origin: origin(k), Recipients: policy.To(fmt.Sprint("friend ", i)), Reply: true, Text: prose(uint64(i)),
			At: peerClock.Add(time.Duration(i)*time.Second - 11*24*time.Hour), Delayed: true}
		if _, err := both[k%2].Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 * senders { // each writes once, and once more when it is of some age
		k := i % senders
		m := policy.Message{Sender: fmt.Sprint("u", k), Origin: origin(k), Recipients: []policy.Recipient{{ID: fmt.Sprint("v", i), Relation: policy.Stranger}},
			At: peerClock.Add(time.Duration(i)*time.Second - 6*24*time.Hour), Delayed: true,
			Text: opening + prose(uint64(i)) + prose(uint64(i+1000))}
		if i >= senders {
			m.At = m.At.Add(3 * 24 * time.Hour)
		}
		if _, err := both[k%2].Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		w.deliver()
	}
	for i, e := range both {
		e.says(t, policy.Message{Sender: "x", Recipients: policy.To("y"), Text: opening})
		if e.seen.grams > 16 { // a third is always kept
			t.Errorf("process %d: %d grams of the opening still count", i, e.seen.grams)
		}
	}
}

// A picture that people of many processes send to their friends is everybody's in each.
func TestPeersPictures(t *testing.T) {
	var w network
	all := make([]*peer, 8)
	for i := range all {
		all[i] = w.process(t, nil)
	}
	for i := range 40 * 20 { // 40 people, five to a process, four messages a day
		k := i % 40
		m := policy.Message{Sender: fmt.Sprint("u", k), Recipients: []policy.Recipient{{ID: fmt.Sprint("friend ", k, i/40%5), Relation: policy.Connection}},
			Media: []string{"sticker"}, At: peerClock.Add(time.Duration(i/40)*6*time.Hour + time.Duration(k)*time.Minute - 5*24*time.Hour), Delayed: true}
		if _, err := all[k%8].Evaluate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		w.deliver()
	}
	for i, e := range all {
		for _, c := range []struct {
			picture string
			counts  bool
		}{{"sticker", false}, {"photo", true}} {
			e.says(t, policy.Message{Sender: "x", Recipients: policy.To("y"), Media: []string{c.picture}})
			if counts := e.seen.grams > 0; counts != c.counts {
				t.Errorf("process %d: the %s counts: %v", i, c.picture, counts)
			}
		}
	}
}

// A note that is malformed, newer, or of another Secret changes nothing and is
// reported, not each one for itself.
func TestPeersRefuse(t *testing.T) {
	var w network
	var faults []error
	a := w.process(t, func(c *policy.Config) {
		c.Hooks.Fault = func(_ context.Context, err error) { faults = append(faults, err) }
	})
	b := w.process(t, func(c *policy.Config) { // not on the same records, which would be refused at once
		c.Secret, c.Store.(*wireEnd).Memory = []byte("another"), policy.NewMemory(0)
	})
	b.Evaluate(t.Context(), pitched(1, 1, 0))
	w.deliver()
	if c := a.says(t, pitched(2, 2, time.Hour)); c.Senders != 1 {
		t.Errorf("a note under another Secret was taken: %+v", c)
	}
	for i := range 1000 {
		w.ends[0].fn([]byte(strings.Repeat("x", i)))
	}
	if len(faults) == 0 || len(faults) > 3 {
		t.Fatalf("%d faults: %v", len(faults), faults)
	}
	if f, ok := errors.AsType[*policy.FaultError](faults[0]); !ok || f.Op != "note" || !strings.Contains(faults[0].Error(), "another Secret") {
		t.Errorf("%v", faults[0])
	}
}

// Nothing is said to a store of another Secret, and what its processes say is
// not heard.
func TestNoNotesToAnotherSecret(t *testing.T) {
	var w network
	w.process(t, nil)
	away := &downEnd{wireEnd: wireEnd{Memory: w.records, w: &w}, down: true}
	cfg := peerConfig()
	cfg.Store, cfg.Secret = away, []byte("another")
	b, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	away.down = false
	w.ends = append(w.ends, &away.wireEnd)
	for i := range 5 {
		if _, err := b.Evaluate(t.Context(), pitched(i, i, 0)); !errors.Is(err, policy.ErrSecret) {
			t.Fatalf("%v, want ErrSecret", err)
		}
	}
	if len(away.notes) > 0 {
		t.Errorf("%d notes", len(away.notes))
	}
}

// A downEnd is a wireEnd whose records are out of reach at first.
type downEnd struct {
	wireEnd
	down bool
}

func (d *downEnd) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	if d.down {
		return errors.New("away")
	}
	return d.wireEnd.Update(ctx, key, fn)
}

// Telling others allocates nothing.
func TestPeersAllocs(t *testing.T) {
	if raced.On() {
		t.Skip("the race detector drops pooled work spaces")
	}
	allocs := func(store policy.Store) float64 {
		cfg := peerConfig()
		cfg.Store = store
		e, err := policy.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		texts, names := make([]string, 3000), make([]string, 3000)
		for k := range texts {
			texts[k], names[k] = prose(uint64(k)), fmt.Sprint("n", k)
		}
		to := []policy.Recipient{{Relation: policy.Stranger}}
		return testing.AllocsPerRun(1000, func() {
			i++
			to[0].ID = names[i]
			if _, err := e.Evaluate(t.Context(), policy.Message{Sender: names[i+1000], Recipients: to, Text: texts[i], At: peerClock, Joined: peerClock.AddDate(-1, 0, 0)}); err != nil {
				t.Fatal(err)
			}
		})
	}
	x, y := allocs(outside{policy.NewMemory(0)}), allocs(deaf{policy.NewMemory(0)})
	t.Logf("%v allocations, %v with peers", x, y)
	if y > x {
		t.Errorf("%v allocations with peers, %v without", y, x)
	}
}

// deaf is a store whose notes go nowhere.
type deaf struct{ *policy.Memory }

func (deaf) Broadcast([]byte) {}

func (deaf) Listen(func([]byte)) func() { return func() {} }
