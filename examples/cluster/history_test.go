package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/pgstore"
	"github.com/decorum-go/decorum/policy/storekit"
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

// TestHistoryBuffered learns history into a PostgreSQL that has records already, through a
// storekit.Buffer, and says how fast that is beside learning it one message after the
// other. DECORUM_LONG=1 takes 200,000 messages.
func TestHistoryBuffered(t *testing.T) {
	n, direct := 5_000, 200
	if os.Getenv("DECORUM_LONG") != "" {
		n, direct = 200_000, 2_000
	}
	var messages []policy.Message
	past(n, func(m policy.Message) { messages = append(messages, m) })
	url := newPostgres(t)
	learn := func(prefix string, store func(*pgstore.Store) policy.Store, from, until int) (perSecond float64, e *policy.Engine) {
		t.Helper()
		pg, err := pgstore.Open(t.Context(), url, pgstore.Config{Prefix: prefix})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pg.Close)
		cfg := config(store(pg))
		cfg.Now, cfg.Timeout = nil, time.Minute
		teacher, err := policy.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, m := range messages[from:until] {
			if err := teacher.Learn(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		if b, ok := cfg.Store.(*storekit.Buffer); ok {
			if err := b.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return float64(until-from) / time.Since(began).Seconds(), teacher
	}
	plain := func(s *pgstore.Store) policy.Store { return s }
	slow, _ := learn("buffered_", plain, 0, direct)
	fast, _ := learn("buffered_", func(s *pgstore.Store) policy.Store { return &storekit.Buffer{Store: s} }, direct, n)
	t.Logf("one after the other %.0f messages a second, by a Buffer %.0f", slow, fast)
	_, got := learn("buffered_", plain, 0, 0)
	cfg := config(policy.NewMemory(n))
	cfg.Now = nil
	want, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if err := want.Learn(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	known := 0
	for i := range 100 {
		who := fmt.Sprint("account", i)
		a, err1 := want.Account(t.Context(), who)
		b, err2 := got.Account(t.Context(), who)
		if errors.Is(err1, policy.ErrNotFound) && errors.Is(err2, policy.ErrNotFound) { // it wrote long ago
			continue
		}
		known++
		if err1 != nil || err2 != nil || !b.First.Equal(a.First) || !b.Last.Equal(a.Last) || b.Approached != a.Approached {
			t.Errorf("%s: %+v, %v, and over PostgreSQL %+v, %v", who, a, err1, b, err2)
		}
	}
	if known < 50 {
		t.Errorf("%d accounts show little", known)
	}
}
