package replay

import (
	"math"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/scoring"
)

// A histogram counts scores in bins of equal width in log-odds, by the truth
// about their senders.
type histogram struct {
	bins [scoreBins][events.Abusive + 1]int
}

// The bins reach from log-odds of −6 (a quarter of a percent) to 4 (98%); what
// lies outside is in the first or the last.
const (
	scoreBins  = 40
	scoreLeast = -6.0
	scoreWidth = .25
)

// add counts a score; 0 is a message that was not scored.
func (h *histogram) add(score float64, truth events.Truth) {
	if !(score > 0) {
		return
	}
	i := int(math.Floor((scoring.Logit(score) - scoreLeast) / scoreWidth))
	h.bins[min(max(i, 0), scoreBins-1)][truth]++
}

// edge returns the score at the left of a bin.
func edge(bin int) float64 { return scoring.Logistic(scoreLeast + float64(float64(bin)*scoreWidth)) }
