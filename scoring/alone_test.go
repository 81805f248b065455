package scoring

import (
	"runtime/debug"
	"slices"
	"testing"
)

// alone skips a long test under the race detector, which could find nothing in it:
// it has one goroutine, and without the detector it runs.
func alone(t *testing.T) {
	t.Helper()
	info, _ := debug.ReadBuildInfo()
	if slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("one goroutine: nothing for the race detector")
	}
}
