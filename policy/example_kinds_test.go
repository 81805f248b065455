package policy_test

import (
	"context"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A service sends codes and notices to people who do not know it. Automation never
// sanctions it; an ordinary account that does the same is stopped. Class is the host's
// promise: take it from your own table of accounts.
func ExampleClass_service() {
	now := monday
	engine, err := policy.New(policy.Config{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	for _, class := range []policy.Class{policy.Service, policy.Member} {
		delivered := 0
		for i := range 200 {
			now = now.Add(time.Minute)
			d, err := engine.Evaluate(context.Background(), policy.Message{
				Sender: "parcels, a " + string(class), Class: class,
				Recipients: []policy.Recipient{{ID: fmt.Sprint("customer ", i), Relation: policy.Stranger}},
				Text:       fmt.Sprint("Your parcel is at the kiosk at the station until Saturday. Bring the code ", 4000+i),
			})
			if err != nil {
				fmt.Println(err)
			}
			if d.Delivered() {
				delivered++
			}
		}
		a, err := engine.Account(context.Background(), "parcels, a "+string(class))
		fmt.Println(class, "all delivered:", delivered == 200, "sanctioned:", len(a.Standing) > 0, err)
	}
	// Output:
	// service all delivered: true sanctioned: false <nil>
	// member all delivered: false sanctioned: true <nil>
}

// A page writes to those who follow it: tell their Relation. To people who do not, it is
// judged as a verified business.
func ExampleClass_page() {
	now := monday
	engine, err := policy.New(policy.Config{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	for _, relation := range []policy.Relation{policy.Follower, policy.Stranger} {
		delivered := 0
		for i := range 300 {
			now = now.Add(time.Second)
			d, err := engine.Evaluate(context.Background(), policy.Message{
				ID: fmt.Sprint(relation, i), Sender: "a bakery " + relation.String(), Class: policy.Page,
				Recipients: []policy.Recipient{{ID: fmt.Sprint("reader ", i), Relation: relation}},
				Text:       "From Monday on we open at six, and there is rye bread every day again.",
			})
			if err != nil {
				fmt.Println(err)
			}
			if d.Delivered() {
				delivered++
			}
		}
		fmt.Println(relation, "all delivered:", delivered == 300)
	}
	// Output:
	// follower all delivered: true
	// stranger all delivered: false
}

// Moderators and support write the same to many people who do not know them. Automation
// never sanctions them: an account of theirs that is in other hands is shown to a person.
func ExampleClass_staff() {
	ctx, now := context.Background(), monday
	engine, err := policy.New(policy.Config{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	for _, class := range []policy.Class{policy.Staff, policy.Member} {
		sender := "removed by " + string(class)
		for i := range 40 {
			now = now.Add(5 * time.Minute)
			user := fmt.Sprint("user ", i)
			_, err := engine.Evaluate(ctx, policy.Message{
				ID: user, Sender: sender, Class: class,
				Recipients: []policy.Recipient{{ID: user, Relation: policy.Stranger}},
				Text:       "Your post was removed: it names a private person. You can appeal within six months.",
			})
			if err != nil {
				fmt.Println(err)
			}
		}
		a, err := engine.Account(ctx, sender)
		fmt.Println(class, "sanctioned:", len(a.Standing) > 0, err)
	}
	// Output:
	// staff sanctioned: false <nil>
	// member sanctioned: true <nil>
}

// A bridge relays what people of another network write. Sender is the person there, not
// the bridge, which would answer for all of them; what it hands over late says so. Leave
// Origin empty: the bridge is no device that they share.
func ExampleMessage_bridge() {
	ctx, now := context.Background(), monday
	engine, err := policy.New(policy.Config{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	relay := func(from, to, text string, sent time.Time) policy.Verdict {
		d, err := engine.Evaluate(ctx, policy.Message{
			ID: fmt.Sprint(from, sent.Unix()), Sender: "@" + from + ":other.example", At: sent, Delayed: true,
			Recipients: []policy.Recipient{{ID: to, Relation: policy.Stranger}}, Text: text,
		})
		if err != nil {
			fmt.Println(err)
		}
		return d.Verdict
	}
	last := policy.Allow
	for i := range 100 {
		now = now.Add(2 * time.Minute)
		last = relay("seller", fmt.Sprint("person ", i), "Watches of gold for the price of brass, only today, write to me now!", now.Add(-time.Minute))
	}
	fmt.Println("seller:", last)
	fmt.Println("ann:", relay("ann", "bea", "Are you the one with the choir?", now))
	// Output:
	// seller: reject
	// ann: allow
}

// A room is one contact, whoever is in it: name it in Group. An invitation into a room is
// a message to each person who is asked.
func ExampleMessage_room() {
	ctx, now := context.Background(), monday
	engine, err := policy.New(policy.Config{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	posts, invited := 0, 0
	for i := range 100 {
		now = now.Add(time.Minute)
		d, err := engine.Evaluate(ctx, policy.Message{Sender: "ann", Group: "choir", Recipients: policy.To("bea", "cem"), Text: fmt.Sprint("Bar ", i, " is too fast for the altos, shall we try it slower?")})
		if err != nil {
			fmt.Println(err)
		}
		if d.Delivered() {
			posts++
		}
	}
	a, err := engine.Account(ctx, "ann")
	fmt.Printf("%d posts delivered, %.0f contact approached, %v\n", posts, a.Approached, err)

	for i := range 100 {
		now = now.Add(time.Minute)
		d, err := engine.Evaluate(ctx, policy.Message{Sender: "dan", Group: "bargains", Channel: "invite", Recipients: []policy.Recipient{{ID: fmt.Sprint("person ", i), Relation: policy.Stranger}}})
		if err != nil {
			fmt.Println(err)
		}
		if d.Delivered() {
			invited++
		}
	}
	fmt.Println("all of 100 invited:", invited == 100)
	// Output:
	// 100 posts delivered, 1 contact approached, <nil>
	// all of 100 invited: false
}
