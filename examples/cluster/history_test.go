package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/pgstore"
)

// past makes messages of the past: accounts that write to some twenty people each, some
// much more than others, over half a year.
func past(n int, send func(policy.Message)) {
	rng := rand.New(rand.NewPCG(5, 5))
	accounts := n / 10
	words := []string{"tomorrow", "the", "meeting", "photos", "thanks", "for", "yesterday", "station", "dinner", "at", "seven", "see", "you", "there", "report", "draft", "sent", "please", "call", "me"}
	began := time.Now().AddDate(0, -6, 0)
	step := time.Since(began) / time.Duration(n+1)
	for i := range n {
		who := int(float64(accounts) * rng.Float64() * rng.Float64())
		var text strings.Builder
		text.WriteString(fmt.Sprint("message ", i))
		for range 4 + rng.IntN(16) {
			text.WriteString(" " + words[rng.IntN(len(words))])
		}
		send(policy.Message{
			ID: fmt.Sprint(i), Sender: fmt.Sprint("account", who), Recipients: policy.To(fmt.Sprint("account", (who+1+rng.IntN(20))%accounts)),
			Text: text.String(), Origin: fmt.Sprint("10.0.", who%251, ".", who/251%251), At: began.Add(time.Duration(i) * step),
		})
	}
}

// TestHistory brings history into a PostgreSQL as docs/stores.md says: learn in memory,
// and copy. DECORUM_LONG=1 takes a million messages, and says how long ten would take.
func TestHistory(t *testing.T) {
	n := 20_000
	if os.Getenv("DECORUM_LONG") != "" {
		n = 1_000_000
	}
	pg, err := pgstore.Open(t.Context(), newPostgres(t), pgstore.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pg.Close)
	began := time.Now()
	mem := policy.NewMemory(n)
	cfg := config(mem)
	cfg.Now = nil
	teacher, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	past(n, func(m policy.Message) {
		if err := teacher.Learn(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	})
	learned := time.Since(began)
	if st := mem.Stats(); st.Evictions > 0 {
		t.Fatalf("%+v", st)
	}
	p := copied(t, "history", pg, mem, policy.CopyOptions{})
	took := time.Since(began)
	t.Logf("%d messages of %d records in %.0f s, %.0f of them learning: ten million like these in %.1f minutes",
		n, p.Read, took.Seconds(), learned.Seconds(), took.Minutes()*1e7/float64(n))

	cfg.Store = pg
	e, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, who := range []string{"account0", "account7", "account99"} {
		want, err := teacher.Account(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Account(t.Context(), who)
		if err != nil || !got.First.Equal(want.First) || !got.Last.Equal(want.Last) || got.Approached == 0 {
			t.Errorf("%s: %v, and over PostgreSQL %v, %v", who, want.First, got.First, err)
		}
	}
}
