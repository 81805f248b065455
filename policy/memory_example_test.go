package policy_test

import (
	"context"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A store of two records. The third pushes out what expires soonest, but not a
// sanction.
func ExampleNewMemory() {
	ctx := context.Background()
	store := policy.NewMemory(2)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i, r := range []policy.Record{
		{Data: []byte("sanctioned"), Expires: now.Add(time.Hour), Pinned: true, Listed: true},
		{Data: []byte("quiet"), Expires: now.Add(24 * time.Hour)},
		{Data: []byte("new"), Expires: now.Add(7 * 24 * time.Hour)},
	} {
		key := policy.Key{byte(i)}
		err := store.Update(ctx, key, func(old []byte) (policy.Record, error) { return r, nil })
		if err != nil {
			fmt.Println(err)
		}
	}
	for i := range 3 {
		_ = store.View(ctx, policy.Key{byte(i)}, func(data []byte) error {
			fmt.Printf("%d %q\n", i, data)
			return nil
		})
	}
	st := store.Stats()
	fmt.Println(st.Records, "records,", st.Pinned, "pinned,", st.Evictions, "evicted")
	// Output:
	// 0 "sanctioned"
	// 1 ""
	// 2 "new"
	// 2 records, 1 pinned, 1 evicted
}
