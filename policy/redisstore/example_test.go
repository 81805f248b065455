package redisstore_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/redisstore"
)

// Two processes judge as one: what one imposes the other one enforces at once.
// Start the server with
//
//	redis-server --port 6379 --bind 127.0.0.1 --save "" --appendonly yes --dir /tmp
func Example() {
	ctx := context.Background()
	engine := func() (*redisstore.Store, *policy.Engine) {
		client, err := rueidis.ParseURL(os.Getenv("REDIS_URL")) // redis://127.0.0.1:6379/0
		if err != nil {
			log.Fatal(err)
		}
		store, err := redisstore.Open(ctx, redisstore.Config{Client: client})
		if err != nil {
			log.Fatal(err)
		}
		// All processes have the same Secret.
		e, err := policy.New(policy.Config{Store: store, Secret: []byte("from your vault")})
		if err != nil {
			log.Fatal(err)
		}
		return store, e
	}
	one, first := engine()
	defer one.Close()
	two, second := engine()
	defer two.Close()

	if _, err := first.Impose(ctx, policy.Sanction{Account: "mallory", Kind: policy.Suspension, By: "moderator"}); err != nil {
		log.Fatal(err)
	}
	d, err := second.Evaluate(ctx, policy.Message{Sender: "mallory", Recipients: policy.To("bob"), Text: "hello"})
	fmt.Println(d.Verdict, err)
	// Output: reject <nil>
}
