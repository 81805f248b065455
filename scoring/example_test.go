package scoring_test

import (
	"fmt"
	"time"

	"github.com/decorum-go/decorum/scoring"
)

var monday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func ExampleScorecard_Score() {
	var card scoring.Scorecard // the defaults: prior 1%, cap 3 nats
	score := card.Score([]scoring.Evidence{
		{Code: "reply.good", Family: scoring.Reception, LogOdds: -.4, Value: .31, N: 40},
		{Code: "text.duplicate", Family: scoring.Content, LogOdds: 2.1, Value: 9.9, Limit: 5, N: 12},
		{Code: "contact.strangers", Family: scoring.Contact, LogOdds: 1.2, Value: 16, Limit: 6, N: 16},
	})
	fmt.Printf("prior %+.2f\n", score.Prior)
	for _, e := range score.Evidence {
		fmt.Printf("%s %+.2f\n", e.Code, e.Share)
	}
	fmt.Printf("sum %+.2f: probability %.2f, %d families\n", score.LogOdds, score.Probability, score.Families)
	// Output:
	// prior -4.60
	// text.duplicate +2.10
	// contact.strangers +1.20
	// reply.good -0.40
	// sum -1.70: probability 0.16, 2 families
}

func ExampleCurve_At() {
	low := scoring.Curve{{X: .50, Y: 0}, {X: .90, Y: 1}, {X: .97, Y: 1.5}}
	fmt.Printf("%.2f %.2f %.2f\n", low.At(.15), low.At(.70), low.At(.999))
	// Output: 0.00 0.50 1.50
}

func ExampleBelow() {
	// One of 60 answered: how sure is it that fewer than one in ten do?
	prior := scoring.Beta{A: 2, B: 6}
	fmt.Printf("%.3f\n", scoring.Below(1, 60, .10, prior))
	// And without any data?
	fmt.Printf("%.3f\n", scoring.Below(0, 0, .10, prior))
	// Output:
	// 0.969
	// 0.150
}

func ExampleBelowClamped() {
	// The curve is flat outside .50 to .97, so nothing outside is computed.
	low := scoring.Curve{{X: .50, Y: 0}, {X: .90, Y: 1}, {X: .97, Y: 1.5}}
	fmt.Println(low.At(scoring.BelowClamped(20, 40, .10, scoring.Beta{A: 2, B: 6}, .50, .97)))
	// Output: 0
}

func ExampleBeta_Interval() {
	lo, hi := scoring.Beta{A: 2, B: 6}.Posterior(12, 40).Interval(.9)
	fmt.Printf("12 of 40 answered: the rate is between %.2f and %.2f\n", lo, hi)
	// Output: 12 of 40 answered: the rate is between 0.19 and 0.40
}

func ExampleDecayed() {
	const halfLife = 2 * time.Hour
	var recent scoring.Decayed
	recent.Add(monday, 1, halfLife)
	recent.Add(monday.Add(2*time.Hour), 1, halfLife)
	fmt.Println(recent.At(monday.Add(2*time.Hour), halfLife))
	recent.Remove(monday.Add(2*time.Hour), 1, halfLife) // it was undone
	fmt.Println(recent.At(monday.Add(2*time.Hour), halfLife))
	// Output:
	// 1.5
	// 0.5
}

func ExampleResponses() {
	var r scoring.Responses
	for i := range 40 {
		at := monday.Add(time.Duration(i) * time.Minute)
		r.Add(at, 1)
		if i == 0 {
			r.Answer(at, at.Add(10*time.Minute), 1)
		}
	}
	for _, later := range []time.Duration{40 * time.Minute, 6 * time.Hour, 48 * time.Hour} {
		now := monday.Add(later)
		replies, exposure := r.Counts(now)
		fmt.Printf("after %v: %.1f answers where everybody would have given %.1f; surely low: %.2f\n", later, replies, exposure, r.Posterior(now).CDF(.10))
	}
	// Output:
	// after 40m0s: 1.0 answers where everybody would have given 4.3; surely low: 0.10
	// after 6h0m0s: 1.0 answers where everybody would have given 19.9; surely low: 0.52
	// after 48h0m0s: 0.9 answers where everybody would have given 30.4; surely low: 0.75
}

func ExampleRhythm() {
	var r scoring.Rhythm
	at := monday
	for i := range 40 {
		r.Add(at)
		at = at.Add(time.Duration(55+i%3*5) * time.Second)
	}
	a, n, ok := r.Burstiness()
	fmt.Printf("%.2f over %d gaps, %v\n", a, n, ok)
	// Output: -0.89 over 39 gaps, true
}

func ExampleDistinct() {
	var people scoring.Distinct
	for i := range uint64(100) {
		people.Add(i % 50 * 0x9e3779b97f4a7c15) // everybody twice
	}
	fmt.Printf("%.0f\n", people.Count())
	// Output: 49
}

func ExampleFitPlatt() {
	scores := []float64{-4.6, -4.1, -3.0, -2.2, -1.0, -.5, .4, 1.1}
	abusive := []bool{false, false, false, false, true, false, true, true}
	c, err := scoring.FitPlatt(scores, abusive)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f %.2f\n", c.At(-3), c.At(1))
	traffic := c.WithPrior(.01) // one sender in a hundred, not three in eight
	fmt.Printf("%.4f %.4f\n", traffic.At(-3), traffic.At(1))
	// Output:
	// 0.20 0.75
	// 0.0041 0.0487
}
