package storekit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// A database stands for a server that compares and swaps rows, such as one with
// UPDATE … WHERE version = $1.
type database struct {
	mu   sync.Mutex
	rows map[policy.Key]storekit.State[int64]
}

// Get implements storekit.Server.
func (d *database) Get(ctx context.Context, key policy.Key) (storekit.State[int64], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rows[key], ctx.Err()
}

// Swap implements storekit.Server.
func (d *database) Swap(ctx context.Context, key policy.Key, old storekit.State[int64], rec policy.Record) (storekit.State[int64], bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := d.rows[key]; now.Version != old.Version {
		return now, false, nil
	}
	delete(d.rows, key)
	if rec.Data != nil {
		d.rows[key] = storekit.State[int64]{Data: append([]byte{}, rec.Data...), Version: rand.Int64()}
	}
	return d.rows[key], true, nil
}

// Delete implements storekit.Server.
func (d *database) Delete(ctx context.Context, key policy.Key) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.rows, key)
	return nil
}

// Two processes count on one server. What the first one knows is out of date when
// it counts again; the third count is right all the same.
func Example() {
	ctx := context.Background()
	shared := &database{rows: make(map[policy.Key]storekit.State[int64])}
	one := storekit.New(shared, storekit.Config{})
	two := storekit.New(shared, storekit.Config{})
	count := func(old []byte) (policy.Record, error) {
		return policy.Record{Data: append(old, '|')}, nil
	}
	for _, process := range []*storekit.Records[int64]{one, two, one} {
		if err := process.Update(ctx, policy.Key{1}, count); err != nil {
			fmt.Println(err)
		}
	}
	_ = two.View(ctx, policy.Key{1}, func(data []byte) error {
		fmt.Printf("%s\n", data)
		return nil
	})
	// Output: |||
}
