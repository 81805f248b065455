package storetest

import "github.com/decorum-go/decorum/policy"

func manyKeys(s *subject) {
	const n = 1500
	want := make(map[policy.Key][]byte)
	for i := range n {
		want[key(i)] = text(20+i%200, i)
		s.puts(key(i), want[key(i)])
	}
	for i := 0; i < n; i += 3 {
		s.deletes(key(i))
		delete(want, key(i))
	}
	for i := 1; i < n; i += 3 {
		want[key(i)] = text(300-i%200, i)
		s.puts(key(i), want[key(i)])
	}
	for i := range n {
		if got := s.get(key(i)); !same(got, want[key(i)]) {
			s.Fatalf("key %d of %d shows %s, want %s", i, n, brief(got), brief(want[key(i)]))
		}
	}
	s.yields(false, want)
}

// keysAlike uses keys that differ in one bit, and bytes that mean something
// elsewhere: zero, quote, brace, newline, percent.
func keysAlike(s *subject) {
	keys := []policy.Key{{}}
	for bit := range 128 {
		var k policy.Key
		k[bit/8] = 1 << (bit % 8)
		keys = append(keys, k)
	}
	for _, c := range []byte("\"'{}%\n\r*?:\\\xff\x80") {
		var k policy.Key
		for i := range k {
			k[i] = c
		}
		keys = append(keys, k)
	}
	want := make(map[policy.Key][]byte)
	for i, k := range keys {
		s.sees(k, nil)
		want[k] = text(30, i)
		s.puts(k, want[k])
	}
	for _, k := range keys {
		s.sees(k, want[k])
	}
	s.yields(false, want)
	for i, k := range keys {
		if i%2 == 0 {
			s.deletes(k)
			delete(want, k)
		}
	}
	s.yields(false, want)
}
