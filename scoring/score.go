package scoring

// A Score is what all evidence adds up to. It is a plain value. Its parts add up
// exactly: the log-odds of the prior, rounded to a multiple of 2^-44 (see Prior),
// plus the Share of every Evidence is LogOdds, bit for bit and in any order.
type Score struct {
	Probability float64                  // of abuse, 0 to 1: Logistic(LogOdds)
	LogOdds     float64                  // in nats
	Prior       float64                  // log-odds before any evidence, in nats
	Families    int                      // independent families whose total reaches the scorecard's Floor
	ByFamily    [NumFamilies + 1]float64 // total of each Family in nats; element 0: evidence of no known family
	Evidence    []Evidence               // weightiest share first
}

// Family returns the total of a family in nats, 0 for one that is unknown.
func (s *Score) Family(f Family) float64 {
	if int(f) > NumFamilies {
		return 0
	}
	return s.ByFamily[f]
}
