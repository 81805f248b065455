package storekit_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// BenchmarkUpdate is what an update costs beside the server: records of 768 bytes
// of 20,000 accounts, known and with a deadline.
func BenchmarkUpdate(b *testing.B) {
	for _, atOnce := range []int{0, 512} {
		b.Run(fmt.Sprint("at once=", atOnce), func(b *testing.B) {
			s := newStore(newServer(), storekit.Config{AtOnce: atOnce})
			ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
			defer cancel()
			data := make([]byte, 768)
			var n atomic.Uint64
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					var key policy.Key
					binary.BigEndian.PutUint64(key[:], (n.Add(1)%20_000+1)*0x9e3779b97f4a7c15)
					err := s.Update(ctx, key, func([]byte) (policy.Record, error) { return policy.Record{Data: data}, nil })
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
