package redisstore

import (
	"testing"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestSameDecisions(t *testing.T) {
	storetest.Decisions(t, func(t *testing.T) policy.Store { return opened(t) })
}
