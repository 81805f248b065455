package policy

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestOriginsSee: the newest and three before it, each once.
func TestOriginsSee(t *testing.T) {
	key := func(i int) Key { return Key{byte(i), 1} }
	var o origins
	var want []int // newest first
	for i, k := range []int{1, 1, 2, 1, 3, 4, 5, 4, 3, 6, 6, 1} {
		o.see(key(k))
		o.see(Key{}) // none
		want = slices.Insert(slices.DeleteFunc(want, func(x int) bool { return x == k }), 0, k)
		want = want[:min(len(want), 1+maxEarlier)]
		for x := range 8 {
			if got := o.has(key(x)); got != slices.Contains(want, x) {
				t.Fatalf("step %d: has %d: %v, want those of %v", i, x, got, want)
			}
		}
	}
	if o.has(Key{}) || (&origins{}).has(Key{}) {
		t.Error("no origin is one of them")
	}
}

// TestOriginOfAnEvent: a sanction that complaints or a moderator's finding bring
// is noted at the origin from which the account last wrote, like one that a message
// brings, and taken off where it is overturned.
func TestOriginOfAnEvent(t *testing.T) {
	for _, category := range []Category{Spam, Fraud} {
		w := newTown(t, Config{})
		for i := range 3 {
			victim := fmt.Sprint("victim", i)
			w.pass(time.Hour)
			w.send(Message{Sender: "sam", Recipients: To(victim), Origin: "cafe"})
			w.pass(30 * time.Minute)
			w.tell(Complaint{From: victim, Against: "sam", Category: category})
		}
		w.tell(Review{Account: "sam", Abusive: true, By: "eve"})
		var id string
		for _, s := range w.account("sam").Standing {
			if s.Kind == Block || s.Kind == Suspension {
				id = s.ID
			}
		}
		if id == "" {
			t.Fatalf("%v: nothing stands: %v", category, w.account("sam"))
		}
		told := func(who, origin string) bool {
			d := w.send(Message{Sender: who, Recipients: To("bea" + who), Origin: origin})
			return slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == CodeOrigin })
		}
		if !told("sam2", "cafe") {
			t.Errorf("%v: another account of the origin begins with nothing", category)
		}
		if told("tom", "home") {
			t.Errorf("%v: an account of another origin begins with something", category)
		}
		for _, s := range w.account("sam").Standing {
			a, err := w.e.Appeal(t.Context(), Appeal{Account: "sam", Sanction: s.ID})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.e.Resolve(t.Context(), "sam", a.ID, Ruling{Outcome: Overturned, By: "judge"}); err != nil {
				t.Fatal(err)
			}
		}
		if told("sam3", "cafe") {
			t.Errorf("%v: overturned, and the origin is still told on", category)
		}
	}
}
