package replay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// moderated is a log in which a person does all that a person can do.
func moderated() (list []events.Event) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	add := func(after time.Duration, e events.Event) {
		at = at.Add(after)
		e.At = at
		list = append(list, e)
	}
	eve := func(kind events.Kind, against, message string) events.Event {
		return events.Event{Kind: kind, From: "eve", Against: against, Message: message, By: "eve", Note: "as told"}
	}
	order := func(account, verdict string, until time.Time) events.Event {
		e := eve(events.Override, account, "")
		e.Verdict, e.Until = verdict, until
		return e
	}
	letter := func(from, id, to, text string) events.Event {
		return events.Event{From: from, ID: id, To: []string{to}, Text: text, Relation: "stranger"}
	}
	add(0, order("ann", "hold", time.Time{}))
	for i := range 6 {
		add(time.Minute, letter("ann", fmt.Sprint("h", i), fmt.Sprint("bea", i), fmt.Sprint("hello, are you coming on day ", i)))
	}
	add(time.Minute, order("ann", "none", time.Time{}))
	add(time.Minute, eve(events.Release, "ann", "h0"))
	add(time.Minute, eve(events.Release, "ann", "h0"))     // again
	add(time.Minute, eve(events.Release, "ann", "nobody")) // what was never held
	add(time.Minute, eve(events.Release, "ann", "h1"))
	add(time.Minute, eve(events.Discard, "ann", "h2"))
	add(time.Minute, eve(events.Discard, "ann", "h1")) // that went out
	add(time.Minute, eve(events.Discard, "ann", "h3"))
	add(time.Minute, eve(events.Release, "ann", "h3")) // another thought
	add(time.Minute, events.Event{Kind: events.Reply, From: "bea0", To: []string{"ann"}, Message: "h0"})
	add(time.Minute, events.Event{Kind: events.Reply, From: "bea1", To: []string{"ann"}, Message: "h1"})
	add(time.Hour, letter("ann", "a", "bea0", "so we meet at eight"))

	// One who pastes to strangers is stopped, let go, and pastes on.
	for i := range 60 {
		add(20*time.Second, letter("mal", fmt.Sprint("p", i), fmt.Sprint("cy", i), "Win a new telephone today! Answer within the hour: https://phones.example/w"))
		if i == 30 || i == 45 {
			add(time.Minute, eve(events.Lift, "mal", ""))
		}
	}
	add(time.Minute, order("zoe", "allow", at.Add(2*time.Hour)))
	for i := range 40 {
		add(2*time.Second, letter("zoe", fmt.Sprint("z", i), fmt.Sprint("dan", i), fmt.Sprint("the meeting of group ", i, " is on")))
	}
	add(3*time.Hour, letter("zoe", "last", "dan", "and that was that"))
	add(time.Minute, eve(events.Lift, "bea0", "")) // there is nothing to lift

	// A text is held back, and set free; another one counts in favour for an hour.
	const lottery = "You have won a prize in our lottery, call us now and tell us the number of your account"
	ruled := func(text, verdict string, nats float64, until time.Time) events.Event {
		return events.Event{Kind: events.Text, From: "eve", Text: text, Verdict: verdict, Nats: nats, Until: until, By: "eve", Note: "as told"}
	}
	add(time.Minute, ruled(lottery, "none", 0, time.Time{})) // there is no rule
	add(time.Minute, ruled(lottery, "reject", 0, time.Time{}))
	add(time.Minute, ruled("the meeting of our group is on, and all of us will be there", "evidence", -1.5, at.Add(time.Hour)))
	add(time.Minute, letter("pat", "t1", "quinn", "Hello Quinn! Y0u have w0n a prize in our lottery: call us now, and tell us the number of your account!"))
	add(time.Minute, letter("pat", "t2", "quinn", "the meeting of our group is on, and all of us will be there!"))
	add(time.Minute, ruled(lottery, "none", 0, time.Time{}))
	add(time.Minute, letter("pat", "t3", "rob", lottery))
	return list
}

// A byHand does what the log says with the engine's own calls, naming each sanction.
type byHand struct {
	*testing.T
	engine *policy.Engine
	now    time.Time
	held   map[string]policy.Message
	text   uint64            // the rule on the last text
	newest map[string]string // sanction, by account
}

func (h *byHand) do(ctx context.Context, e *events.Event) error {
	h.now = e.At
	switch e.Kind {
	case events.Message:
		m := policy.Message{ID: e.ID, Sender: e.From, Recipients: []policy.Recipient{{ID: e.To[0], Relation: policy.Stranger}}, Text: e.Text, At: e.At}
		d, err := h.engine.Evaluate(ctx, m)
		if !d.Delivered() {
			h.held[e.ID] = m
		}
		return err
	case events.Reply:
		return h.engine.Record(ctx, policy.Reply{From: e.From, To: e.To[0], Message: e.Message, At: e.At})
	case events.Release:
		if m, ok := h.held[e.Message]; ok {
			_, err := h.engine.Release(ctx, m, policy.Release{By: "eve", Note: "as told", At: e.At})
			return err
		}
		return nil
	case events.Discard:
		return h.engine.Discard(ctx, "ann", e.Message, policy.Discard{By: "eve", Note: "as told", At: e.At})
	case events.Lift:
		if id := h.newest[e.Against]; id != "" {
			return h.engine.Lift(ctx, e.Against, id, policy.Lifting{By: "eve", Note: "as told", At: e.At})
		}
		return nil
	case events.Override:
		switch e.Verdict {
		case "hold":
			return h.engine.Override(ctx, policy.Override{Account: e.Against, Verdict: policy.Hold, By: "eve", Note: "as told"})
		case "allow":
			return h.engine.Override(ctx, policy.Override{Account: e.Against, Verdict: policy.Allow, Until: e.Until, By: "eve", Note: "as told"})
		}
		return h.engine.ClearOverride(ctx, e.Against)
	}
	if e.Kind == events.Text {
		if e.Verdict == "none" {
			return h.engine.ClearText(ctx, h.text, "eve", "as told")
		}
		r := policy.TextRule{Text: e.Text, Action: policy.TextReject, By: "eve", Note: "as told"}
		if e.Nats != 0 {
			r.Action, r.Nats, r.Until = policy.TextEvidence, e.Nats, e.Until
		}
		r, err := h.engine.SetText(ctx, r)
		if e.Nats == 0 {
			h.text = r.ID
		}
		return err
	}
	h.Fatalf("what is %v?", e.Kind)
	return nil
}

// TestActs: a log with moderation, written and read back, leaves what the engine's own
// calls leave.
func TestActs(t *testing.T) {
	ctx := context.Background()
	log := moderated()
	var told bytes.Buffer
	r, err := newRunner(runnerConfig{policy: policy.Default(), accounts: 1000, decisions: &decisionWriter{w: bufio.NewWriter(&told)}})
	if err != nil {
		t.Fatal(err)
	}
	h := &byHand{T: t, held: map[string]policy.Message{}, newest: map[string]string{}}
	h.engine, err = policy.New(policy.Config{
		Secret: []byte(secret), MaxSkew: maxSkew, Now: func() time.Time { return h.now },
		Hooks: policy.Hooks{Imposed: func(_ context.Context, s *policy.Sanction) { h.newest[s.Account] = s.ID }},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer h.engine.Close()
	for i := range log {
		var e events.Event
		if err := events.Parse(string(events.AppendLine(nil, &log[i])), &e); err != nil {
			t.Fatal(err)
		}
		if err := r.play(&e); err != nil {
			t.Fatalf("%s: %v", events.AppendLine(nil, &e), err)
		}
		if err := h.do(ctx, &log[i]); err != nil && !errors.Is(err, policy.ErrSettled) && !errors.Is(err, policy.ErrNotFound) {
			t.Fatalf("%s: %v", events.AppendLine(nil, &e), err)
		}
	}
	var lifted, sanctions int
	for _, account := range []string{"ann", "mal", "zoe", "bea0", "bea3", "cy0", "pat", "quinn"} {
		got, err1 := r.engine.Account(ctx, account)
		want, err2 := h.engine.Account(ctx, account)
		if (err1 == nil) != (err2 == nil) {
			t.Errorf("%s: %v, %v", account, err1, err2)
		}
		if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
			t.Errorf("%s (-calls +log)\n%s", account, diff)
		}
		for _, s := range slices.Concat(got.Standing, got.History) {
			if sanctions++; s.Lifted != nil && s.Lifted.By == "eve" && s.Lifted.Note == "as told" {
				lifted++
			}
		}
	}
	if lifted != 2 || sanctions < 3 {
		t.Errorf("%d sanctions, of which eve lifted %d: the log shows nothing", sanctions, lifted)
	}
	if n := r.tally.verdicts[policy.Hold]; n != 6 {
		t.Errorf("%d were held", n)
	}
	if s := r.tally.senders["ann"]; s.messages != 7 || s.undelivered != 3 {
		t.Errorf("of %d messages of ann's %d did not go out", s.messages, s.undelivered)
	}
	if s := r.tally.senders["pat"]; s.messages != 3 || s.undelivered != 1 {
		t.Errorf("of %d messages of pat's %d did not go out", s.messages, s.undelivered)
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(told.String(), `"released":true,"verdict":"allow"`); n != 3 {
		t.Errorf("%d lines tell of a release", n)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestActsBad: what an act gets wrong is told with its line and field, and nothing else
// is lost.
func TestActsBad(t *testing.T) {
	log := `{"at":"2026-01-05T09:00:00Z","from":"a","to":"b","id":"1","text":"hi"}
{"at":"2026-01-05T09:01:00Z","kind":"override","against":"a","verdict":"ban","by":"eve"}
{"at":"2026-01-05T09:02:00Z","kind":"override","against":"a","verdict":"hold","until":"2026-01-05T09:00:00Z","by":"eve"}
{"at":"2026-01-05T09:02:00Z","kind":"text","text":"we have the cheapest pills in town","verdict":"ban","by":"eve"}
{"at":"2026-01-05T09:02:00Z","kind":"text","text":"pills","verdict":"hold","by":"eve"}
{"at":"2026-01-05T09:03:00Z","kind":"release","against":"a","message":"1"}
{"at":"2026-01-05T09:04:00Z","kind":"discard","against":"a","message":"never","by":"eve"}
{"at":"2026-01-05T09:05:00Z","kind":"override","against":"a","verdict":"hold","by":"eve"}
{"at":"2026-01-05T09:06:00Z","from":"a","to":"b","id":"2","text":"hi"}
{"at":"2026-01-05T09:06:00Z","kind":"release","against":"a","message":"2","by":"eve"}
`
	file := write(t, "a.jsonl", []byte(log))
	status, out, errs := command("", "-strict", "-resolution", "0", file)
	want := file + ":6: by: missing\n" + file + `:2: verdict: unknown value "ban"; it is one of allow, hold, none` + "\n" + file + ":3: until: must lie in the future\n" +
		file + `:4: verdict: unknown value "ban"; it is one of fine, flag, hold, reject, evidence, none` + "\n" + file + ":5: text: says too little, 2 of at least 13 grams (four letters in a row): what is that short is nearly the same as what many write\n"
	if status != exitFailed || errs != want {
		t.Errorf("status %d, faults\n%s\nwant\n%s", status, errs, want)
	}
	if !strings.Contains(out, "2 messages from 1 sender") || !strings.Contains(out, "hold") || !strings.Contains(out, "\n1 events were about something that is not there") {
		t.Errorf("%s", out)
	}
}

// TestErased: an account that is erased in a log is forgotten, and what stands on one
// that was sanctioned stays, so that it is no way out.
func TestErased(t *testing.T) {
	ctx := context.Background()
	r, err := newRunner(runnerConfig{policy: policy.Default(), accounts: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var log []events.Event
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	say := func(from, to, text string) {
		at = at.Add(20 * time.Second)
		log = append(log, events.Event{At: at, From: from, To: []string{to}, Relation: "stranger", ID: fmt.Sprint(len(log)), Text: text})
	}
	for i := range 60 {
		say("mal", fmt.Sprint("p", i), "Cheap pills for everybody in town, write to me today and save half of the price")
	}
	say("ann", "bea", "is the bicycle still there?")
	for _, name := range []string{"mal", "ann"} {
		at = at.Add(time.Minute)
		log = append(log, events.Event{At: at, Kind: events.Erased, From: name})
	}
	for i := range log {
		if err := r.play(&log[i]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.engine.Account(ctx, "ann"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("ann: %v, want %v", err, policy.ErrNotFound)
	}
	if a, err := r.engine.Account(ctx, "mal"); err != nil || len(a.Standing) == 0 {
		t.Errorf("mal: %v, %v", a.Standing, err)
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
}
