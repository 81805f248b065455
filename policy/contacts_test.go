package policy_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// A Block of outreach is sure where there are many contacts: it refuses strangers, and
// lets answers to all who wrote first in the last 30 days pass, whether they had an
// answer before or not, and whether their own records are there or not.
func TestOutreachBlockOfManyContacts(t *testing.T) {
	raced.Skip(t)
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

// address names n people of an address book.
func address(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint("friend ", i)
	}
	return all
}

// TestContactsFeast: who greets their own address book, of which the host told, greets
// contacts, and so does who of them greets back. Without that they are strangers.
func TestContactsFeast(t *testing.T) {
	greet := func(told bool) (delivered int, a policy.Account) {
		w := newTown(t, policy.Config{})
		all := address(60)
		if told {
			w.tell(policy.Contacts{Of: "sam", With: all})
		}
		for _, to := range all {
			w.pass(40 * time.Second)
			if d := w.say("sam", to, "A happy new year to you and your family, and all the best from us here at the lake!"); d.Delivered() {
				delivered++
			}
		}
		w.say("friend 7", "sam", "And to you!")
		if b := w.account("friend 7"); told && b.Strangers > 0 {
			t.Errorf("%v strangers approached by a contact", b.Strangers)
		}
		return delivered, w.account("sam")
	}
	if n, a := greet(true); n != 60 || a.Strangers > 0 || a.Unanswered > 0 || a.Reached < 59 || len(a.Offences) > 0 {
		t.Errorf("%d of 60 delivered, %v strangers, %d unanswered, %v reached, offences %v", n, a.Strangers, a.Unanswered, a.Reached, a.Offences)
	}
	if n, a := greet(false); n > 30 || a.Strangers == 0 {
		t.Errorf("%d of 60 delivered to strangers: the test shows nothing", n)
	}
}

// TestContactsTold: whom the account wrote to has answered by that; who never had a
// message cannot report one; telling again, or of oneself, changes nothing; a snapshot
// keeps it, and Forget does not.
func TestContactsTold(t *testing.T) {
	w := newTown(t, policy.Config{})
	stranger := func(w *town, to string) bool {
		d := w.preview(policy.Message{Sender: "sam", Recipients: policy.To(to)})
		return !d.Delivered()
	}
	w.tell(policy.Contacts{Of: "ann", With: []string{"ann", "ann"}})
	if w.raw("ann") != nil {
		t.Error("who knows themself has a record")
	}
	for i := range 3 {
		w.say("sam", fmt.Sprint("asked ", i), fmt.Sprint("May I add you? I am number ", i))
	}
	w.pass(time.Hour)
	w.tell(policy.Contacts{Of: "sam", With: []string{"asked 1", "friend", "sam", "friend"}})
	if a := w.account("sam"); a.Unanswered != 2 || a.Answered < .9 || a.Answered > 1.1 {
		t.Errorf("%d unanswered, %v answered, want 2 and 1", a.Unanswered, a.Answered)
	}
	before := w.state()
	w.tell(policy.Contacts{Of: "sam", With: []string{"friend", "asked 1"}})
	if w.state() != before {
		t.Error("told twice is not told once")
	}
	w.tell(policy.Complaint{From: "friend", Against: "sam", Category: policy.Spam})
	if a := w.account("sam"); len(a.Complaints) > 0 {
		t.Errorf("who never had a message reports: %v", a.Complaints)
	}
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Block, Scope: policy.Outreach, By: "moderator"})
	if stranger(w, "friend") || !stranger(w, "somebody") {
		t.Error("a block of outreach covers the friend, or not a stranger")
	}
	other := newTown(t, policy.Config{})
	other.pass(time.Hour)
	other.must(other.e.Restore(t.Context(), bytes.NewReader(w.snapshot())))
	if stranger(other, "friend") {
		t.Error("the snapshot has forgotten the friend")
	}
	w.forget("sam")
	if !stranger(w, "friend") {
		t.Error("Forget has not forgotten the friend")
	}
}

// TestContactsMany: a million people, in events of as many as one takes, make no record
// longer than it may be, and nobody forgotten with whom the account talks.
func TestContactsMany(t *testing.T) {
	raced.Skip(t)
	w := newTown(t, policy.Config{})
	for i := range 50 {
		w.pass(10 * time.Minute)
		w.say("sam", fmt.Sprint("partner ", i), fmt.Sprint("hello ", i))
		w.say(fmt.Sprint("partner ", i), "sam", "hello back")
	}
	list := make([]string, policy.MaxContacts)
	for k := range 1_000_000 / len(list) {
		for i := range list {
			list[i] = fmt.Sprint("member ", k, ".", i)
		}
		w.tell(policy.Contacts{Of: "sam", With: list})
	}
	if n := len(w.raw("sam")); n > 2500 {
		t.Errorf("the record has %d bytes", n)
	}
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Block, Scope: policy.Outreach, By: "moderator"})
	for i := range 50 {
		if d := w.preview(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("partner ", i))}); !d.Delivered() {
			t.Errorf("partner %d is forgotten", i)
		}
	}
	for _, to := range list[len(list)-400:] {
		if d := w.preview(policy.Message{Sender: "sam", Recipients: policy.To(to)}); !d.Delivered() {
			t.Errorf("%s is forgotten", to)
		}
	}
}
