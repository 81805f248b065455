package policy

import (
	"context"
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
)

// knownAccounts is how many last known records an engine keeps: some 10 MB.
const knownAccounts = 1 << 14

// known keeps the last known records of an outside store, so that what stands
// is enforced while the store is away; meanwhile counts go on in them. What the
// store says next replaces them. The record that was written the longest ago
// makes room, those with a sanction or a standing order last. It is safe for
// concurrent use.
type known struct {
	mem *Memory
}

// rank is when a record gives way: Memory drops what expires soonest.
func rank(data []byte) time.Time {
	at := time.Now()
	if state.Enforces(data) {
		at = at.AddDate(20, 0, 0)
	}
	return at
}

// put keeps a record as the store has it; nil is none.
func (k *known) put(key Key, data []byte) {
	rec := Record{Data: data, Expires: rank(data)}
	_ = k.mem.Update(context.Background(), key, func([]byte) (Record, error) { return rec, nil })
}

// meet keeps a record that a listing has shown, unless there is one: that may be
// newer.
func (k *known) meet(entry Entry) {
	_ = k.mem.Update(context.Background(), entry.Key, func(old []byte) (Record, error) {
		if old != nil {
			return Record{}, errUnchanged
		}
		return Record{Data: entry.Data, Expires: rank(entry.Data)}, nil
	})
}

// update is an Update of what is known.
func (k *known) update(key Key, fn func(old []byte) (Record, error)) error {
	return k.mem.Update(context.Background(), key, func(old []byte) (Record, error) {
		rec, err := fn(old)
		if err != nil {
			return Record{}, err
		}
		return Record{Data: rec.Data, Expires: rank(rec.Data)}, nil
	})
}

// view is a View of what is known.
func (k *known) view(key Key, fn func(data []byte) error) error {
	return k.mem.View(context.Background(), key, fn)
}

// has reports whether there is a record.
func (k *known) has(key Key) (yes bool) {
	_ = k.view(key, func(data []byte) error { yes = data != nil; return nil })
	return yes
}
