package wire_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

func put(b []byte) []byte {
	b = wire.Put16(append(b, 7), 1<<15+1)
	b = wire.Put48(wire.Put64(wire.Put32(b, 1<<31+2), 1<<63+3), 1<<47+4)
	b = wire.Put32(wire.Put64(wire.Put32(b, math.Float32bits(1.5)), math.Float64bits(2.5)), math.Float32bits(-3.5))
	b = wire.PutDecayed(wire.PutString(b, "süß"), scoring.Decayed{Ref: 5, Sum: 6.5})
	b = wire.PutSized(b, func(b []byte) []byte { return append(b, strings.Repeat("x", 300)...) })
	return append(b, 0xff, 0xff, 3)
}

// What was put is read, nothing of it when a byte is missing.
func TestReader(t *testing.T) {
	whole := put(nil)
	for n := range len(whole) + 1 {
		d := wire.Reader{B: whole[:n]}
		ok := d.U8() == 7 && d.U16() == 1<<15+1 && d.U32() == 1<<31+2 && d.U64() == 1<<63+3 && d.U48() == 1<<47+4 &&
			d.F32() == 1.5 && d.F64() == 2.5 && d.Any32() == -3.5 && d.Text() == "süß" && d.Decayed() == scoring.Decayed{Ref: 5, Sum: 6.5} &&
			string(d.Sized()) == strings.Repeat("x", 300) && d.Count() == math.MaxUint16
		if whole := n == len(whole); ok != whole || d.Bad == whole || whole && len(d.B) > 0 {
			t.Errorf("%d bytes of %d: read %v, Bad %v, %d left", n, len(put(nil)), ok, d.Bad, len(d.B))
		}
	}
}

func TestReaderRange(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, v := range []float64{-1, nan, inf, -inf} {
		d := wire.Reader{B: wire.Put32(nil, math.Float32bits(float32(v)))}
		if d.F32() != 0 || !d.Bad {
			t.Errorf("F32 takes %v", v)
		}
		d = wire.Reader{B: wire.Put64(nil, math.Float64bits(v))}
		if d.F64() != 0 || !d.Bad {
			t.Errorf("F64 takes %v", v)
		}
		d = wire.Reader{B: wire.Put32(nil, math.Float32bits(float32(v)))}
		if got := d.Any32(); d.Bad != (v != -1) || !d.Bad && got != v {
			t.Errorf("Any32 of %v: %v, Bad %v", v, got, d.Bad)
		}
	}
	for _, b := range [][]byte{{0x80, 0x80, 4}, {0x80}, {}} { // 65,536, cut short, nothing
		d := wire.Reader{B: b}
		if d.Count() != 0 || !d.Bad {
			t.Errorf("Count takes %x", b)
		}
	}
	d := wire.Reader{B: []byte{2, 1}}
	if d.Sized() != nil || !d.Bad {
		t.Error("Sized takes more than there is")
	}
}

func TestClip(t *testing.T) {
	for _, s := range []string{"", "abc", "süß", "日本語", "a\xffb", "\x80\x80\x80", "🙂🙂"} {
		for n := range len(s) + 2 {
			got := wire.Clip(s, n)
			if !strings.HasPrefix(s, got) || len(got) > n || utf8.ValidString(s) && (!utf8.ValidString(got) || n < len(s) && len(got) < n-3) || n >= len(s) && got != s {
				t.Errorf("Clip(%q, %d) = %q", s, n, got)
			}
		}
	}
	if got := wire.PutString(nil, strings.Repeat("ß", 200)); len(got) != 255 || got[0] != 254 {
		t.Errorf("a long text takes %d bytes, says %d", len(got), got[0])
	}
}
