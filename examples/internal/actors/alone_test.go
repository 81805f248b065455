package actors

import (
	"runtime/debug"
	"slices"
	"testing"
)

// alone skips a long test under the race detector, which could find nothing here:
// there are no goroutines.
func alone(t *testing.T) {
	t.Helper()
	info, _ := debug.ReadBuildInfo()
	if slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("no goroutine: nothing for the race detector")
	}
}
