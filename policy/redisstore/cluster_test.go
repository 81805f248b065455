package redisstore

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

var failover = flag.Bool("failover", false, "run TestFailover")

// TestCluster runs the conformance suite on a Cluster of three nodes.
func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("a Cluster takes seconds to form")
	}
	t.Parallel()
	_, addresses := cluster(t, 3)
	storetest.Run(t, func(t *testing.T) policy.Store {
		s, err := Open(t.Context(), Config{
			Prefix: fmt.Sprint("test", prefixes.Add(1)),
			Client: rueidis.ClientOption{InitAddress: addresses},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	})
}

// TestFailover kills a primary of a Cluster of six nodes under load, and says
// what that cost. It is run by hand: go test -run Failover -failover -v .
func TestFailover(t *testing.T) {
	if !*failover {
		t.Skip("by hand: -failover")
	}
	servers, addresses := cluster(t, 6)
	time.Sleep(3 * time.Second) // until the replicas follow
	s, err := Open(t.Context(), Config{Client: rueidis.ClientOption{InitAddress: addresses}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const callers, accounts = 16, 240
	var acknowledged, tried [accounts]atomic.Int64
	var slowest, failed, lastFault, firstFault atomic.Int64
	began := time.Now()
	var wg sync.WaitGroup
	for w := range callers {
		wg.Go(func() {
			for i := w; time.Since(began) < 15*time.Second; i += callers {
				n := i % accounts
				ctx, cancel := context.WithTimeout(context.Background(), deadline)
				from := time.Now()
				tried[n].Add(1)
				err := s.Update(ctx, policy.Key{byte(n), byte(n * 37)}, func(old []byte) (policy.Record, error) {
					count := uint64(1)
					if old != nil {
						count += binary.BigEndian.Uint64(old)
					}
					return policy.Record{Data: binary.BigEndian.AppendUint64(nil, count)}, nil
				})
				cancel()
				for took := int64(time.Since(from)); ; {
					if was := slowest.Load(); took <= was || slowest.CompareAndSwap(was, took) {
						break
					}
				}
				if err == nil {
					acknowledged[n].Add(1)
					continue
				}
				failed.Add(1)
				firstFault.CompareAndSwap(0, int64(time.Since(began)))
				lastFault.Store(int64(time.Since(began)))
				time.Sleep(time.Millisecond)
			}
		})
	}
	time.Sleep(3 * time.Second)
	killed := time.Since(began)
	servers[0].stop()
	wg.Wait()
	lost, twice, total := int64(0), int64(0), int64(0)
	for n := range accounts {
		err := s.View(t.Context(), policy.Key{byte(n), byte(n * 37)}, func(data []byte) error {
			count := int64(0)
			if data != nil {
				count = int64(binary.BigEndian.Uint64(data))
			}
			total += acknowledged[n].Load()
			lost += max(0, acknowledged[n].Load()-count)
			if count > tried[n].Load() {
				twice++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("killed after %v; calls failed from %v to %v (%d of %d); worst call %v of %v; %d acknowledged updates lost", killed,
		time.Duration(firstFault.Load()), time.Duration(lastFault.Load()), failed.Load(), total+failed.Load(), time.Duration(slowest.Load()), deadline, lost)
	if twice > 0 {
		t.Errorf("%d accounts count more than was tried", twice)
	}
	if time.Duration(lastFault.Load()) > 14*time.Second {
		t.Error("calls still fail")
	}
}

// cluster starts nodes and joins them; those beyond the third are replicas.
func cluster(t *testing.T, nodes int) (servers []*server, addresses []string) {
	t.Helper()
	needServer(t)
	tool, err := exec.LookPath("redis-cli")
	if err != nil {
		t.Skip("no redis-cli to join a Cluster with")
	}
	for range nodes {
		s, err := start(t.TempDir(), clusterPort(t), "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.stop)
		servers = append(servers, s)
		addresses = append(addresses, s.address())
	}
	if out, err := exec.Command(tool, append([]string{"--cluster", "create", "--cluster-yes", "--cluster-replicas", fmt.Sprint(nodes/3 - 1)}, addresses...)...).CombinedOutput(); err != nil {
		t.Fatalf("redis-cli --cluster create: %v: %s", err, out)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		ready := 0
		for _, a := range addresses {
			c, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{a}, DisableCache: true, ForceSingleClient: true})
			if err != nil {
				continue
			}
			info, _ := c.Do(t.Context(), c.B().ClusterInfo().Build()).ToString()
			c.Close()
			if strings.Contains(info, "cluster_state:ok") {
				ready++
			}
		}
		if ready == len(addresses) {
			return servers, addresses
		}
		if time.Now().After(end) {
			t.Fatal("the Cluster does not form")
		}
	}
}

// clusterPort returns a free port low enough that the bus, 10,000 higher, has
// one too.
func clusterPort(t *testing.T) int {
	t.Helper()
	for port := 20000 + int(prefixes.Add(1))*7%5000; port < 30000; port++ {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			bus, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+10000))
			l.Close()
			if err == nil {
				bus.Close()
				return port
			}
		}
	}
	t.Fatal("no free port")
	return 0
}
