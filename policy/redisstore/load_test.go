package redisstore

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestOverload has far more callers than usual, and with DECORUM_LONG also a server
// that syncs every write to disk: nearly as much goes well as with 16, and soon does
// again after the server has paused or was frozen.
func TestOverload(t *testing.T) {
	l := storetest.Load{}
	disks := map[string]string{"no disk": "no"}
	if os.Getenv("DECORUM_LONG") != "" {
		disks["every write to disk"] = "yes"
	} else {
		l.Callers, l.Accounts, l.Share, l.Within = []int{256}, []int{10_000}, 0.4, 10*time.Second
	}
	for name, disk := range disks {
		t.Run(name, func(t *testing.T) {
			s := own(t, "--appendonly", disk, "--appendfsync", "always")
			l.Troubles = []storetest.Trouble{
				{Name: "after a pause", Hurt: func(t *testing.T, _ policy.Store) func() {
					s.do(t, "CLIENT", "PAUSE", "700", "ALL")
					return func() {} // it answers nobody until then
				}},
				{Name: "after a freeze", Hurt: func(t *testing.T, _ policy.Store) func() {
					signal(t, s, syscall.SIGSTOP)
					return func() { signal(t, s, syscall.SIGCONT) }
				}},
			}
			storetest.Overload(t, func(t *testing.T) policy.Store {
				return open(t, s, Config{Prefix: fmt.Sprint("test", prefixes.Add(1))})
			}, l)
		})
	}
}
