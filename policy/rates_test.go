package policy

import (
	"fmt"
	"testing"
	"time"
)

// A page that reached some 4,000 followers is warned when it is sure that more
// than 1 in 1,000 complain, and restricted at more than 3 in 1,000; broadcasting
// by itself is no offence, and nor are a few complaints.
func TestPageComplaintRates(t *testing.T) {
	e, now := clocked(t)
	followers := 0
	for i := range 20 {
		m := Message{ID: fmt.Sprint("issue ", i), Sender: "page", Class: Page, Text: "Our newsletter with lots of news for you, dear followers of this page, number " + fmt.Sprint(i)}
		for range 200 {
			followers++
			m.Recipients = append(m.Recipients, Recipient{ID: fmt.Sprint("follower ", followers), Relation: Follower})
		}
		if d, worst := evaluate(t, e, m); d.Verdict != Allow || worst != 0 {
			t.Fatalf("issue %d: %v, %v", i, d.Verdict, d.Reasons)
		}
		*now = now.Add(30 * time.Minute)
	}
	first := map[Kind]int{}
	for i := 1; i <= 20; i++ {
		c := Complaint{From: fmt.Sprint("follower ", 17*i), Against: "page", Message: fmt.Sprint("issue ", i%20), Category: Spam}
		if err := e.Record(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		a, err := e.Account(t.Context(), "page")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Standing {
			if first[s.Kind] == 0 {
				first[s.Kind] = i
			}
		}
		*now = now.Add(20 * time.Minute)
	}
	if n := first[Warning]; n < 4 || n > 9 {
		t.Errorf("warned at complaint %d of %d reached, want 4 to 9", n, followers)
	}
	if n := first[Restriction]; n < 14 || n > 20 {
		t.Errorf("restricted at complaint %d of %d reached, want 14 to 20", n, followers)
	}
	if n := first[Block] + first[Suspension]; n != 0 {
		t.Errorf("blocked or suspended at complaint %d", n)
	}
}
