package it

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest/linear"
)

func Test(t *testing.T) { linear.Check(t, 5*time.Microsecond, policy.NewMemory(0)) }
