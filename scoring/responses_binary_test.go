package scoring

import (
	"math/rand/v2"
	"testing"
	"time"
)

// What is stored and read again goes on bit for bit like what was not.
func TestResponsesBinary(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 3))
	var plain, stored Responses
	now := noon
	most := 0
	for range 3000 {
		now = now.Add(time.Duration(r.ExpFloat64() * float64(time.Hour)))
		at := now.Add(-time.Duration(r.ExpFloat64() * float64(time.Hour)))
		w := r.Float64()
		for _, x := range []*Responses{&plain, &stored} {
			switch {
			case w < .1:
				x.Remove(at, w)
			case w < .4:
				x.Answer(at, now, w)
			default:
				x.Add(at, w)
			}
		}
		data, err := stored.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(data))
		stored = Responses{}
		if err := stored.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if stored != plain {
			t.Fatalf("stored %v, plain %v", stored, plain)
		}
	}
	if most > 40 {
		t.Errorf("%d bytes", most)
	}
	if data, _ := (Responses{}).AppendBinary(nil); len(data) != 0 {
		t.Errorf("the empty one takes %d bytes", len(data))
	}
}

func FuzzResponses(f *testing.F) {
	var r Responses
	r.Add(noon, 1)
	r.Add(noon.Add(time.Hour), .7)
	r.Answer(noon, noon.Add(2*time.Hour), 1)
	b, _ := r.AppendBinary(nil)
	f.Add(b)
	f.Add(b[:5])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		before := r
		got := before
		if err := got.UnmarshalBinary(data); err != nil {
			if got != before {
				t.Errorf("an error left %v", got)
			}
			return
		}
		again, err := got.AppendBinary(nil)
		if err != nil || string(again) != string(data) {
			t.Errorf("%x came back as %x, %v", data, again, err)
		}
		got.Add(noon, 1)
		got.Answer(noon, noon, 1)
		got.Remove(noon, 1)
		if replies, exposure := got.Counts(noon); !(replies >= 0 && exposure >= replies) {
			t.Errorf("%v of %v", replies, exposure)
		}
		if p := got.Posterior(noon).CDF(.1); !(p >= 0 && p <= 1) {
			t.Errorf("below %v", p)
		}
		if p := got.Ripe(noon); !(p >= 0 && p <= 1) {
			t.Errorf("ripe %v", p)
		}
	})
}
