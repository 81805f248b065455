package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// fillBank puts n texts into a bank, which resemble none of an ordinary day.
func fillBank(b testing.TB, e *policy.Engine, n int) {
	b.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	for i := 0; e.Stats().Bank < n; i++ {
		var text strings.Builder
		for range 12 + i%30 {
			for range 3 + r.IntN(6) {
				text.WriteByte("etaoinshrdlucmfwypvbgkqjxz"[min(r.IntN(26), r.IntN(26))])
			}
			text.WriteByte(' ')
		}
		if _, err := e.SetText(b.Context(), policy.TextRule{Text: text.String(), Action: policy.TextHold, By: "bench"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBank judges messages in a conversation and to strangers with an empty bank and
// with a full one, and sets a rule in a full one. The bars are on the difference: 300 ns
// in a conversation, a tenth to a stranger.
//
//	go test ./policy -run '^$' -bench Bank -cpu 1 -count 6
func BenchmarkBank(b *testing.B) {
	n, accounts := policy.MaxTexts, 50_000
	if testing.Short() {
		n = 4096
	}
	texts := make([]string, 1<<16)
	for i := range texts {
		texts[i] = chatter(i, i/7) + prose(uint64(i))[:40]
	}
	for _, size := range []int{0, n} {
		e, now := benchEngine(b, accounts, chatter)
		fillBank(b, e, max(0, size-1)) // one place is for "set"
		i := 0
		for _, kind := range []string{"conversation", "stranger"} {
			b.Run(fmt.Sprint(kind, "/", size), func(b *testing.B) {
				m := policy.Message{Recipients: make([]policy.Recipient, 1)}
				b.ReportAllocs()
				for b.Loop() {
					i++
					m.Text = texts[i%len(texts)]
					from := i * 7919 % accounts
					m.Sender, m.Recipients[0].ID = fmt.Sprint("account", from), fmt.Sprint("account", from^1)
					if kind == "stranger" {
						m.Recipients[0].ID = fmt.Sprint("account", i*10007%accounts)
					}
					m.At = now.Add(time.Duration(i) * time.Millisecond)
					if _, err := e.Evaluate(b.Context(), m); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		if size > 0 {
			b.Run("set", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := e.SetText(b.Context(), policy.TextRule{Text: texts[0], Action: policy.TextFlag, By: "bench", Force: true}); err != nil {
						b.Fatal(err)
					}
					i++
				}
			})
		}
	}
}
