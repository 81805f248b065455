package policy_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Two shops on one store: what one imposes is nothing to the other.
func ExampleConfig_tenant() {
	ctx := context.Background()
	store := policy.NewMemory(0) // or pgstore.Open: one pool for all
	p := policy.Default()        // one for all
	shops := make(map[string]*policy.Engine)
	for _, name := range []string{"shop-1", "shop-2"} {
		e, err := policy.New(policy.Config{Policy: p, Store: store, Secret: []byte("32 random bytes, of all tenants"), Tenant: name})
		if err != nil {
			log.Fatal(err)
		}
		shops[name] = e
	}
	_, err := shops["shop-1"].Impose(ctx, policy.Sanction{Account: "mallory", Kind: policy.Suspension, Review: time.Now().Add(time.Hour), By: "ann"})
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"shop-1", "shop-2"} {
		d, err := shops[name].Evaluate(ctx, policy.Message{Sender: "mallory", Recipients: policy.To("bea"), Text: "hello"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, d.Verdict)
	}
	// Output:
	// shop-1 reject
	// shop-2 allow
}
