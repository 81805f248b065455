package policy

import (
	"fmt"
	"testing"
)

// BenchmarkKey makes the key of an account, as every message does for its
// sender and each of its recipients.
func BenchmarkKey(b *testing.B) {
	k := newKeyer([]byte("bench"))
	names := make([]string, 4096)
	for i := range names {
		names[i] = fmt.Sprint("account", i*7919)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		k.key(kindAccount, names[i%len(names)])
	}
}
