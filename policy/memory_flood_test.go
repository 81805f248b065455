package policy_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// there counts those of so many accounts of which something is remembered.
func (w *town) there(name string, n int) (there int) {
	w.Helper()
	for i := range n {
		if !w.account(fmt.Sprint(name, i)).Last.IsZero() {
			there++
		}
	}
	return there
}

// TestFloodTakesTheLightest has new accounts, alone and in pairs that answer each
// other, flood a full store. They push out each other, and nobody who wrote on
// several days; and those who only begin to write are limited as ever.
func TestFloodTakesTheLightest(t *testing.T) {
	raced.Skip(t)
	mem := policy.NewMemory(3000)
	w := newTown(t, policy.Config{Store: mem})
	const quiet, pairs = 1500, 300
	for range 2 {
		for i := range quiet {
			w.say(fmt.Sprint("quiet", i), fmt.Sprint("reader", i), "Good morning")
		}
		for i := range pairs {
			w.say(fmt.Sprint("ann", i), fmt.Sprint("bob", i), "Good morning, Bob")
			w.say(fmt.Sprint("bob", i), fmt.Sprint("ann", i), "Good morning, Ann")
		}
		w.pass(72 * time.Hour)
	}
	for i := range 6000 {
		w.say(fmt.Sprint("flood", i), fmt.Sprint("x", i), "hi")
		w.pass(time.Second)
	}
	for i := range 3000 {
		w.say(fmt.Sprint("pa", i), fmt.Sprint("pb", i), "hi")
		w.say(fmt.Sprint("pb", i), fmt.Sprint("pa", i), "hi")
		w.pass(time.Second)
	}
	for _, c := range []struct {
		name string
		n    int
	}{{"quiet", quiet}, {"ann", pairs}, {"bob", pairs}} {
		if got := w.there(c.name, c.n); got != c.n {
			t.Errorf("of %d accounts %s of two days %d are left", c.n, c.name, got)
		}
	}
	if st := mem.Stats(); st.Records != 3000 {
		t.Errorf("%+v, want 3000 records", st)
	}
	refused := 0
	for i := range 40 {
		d := w.send(policy.Message{Sender: "copier", Recipients: []policy.Recipient{{ID: fmt.Sprint("v", i), Relation: policy.Stranger}}, Text: spam})
		if !d.Delivered() {
			refused++
		}
		for k := range 20 {
			w.say(fmt.Sprint("flood again", i, " ", k), fmt.Sprint("y", k), "hi")
		}
	}
	if refused < 20 {
		t.Errorf("of 40 copies to strangers by a new account in a full store %d were refused", refused)
	}
}

// TestWarningsDoNotPin has throwaway accounts that are each warned fill a store far
// beyond its bound: it keeps to the bound, and loses no sanction above a Warning.
func TestWarningsDoNotPin(t *testing.T) {
	raced.Skip(t)
	throwaways, bound := 1200, 200
	if os.Getenv("DECORUM_LONG") != "" {
		throwaways, bound = 1_000_000, 100_000
	}
	mem := policy.NewMemory(bound)
	w := newTown(t, policy.Config{Store: mem})
	const punished = 50
	for i := range punished {
		kind := policy.Sanction{Account: fmt.Sprint("punished", i), Kind: policy.Suspension, By: "moderator"}
		if i%2 == 0 {
			kind.Kind, kind.Until = policy.Block, w.now.AddDate(0, 0, 30)
		}
		w.impose(kind)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	warned, most := 0, 0
	for i := range throwaways {
		var text strings.Builder // like no other
		for range 30 {
			fmt.Fprintf(&text, "%s ", strconv.FormatUint(rng.Uint64()>>24, 36))
		}
		for k := range 20 {
			d := w.evaluate(policy.Message{Sender: fmt.Sprint("throwaway", i), Recipients: []policy.Recipient{{ID: fmt.Sprint("v", i, " ", k), Relation: policy.Stranger}}, Text: text.String()})
			if worst(d) != 0 {
				warned++
				break
			}
		}
		w.pass(24 * time.Hour / time.Duration(throwaways))
		most = max(most, mem.Len())
	}
	st := mem.Stats()
	t.Logf("%d throwaways, %d warned: %+v, at most %d records, bound %d", throwaways, warned, st, most, bound)
	if warned < throwaways*9/10 {
		t.Fatalf("of %d throwaways %d were warned: the test tests nothing", throwaways, warned)
	}
	if most > bound*5/4 || st.Over != 0 {
		t.Errorf("at most %d records, %d over: want %d at most", most, st.Over, bound*5/4)
	}
	for i := range punished {
		if d := w.say(fmt.Sprint("punished", i), "anybody", "hello"); d.Delivered() {
			t.Errorf("punished account %d is free: %v", i, d)
		}
	}
	listed := 0
	for s, err := range w.e.Sanctions(t.Context()) {
		if w.must(err); strings.HasPrefix(s.Account, "punished") {
			listed++
		}
	}
	if listed != punished {
		t.Errorf("%d of %d punished accounts are listed", listed, punished)
	}
}

// snapshot is what Engine.Snapshot writes.
func (w *town) snapshot() []byte {
	w.Helper()
	var b bytes.Buffer
	w.must(w.e.Snapshot(w.Context(), &b))
	return b.Bytes()
}

// TestFadedGoes has sanctioned accounts fall silent, while others write now and then;
// also in a store that begins anew from a snapshot every few days. Their names go when no sanction can be appealed against any more, and their records when
// they mean nothing.
func TestFadedGoes(t *testing.T) {
	raced.Skip(t)
	for _, anew := range []bool{false, true} {
		w := newTown(t, policy.Config{})
		const n = 30
		for i := range n {
			w.until(fmt.Sprint("sanctioned", i), fmt.Sprint(spam, i), policy.Block)
			w.pass(48 * time.Hour)
		}
		kept, last := w.there("sanctioned", n), w.now
		if kept != n {
			t.Fatalf("%d of %d are remembered at once", kept, n)
		}
		for day := 1; day <= 400; day++ {
			w.pass(24 * time.Hour)
			for range 6 {
				w.pass(time.Minute)
				w.say(fmt.Sprint("resident", day%12), "bob", "Good morning")
			}
			if day == 100 || day == 200 {
				names, records := bytes.Count(w.snapshot(), []byte("sanctioned")), w.store.(*policy.Memory).Len()
				if day == 100 && (names != n || records < n) || day == 200 && (names != 0 || records < n/2) {
					t.Errorf("after %d days %d names are left and %d records; want all %d after 100, no name and most records after 200", day, names, records, n)
				}
			}
			if anew && day%5 == 0 {
				b := w.snapshot()
				now := w.now
				w = newTown(t, policy.Config{})
				w.now = now
				w.must(w.e.Restore(t.Context(), bytes.NewReader(b)))
			}
		}
		if left := w.there("sanctioned", n); left != 0 || w.store.(*policy.Memory).Len() > 12 {
			t.Errorf("%v after the last sanction %d accounts and %d records are left", w.now.Sub(last), left, w.store.(*policy.Memory).Len())
		}
	}
}

// TestJumpSweepsNothing has the clock be a year ahead for a thousand calls: no
// record of a silent account goes.
func TestJumpSweepsNothing(t *testing.T) {
	w := newTown(t, policy.Config{})
	for day := range 20 {
		w.say("ann", "bob", fmt.Sprint("day ", day))
		w.pass(24 * time.Hour)
	}
	for i := range 50 {
		w.impose(policy.Sanction{Account: fmt.Sprint("bad", i), Kind: policy.Suspension, By: "moderator", Until: w.now.AddDate(0, 0, 40)})
	}
	w.pass(365 * 24 * time.Hour)
	for i := range 1000 {
		w.say(fmt.Sprint("carl", i%10), "bob", "hello")
	}
	w.snapshot()
	w.pass(-365 * 24 * time.Hour)
	for i := range 50 {
		if d := w.say(fmt.Sprint("bad", i), "bob", "hello"); d.Verdict != policy.Reject {
			t.Errorf("suspended account %d: %v", i, d.Verdict)
		}
	}
}
