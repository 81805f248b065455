package similarity

import "testing"

// alone skips a long test under the race detector, which could find nothing in it:
// it has one goroutine, and without the detector it runs.
func alone(t *testing.T) {
	t.Helper()
	if raceEnabled {
		t.Skip("one goroutine: nothing for the race detector")
	}
}
