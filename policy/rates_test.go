package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A page that reached some 4,000 followers is warned when it is sure that more
// than 1 in 1,000 complain, and restricted at more than 3 in 1,000; broadcasting
// by itself is no offence, and nor are a few complaints.
func TestPageComplaintRates(t *testing.T) {
	w := newTown(t, policy.Config{})
	followers := 0
	for i := range 20 {
		m := policy.Message{ID: fmt.Sprint("issue ", i), Sender: "page", Class: policy.Page, Text: "Our newsletter with lots of news for you, dear followers of this page, number " + fmt.Sprint(i)}
		for range 200 {
			followers++
			m.Recipients = append(m.Recipients, policy.Recipient{ID: fmt.Sprint("follower ", followers), Relation: policy.Follower})
		}
		if d := w.evaluate(m); d.Verdict != policy.Allow || len(d.Imposed) > 0 {
			t.Fatalf("issue %d: %v, %v", i, d.Verdict, d.Reasons)
		}
		w.pass(30 * time.Minute)
	}
	first := map[policy.Kind]int{}
	for i := 1; i <= 20; i++ {
		c := policy.Complaint{From: fmt.Sprint("follower ", 17*i), Against: "page", Message: fmt.Sprint("issue ", i%20), Category: policy.Spam}
		w.tell(c)
		for _, s := range w.account("page").Standing {
			if first[s.Kind] == 0 {
				first[s.Kind] = i
			}
		}
		w.pass(20 * time.Minute)
	}
	if n := first[policy.Warning]; n < 4 || n > 9 {
		t.Errorf("warned at complaint %d of %d reached, want 4 to 9", n, followers)
	}
	if n := first[policy.Restriction]; n < 14 || n > 20 {
		t.Errorf("restricted at complaint %d of %d reached, want 14 to 20", n, followers)
	}
	if n := first[policy.Block] + first[policy.Suspension]; n != 0 {
		t.Errorf("blocked or suspended at complaint %d", n)
	}
}
