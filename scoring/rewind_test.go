package scoring

import (
	"testing"
	"time"
)

// TestRewind: what was counted by a clock that was ahead stands as if it had been
// counted at the time that it is taken back to, and what comes then counts in full.
func TestRewind(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	ahead := now.AddDate(1, 0, 0)
	const half = time.Hour
	build := func(at time.Time) (d Decayed, q Responses, r Rhythm) {
		for range 3 {
			d.Add(at, 1, half)
			q.Add(at, 1)
			q.Answer(at, at, 1)
		}
		r.Add(at)
		return d, q, r
	}
	want, wantQ, wantR := build(now)
	got, gotQ, gotR := build(ahead)
	got.Rewind(ahead) // changes nothing
	got.Rewind(now)
	gotQ.Rewind(now)
	gotR.Rewind(now)
	for i := range 30 {
		now = now.Add(time.Minute)
		for _, d := range []*Decayed{&want, &got} {
			d.Add(now, 1, half)
		}
		for _, q := range []*Responses{&wantQ, &gotQ} {
			q.Add(now, 1)
		}
		wantR.Add(now)
		gotR.Add(now)
		if want != got || wantQ != gotQ {
			t.Fatalf("event %d: %v, %v; want %v, %v", i, got, gotQ, want, wantQ)
		}
	}
	wantA, wantN, _ := wantR.Burstiness()
	if gotA, gotN, ok := gotR.Burstiness(); !ok || gotA != wantA || gotN != wantN {
		t.Errorf("burstiness %v of %d gaps, want %v of %d", gotA, gotN, wantA, wantN)
	}
	var zero Rhythm
	if zero.Rewind(now); zero != (Rhythm{}) {
		t.Error("the zero Rhythm is not left alone")
	}
}
