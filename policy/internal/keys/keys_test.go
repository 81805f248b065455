package keys

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkKey makes the key of an account, as every message does for its
// sender and each of its recipients.
func BenchmarkKey(b *testing.B) {
	k := New([]byte("bench"))
	names := make([]string, 4096)
	for i := range names {
		names[i] = fmt.Sprint("account", i*7919)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		k.Key(Account, names[i%len(names)])
	}
}

// Each Secret, kind and name makes other keys and hashes; the order of the
// recipients makes none.
func TestKeyer(t *testing.T) {
	seen := map[[16]byte]string{}
	hashes := map[uint32]string{}
	for _, secret := range []string{"one", "two"} {
		k := New([]byte(secret))
		for _, kind := range []byte{Account, Origin, Reporter, Group, Message} {
			for _, name := range []string{"", "ann", "ann\x00", "aann", "annabella", strings.Repeat("a", 300)} {
				what := fmt.Sprintf("%s %c %q", secret, kind, name)
				if was, ok := seen[k.Key(kind, name)]; ok {
					t.Errorf("%s and %s have one key", was, what)
				}
				if was, ok := hashes[k.Hash32(kind, name)]; ok {
					t.Errorf("%s and %s have one hash", was, what)
				}
				seen[k.Key(kind, name)], hashes[k.Hash32(kind, name)] = what, what
			}
		}
		ann, bob := k.Member("ann"), k.Member("bob")
		c := k.Content(ann+bob, "", "hello")
		if c != k.Content(bob+ann, "", "hello") {
			t.Error("the order of recipients counts")
		}
		if c == k.Content(ann, "", "hello") || c == k.Content(ann+bob, "g", "hello") || c == k.Content(ann+bob, "", "hallo") || c == k.Content(ann+bob, "hello", "") {
			t.Error("two messages have one hash")
		}
	}
	if Person([16]byte{1, 2, 3, 4, 5, 6, 7}) != 0x060504030201 {
		t.Error("a person is not the first six bytes of the key")
	}
}
