package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A Block of outreach is sure where there are many contacts: it refuses strangers, and
// lets answers to all who wrote first in the last 30 days pass, whether they had an
// answer before or not, and whether their own records are there or not.
func TestOutreachBlockOfManyContacts(t *testing.T) {
	const contacts, strangers = 400, 20_000
	store := policy.NewMemory(0)
	w := newTown(t, policy.Config{Store: store})
	writer := func(month, i int) string { return fmt.Sprint("writer", month, ".", i) }
	for month := range 2 {
		for i := range contacts {
			w.say(writer(month, i), "mal", fmt.Sprint("hi ", i))
			if month == 0 || i%2 == 0 {
				w.say("mal", writer(month, i), fmt.Sprint("hello ", i))
			}
			w.pass(30 * 24 * time.Hour / contacts)
		}
	}
	w.impose(policy.Sanction{Account: "mal", Kind: policy.Block, Scope: policy.Outreach, By: "moderator"})
	refused := func(step int) (n int) {
		for i := 0; i < contacts; i += step {
			if d := w.preview(policy.Message{Sender: "mal", Recipients: policy.To(writer(1, i))}); !d.Delivered() {
				n++
			}
		}
		return n
	}
	if n := refused(1); n > 0 {
		t.Errorf("%d of %d answers to people who wrote first are refused", n, contacts)
	}
	through := 0
	for i := range strangers {
		to := []policy.Recipient{{ID: fmt.Sprint("stranger", i), Relation: policy.Stranger}}
		if d := w.preview(policy.Message{Sender: "mal", Recipients: to}); d.Delivered() {
			through++
		}
	}
	t.Logf("%.2f%% of strangers can be written to", 100*float64(through)/strangers)
	if through > strangers/200 {
		t.Errorf("%d of %d strangers can be written to", through, strangers)
	}
	for i := range contacts {
		w.must(store.Delete(t.Context(), w.key(writer(1, i))))
	}
	if n := refused(2); n > 0 {
		t.Errorf("%d of %d answers to people who were answered before are refused once their records are gone", n, contacts/2)
	}
}
