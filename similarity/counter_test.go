package similarity

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cespare/xxhash/v2"
)

func sumOf(b []byte) uint64 { return xxhash.Sum64(b) }

// sealed appends the checksum that decoders want.
func sealed(b []byte) []byte {
	b = append([]byte(nil), b...)
	return binary.LittleEndian.AppendUint64(b, xxhash.Sum64(b))
}

func TestCounter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 31, 32, 33, 50, 100, 300, 1000, 10_000, 200_000} {
		var sum, squares float64
		const runs = 40
		for range runs {
			var c counter
			salt := r.Uint64()
			for i := range n {
				h := hash32(uint64(i) ^ salt)
				c.add(h)
				if i%3 == 0 {
					c.add(h) // twice is once
				}
			}
			e := float64(c.count()-n) / float64(max(n, 1))
			sum += e
			squares += e * e
		}
		bias, rmse := sum/runs, math.Sqrt(squares/runs)
		if n <= counterList && rmse != 0 || rmse > 0.13 || math.Abs(bias) > 0.05 {
			t.Errorf("%d values: bias %.3f, error %.3f", n, bias, rmse)
		}
	}
}

func TestLn(t *testing.T) {
	for x := 1.0; x > 1e-4; x *= 0.99 {
		if got := ln(x); math.Abs(got-math.Log(x)) > 1e-7 {
			t.Errorf("ln(%v) = %v, want %v", x, got, math.Log(x))
		}
	}
}

func TestQuotaForgetsTheLeastFirst(t *testing.T) {
	q := newQuota(1) // one set of eight
	for range 50 {
		q.take(0, 1)
	}
	for i := range uint64(100) {
		q.take(0, 100+i)
	}
	if q.allows(0, 1, 50) {
		t.Error("a flooder was forgotten for newcomers")
	}
	if !q.allows(dayNanos, 1, 50) {
		t.Error("no new quota the next day")
	}
	if q.allows(-dayNanos, 1, 50) {
		t.Error("an older day is a new one")
	}
}

// TestQuotaClock: a day that was a year ahead does not use up the quota for a year.
func TestQuotaClock(t *testing.T) {
	q := newQuota(1)
	for range 50 {
		q.take(365*dayNanos, 1)
	}
	if !q.allows(0, 1, 50) {
		t.Error("the quota is used up until the clock has come there")
	}
	q.take(0, 1)
	if q.allows(0, 1, 1) {
		t.Error("it does not count any more")
	}
}
