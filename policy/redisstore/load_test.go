package redisstore

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestOverload has far more callers than usual, and with DECORUM_LONG also a server
// that stops for 5 ms again and again, as one that syncs every write to a slow disk:
// nearly as much goes well as with 16, and soon does again after the server has paused
// for long or was frozen.
func TestOverload(t *testing.T) {
	l := storetest.Load{}
	long := os.Getenv("DECORUM_LONG") != ""
	if !long {
		l.Callers, l.Accounts, l.Share, l.Within = []int{256}, []int{10_000}, 0.4, 5*time.Second
	}
	for _, slow := range []bool{false, true} {
		if slow && !long {
			break
		}
		t.Run(fmt.Sprint("slow=", slow), func(t *testing.T) {
			var s *server
			if slow {
				s = own(t, "--enable-debug-command", "yes")
				sleeps(t, s)
			} else {
				s = own(t)
			}
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

// sleeps has a server stop for 5 ms between two looks at what callers sent, until the
// test ends.
func sleeps(t *testing.T, s *server) {
	t.Helper()
	c, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		for in := bufio.NewReader(c); ; {
			if _, err := fmt.Fprint(c, "DEBUG SLEEP 0.005\r\n"); err != nil {
				return
			}
			if _, err := in.ReadString('\n'); err != nil {
				return
			}
		}
	}()
}
