// Package raced is for tests alone: it says whether the race detector is on.
package raced

import (
	"runtime/debug"
	"slices"
	"testing"
)

// On reports whether the race detector is on: it drops what is pooled, so that
// allocations say nothing, and it takes its time.
func On() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// Skip skips a long test of one goroutine where the race detector is on, which could
// find nothing in it. Without it the test runs.
func Skip(t *testing.T) {
	t.Helper()
	if On() {
		t.Skip("one goroutine: nothing for the race detector")
	}
}
