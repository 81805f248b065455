package scoring

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// near reports whether a and b agree to so much, relative to the larger of b
// and 1.
func near(a, b, tolerance float64) bool {
	return math.Abs(a-b) <= tolerance*max(1, math.Abs(b))
}

type weighted struct {
	at time.Time
	w  float64
}

// plainDecayed is the definition: every event with the weight of its age.
func plainDecayed(all []weighted, t time.Time, halfLife time.Duration) float64 {
	sum := 0.
	for _, e := range all {
		sum += e.w * math.Exp2(-float64(t.Unix()-e.at.Unix())/halfLife.Seconds())
	}
	return sum
}

func TestDecayedAgainstRawEvents(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	worst, worstOrder := 0., 0.
	for range 300 {
		halfLife := time.Duration(math.Exp(r.Float64()*8)) * time.Minute
		var d, shuffled Decayed
		var all []weighted
		n := 1 + r.IntN(300)
		for range n {
			at := noon.Add(time.Duration(r.Float64() * 10 * float64(halfLife)))
			e := weighted{at, r.Float64() * 3}
			d.Add(e.at, e.w, halfLife) // in no order of time
			all = append(all, e)
		}
		for _, i := range r.Perm(n) {
			shuffled.Add(all[i].at, all[i].w, halfLife)
		}
		end := noon.Add(10*halfLife + time.Duration(r.Float64()*5*float64(halfLife)))
		got, want := d.At(end, halfLife), plainDecayed(all, end, halfLife)
		worst = max(worst, math.Abs(got/want-1))
		worstOrder = max(worstOrder, math.Abs(shuffled.At(end, halfLife)/got-1))
	}
	if worst > 1e-9 || worstOrder > 1e-9 {
		t.Errorf("relative error %.1e, of another order %.1e", worst, worstOrder)
	}
	t.Logf("relative error %.1e, of another order %.1e", worst, worstOrder)
}

func TestDecayedRemove(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 2))
	const halfLife = 90 * 24 * time.Hour
	for range 300 {
		var d Decayed
		var kept, gone []weighted
		for range 1 + r.IntN(100) {
			e := weighted{noon.Add(time.Duration(r.Float64() * 5 * float64(halfLife))), .1 + r.Float64()}
			d.Add(e.at, e.w, halfLife)
			if r.IntN(2) == 0 {
				kept = append(kept, e)
			} else {
				gone = append(gone, e)
			}
		}
		for _, i := range r.Perm(len(gone)) {
			d.Remove(gone[i].at, gone[i].w, halfLife)
		}
		end := noon.Add(6 * halfLife)
		got, want := d.At(end, halfLife), plainDecayed(kept, end, halfLife)
		if !near(got, want, 1e-12) || got < 0 {
			t.Fatalf("%v left, want %v", got, want)
		}
	}
	var d Decayed
	d.Add(noon, .1, time.Hour)
	d.Add(noon.Add(17*time.Minute), .7, time.Hour)
	d.Add(noon.Add(-8*time.Hour), .2, time.Hour)
	d.Remove(noon.Add(17*time.Minute), .7, time.Hour)
	d.Remove(noon, .1, time.Hour)
	d.Remove(noon.Add(-8*time.Hour), .2, time.Hour)
	if d.Sum != 0 {
		t.Errorf("all taken back, %v left", d.Sum)
	}
	d.Remove(noon, 5, time.Hour) // was never there
	if d.Sum != 0 {
		t.Errorf("sum %v", d.Sum)
	}
}

func TestDecayedBadInput(t *testing.T) {
	var d Decayed
	for _, w := range []float64{0, -1, math.NaN(), math.Inf(-1)} {
		d.Add(noon, w, time.Hour)
		d.Remove(noon, w, time.Hour)
	}
	if d != (Decayed{}) {
		t.Errorf("weights that are none left %v", d)
	}
	d.Add(noon, math.Inf(1), time.Hour)
	if d.Sum != maxWeight {
		t.Errorf("infinite weight: %v", d.Sum)
	}
	d = Decayed{}
	d.Add(time.Time{}, 1, time.Hour)
	d.Add(time.Unix(1<<60, 0), 1, time.Hour)
	d.Add(noon, 1, time.Hour)
	if !(d.Sum >= 1 && d.Sum < 2) || d.Ref != math.MaxUint32 {
		t.Errorf("far past and future: %v", d)
	}
	d = Decayed{}
	d.Add(noon, 1, 0)
	d.Add(noon.Add(1000*time.Hour), 1, -time.Hour)
	if got := d.At(noon.Add(1e6*time.Hour), 0); got != 2 {
		t.Errorf("without a half-life: %v, want 2", got)
	}
	if got := d.At(noon, time.Hour); got != 2 {
		t.Errorf("read in the past: %v, want 2", got)
	}
}

func TestHalfLife(t *testing.T) {
	for _, c := range []struct {
		age, halfLife time.Duration
		want          float64
	}{{0, time.Hour, 1}, {time.Hour, time.Hour, .5}, {10 * time.Hour, time.Hour, 1. / 1024}, {-time.Hour, time.Hour, 1}, {time.Hour, 0, 1}, {math.MaxInt64, 1, 0}} {
		if got := HalfLife(c.age, c.halfLife); got != c.want {
			t.Errorf("HalfLife(%v, %v) = %v, want %v", c.age, c.halfLife, got, c.want)
		}
	}
}

func FuzzDecayed(f *testing.F) {
	b, _ := Decayed{Sum: 3.5, Ref: 12345}.AppendBinary(nil)
	f.Add(b)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := Decayed{Sum: 1, Ref: 2}
		if err := d.UnmarshalBinary(data); err != nil {
			if (d != Decayed{Sum: 1, Ref: 2}) {
				t.Errorf("an error left %v", d)
			}
			return
		}
		again, err := d.AppendBinary(nil)
		if err != nil || string(again) != string(data) {
			t.Errorf("%x came back as %x, %v", data, again, err)
		}
		d.Add(noon, 1, time.Hour)
		if !(d.At(noon, time.Hour) >= 0) {
			t.Errorf("%v at noon", d)
		}
	})
}

func BenchmarkDecayed(b *testing.B) {
	b.Run("Add", func(b *testing.B) {
		var d Decayed
		t := noon
		for b.Loop() {
			t = t.Add(time.Second)
			d.Add(t, 1, 2*time.Hour)
		}
	})
	b.Run("At", func(b *testing.B) {
		d := Decayed{Sum: 3, Ref: uint32(noon.Unix() - 999)}
		for b.Loop() {
			d.At(noon, 2*time.Hour)
		}
	})
}
