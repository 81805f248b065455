package summed_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy/internal/summed"
)

// read reads what TestStream wrote.
func read(b []byte) (head, part string, n uint64, err error) {
	r := summed.NewReader(bytes.NewReader(b))
	head, n, part = string(r.Take(4)), r.Uvarint(), string(r.Section(100))
	return head, part, n, r.End()
}

func TestStream(t *testing.T) {
	var out bytes.Buffer
	w := summed.NewWriter(&out)
	w.Put([]byte("head"))
	w.Put(binary.AppendUvarint(nil, 300))
	w.Section([]byte("a part"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := out.Bytes()
	if head, part, n, err := read(whole); head != "head" || part != "a part" || n != 300 || err != nil {
		t.Errorf("read %q, %q, %d, %v", head, part, n, err)
	}
	for n := range whole {
		if _, _, _, err := read(whole[:n]); err == nil || err.Error() != "it is cut short" {
			t.Errorf("cut at %d: %v", n, err)
		}
		bad := bytes.Clone(whole)
		bad[n] ^= 1
		if _, _, _, err := read(bad); err == nil {
			t.Errorf("byte %d is flipped: no error", n)
		}
	}
}

func TestLengths(t *testing.T) {
	long := binary.LittleEndian.AppendUint64(nil, 1<<40)
	r := summed.NewReader(bytes.NewReader(long))
	if b := r.Section(1 << 20); b != nil || r.Err == nil || !strings.Contains(r.Err.Error(), "longer") {
		t.Errorf("a part of 1 TB: %v, %v", b, r.Err)
	}
	r = summed.NewReader(strings.NewReader(strings.Repeat("\xff", 20)))
	if r.Uvarint(); r.Err == nil || !strings.Contains(r.Err.Error(), "malformed") {
		t.Errorf("a length of 20 bytes: %v", r.Err)
	}
	if r.Take(1) != nil || r.Section(10) != nil || r.End() == nil {
		t.Error("the first error does not stick")
	}
}
