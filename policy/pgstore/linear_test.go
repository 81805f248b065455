package pgstore

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/storetest/linear"
)

// Two processes.
func TestLinearizable(t *testing.T) {
	a := opened(t)
	b := open(t, shared.url()+"&synchronous_commit=off", Config{Prefix: a.cfg.Prefix, MaxKnown: 500})
	linear.Check(t, 1500*time.Microsecond, a, b)
}
