package state

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// An answer by somebody who had given way among the pending is to no text that is known,
// whatever the record that was read before it said of one.
func TestLateAnswer(t *testing.T) {
	asked := stamp.Of(dawn)
	var r Record
	r.Texts.N, r.Texts.Ring[0].Cluster = 1, 77
	r.Wait(dawn, Attempt{Who: 1, Asked: asked, Flags: WasDelivered | WasAsked, Fan: WeightUnit})
	if !r.Answer(1, dawn.Add(time.Minute), 1, false) || r.LastAnswer.Cluster != 77 {
		t.Fatalf("an answer in time is to %v", r.LastAnswer)
	}
	r.Reset() // as a record is reused
	for who := range uint64(MaxPending + 1) {
		r.Wait(dawn, Attempt{Who: 10 + who, Asked: asked, Slot: NoSlot, Flags: WasDelivered | WasAsked, Fan: WeightUnit})
	}
	if !r.Answer(10, dawn.Add(time.Hour), 1, false) || r.LastAnswer != (LastAnswer{Stranger: true}) {
		t.Errorf("a late answer is to %v", r.LastAnswer)
	}
}
