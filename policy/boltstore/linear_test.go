package boltstore

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/storetest/linear"
)

func TestLinearizable(t *testing.T) {
	linear.Check(t, 400*time.Microsecond, opened(t, Config{MaxCached: 1, Flush: time.Millisecond}))
}
