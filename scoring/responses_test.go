package scoring

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// attempt is a raw event: made, and perhaps answered, both in seconds.
type attempt struct {
	at, answered int64 // answered 0: never
	w            float64
}

// plainF is F(age) of AnsweredBy by its definition, in hours.
func plainF(age float64) float64 {
	return .35*(1-math.Exp(-age)) + .35*(1-math.Exp(-age/12)) + .30*(1-math.Exp(-age/72))
}

// plainCounts is the definition of Responses.Counts over the raw events.
func plainCounts(all []attempt, t int64) (replies, exposure, ripe float64) {
	n, f := 0., 0.
	for _, a := range all {
		if a.at > t {
			continue
		}
		age := float64(t-a.at) / 3600
		d := a.w * math.Exp2(-age/24/14)
		exposure += d * plainF(age)
		k := d * math.Exp(-age/12)
		n += k
		f += k * plainF(age)
		if a.answered != 0 && a.answered <= t {
			replies += d
		}
	}
	ripe = 1
	if n >= 1e-6 {
		ripe = f / n
	}
	return replies, max(exposure, replies), ripe
}

// delay draws the time until an answer from F, in seconds.
func delay(r *rand.Rand) float64 {
	mean := 1.
	switch u := r.Float64(); {
	case u < .30:
		mean = 72
	case u < .65:
		mean = 12
	}
	return r.ExpFloat64() * mean * 3600
}

func TestAnsweredBy(t *testing.T) {
	for age := time.Duration(0); age < 2000*time.Hour; age += 97 * time.Minute {
		if got, want := AnsweredBy(age), plainF(age.Hours()); math.Abs(got-want) > 1e-14 {
			t.Errorf("AnsweredBy(%v) = %v, want %v", age, got, want)
		}
	}
	if AnsweredBy(-time.Hour) != 0 || AnsweredBy(math.MaxInt64) != 1 {
		t.Error("AnsweredBy is not 0 before and 1 long after")
	}
}

func TestResponsesAgainstRawEvents(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	worst, worstRipe := 0., 0.
	for range 100 {
		var got Responses
		var all []attempt
		span := math.Exp(r.Float64()*7) * 3600 // an hour to 45 days
		for range 1 + r.IntN(500) {
			a := attempt{at: noon.Unix() + int64(r.Float64()*span), w: .1 + r.Float64()}
			got.Add(time.Unix(a.at, 0), a.w) // in no order of time
			if r.IntN(3) == 0 {
				a.answered = a.at + 1 + int64(r.Float64()*span/5)
				got.Answer(time.Unix(a.at, 0), time.Unix(a.answered, 0), a.w)
			}
			all = append(all, a)
		}
		end := noon.Unix() + int64(span*1.2) + 2
		for range 5 {
			replies, exposure := got.Counts(time.Unix(end, 0))
			ripe := got.Ripe(time.Unix(end, 0))
			wantR, wantE, wantRipe := plainCounts(all, end)
			if !near(replies, wantR, 1e-6) || !near(exposure, wantE, 1e-6) {
				t.Fatalf("%v of %v, want %v of %v", replies, exposure, wantR, wantE)
			}
			worst = max(worst, math.Abs(replies-wantR)/max(1, wantR), math.Abs(exposure-wantE)/max(1, wantE))
			worstRipe = max(worstRipe, math.Abs(ripe-wantRipe))
			end += int64(r.Float64() * 20 * 3600)
		}
	}
	if worstRipe > .011 {
		t.Errorf("ripe share off by %.4f", worstRipe)
	}
	t.Logf("counts off by %.1e, ripe share by %.4f", worst, worstRipe)
}

// The reply rate of young traffic: everybody answers at a rate of .3 in the end,
// after delays drawn from F; nobody has been asked for longer than age.
func TestResponsesReplyRate(t *testing.T) {
	estimate := func(age time.Duration, slower float64) float64 {
		r := rand.New(rand.NewPCG(11, uint64(age)))
		var got Responses
		end := noon.Add(age)
		for range 40_000 {
			at := noon.Add(time.Duration(r.Float64() * float64(age)))
			got.Add(at, 1)
			if r.Float64() < .3 {
				if answered := at.Add(time.Duration(delay(r) * slower * 1e9)); answered.Before(end) {
					got.Answer(at, answered, 1)
				}
			}
		}
		replies, exposure := got.Counts(end)
		return replies / exposure
	}
	for _, age := range []time.Duration{2 * time.Hour, 6 * time.Hour, 48 * time.Hour, 30 * 24 * time.Hour} {
		rate, slow := estimate(age, 1), estimate(age, 2)
		if math.Abs(rate-.3) > .02 {
			t.Errorf("traffic of %v: reply rate %.3f, want .3", age, rate)
		}
		t.Logf("traffic of %v: reply rate %.3f; %.3f when people take twice as long", age, rate, slow)
	}
}

func TestResponsesRemove(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 2))
	var got Responses
	var all, gone []attempt
	for range 400 {
		a := attempt{at: noon.Unix() + r.Int64N(20*86400), w: 1}
		got.Add(time.Unix(a.at, 0), a.w)
		if r.IntN(2) == 0 {
			gone = append(gone, a)
		} else {
			all = append(all, a)
		}
	}
	for _, a := range gone {
		got.Remove(time.Unix(a.at, 0), a.w)
	}
	end := noon.Unix() + 21*86400
	_, exposure := got.Counts(time.Unix(end, 0))
	if _, want, _ := plainCounts(all, end); !near(exposure, want, 1e-6) {
		t.Errorf("exposure %v, want %v", exposure, want)
	}
	for _, a := range all {
		got.Remove(time.Unix(a.at, 0), a.w)
	}
	if n := got.Attempts(time.Unix(end, 0)); n != 0 {
		t.Errorf("all taken back, %v left", n)
	}
	got.Remove(noon, 3)
	if replies, exposure := got.Counts(noon); replies != 0 || exposure != 0 {
		t.Errorf("%v of %v", replies, exposure)
	}
}

// Approaches that are watched for a while only: what is exposed, and the rate,
// are those of the time in which they were watched.
func TestResponsesCensor(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 3))
	var got Responses
	var exposure, replies float64
	end := noon.Unix() + 21*86400
	for range 20_000 {
		at := noon.Unix() + r.Int64N(20*86400)
		watched := int64(r.ExpFloat64() * 8 * 3600)
		w := .5 + r.Float64()
		got.Add(time.Unix(at, 0), w)
		d := w * math.Exp2(-float64(end-at)/86400/14)
		if answer := int64(delay(r)); r.IntN(10) < 3 && answer <= watched && at+answer <= end {
			got.Answer(time.Unix(at, 0), time.Unix(at+answer, 0), w)
			replies += d
			exposure += d * plainF(float64(end-at)/3600)
			continue
		}
		if at+watched >= end {
			exposure += d * plainF(float64(end-at)/3600)
			continue
		}
		got.Censor(time.Unix(at, 0), time.Unix(at+watched, 0), w)
		exposure += d * plainF(float64(watched)/3600)
	}
	gotReplies, gotExposure := got.Counts(time.Unix(end, 0))
	if !near(gotReplies, replies, 1e-5) || !near(gotExposure, exposure, 1e-5) {
		t.Errorf("%v of %v, want %v of %v", gotReplies, gotExposure, replies, exposure)
	}
	got.Censor(noon, noon, 0)
	got.Censor(noon, noon, math.NaN())
	if r, e := got.Counts(time.Unix(end, 0)); r != gotReplies || e != gotExposure {
		t.Error("a weight of nothing changes something")
	}
}

func TestResponsesStory(t *testing.T) {
	var r Responses
	if b, a := r.Posterior(noon).CDF(.1), r.Posterior(noon).Survival(.1); !near(b, .14969, 1e-4) || !near(a+b, 1, 1e-12) || r.Ripe(noon) != 1 {
		t.Errorf("without data: below %.5f, above %.5f, ripe %v", b, a, r.Ripe(noon))
	}
	// A blaster: 60 attempts within half an hour. Nobody can have answered yet.
	for i := range 60 {
		r.Add(noon.Add(time.Duration(i)*30*time.Second), 1)
	}
	if p := r.Posterior(noon.Add(30 * time.Minute)).CDF(.1); p > .5 {
		t.Errorf("too early to judge, but below %.2f", p)
	}
	if p := r.Posterior(noon.Add(24 * time.Hour)).CDF(.1); p < .95 {
		t.Errorf("60 attempts of a day ago without an answer: below %.3f", p)
	}
	// A sleeper: 60 days of 2 attempts a day of which half are answered, then a blast.
	var s Responses
	now := noon
	for range 60 {
		for i := range 2 {
			s.Add(now, 1)
			if i == 0 {
				s.Answer(now, now.Add(time.Hour), 1)
			}
		}
		now = now.Add(24 * time.Hour)
	}
	if p := s.Posterior(now).Survival(.1); p < .99 {
		t.Errorf("a good sender: above %.3f", p)
	}
	if f := s.Ripe(now); f < .7 {
		t.Errorf("a day after the last attempt: ripe %.2f", f)
	}
	for range 30 {
		s.Add(now, 1)
	}
	if f := s.Ripe(now.Add(time.Minute)); f > .1 {
		t.Errorf("a fresh blast: ripe %.2f", f)
	}
}

func TestResponsesBadInput(t *testing.T) {
	var r Responses
	for _, w := range []float64{0, -1, math.NaN(), math.Inf(-1)} {
		r.Add(noon, w)
		r.Remove(noon, w)
		r.Answer(noon, noon, w)
	}
	if r != (Responses{}) {
		t.Errorf("weights that are none left %v", r)
	}
	r.Answer(noon.Add(time.Hour), noon, 1) // before its attempt
	if replies, exposure := r.Counts(noon); replies != 1 || exposure != 1 {
		t.Errorf("%v of %v, want 1 of 1", replies, exposure)
	}
	r.Add(time.Unix(1<<60, 0), math.Inf(1))
	r.Add(time.Time{}, 1)
	for _, at := range []time.Time{{}, noon, time.Unix(1<<60, 0)} {
		replies, exposure := r.Counts(at)
		if !(replies >= 0 && exposure >= replies && exposure < 2e12) || !(r.Ripe(at) >= 0 && r.Ripe(at) <= 1) {
			t.Errorf("%v: %v of %v, ripe %v", at, replies, exposure, r.Ripe(at))
		}
	}
}

func BenchmarkResponses(b *testing.B) {
	var r Responses
	t := noon
	for i := range 50 {
		r.Add(t.Add(time.Duration(i)*time.Hour), 1)
	}
	b.Run("Ask", func(b *testing.B) {
		r := r
		t := noon.Add(50 * time.Hour)
		for b.Loop() {
			t = t.Add(time.Second)
			r.Add(t, 1)
		}
	})
	b.Run("Counts", func(b *testing.B) {
		t := noon.Add(60 * time.Hour)
		for b.Loop() {
			r.Counts(t)
		}
	})
	b.Run("Below", func(b *testing.B) {
		t := noon.Add(60 * time.Hour)
		for b.Loop() {
			r.Posterior(t).CDF(.1)
		}
	})
	b.Run("Binary", func(b *testing.B) {
		buf := make([]byte, 0, 40)
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = r.AppendBinary(buf[:0])
			if err := r.UnmarshalBinary(buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}
