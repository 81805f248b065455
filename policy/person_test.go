package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestServiceNeedsAPerson: automation sanctions no service, whatever speaks against it:
// it asks a person. A person's own sanction holds, and what they confirm as severe.
func TestServiceNeedsAPerson(t *testing.T) {
	shadow := policy.Default()
	shadow.Name = "also"
	w := newTown(t, policy.Config{Shadow: []*policy.Policy{shadow}})
	asked := 0
	for i := range 30 {
		w.pass(time.Minute)
		to := fmt.Sprint("customer ", i)
		d := w.send(policy.Message{ID: fmt.Sprint("code ", i), Sender: "bank", Class: policy.Service, Recipients: policy.To(to), Text: fmt.Sprint("Your code is ", 1000+i), Evidence: damning})
		if len(d.Imposed) > 0 || !d.Delivered() {
			t.Fatalf("message %d: %v, %v imposed", i, d.Verdict, d.Imposed)
		}
		if _, ok := reasonOf(d, policy.CodePerson); ok && d.Verdict == policy.Flag && d.Shadow[0].Verdict == policy.Flag {
			asked++
		}
		w.tell(policy.Complaint{ID: fmt.Sprint("c", i), From: to, Against: "bank", Message: fmt.Sprint("code ", i), Category: policy.Fraud})
	}
	if a := w.account("bank"); len(a.Standing)+len(a.History) > 0 || asked != 30 {
		t.Errorf("standing %v, before %v; %d of 30 are a person's to look at", a.Standing, a.History, asked)
	}
	w.tell(policy.Review{Account: "bank", Complaint: "c29", Abusive: true, By: "mod"})
	if a := w.account("bank"); len(a.Standing) != 2 {
		t.Errorf("a confirmed fraud brings %v, want a suspension and a referral", a.Standing)
	}
}
