package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestComplaintOfAConnection: a complaint by somebody whom the host said to be a
// connection is none about cold outreach, also where many were written to since and
// they never answered; by a stranger it is one.
func TestComplaintOfAConnection(t *testing.T) {
	for _, since := range []int{1, 30, 150} {
		for relation, cold := range map[policy.Relation]bool{policy.Connection: false, policy.Stranger: true} {
			w := newTown(t, policy.Config{})
			for i := range since + 1 {
				w.evaluate(policy.Message{ID: fmt.Sprint(i), Sender: "ann", Text: fmt.Sprint("word ", i), Recipients: []policy.Recipient{{ID: fmt.Sprint("p", i), Relation: relation}}})
				w.pass(3 * time.Hour)
			}
			w.tell(policy.Complaint{From: "p0", Against: "ann", Message: "0", Category: policy.Spam})
			all := w.account("ann").Complaints
			if len(all) != 1 || all[0].Cold != cold {
				t.Errorf("%v, and %d since: %+v, want cold %v", relation, since, all, cold)
			}
		}
	}
}
