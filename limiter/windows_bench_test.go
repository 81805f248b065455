package limiter

import (
	"testing"
	"time"
)

// threeLimits are those of every benchmark with "3 windows".
var threeLimits = []Limit{{20, time.Minute}, {100, time.Hour}, {250, 24 * time.Hour}}

// fewMessages is a typical value: 14 messages over three and a half days.
func fewMessages() (w Windows, now time.Time) {
	now = start
	for range 14 {
		w.Add(now, 1)
		now = now.Add(6 * time.Hour)
	}
	return w, now
}

func BenchmarkWindowsTake(b *testing.B) {
	w, now := fewMessages()
	for b.Loop() {
		now = now.Add(7 * time.Minute)
		w.Take(now, threeLimits, 1)
	}
}

func BenchmarkWindowsTakeRefused(b *testing.B) {
	w, now := fewMessages()
	w.Add(now, 20)
	for b.Loop() {
		w.Take(now, threeLimits, 1)
	}
}

func BenchmarkWindowsCheck(b *testing.B) {
	w, now := fewMessages()
	for b.Loop() {
		w.Check(now, threeLimits, 1)
	}
}

func BenchmarkWindowsAppendBinary(b *testing.B) {
	w, _ := fewMessages()
	var buf []byte
	for b.Loop() {
		buf, _ = w.AppendBinary(buf[:0])
	}
	b.ReportMetric(float64(len(buf)), "bytes")
}

func BenchmarkWindowsUnmarshalBinary(b *testing.B) {
	w, _ := fewMessages()
	buf, _ := w.AppendBinary(nil)
	for b.Loop() {
		if err := w.UnmarshalBinary(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWindowsTakeMonth(b *testing.B) {
	w, now := fewMessages()
	limits := []Limit{{20, time.Minute}, {100, time.Hour}, {1500, MaxPer}}
	for b.Loop() {
		now = now.Add(7 * time.Minute)
		w.Take(now, limits, 1)
	}
}
