package limiter

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

func encode(t testing.TB, w Windows) []byte {
	t.Helper()
	b, err := w.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// randomWindows has seen up to a few hundred events of all sizes.
func randomWindows(rng *rand.Rand) Windows {
	var w Windows
	now := start
	gap := float64(time.Second) * float64(uint64(1)<<rng.IntN(20))
	keep := rng.IntN(60) // when a month begins, if at all
	size := 1 << rng.IntN(27)
	for range rng.IntN(1 << rng.IntN(9)) {
		now = now.Add(time.Duration(rng.ExpFloat64() * gap))
		n := 1
		if keep--; keep == 0 {
			w.KeepMonth(now)
		}
		if rng.IntN(4) == 0 {
			n += rng.IntN(size)
		}
		switch rng.IntN(8) {
		case 0:
			w.Refuse(now, n)
		case 1:
			w.Refund(now.Add(-time.Duration(rng.ExpFloat64()*gap)), n)
		default:
			w.Add(now, n)
		}
	}
	return w
}

func TestBinaryRoundTrip(t *testing.T) {
	longest := 0
	for seed := range uint64(20_000) {
		rng := rand.New(rand.NewPCG(seed, 2))
		w := randomWindows(rng)
		if rng.IntN(3) == 0 {
			o := randomWindows(rng)
			w.Merge(&o)
		}
		b := encode(t, w)
		longest = max(longest, len(b))
		var got Windows
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatalf("seed %d: %x: %v", seed, b, err)
		}
		if got != w {
			t.Fatalf("seed %d: %x came back as\n%+v, was\n%+v", seed, b, got, w)
		}
		for i := range b {
			if i == 1 && b[0] == codecVersion {
				continue // of nothing but a time: the zero value
			}
			if err := got.UnmarshalBinary(b[:i]); err == nil {
				t.Fatalf("seed %d: the first %d bytes of %x were accepted", seed, i, b)
			}
		}
		if err := got.UnmarshalBinary(append(b, 0)); err == nil {
			t.Fatalf("seed %d: %x was accepted with a byte behind it", seed, b)
		}
	}
	t.Logf("longest: %d bytes", longest)
}

func TestBinaryIsCompact(t *testing.T) {
	if b := encode(t, Windows{}); len(b) != 1 {
		t.Errorf("empty: %d bytes", len(b))
	}
	var few Windows
	for i := range 14 { // 14 messages over three and a half days
		few.Add(start.Add(time.Duration(i)*6*time.Hour), 1)
	}
	if b := encode(t, few); len(b) > 30 {
		t.Errorf("14 messages: %d bytes", len(b))
	} else {
		t.Logf("14 messages: %d bytes", len(b))
	}
	var most Windows
	most.KeepMonth(start)
	for range 31*24*60*60/2 + 1 {
		most.Add(instant(most.clock&clockMask+2000), 100_000)
		most.Refuse(instant(most.clock&clockMask), 5)
	}
	b := encode(t, most)
	t.Logf("most: %d bytes", len(b))
	if len(b) > codecMost {
		t.Errorf("most: %d bytes, the doc says 142", len(b))
	}
}

func FuzzWindowsUnmarshalBinary(f *testing.F) {
	for seed := range uint64(40) {
		b := encode(f, randomWindows(rand.New(rand.NewPCG(seed, 3))))
		f.Add(b, uint16(seed*977))
	}
	f.Add([]byte{}, uint16(0))
	f.Add([]byte{0x40}, uint16(0))
	f.Add([]byte{0x40, 1, 2, 3, 4, 5, 0}, uint16(0))
	f.Add(bytes.Repeat([]byte{0x7f}, codecMost), uint16(1))
	f.Fuzz(func(t *testing.T, b []byte, after uint16) {
		var w Windows
		if w.UnmarshalBinary(b) != nil {
			if w != (Windows{}) {
				t.Fatal("a refused form left something behind")
			}
			return
		}
		if again := encode(t, w); !bytes.Equal(again, b) {
			t.Fatalf("%x was accepted, but is written %x", b, again)
		}
		newest := instant(w.clock & clockMask)
		now := newest.Add(time.Duration(after) * 11 * time.Second)
		limits := []Limit{{100, time.Minute}, {1000, time.Hour}, {10_000, 24 * time.Hour}, {MaxN, 7 * 24 * time.Hour}, {MaxN, MaxPer}}
		for _, l := range limits {
			n := w.Count(now, l.Per)
			if n < 0 || n > 16*maxClosed+23*maxClosed {
				t.Fatalf("counts %d in %v", n, l.Per)
			}
			if later := w.Count(now.Add(time.Hour), l.Per); later > n {
				t.Fatalf("%d in %v became %d with nothing taken", n, l.Per, later)
			}
		}
		if e := w.Expires(); !w.IsZero() && (e.Before(newest) || w.Count(e, MaxPer) != 0 || w.Refused(e, MaxPer) != 0) {
			t.Fatalf("expires at %v, newest %v, counts %d", e, newest, w.Count(e, MaxPer))
		}
		res := w.Take(now, limits, 1)
		if !res.OK && res.RetryAfter > 0 {
			if again := w.Take(now.Add(res.RetryAfter), limits, 1); !again.OK {
				t.Fatalf("refused again after %v: %+v", res.RetryAfter, again)
			}
		}
		w.Refund(now, 5)
		w.Merge(&w)
		if b := encode(t, w); len(b) > codecMost || w.UnmarshalBinary(b) != nil {
			t.Fatalf("does not survive its own form: %x", b)
		}
	})
}

// TestBinaryOfFullCounts: counts that stop at the most there can be have a
// form, whatever was counted in the half of a sub-bucket before.
func TestBinaryOfFullCounts(t *testing.T) {
	for phase := range 40 {
		for _, step := range []time.Duration{time.Second, 4 * time.Second, time.Minute, time.Hour, 6 * time.Hour} {
			var w Windows
			now := start.Add(time.Duration(phase) * step / 7)
			for i, n := range []int{15, MaxN, 1, 15, MaxN, MaxN / 2, 3} {
				w.Add(now, n)
				now = now.Add(step)
				var back Windows
				if err := back.UnmarshalBinary(encode(t, w)); err != nil || back != w {
					t.Fatalf("phase %d, step %v, after %d: %v: %+v came back as %+v", phase, step, i+1, err, w, back)
				}
			}
		}
	}
}
