package redisstore

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/storetest/linear"
)

// Two processes.
func TestLinearizable(t *testing.T) {
	a := opened(t)
	b := open(t, shared, Config{Prefix: a.cfg.Prefix, MaxKnown: 500})
	linear.Check(t, 400*time.Microsecond, a, b)
}
