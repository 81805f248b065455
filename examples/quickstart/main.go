// Quickstart shows an engine at work: an honest member, a spammer, complaints, a
// warning, a block, and where an account stands. Its clock and its Secret are fixed, so
// that it prints the same on every run.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/decorum-go/decorum/policy"
)

func main() {
	ctx := context.Background()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	engine, err := policy.New(policy.Config{ // policy.Config{} works too
		Secret: []byte("an example; use 32 random bytes"),
		Now:    func() time.Time { return now },
		Hooks: policy.Hooks{Imposed: func(_ context.Context, s *policy.Sanction) {
			fmt.Printf("%s  %v for %s until %s, because the account\n", now.Format("15:04"), s.Kind, s.Account, s.Until.Format("2 January, 15:04"))
			for _, r := range s.Reasons {
				fmt.Printf("         - %s: %v\n", r.Code, r)
			}
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()

	// send is what a service does: ask, and deliver if the decision says so.
	send := func(from, to string, relation policy.Relation, text string) bool {
		now = now.Add(3 * time.Minute)
		d, err := engine.Evaluate(ctx, policy.Message{Sender: from, Recipients: []policy.Recipient{{ID: to, Relation: relation}}, Text: text})
		fmt.Printf("%s  %s to %s: %v", now.Format("15:04"), from, to, d.Verdict)
		switch {
		case len(d.Reasons) == 0:
			fmt.Println()
		case d.Score == 0: // something stands already, and nothing was weighed
			fmt.Printf(": %v\n", d.Reasons[0])
		default:
			fmt.Printf(", score %.2f: %v\n", d.Score, d.Reasons[0]) // weightiest first
		}
		if notice := d.Notice().String(); notice != "" {
			fmt.Printf("         %s is told: %s\n", from, notice)
		}
		if err != nil { // last: d is safe to act on as it stands
			log.Print(err)
		}
		return d.Delivered()
	}

	fmt.Println("Ann writes to a friend, and to two people who do not know her, to each about something else. They answer.")
	send("ann", "ida", policy.Connection, "Ida, I have found a choir at last!")
	for _, m := range [][2]string{
		{"bea", "Hello Bea, are you the one who organises the choir? I sing alto and would love to come."},
		{"carl", "Dear Carl, the bicycle that you offer: does it still have its original saddle?"},
	} {
		send("ann", m[0], policy.Stranger, m[1])
		send(m[0], "ann", policy.Stranger, "Yes, of course! Shall we talk on the phone tomorrow?") // a message back is an answer
	}

	fmt.Println("\nSam sends one advert to strangers. Nobody answers, and two complain.")
	fmt.Println("(A stranger of hours ago counts for less than one of now. {free} stands for what differs from copy to copy.)")
	for i := 1; ; i++ {
		to := fmt.Sprint("member", i)
		if !send("sam", to, policy.Stranger, "Hi "+to+"! I saw your profile. You can double your income with one simple trick, but only today!") {
			break
		}
		if i == 4 || i == 6 {
			fmt.Println("       ", to, "complains")
			if err := engine.Record(ctx, policy.Complaint{From: to, Against: "sam", Category: policy.Spam}); err != nil {
				log.Fatal(err)
			}
		}
	}

	fmt.Println("\nThe block is on new conversations only: Sam can still answer people who write.")
	send("ann", "sam", policy.Stranger, "Sam, is it you who found my keys?")
	send("sam", "ann", policy.Stranger, "Yes, they are at the front desk.")
	send("sam", "zoe", policy.Stranger, "Hi zoe! I saw your profile.")

	fmt.Println("\nWhere does Sam stand?")
	a, err := engine.Account(ctx, "sam")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(&a) // each figure is a field, too
	for _, s := range a.Standing {
		fmt.Printf("%v %s, imposed at %s under %s\n", s.Kind, s.ID, s.From.Format("15:04"), s.Policy)
	}
	fmt.Println("\nNext: see what would have happened on your service. Nothing is sent anywhere:\n  go run ./examples/replay -map at=sent_at,from=sender,to=recipient,text=body messages.csv\nThen run in shadow, and enforce by degrees: policy/docs/start.md")
}
