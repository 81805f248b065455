package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestStrict: it is Default with a shorter ladder for members; two offences suspend, and
// a person takes the step behind that.
func TestStrict(t *testing.T) {
	d := policy.Default()
	p := policy.Strict()
	if p.ID() == d.ID() || !slices.Equal(p.Classes[policy.Page].Ladder, d.Classes[policy.Page].Ladder) {
		t.Error("Strict is not what it says")
	}
	extended, err := policy.ReadPolicy(strings.NewReader(`{"extends": "strict"}`))
	if err != nil || extended.ID() != p.ID() {
		t.Errorf("a file that extends strict: %v, %v", extended, err)
	}
	w := newTown(t, policy.Config{Policy: p})
	got := w.offend("sam", 1)
	if len(got) != 1 || got[0].Kind != policy.Block || got[0].Scope != policy.Messaging || got[0].Until.Sub(got[0].From) != 48*time.Hour {
		t.Fatal("the first offence brings", got)
	}
	got = w.offend("sam", 1)
	if len(got) != 1 || got[0].Kind != policy.Suspension || got[0].Until.Sub(got[0].From) != 30*24*time.Hour {
		t.Fatal("the second offence brings", got)
	}
	asked := false
	for range 3 {
		w.now = got[0].Until.Add(time.Minute)
		d := w.send(policy.Message{Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", w.n)), Evidence: damning})
		if got = d.Imposed; len(got) == 0 {
			t.Fatal("a further offence brings nothing")
		}
		asked = slices.ContainsFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodePerson })
	}
	if !asked {
		t.Error("no person is asked at the fifth offence")
	}
}
