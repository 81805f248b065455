// Package scoring turns measurements into evidence, and evidence into one score
// whose parts add up.
//
//	var card scoring.Scorecard // zero: a prior of 1%, a cap of 3 nats
//	low := scoring.Curve{{X: .50, Y: 0}, {X: .90, Y: 1}}
//	score := card.Score([]scoring.Evidence{
//		{Code: "reply.low", Family: scoring.Reception, LogOdds: low.At(replies.Posterior(now).CDF(.10))},
//		{Code: "text.duplicate", Family: scoring.Content, LogOdds: 1.2},
//	})
//	fmt.Println(score.Probability, score.Families)
//
// A score is additive in log-odds: the log-odds of the prior plus one capped sum
// for each family of evidence. Parts are multiples of 2^-44 nats, so that they add
// up to the score exactly and in any order.
//
// # Estimators
//
//	raw events ─▶ estimators ─▶ Curve ─▶ Evidence ─▶ Scorecard ─▶ Score ─▶ Calibration
//	              Decayed        knots    nats        families     parts     probability
//	              Responses
//	              Rhythm
//	              Distinct
//	              Beta
//
// The estimators hold the state of one account: decayed sums, a reply rate that
// knows how much time people have had to answer, the regularity of gaps, the number
// of distinct people. Each names its source, is tested against a brute-force
// computation over the raw events, and says what it answers while there is not
// enough data: always the neutral value, which a curve turns into zero points.
// Missing data is never good and never bad.
//
// # Units
//
// LogOdds, shares, caps and the totals of families are in nats: natural logarithms
// of odds. +0.69 nats double the odds of abuse, and +2.3 make them ten times as
// high.
//
// # State
//
// Every type is a plain value without pointers to shared state, and its zero value
// is empty and ready to use. A value is not safe for concurrent use while one
// goroutine changes it; the functions are.
//
// # Time
//
// Time is an argument, never read from a clock. Counters keep whole seconds since
// 1970 and clamp what lies before 1970 or after 2106. An event that arrives late
// counts with the weight of its own time.
//
// # Determinism
//
// Equal input gives equal bits on every machine: exponentials and logarithms are
// this package's own (those of package math are written in assembly on some
// architectures), and products that are added carry an explicit conversion, which
// forbids a fused multiply-add.
//
// # Privacy
//
// Nothing here sees a text or a name: only numbers, times and hashes.
package scoring
