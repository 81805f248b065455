package ladder

import "testing"

// TestAbove: every kind has a rank of its own, and neither none nor an unknown
// number is above any.
func TestAbove(t *testing.T) {
	order := []Kind{0, Warning, Block, Restriction, Suspension, Referral}
	if len(order) != int(LastKind)+1 {
		t.Fatalf("%d kinds here, %d there", len(order), LastKind+1)
	}
	for i, a := range order {
		for j, b := range order {
			if a.Above(b) != (i > j) {
				t.Errorf("%d above %d: %t", a, b, a.Above(b))
			}
		}
		if unknown := LastKind + 1; unknown.Above(a) || i > 0 && !a.Above(unknown) {
			t.Errorf("an unknown kind beside %d", a)
		}
	}
}
