package policy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// A person looks at what waits. One message is released, and is delivered once; another
// is discarded, and never will be.
func ExampleEngine_Release() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		log.Fatal(err)
	}
	text := "I sell my old bicycle, it has new tyres and a bell. Write to me and come and see it."
	if _, err := engine.SetText(ctx, policy.TextRule{Text: text, Action: policy.TextHold, By: "ada"}); err != nil {
		log.Fatal(err)
	}
	queue := []policy.Message{
		{ID: "m1", Sender: "sam", Recipients: policy.To("bea"), Text: text, At: monday},
		{ID: "m2", Sender: "sam", Recipients: policy.To("cem"), Text: text, At: monday},
	}
	for _, m := range queue { // keep what waits: its ID, its At and the rest
		d, err := engine.Evaluate(ctx, m)
		fmt.Println(d.Verdict, err)
	}
	d, err := engine.Release(ctx, queue[0], policy.Release{By: "ada", Note: "she asked for it"})
	fmt.Println(d.Verdict, d.Delivered(), err) // deliver it now
	fmt.Println(engine.Discard(ctx, "sam", "m2", policy.Discard{By: "ada"}))
	for _, m := range queue { // retries
		d, err := engine.Evaluate(ctx, m)
		fmt.Println(d.Verdict, err)
	}

	// Output:
	// hold <nil>
	// hold <nil>
	// allow true <nil>
	// <nil>
	// duplicate <nil>
	// reject <nil>
}

// A person rules on a text that strangers get: first a dry run says who would answer for
// it, and a ruling that was wrong is taken back.
func ExampleEngine_RuleText() {
	ctx := context.Background()
	now := monday
	engine, err := policy.New(policy.Config{Now: func() time.Time { return now }})
	if err != nil {
		log.Fatal(err)
	}
	send := func(sender, to string) policy.Decision {
		now = now.Add(5 * time.Minute)
		d, err := engine.Evaluate(ctx, policy.Message{
			Sender: sender, Recipients: []policy.Recipient{{ID: to, Relation: policy.Stranger}},
			Text: "We double whatever you send us within a day. Ask me how, it is safe and all my neighbours do it.",
		})
		if err != nil {
			log.Fatal(err)
		}
		return d
	}
	send("kim", "bea")
	var cluster uint64
	for i := 0; cluster == 0; i++ { // until the text decides: it is flagged
		cluster = send("mal", fmt.Sprint("person", i)).Cluster
	}
	ruling := policy.TextRuling{Cluster: cluster, Finding: policy.TextAbusive, Accounts: []string{"kim", "mal"}, By: "ada", DryRun: true}
	would, err := engine.RuleText(ctx, ruling)
	fmt.Println(would.Accounts, len(would.Sanctions), err)

	ruling.DryRun = false
	did, err := engine.RuleText(ctx, ruling)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range did.Sanctions {
		fmt.Println(s.Account, s.Kind, "by", s.By)
	}
	ruling.Finding = policy.TextUndecided
	back, err := engine.RuleText(ctx, ruling)
	fmt.Println(back.Lifted, err)

	// Output:
	// [mal] 0 <nil>
	// mal block by ada
	// 1 <nil>
}

// The queue of open appeals, in pages.
func ExampleEngine_Sanctions() {
	ctx := context.Background()
	now := monday
	engine, err := policy.New(policy.Config{Now: func() time.Time { return now }})
	if err != nil {
		log.Fatal(err)
	}
	for _, account := range []string{"sam", "kim", "lou"} {
		now = now.Add(time.Hour)
		s, err := engine.Impose(ctx, policy.Sanction{Account: account, Kind: policy.Suspension, By: "ada"})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := engine.Appeal(ctx, policy.Appeal{Account: account, Sanction: s.ID}); err != nil {
			log.Fatal(err)
		}
	}
	filter := policy.SanctionFilter{OpenAppeal: true, Limit: 2}
	for page := 1; ; page++ {
		n := 0
		for s, err := range engine.Sanctions(ctx, filter) {
			if err != nil {
				log.Print(err) // of one record; others follow
				continue
			}
			fmt.Println(page, s.Account, s.Kind)
			n, filter.After = n+1, s.Cursor()
		}
		if n < filter.Limit {
			break
		}
	}

	// Output:
	// 1 sam suspension
	// 1 kim suspension
	// 2 lou suspension
}

// damned is a message that the host knows to be bad, in two ways.
func damned(id, sender string) policy.Message {
	return policy.Message{ID: id, Sender: sender, Recipients: policy.To("bea"), Text: "Buy now!", Evidence: []scoring.Evidence{
		{Code: "host.links", Family: scoring.Content, LogOdds: 3, Value: 1, N: 1}, {Code: "host.network", Family: scoring.Network, LogOdds: 3, Value: 1, N: 1},
	}}
}

// All that a bad policy imposed is taken back, and what people imposed under it stays.
func ExampleEngine_LiftAll() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := engine.Evaluate(ctx, damned("m1", "sam")); err != nil { // brings a Block
		log.Fatal(err)
	}
	if _, err := engine.Impose(ctx, policy.Sanction{Account: "mal", Kind: policy.Suspension, By: "ada"}); err != nil {
		log.Fatal(err)
	}
	bad := policy.SanctionFilter{Policy: engine.Policy().Name}
	n, err := engine.LiftAll(ctx, bad, policy.Lifting{By: "ada", DryRun: true})
	fmt.Println("all:", n, err)
	bad.Automatic = true
	n, err = engine.LiftAll(ctx, bad, policy.Lifting{By: "ada", DryRun: true})
	fmt.Println("automatic:", n, err)
	n, err = engine.LiftAll(ctx, bad, policy.Lifting{By: "ada", Note: "the level was wrong"})
	fmt.Println("lifted:", n, err)
	for s, err := range engine.Sanctions(ctx) {
		fmt.Println(s.Account, s.Kind, err)
	}

	// Output:
	// all: 2 <nil>
	// automatic: 1 <nil>
	// lifted: 1 <nil>
	// mal suspension <nil>
}

// Somebody stops automation: what would bring a Block waits for a person.
func ExampleEngine_Brake() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		log.Fatal(err)
	}
	if err := engine.Brake(ctx, "ada", "many appeals since noon"); err != nil {
		log.Fatal(err)
	}
	d, err := engine.Evaluate(ctx, damned("m1", "sam"))
	fmt.Println(d.Verdict, d.Reasons[0].Code, len(d.Imposed), err)

	h, err := engine.Health(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(h.Brake.By, "-", h.Brake.Why)

	fmt.Println(engine.Unbrake(ctx, "ada", "the level is right again"))
	d, err = engine.Evaluate(ctx, damned("m2", "kim"))
	fmt.Println(d.Verdict, len(d.Imposed), err)

	// Output:
	// hold automation.braked 0 <nil>
	// ada - many appeals since noon
	// <nil>
	// reject 1 <nil>
}

// Somebody asks what is kept of them, and then to be forgotten.
func ExampleEngine_Export() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := engine.Evaluate(ctx, policy.Message{ID: "m1", Sender: "sam", Recipients: policy.To("bea"), Text: "Hello!"}); err != nil {
		log.Fatal(err)
	}
	b, err := engine.Export(ctx, "sam")
	fmt.Println(json.Valid(b), err)

	left, err := engine.Forget(ctx, "sam")
	fmt.Println(left.Nothing(), err)
	_, err = engine.Export(ctx, "sam")
	fmt.Println(errors.Is(err, policy.ErrNotFound))

	// Who is suspended stays so.
	if _, err := engine.Impose(ctx, policy.Sanction{Account: "mal", Kind: policy.Suspension, Until: monday.AddDate(0, 0, 7), By: "ada"}); err != nil {
		log.Fatal(err)
	}
	left, err = engine.Forget(ctx, "mal")
	fmt.Println(left.Sanctions[0].Kind, left.Sanctions[0].Until.Format(time.DateOnly), err)

	// Output:
	// true <nil>
	// true <nil>
	// true
	// suspension 2026-11-30 <nil>
}
