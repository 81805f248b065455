package policy_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// A town is an engine with a clock of its own, and a short way to say what
// happens in it. It sees of the engine what a host sees: answers, accounts, and
// the bytes in the store.
type town struct {
	testing.TB
	e     *policy.Engine
	store policy.Store
	now   time.Time
	n     int // messages, for IDs

	secret []byte
	keys   *keySpy // nil until somebody asks
}

// seeds is how many made-up histories a test tries: few, a quarter of them under
// the race detector, or all where DECORUM_LONG is set.
func seeds(few, all uint64) uint64 {
	switch {
	case os.Getenv("DECORUM_LONG") != "":
		return all
	case raced.On():
		return (few + 3) / 4
	}
	return few
}

// update rewrites what the tests compare with: go test ./policy -update.
var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// dawn is when every town begins.
var dawn = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// newTown makes a town; cfg.Secret, cfg.Store and cfg.Now have defaults.
func newTown(tb testing.TB, cfg policy.Config) *town {
	tb.Helper()
	w := &town{TB: tb, now: dawn}
	if cfg.Secret == nil {
		cfg.Secret = []byte("town")
	}
	if cfg.Store == nil {
		cfg.Store = policy.NewMemory(20_000)
	}
	if cfg.Index.MaxClusters == 0 {
		cfg.Index.MaxClusters = 4096 // a tenth of a megabyte to clear, not five
	}
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return w.now }
	}
	e, err := policy.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	w.e, w.store, w.secret = e, cfg.Store, cfg.Secret
	return w
}

func (w *town) pass(d time.Duration) { w.now = w.now.Add(d) }

// evaluate judges a message, now if it says no time.
func (w *town) evaluate(m policy.Message) policy.Decision {
	w.Helper()
	d, err := w.e.Evaluate(context.Background(), m)
	if err != nil {
		w.Fatalf("Evaluate(%s to %v): %v", m.Sender, m.Recipients, err)
	}
	return d
}

// send evaluates a message, with an ID if it has none.
func (w *town) send(m policy.Message) policy.Decision {
	w.Helper()
	if m.ID == "" {
		w.n++
		m.ID = fmt.Sprint("m", w.n)
	}
	return w.evaluate(m)
}

// worst is the gravest kind that a message brought.
func worst(d policy.Decision) (k policy.Kind) {
	for _, s := range d.Imposed {
		if k == 0 || harsh(s.Kind) {
			k = s.Kind
		}
	}
	return k
}

// harsh reports whether a kind is more than a Warning; the numbers are no ranks.
func harsh(k policy.Kind) bool { return k != 0 && k != policy.Warning }

// preview says what would become of a message.
func (w *town) preview(m policy.Message) policy.Decision {
	w.Helper()
	d, err := w.e.Preview(context.Background(), m)
	if err != nil {
		w.Fatalf("Preview(%s to %v): %v", m.Sender, m.Recipients, err)
	}
	return d
}

// say is a message with a text to one person of unknown relation.
func (w *town) say(from, to, text string) policy.Decision {
	w.Helper()
	return w.send(policy.Message{Sender: from, Recipients: policy.To(to), Text: text})
}

func (w *town) tell(ev policy.Event) {
	w.Helper()
	if err := w.e.Record(context.Background(), ev); err != nil {
		w.Fatalf("Record(%T%+v): %v", ev, ev, err)
	}
}

// impose has a moderator impose a sanction.
func (w *town) impose(s policy.Sanction) policy.Sanction {
	w.Helper()
	s, err := w.e.Impose(context.Background(), s)
	w.must(err)
	return s
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// account is where an account stands; an unknown one has the zero Account.
func (w *town) account(name string) policy.Account {
	w.Helper()
	a, err := w.e.Account(context.Background(), name)
	if err != nil && !errors.Is(err, policy.ErrNotFound) {
		w.Fatal(err)
	}
	return a
}

// sanctionsOf are those of an account that stand or can be appealed against.
func (w *town) sanctionsOf(account string) []policy.Sanction {
	w.Helper()
	a := w.account(account)
	return append(slices.Clone(a.Standing), a.History...)
}

// standing are the IDs of the sanctions of that kind that stand.
func (w *town) standing(account string, kind policy.Kind) (ids []string) {
	w.Helper()
	for _, s := range w.account(account).Standing {
		if s.Kind == kind {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// lift ends a sanction before its time.
func (w *town) lift(account, sanction string) {
	w.Helper()
	w.must(w.e.Lift(context.Background(), account, sanction, policy.Lifting{By: "judge"}))
}

// ruled appeals against a sanction, and has a person rule on it.
func (w *town) ruled(account, sanction string, outcome policy.RulingOutcome) policy.Appeal {
	w.Helper()
	a, err := w.e.Appeal(context.Background(), policy.Appeal{Account: account, Sanction: sanction, Statement: "It was not me"})
	if err != nil {
		w.Fatalf("appeal against %s: %v", sanction, err)
	}
	if err := w.e.Resolve(context.Background(), account, a.ID, policy.Ruling{Outcome: outcome, By: "judge"}); err != nil {
		w.Fatalf("ruling on %s: %v", a.ID, err)
	}
	return a
}

func (w *town) overturned(account, sanction string) {
	w.Helper()
	w.ruled(account, sanction, policy.Overturned)
}

// damning is evidence of two families that is enough to act on at once.
var damning = []scoring.Evidence{
	{Code: "host.links", Family: scoring.Content, LogOdds: 3, Value: 1, N: 1},
	{Code: "host.network", Family: scoring.Network, LogOdds: 3, Value: 1, N: 1},
}

// offend makes an account commit offences, 49 hours apart, and returns what they
// bring.
func (w *town) offend(account string, n int) (all []policy.Sanction) {
	w.Helper()
	for range n {
		d := w.send(policy.Message{Sender: account, Recipients: policy.To(fmt.Sprint("prey", w.n)), Text: spam, Evidence: damning, Origin: "cafe"})
		all = append(all, d.Imposed...)
		w.pass(49 * time.Hour)
	}
	return all
}

// weigh has somebody get a message and complain about it, and returns what that
// weighs.
func (w *town) weigh(reporter, account string, joined time.Time) float64 {
	w.Helper()
	w.pass(time.Minute)
	w.say(account, reporter, "Good morning, I am "+account)
	w.tell(policy.Complaint{From: reporter, Against: account, Category: policy.Spam, Joined: joined, At: w.now})
	c := w.account(account).Complaints
	return c[len(c)-1].Weight
}

// reasonOf finds a reason of a decision.
func reasonOf(d policy.Decision, c policy.Code) (policy.Reason, bool) {
	for _, r := range d.Reasons {
		if r.Code == c {
			return r, true
		}
	}
	return policy.Reason{}, false
}

// contents are all records of a store, without its incarnation, which is random.
func contents(tb testing.TB, store policy.Store) map[policy.Key]string {
	tb.Helper()
	all := map[policy.Key]string{}
	for entry, err := range store.All(context.Background(), false) {
		if err != nil {
			tb.Fatal(err)
		}
		if strings.HasPrefix(string(entry.Key[:]), "decorum proof") {
			if r := new(state.Record); r.Decode(entry.Data) == nil {
				r.Incarnation = state.Incarnation{}
				entry.Data = r.Encode(nil)
			}
		}
		all[entry.Key] = string(entry.Data)
	}
	return all
}

func (w *town) records() map[policy.Key]string {
	w.Helper()
	return contents(w, w.store)
}

// put replaces a record in the store; nil removes it.
func (w *town) put(key policy.Key, data []byte) {
	w.Helper()
	w.must(w.store.Update(context.Background(), key, func([]byte) (policy.Record, error) { return policy.Record{Data: data}, nil }))
}

// raw is the record of an account as the store keeps it; nil: none.
func (w *town) raw(name string) (data []byte) {
	w.Helper()
	w.must(w.store.View(context.Background(), w.key(name), func(b []byte) error {
		data = append([]byte(nil), b...)
		return nil
	}))
	return data
}

// key is the Key of an account's record: the one at which an engine with the same
// Secret looks for it.
func (w *town) key(name string) policy.Key {
	w.Helper()
	if w.keys == nil {
		w.keys = &keySpy{Memory: policy.NewMemory(0)}
		e, err := policy.New(policy.Config{Store: w.keys, Secret: w.secret, Timeout: time.Minute})
		w.must(err)
		w.keys.e = e
	}
	w.keys.seen = nil
	if _, err := w.keys.e.Account(context.Background(), name); !errors.Is(err, policy.ErrNotFound) || len(w.keys.seen) != 1 {
		w.Fatalf("the Key of %q: %v, %d keys", name, err, len(w.keys.seen))
	}
	return w.keys.seen[0]
}

// A keySpy is an empty store that notes what it is asked for.
type keySpy struct {
	*policy.Memory
	e    *policy.Engine
	seen []policy.Key
}

func (s *keySpy) View(ctx context.Context, key policy.Key, fn func([]byte) error) error {
	s.seen = append(s.seen, key)
	return s.Memory.View(ctx, key, fn)
}

// A witness is a SignalFunc that says nothing, and notes what it was told of the
// newest message.
type witness struct {
	cluster similarity.Cluster
	grams   int // of the text, less what everybody writes
}

func (w *witness) signal(dst []scoring.Evidence, _ *policy.Message, f *policy.Facts) []scoring.Evidence {
	w.cluster, w.grams = *f.Cluster, int(f.Sketch.Grams)
	return dst
}

// state is all that an engine remembers, in bytes that can be compared: every
// record by its key, the campaign index and the budget.
func (w *town) state() string {
	w.Helper()
	var b bytes.Buffer
	w.must(w.e.Snapshot(context.Background(), &b))
	return b.String()
}

// spam is a text of some length that is the same for all who get it.
const spam = "Congratulations, you have been selected for an exclusive investment opportunity that doubles your savings within a week"

// blast sends spam to n new people, a minute apart, and returns what became of
// it.
func (w *town) blast(from string, n int, text string) (ds []policy.Decision) {
	w.Helper()
	for range n {
		w.pass(time.Minute)
		w.n++
		ds = append(ds, w.say(from, fmt.Sprint(from, "-prey", w.n), text))
	}
	return ds
}

// until blasts until something of that kind is imposed, and returns it.
func (w *town) until(from, text string, kind policy.Kind) policy.Sanction {
	w.Helper()
	for range 300 {
		for _, d := range w.blast(from, 1, text) {
			for _, s := range d.Imposed {
				if s.Kind == kind {
					return s
				}
			}
		}
	}
	w.Fatalf("300 messages of %s brought no %v", from, kind)
	return policy.Sanction{}
}
