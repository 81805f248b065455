package scoring

import "math"

// pairs checks the input of the measures below.
func pairs(probabilities []float64, labels []bool) bool {
	if len(probabilities) == 0 || len(probabilities) != len(labels) {
		return false
	}
	for _, p := range probabilities {
		if !probability(p) {
			return false
		}
	}
	return true
}

func truth(label bool) float64 {
	if label {
		return 1
	}
	return 0
}

// Brier returns the mean squared error of probabilities against the truth
// (Brier, 1950): 0 is perfect, p(1−p) is what always saying the base rate p
// gives. It is NaN without data, for unequal numbers, and for what is not a
// probability.
func Brier(probabilities []float64, labels []bool) float64 {
	if !pairs(probabilities, labels) {
		return math.NaN()
	}
	sum := 0.
	for i, p := range probabilities {
		d := p - truth(labels[i])
		sum += float64(d * d)
	}
	return sum / float64(len(labels))
}

// LogLoss returns the mean of −log of the probability given to what was true,
// in nats: 0 is perfect, and certainty in what is wrong costs 34.5 (a
// probability is clamped to 1e-15). NaN as for Brier.
func LogLoss(probabilities []float64, labels []bool) float64 {
	if !pairs(probabilities, labels) {
		return math.NaN()
	}
	sum := 0.
	for i, p := range probabilities {
		if !labels[i] {
			p = 1 - p
		}
		sum -= Log(min(1, max(p, 1e-15)))
	}
	return sum / float64(len(labels))
}

// A Bin is one row of a reliability table.
type Bin struct {
	Lo, Hi    float64 // probabilities, Lo ≤ p < Hi; the last bin holds 1 too
	N         int
	Predicted float64 // mean probability; 0 if N is 0
	Observed  float64 // share that was true; 0 if N is 0
}

// Reliability returns the reliability table over bins of equal width: in a
// calibrated one, Predicted and Observed agree in every row up to the noise of
// N. Under 1 bin means 10. It is nil where Brier is NaN.
func Reliability(probabilities []float64, labels []bool, bins int) []Bin {
	if !pairs(probabilities, labels) {
		return nil
	}
	if bins < 1 {
		bins = 10
	}
	bins = min(bins, 1000)
	table := make([]Bin, bins)
	for i := range table {
		table[i].Lo, table[i].Hi = float64(i)/float64(bins), float64(i+1)/float64(bins)
	}
	for i, p := range probabilities {
		b := &table[min(int(p*float64(bins)), bins-1)]
		b.N++
		b.Predicted += p
		b.Observed += truth(labels[i])
	}
	for i := range table {
		if b := &table[i]; b.N > 0 {
			b.Predicted /= float64(b.N)
			b.Observed /= float64(b.N)
		}
	}
	return table
}

// CalibrationError returns the expected calibration error (Naeini, Cooper &
// Hauskrecht, 2015): the mean over all cases of |Predicted − Observed| of their
// bin. 0 is perfect; noise alone makes it about √(p(1−p)/N) in a bin of N. Under
// 1 bin means 10. NaN as for Brier.
func CalibrationError(probabilities []float64, labels []bool, bins int) float64 {
	if !pairs(probabilities, labels) {
		return math.NaN()
	}
	sum := 0.
	for _, b := range Reliability(probabilities, labels, bins) {
		sum += float64(float64(b.N) * math.Abs(b.Predicted-b.Observed))
	}
	return sum / float64(len(labels))
}
