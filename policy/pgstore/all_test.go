package pgstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// TestAllOnce: of a table of some pages, with keys from one end to the other and with all
// of them in a corner, each record is yielded once; so it is where only one connection can
// be had. Who stops, or whose context ends, gets no more, and nothing runs on.
func TestAllOnce(t *testing.T) {
	needServer(t)
	const n = 3*pageRows + 7
	for name, spread := range map[string]uint64{"spread": 1 << 63 / n * 2, "low": 1, "high": 0} {
		t.Run(name, func(t *testing.T) {
			s := open(t, shared.url()+"&pool_max_conns=1", Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))})
			var some []policy.Entry
			for i := range uint64(n) {
				var key policy.Key
				binary.BigEndian.PutUint64(key[:], i*spread)
				if spread == 0 {
					binary.BigEndian.PutUint64(key[:], ^i)
				}
				some = append(some, policy.Entry{Key: key, Data: key[:], Listed: i%3 > 0})
			}
			if err := s.Load(t.Context(), some); err != nil {
				t.Fatal(err)
			}
			for _, listed := range []bool{false, true} {
				seen := map[policy.Key]int{}
				for e, err := range s.All(t.Context(), listed) {
					if err != nil || policy.Key(e.Data) != e.Key {
						t.Fatal(e, err)
					}
					seen[e.Key]++
				}
				for i, e := range some {
					if want := !listed || e.Listed; seen[e.Key] > 1 || (seen[e.Key] == 1) != want {
						t.Fatalf("listed %t: record %d is yielded %d times", listed, i, seen[e.Key])
					}
				}
			}
			for _, after := range []int{1, pageRows + 1, 2*pageRows + 1} {
				k := 0
				for range s.All(t.Context(), false) {
					if k++; k == after {
						break
					}
				}
				ctx, cancel := context.WithCancel(t.Context())
				k, ended := 0, 0
				for _, err := range s.All(ctx, false) {
					if k++; k == after {
						cancel()
					}
					if errors.Is(err, context.Canceled) {
						ended++
					} else if k > after {
						t.Fatalf("%d records after the context ended, %v", k-after, err)
					}
				}
				if cancel(); ended != 1 {
					t.Errorf("%d errors of a context that ended after %d records", ended, after)
				}
			}
		})
	}
}
