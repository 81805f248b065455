package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
)

// The figures of the console are those that a replay computes from the log of the same
// events.
func TestFigures(t *testing.T) {
	t.Parallel()
	roles, err := actors.Parse("member,recruiter,victim,blaster,campaign,disguiser,cron")
	if err != nil {
		t.Fatal(err)
	}
	world := actors.World{From: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)}
	world.Until = world.From.AddDate(0, 0, 6)
	var all []events.Event
	for i, role := range roles {
		all = append(all, role.Play(world, 1, i+1)...)
	}
	slices.SortStableFunc(all, func(a, b events.Event) int { return a.At.Compare(b.At) })
	var log []byte
	for i := range all {
		log = events.AppendLine(log, &all[i])
	}

	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "cases.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var unix atomic.Int64 // in nanoseconds
	unix.Store(world.From.UnixNano())
	now := func() time.Time { return time.Unix(0, unix.Load()).UTC() }
	c, err := console.Open(t.Context(), console.Config{
		DB: db, Who: func(*http.Request) (console.Moderator, error) {
			return console.Moderator{ID: "dora", Role: console.Lead}, nil
		},
		Deliver: func(context.Context, policy.Message) error { return nil }, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// With the Secret of the replay: by others, other people share a place in what is estimated.
	engine, err := policy.New(policy.Config{Secret: []byte("decorum examples/replay: no secret at all"), Now: now, Hooks: c.Hooks()})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	c.Use(engine)
	gone := map[string]bool{} // messages that nobody got, and so nobody answers
	for i := range all {
		e := &all[i]
		unix.Store(e.At.UnixNano())
		switch {
		case e.Message != "" && gone[e.Message]:
			continue
		case e.Kind == events.Message:
			m, err := message(e, 0, 0)
			m.ID, m.Delayed = e.ID, false
			d, err2 := engine.Evaluate(t.Context(), m)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			if !d.Delivered() {
				gone[e.ID] = true
			}
			continue
		}
		for _, event := range feedback(e, 0) {
			switch ev := event.(type) { // as the log has it, not as a wave of the chat
			case policy.Reply:
				ev.Message = e.Message
				event = ev
			case policy.Complaint:
				ev.ID, ev.Message, ev.Joined = e.ID, e.Message, e.Joined
				event = ev
			}
			if err := engine.Record(t.Context(), event); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := httptest.NewRecorder()
	c.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/figures?days=30", nil))
	var shown [6]int
	for _, row := range regexp.MustCompile(`(?s)<tr><th scope="row">.*?</tr>`).FindAllString(page.Body.String(), -1) {
		for i, n := range regexp.MustCompile(`<td class="n">([^<]*)</td>`).FindAllStringSubmatch(row, len(shown)) {
			k, err := strconv.Atoi(strings.ReplaceAll(n[1], ",", ""))
			if err != nil {
				t.Fatal(err)
			}
			shown[i] += k
		}
	}

	replay := exec.Command("go", "run", "./examples/replay", "-json", "-retry=false", "-") // who tried again is in the log
	replay.Dir, replay.Stdin = "../..", bytes.NewReader(log)
	out, err := replay.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ Verdicts, Sanctions map[string]int }
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	v, sanctions := want.Verdicts, 0
	for _, n := range want.Sanctions {
		sanctions += n
	}
	if expect := [6]int{v["allow"], v["flag"], v["defer"], v["hold"], v["reject"], sanctions}; shown != expect || v["reject"] == 0 || sanctions == 0 {
		t.Errorf("the page shows %v, a replay %v (allowed, flagged, put off, held, rejected, sanctions)", shown, expect)
	}
}
