package scoring

// A Code names what was measured, like "text.duplicate" or "reply.low". It is a
// plain string, so that hosts make their own.
type Code = string

// Evidence is one measurement and what it says. It is a plain value; the zero
// Evidence says nothing.
type Evidence struct {
	Code    Code    `json:"code"`                    // what was measured
	Family  Family  `json:"family,omitzero"`         // the zero Family never counts as one of the independent families
	LogOdds float64 `json:"points"`                  // weight of the evidence in nats: above 0 speaks for abuse, below 0 against; 0 or NaN says nothing
	Value   float64 `json:"value"`                   // what was measured, in the unit that Code documents
	Limit   float64 `json:"limit"`                   // what is allowed, in the same unit
	N       int     `json:"n"`                       // sample size behind Value
	K       int     `json:"k"`                       // of the N, those that Code counts; 0 where it counts none
	Share   float64 `json:"counted_points,omitzero"` // set by Score: the part of the score that is due to this piece, in nats
}
