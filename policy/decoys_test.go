package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// fund is the text of a campaign.
const fund = "Good afternoon, our fund pays a guaranteed fourteen percent every month on deposits of bitcoin, and members who bring a relative receive their first payout on Friday. Reply with the word start and my assistant Veronica opens your wallet before tonight."

// gibberish is n words that nobody else uses.
func gibberish(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		for range 3 + r.IntN(7) {
			b.WriteByte("etaoinshrdlucmfwypvbgk"[r.IntN(22)])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// part is a quarter of a text among n words of its own.
func part(r *rand.Rand, text string, quarter, n int) string {
	w := strings.Fields(text)
	return gibberish(r, n/2) + strings.Join(w[quarter*len(w)/4:(quarter+1)*len(w)/4], " ") + " " + gibberish(r, n-n/2)
}

// stranger is a message to somebody who was never written to.
func (w *town) stranger(from, text string) policy.Message {
	w.n++
	return policy.Message{ID: fmt.Sprint("m", w.n), Sender: from, Recipients: []policy.Recipient{{ID: fmt.Sprint("stranger", w.n), Relation: policy.Stranger}}, Text: text}
}

// A campaign that brought sanctions is known after ten thousand messages of
// throwaway accounts with a quarter of its text each: the next account that takes it
// up is judged as it would have been before them.
func TestDecoys(t *testing.T) {
	raced.Skip(t)
	t.Parallel()
	for seed := range seeds(2, 6) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newTown(t, policy.Config{Secret: fmt.Append(nil, "decoys ", seed)})
		for i := range 400 {
			w.send(w.stranger(fmt.Sprint("spam", i/20), fund))
			w.pass(30 * time.Second)
		}
		before := w.preview(w.stranger("probe", fund))
		was, ok := reasonOf(before, policy.CodeFlagged)
		if !ok {
			t.Fatalf("the campaign is not flagged: %v", before.Reasons)
		}
		for i := range 10_000 {
			w.send(w.stranger(fmt.Sprint("decoy", i/12), part(r, fund, i%4, 20)))
			w.pass(5 * time.Second)
		}
		after := w.preview(w.stranger("probe", fund))
		if is, ok := reasonOf(after, policy.CodeFlagged); !ok || is.Value != was.Value || after.Score < before.Score {
			t.Errorf("seed %d: %.0f others were sanctioned for the text, score %.3f; after the decoys %.0f, %.3f", seed, was.Value, before.Score, is.Value, after.Score)
		}
	}
}
