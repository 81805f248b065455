package redisstore

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestCluster runs the conformance suite on a Cluster of three nodes.
func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("a Cluster takes seconds to form")
	}
	addresses := cluster(t)
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

// cluster starts three nodes without replicas and joins them.
func cluster(t *testing.T) (addresses []string) {
	t.Helper()
	needServer(t)
	tool, err := exec.LookPath("redis-cli")
	if err != nil {
		t.Skip("no redis-cli to join a Cluster with")
	}
	for range 3 {
		s, err := start(t.TempDir(), clusterPort(t), "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.stop)
		addresses = append(addresses, s.address())
	}
	if out, err := exec.Command(tool, append([]string{"--cluster", "create", "--cluster-yes"}, addresses...)...).CombinedOutput(); err != nil {
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
			return addresses
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
