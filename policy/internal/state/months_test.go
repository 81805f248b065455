package state

import (
	"testing"
	"time"

	"github.com/decorum-go/decorum/limiter"
)

// TestMonths: what is counted over a month is there after a way through a store, also
// where an earlier release that does not know of it wrote the record in between and
// dropped some turns; it is brought back with a clock, and costs what package limiter
// says and a byte, or three of turns, and nothing where it is not asked for.
func TestMonths(t *testing.T) {
	for seed := range uint64(100) {
		f := newFiller(seed, 41, .9)
		r := &Record{Newest: dawn.UnixMilli(), Born: 1}
		windows := []*limiter.Windows{&r.Messages, &r.People, &r.Channels}
		for i := range MaxTurns {
			r.Turns[i].Who = f.who()
			windows = append(windows, &r.Turns[i].Turns)
		}
		r.NTurns, r.Channel = MaxTurns, 7
		kept := 0
		for _, w := range windows {
			at := dawn.AddDate(0, 0, -30)
			if f.IntN(3) > 0 {
				w.KeepMonth(at)
				kept++
			}
			for range 1 + f.IntN(300) {
				at = at.Add(time.Duration(f.IntN(int(144 * time.Minute))))
				w.Add(at, 1)
			}
		}
		b := r.Encode(nil)
		size := sectionSizes(b)["months"]
		if kept == 0 && size != 0 || size > kept*(limiter.MaxMonth+3)+3 {
			t.Fatalf("seed %d: %d bytes for %d windows", seed, size, kept)
		}
		var got Record
		if err := got.Decode(b); err != nil {
			t.Fatal(err)
		}
		gone := f.IntN(MaxTurns)
		old := *r // as an earlier release writes it, which carries the section through
		copy(old.Turns[gone:], old.Turns[gone+1:])
		old.NTurns--
		months := putMonths(r, nil)
		old.dropMonths()
		old.unknown = append(append(old.unknown, tagMonths, byte(len(months))|0x80, byte(len(months)>>7)), months...)
		if len(months) < 128 {
			old.unknown = append([]byte{tagMonths, byte(len(months))}, months...)
		}
		if len(months) == 0 {
			old.unknown = nil
		}
		var carried Record
		if err := carried.Decode(old.Encode(nil)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i, w := range windows {
			want := w.Count(dawn, limiter.MaxPer)
			have := [...]*limiter.Windows{&got.Messages, &got.People, &got.Channels, &got.Turns[0].Turns, &got.Turns[1].Turns, &got.Turns[2].Turns, &got.Turns[3].Turns}[i]
			if n := have.Count(dawn, limiter.MaxPer); n != want || have.HasMonth() != w.HasMonth() {
				t.Fatalf("seed %d: window %d counts %d after a store, was %d", seed, i, n, want)
			}
			if i < turnsMonth {
				if n := carried.windows()[i].Count(dawn, limiter.MaxPer); n != want {
					t.Fatalf("seed %d: window %d counts %d after an earlier release, was %d", seed, i, n, want)
				}
			} else if k := i - turnsMonth; k != gone {
				to := carried.Turns[k-min(1, max(0, k-gone))]
				if n := to.Turns.Count(dawn, limiter.MaxPer); n != want || to.Who != r.Turns[k].Who {
					t.Fatalf("seed %d: turns %d count %d after an earlier release, was %d", seed, k, n, want)
				}
			}
		}
		messages := got.Messages.Count(dawn, limiter.MaxPer)
		got.Begin(dawn.AddDate(0, 0, -20), dawn.AddDate(0, 0, -20), time.Minute, &testRules)
		if n := got.Messages.Count(dawn.AddDate(0, 0, -20), limiter.MaxPer); got.Messages.HasMonth() && n < messages {
			t.Fatalf("seed %d: %d after a clock that was 20 days ahead, %d before", seed, n, messages)
		}
	}
}
