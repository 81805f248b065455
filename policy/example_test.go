package policy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// The examples play on one morning. A service leaves Config.Now alone.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func morning() time.Time { return monday }

// The whole: an engine with the default policy and records in memory.
func Example() {
	engine, err := policy.New(policy.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	d, err := engine.Evaluate(context.Background(), policy.Message{
		ID: "m1", Sender: "ann", Recipients: policy.To("bea"), Text: "Are you the one with the choir?",
	})
	if d.Delivered() { // d first: it is safe to act on beside an error, too
		fmt.Println("deliver")
	} else {
		fmt.Println(d.Notice())
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output: deliver
}

// What a service does with each verdict. A retry of a message (the same ID,
// recipients and text) counts once, and does not deliver twice.
func ExampleEngine_Evaluate() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	m := policy.Message{
		ID:         "m1",
		Sender:     "ann",
		Recipients: []policy.Recipient{{ID: "bea", Relation: policy.Stranger}},
		Text:       "Are you the one who organises the choir?",
	}
	for range 2 {
		d, err := engine.Evaluate(ctx, m)
		switch d.Verdict { // also beside an error: it is safe to act on as it stands
		case policy.Allow:
			fmt.Println("deliver")
		case policy.Flag:
			fmt.Println("deliver, and show a moderator", d.Reasons)
		case policy.Defer:
			fmt.Println("not now: try again in", d.RetryAfter)
		case policy.Hold:
			fmt.Println("keep it for a moderator", d.Reasons)
		case policy.Duplicate:
			fmt.Println("deliver only if m1 did not go out; the first answer was to", d.First)
		default: // Reject, and no verdict at all
			fmt.Println("do not deliver, and tell the sender:", d.Notice())
		}
		if err != nil {
			fmt.Println(err)
		}
	}

	_, err = engine.Evaluate(ctx, policy.Message{Sender: "ann"})
	if fault, ok := errors.AsType[*policy.FieldError](err); ok {
		fmt.Println("a mistake of the caller's:", fault.Field, fault.Problem)
	}

	// Output:
	// deliver
	// deliver only if m1 did not go out; the first answer was to allow
	// a mistake of the caller's: recipients must name at least one person
}

// Preview answers what Evaluate would, and remembers nothing: to warn a sender
// while the message is being written, or to look at an account.
func ExampleEngine_Preview() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := policy.Message{Sender: "ann", Recipients: policy.To("bea"), Text: "Are you the one who organises the choir?"}

	preview, err := engine.Preview(ctx, m)
	fmt.Println(preview.Verdict, err)
	_, err = engine.Account(ctx, "ann")
	fmt.Println(errors.Is(err, policy.ErrNotFound))

	d, err := engine.Evaluate(ctx, m)
	fmt.Println(d.Verdict, d.Score == preview.Score, err)
	a, err := engine.Account(ctx, "ann")
	fmt.Println(a.Limits[0].What, a.Limits[0].Used, err)

	// Output:
	// allow <nil>
	// true
	// allow true <nil>
	// messages 1 <nil>
}

// The way in: refuse nothing, and see what the default policy would have done.
func ExampleConfig_shadow() {
	ctx := context.Background()
	now := monday
	engine, err := policy.New(policy.Config{
		Policy: policy.Observe(),
		Shadow: []*policy.Policy{policy.Default()},
		Now:    func() time.Time { return now },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	undelivered, refused := 0, 0
	for i := range 100 {
		now = now.Add(2 * time.Minute)
		d, err := engine.Evaluate(ctx, policy.Message{
			Sender:     "sam",
			Recipients: policy.To(fmt.Sprint("member", i)),
			Text:       "I saw your profile. You can double your income with one simple trick, but only today!",
		})
		if !d.Delivered() {
			undelivered++
		}
		for _, would := range d.Shadow {
			if would.Verdict == policy.Reject {
				refused++
			}
			for _, s := range would.Imposed {
				fmt.Println(strings.Split(would.Policy, "@")[0], "would have imposed a", s.Kind, "after", would.Reasons[0].Code)
			}
		}
		if err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println("not delivered:", undelivered)
	fmt.Println("most would have been refused:", refused > 50)

	// Output:
	// default would have imposed a warning after text.duplicate
	// default would have imposed a block after text.duplicate
	// not delivered: 0
	// most would have been refused: true
}

// A log is judged in order, but read ahead: while one goroutine judges, another
// makes keys and sketches of what comes next.
func ExampleEngine_Prepare() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	log := []policy.Message{
		{ID: "m1", Sender: "ann", Recipients: policy.To("bea"), Text: "Are you the one who organises the choir?"},
		{ID: "m2", Sender: "ann"},
		{ID: "m3", Sender: "bea", Recipients: policy.To("ann"), Text: "I am. Do you sing?"},
	}

	free, ready := make(chan *policy.Prepared, 2), make(chan *policy.Prepared, 2)
	for range cap(free) {
		free <- new(policy.Prepared)
	}
	go func() {
		defer close(ready)
		for _, m := range log {
			p := <-free
			if err := engine.Prepare(p, m); err != nil {
				fmt.Println(m.ID, err) // left out
				free <- p
				continue
			}
			ready <- p
		}
	}()
	var decisions []policy.Decision
	for p := range ready {
		d, err := engine.EvaluatePrepared(ctx, p)
		decisions = append(decisions, d)
		if err != nil {
			fmt.Println(err)
		}
		free <- p
	}
	for _, d := range decisions {
		fmt.Println(d.Message, d.Verdict)
	}

	// Output:
	// m2 policy: recipients: must name at least one person
	// m1 allow
	// m3 allow
}

// History first: otherwise a service that turns decorum on finds that all old
// friends are new people.
func ExampleEngine_Learn() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	old := monday.AddDate(0, 0, -20)
	for i, m := range []policy.Message{
		{Sender: "ann", Recipients: policy.To("bea")},
		{Sender: "bea", Recipients: policy.To("ann")},
	} {
		m.At = old.Add(time.Duration(i) * time.Hour) // in the order of time
		if err := engine.Learn(ctx, m); err != nil {
			fmt.Println(err)
		}
	}
	a, err := engine.Account(ctx, "ann")
	fmt.Printf("%.1f %v\n", a.Answered/a.Approached, err)

	// Output:
	// 1.0 <nil>
}

// Feedback. A message back is an answer by itself and needs no Reply.
func ExampleEngine_Record() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, to := range []string{"bea", "carl", "dora", "emil"} {
		m := policy.Message{ID: "to-" + to, Sender: "ann", Recipients: policy.To(to), Text: "Hello " + to + "!"}
		if _, err := engine.Evaluate(ctx, m); err != nil {
			fmt.Println(err)
		}
	}
	for _, ev := range []policy.Event{
		policy.Accepted{From: "bea", To: "ann"}, // her request
		policy.Complaint{ID: "c1", From: "carl", Against: "ann", Message: "to-carl", Category: policy.Spam}, // reported it
		policy.BlockedBy{From: "dora", Against: "ann"},                                                      // a quiet complaint
		policy.Retraction{Sender: "ann", Message: "to-emil"},                                                // could not be delivered after all
		policy.Review{Account: "ann", Complaint: "c1", Abusive: false, By: "moderator 7"},                   // no, it was not spam
	} {
		if err := engine.Record(ctx, ev); err != nil {
			fmt.Println(err)
		}
	}
	a, err := engine.Account(ctx, "ann")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range a.Complaints {
		fmt.Printf("%v, block %v, ruled %q\n", c.Category, c.Block, c.Ruled)
	}
	fmt.Println(a.Limits[0].What, a.Limits[0].Used)

	// Output:
	// spam, block false, ruled "void"
	// other, block true, ruled ""
	// messages 3
}

// A moderator imposes and lifts. What a person imposes counts no strike.
func ExampleEngine_Impose() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := engine.Impose(ctx, policy.Sanction{
		Account: "sam", Kind: policy.Block, Scope: policy.Outreach,
		Until: monday.AddDate(0, 0, 7), By: "moderator 7",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for s, err := range engine.Sanctions(ctx) {
		fmt.Println(s.Account, s.Kind, s.Scope, "until", s.Until.Format(time.DateOnly), "by", s.By, err)
	}
	m := policy.Message{Sender: "sam", Recipients: policy.To("bea"), Text: "Hello!"}
	d, err := engine.Evaluate(ctx, m)
	fmt.Println(d.Verdict, d.Reasons, err)

	if err := engine.Lift(ctx, "sam", s.ID, policy.Lifting{By: "moderator 8", Note: "mistaken identity"}); err != nil {
		fmt.Println(err)
	}
	d, err = engine.Evaluate(ctx, m)
	fmt.Println(d.Verdict, err)

	// Output:
	// sam block outreach until 2026-11-30 by moderator 7 <nil>
	// reject [a sanction stands: block] <nil>
	// allow <nil>
}

// A signal of the host's own: links in a message that goes to strangers. It is
// pure, says which family it belongs to, and what it measured.
func ExampleSignalFunc() {
	links := func(dst []scoring.Evidence, m *policy.Message, f *policy.Facts) []scoring.Evidence {
		n := strings.Count(m.Text, "://")
		if n == 0 || f.Strangers == 0 {
			return dst
		}
		return append(dst, scoring.Evidence{
			Code: "host.links", Family: scoring.Content,
			LogOdds: .7, // twice as likely among abusive messages
			Value:   float64(n), N: f.Strangers,
		})
	}
	engine, err := policy.New(policy.Config{Signals: []policy.SignalFunc{links}, Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := engine.Evaluate(context.Background(), policy.Message{
		Sender: "ann", Recipients: policy.To("bea"),
		Text: "The slides are at https://example.org/slides",
	})
	for _, r := range d.Reasons {
		fmt.Printf("%s measured %v, adds %.1f\n", r.Code, r.Value, r.Share)
	}
	if err != nil {
		fmt.Println(err)
	}

	// Output:
	// host.links measured 1, adds 0.7
}

// Hooks are told what happened: a log, and the host's own.
func ExampleHooks() {
	var log bytes.Buffer
	queue := policy.Hooks{
		Decided: func(_ context.Context, m *policy.Message, d *policy.Decision) {
			fmt.Println("decided:", d.Verdict)
		},
		Imposed: func(_ context.Context, s *policy.Sanction) {
			fmt.Println("imposed: a", s.Kind, "by", s.By)
		},
	}
	engine, err := policy.New(policy.Config{
		Hooks: policy.JoinHooks(policy.LogHooks(slog.New(slog.NewTextHandler(&log, nil))), queue),
		Now:   morning,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	if _, err := engine.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "moderator 7"}); err != nil {
		fmt.Println(err)
	}
	if _, err := engine.Evaluate(ctx, policy.Message{Sender: "sam", Recipients: policy.To("bea"), Text: "Hello!"}); err != nil {
		fmt.Println(err)
	}
	fmt.Println("lines:", strings.Count(log.String(), "\n"), "with a name or a text:", strings.Contains(log.String(), "sam") || strings.Contains(log.String(), "Hello"))

	// Output:
	// imposed: a suspension by moderator 7
	// decided: reject
	// lines: 2 with a name or a text: false
}

// A policy is replaced while messages are being judged. One that is not valid
// changes nothing.
func ExampleEngine_SetPolicy() {
	engine, err := policy.New(policy.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	next, err := policy.ReadPolicy(strings.NewReader(`{"extends": "default", "name": "evening"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(engine.SetPolicy(next))
	fmt.Println(engine.SetPolicy(&policy.Policy{}) != nil, engine.Policy().Name)

	// Output:
	// <nil>
	// true evening
}

// What an engine remembers goes into a file, and another engine with the same
// Secret goes on from it.
func ExampleEngine_Snapshot() {
	ctx := context.Background()
	secret := []byte("32 random bytes from a safe place")
	before, err := policy.New(policy.Config{Secret: secret, Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := before.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "moderator 7"}); err != nil {
		fmt.Println(err)
	}
	var file bytes.Buffer
	fmt.Println(before.Snapshot(ctx, &file))

	after, err := policy.New(policy.Config{Secret: secret, Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(after.Restore(ctx, bytes.NewReader(file.Bytes())))
	for s, err := range after.Sanctions(ctx) {
		fmt.Println(s.Account, s.Kind, err)
	}

	other, err := policy.New(policy.Config{Secret: []byte("another"), Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(other.Restore(ctx, &file))

	// Output:
	// <nil>
	// <nil>
	// sam suspension <nil>
	// policy: snapshot refused: it was taken under another Secret
}

// What one store holds goes into another, and an engine with the same Secret goes on
// from it. Here both are in memory; the same call moves from a file to a server.
func ExampleCopy() {
	ctx := context.Background()
	secret := []byte("32 random bytes from a safe place")
	from, to := policy.NewMemory(0), policy.NewMemory(0)
	before, err := policy.New(policy.Config{Store: from, Secret: secret, Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := before.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "moderator 7"}); err != nil {
		fmt.Println(err)
	}
	for p, err := range policy.Copy(ctx, to, from, policy.CopyOptions{}) {
		if err != nil {
			fmt.Println(err) // the same call again goes on
			return
		}
		if p.Done {
			fmt.Println(p.Written, "written,", p.Verified, "verified")
		}
	}
	after, err := policy.New(policy.Config{Store: to, Secret: secret, Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	for s, err := range after.Sanctions(ctx) {
		fmt.Println(s.Account, s.Kind, err)
	}
	for _, err := range policy.Copy(ctx, to, from, policy.CopyOptions{}) {
		fmt.Println(err)
	}

	// Output:
	// 1 written, 1 verified
	// sam suspension <nil>
	// policy: the store to copy into is not empty: it holds a copy of the source. Set Since for a second pass
}

// A sender appeals, and a person rules. Overturned undoes strike, step of the
// ladder and consequences; Reduced ends the sanction; Upheld changes nothing.
func ExampleEngine_Appeal() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := engine.Impose(ctx, policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "moderator 7"})
	if err != nil {
		fmt.Println(err)
		return
	}
	appeal, err := engine.Appeal(ctx, policy.Appeal{Account: "sam", Sanction: s.ID, Statement: "It was my brother."})
	if err != nil {
		fmt.Println(err)
		return
	}
	ruling := policy.Ruling{Outcome: policy.Overturned, By: "moderator 8", Note: "it was"}
	fmt.Println(engine.Resolve(ctx, "sam", appeal.ID, ruling))
	fmt.Println(engine.Resolve(ctx, "sam", appeal.ID, ruling)) // the same ruling twice is one ruling

	a, err := engine.Account(ctx, "sam")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(a.Standing), a.History[0].Kind, a.History[0].Appeal.Ruling.Outcome)

	// Output:
	// <nil>
	// <nil>
	// 0 suspension overturned
}

// A standing order beats automation until it ends.
func ExampleEngine_Override() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := engine.Override(ctx, policy.Override{
		Account: "sam", Verdict: policy.Hold, Until: monday.AddDate(0, 0, 1), By: "moderator 7",
	}); err != nil {
		fmt.Println(err)
	}
	m := policy.Message{Sender: "sam", Recipients: policy.To("bea"), Text: "Hello!"}
	d, err := engine.Evaluate(ctx, m)
	fmt.Println(d.Verdict, d.Reasons, err)

	fmt.Println(engine.ClearOverride(ctx, "sam"))
	d, err = engine.Evaluate(ctx, m)
	fmt.Println(d.Verdict, err)

	// Output:
	// hold [a moderator's order stands: hold] <nil>
	// <nil>
	// allow <nil>
}

// A moderator says once what is to be done with a text: it holds for all its copies.
func ExampleEngine_SetText() {
	engine, err := policy.New(policy.Config{})
	if err != nil {
		panic(err)
	}
	defer engine.Close()
	ctx := context.Background()

	rule, err := engine.SetText(ctx, policy.TextRule{
		Text:   "You have won a prize of 5,000 dollars in our lottery! Call us now and tell us the number of your bank account.",
		Action: policy.TextReject, By: "ada", Note: "the lottery scam",
	})
	if err != nil {
		panic(err)
	}
	d, err := engine.Evaluate(ctx, policy.Message{
		ID: "m1", Sender: "mal", Recipients: policy.To("bea"),
		Text: "Dear Bea, y0u have w0n a prize of 7,000 dollars in our l0ttery!! Call us now and tell us the number of yоur b@nk account",
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(d.Verdict, d.Reasons[0].Code, d.Cluster == rule.ID, len(d.Imposed))
	// Output: reject text.known true 0
}
