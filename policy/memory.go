package policy

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy/internal/memtable"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// defaultMaxAccounts is the bound of NewMemory(0).
const defaultMaxAccounts = 1 << 20

// A Memory is a Store in the memory of one process, bounded in the number of
// records. It outlives nothing: Engine.Snapshot saves it.
//
// # Memory
//
// A record costs its own length and some 60 bytes. Records lie in slabs
// without pointers, so that the garbage collector does not look at them.
// A record above 4 KB is an allocation of its own.
//
// # Bound
//
// A record too many pushes out the one of the least Rank: the lightest first. Of one
// Rank it is the one that expires soonest, to the second; of several the one with
// the smallest key. Records of Rank 1 are of accounts that began to write within
// the day, of Rank 0 what rules count, which goes before them. Of one of these Ranks the
// record goes first that was written the longest ago. Together they keep an eighth of
// the store: a flood of them pushes out nobody else, and a store full of others does
// not forget them before they are counted. One that is Pinned is never pushed out: where
// nothing else is left the store grows beyond its bound, and MemoryStats.Over says
// by how much. The record just written is not pushed out by itself. Below 4096
// accounts the choice is exact. Above it is made in one part of the store, where the
// new record lies, and only if nothing there may go in the next.
//
// # Sweep
//
// What has expired goes, Pinned or not: once on every day each Update looks at two
// records more, until it has seen all. The store has no clock; it goes by Record.Now,
// and with a grace: a record is removed when it expired a week ago or longer, on a
// clock that was heard on ten different days since. So a clock that is wrong for
// an hour removes nothing. An account's name goes in the same way, when the last
// sanction that it was kept for can no longer be appealed against. Engine.Snapshot
// sweeps first. A record that was just written stays for a day at least: a replay
// of last year's events finds its records.
//
// # Locks
//
// The functions passed to Update and View run under the lock of one part of
// the store. They must be quick and must not call the store. What they are
// handed is a copy: whatever they do to it changes no record. One that panics
// leaves the store unlocked and unchanged.
//
// A Memory is safe for concurrent use. The same calls in the same order make
// the same contents on every machine. Use NewMemory: the zero Memory is not
// ready.
type Memory struct {
	table  *memtable.Table
	beside beside
	texts  atomic.Uint64 // changes of the bank of texts, by any engine
}

// NewMemory returns an empty store of at most maxAccounts records; zero and
// less is 1,048,576. It takes memory only as records come.
func NewMemory(maxAccounts int) *Memory {
	if maxAccounts <= 0 {
		maxAccounts = defaultMaxAccounts
	}
	return &Memory{table: memtable.New(maxAccounts, nameDropper())}
}

// nameDropper returns what makes a record without the account's name of one that need
// not have it. The table calls it one at a time.
func nameDropper() memtable.Lessen {
	var r state.Record
	var buf []byte
	return func(data []byte, over uint32) (left memtable.Record, less bool) {
		if !state.Named(data) || r.Decode(data) != nil || !r.DropName(over) {
			return left, false
		}
		buf = r.Encode(buf[:0])
		expires, _, pinned := r.Meta() // without details nothing stands
		return memtable.Record{Data: buf, Expires: expires, Rank: r.Rank(), Durable: true, Pinned: pinned}, true
	}
}

// Update implements Store. fn runs once, under a lock.
func (m *Memory) Update(ctx context.Context, key Key, fn func(old []byte) (Record, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.beside.unused.Load() {
		m.beside.use()
	}
	return m.table.Update(key, func(old []byte) (memtable.Record, error) {
		r, err := fn(old)
		return memtable.Record(r), err
	})
}

// View implements Store. fn runs once, under a lock.
func (m *Memory) View(ctx context.Context, key Key, fn func(data []byte) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return m.table.View(key, fn)
}

// fetchAhead takes a step towards a record that will be asked for soon; of a store that is no
// Memory it takes none.
func (e *Engine) fetchAhead(step func(*memtable.Table, memtable.Key), key Key) {
	if m, ok := e.store.(*Memory); ok {
		step(m.table, e.keys.Place(key))
	}
}

// Delete implements Store.
func (m *Memory) Delete(ctx context.Context, key Key) error {
	err := ctx.Err()
	if err == nil {
		if m.beside.unused.Load() {
			m.beside.use()
		}
		m.table.Delete(key)
	}
	return err
}

// Load implements Loader. It is no time that the store hears.
func (m *Memory) Load(ctx context.Context, entries []Entry) error {
	heard := m.table.Days()
	defer func() { m.table.SetDays(heard) }()
	for i := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := &entries[i]
		rec := memtable.Record{Data: e.Data, Expires: e.Expires, Now: e.Written, Rank: e.Rank, Durable: true, Listed: e.Listed, Pinned: e.Pinned}
		if err := m.table.Update(e.Key, func([]byte) (memtable.Record, error) { return rec, nil }); err != nil {
			return err
		}
	}
	return nil
}

// All implements Store. No lock is held while it yields; it locks one part of
// the store at a time to copy some dozens of records. The order depends on the
// keys alone. When the context ends it yields its error, and stops.
func (m *Memory) All(ctx context.Context, listed bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for key, r := range m.table.All(listed) {
			if ctx.Err() != nil {
				break
			}
			if !yield(Entry{Key: key, Data: r.Data, Expires: r.Expires, Written: r.Now, Rank: r.Rank, Listed: r.Listed, Pinned: r.Pinned}, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Entry{}, err)
		}
	}
}

// Len returns the number of records.
func (m *Memory) Len() int { return m.table.Len() }

// MemoryStats describes a Memory at one moment. While it is in use the figures
// may be some calls apart from each other.
type MemoryStats struct {
	Records   int    `json:"records"`   // held now
	Bytes     int64  `json:"bytes"`     // of memory, what is allocated but free included
	Pinned    int    `json:"pinned"`    // records that are Pinned: never evicted
	Over      int    `json:"over"`      // records beyond the bound, because all are pinned
	Evictions uint64 `json:"evictions"` // records dropped for want of room, since NewMemory
	Expired   uint64 `json:"expired"`   // records dropped because they expired, since NewMemory
}

// Stats returns the present figures.
func (m *Memory) Stats() MemoryStats { return MemoryStats(m.table.Stats()) }

// take replaces what the engine has in a store by the records of a snapshot. The clock of
// the table is that of the snapshot, unless other tenants have records there.
func (e *Engine) take(ctx context.Context, m *Memory, from *snapshot) error {
	ctx = context.WithoutCancel(ctx) // half of it would be neither
	defer m.texts.Add(1)
	for entry, err := range e.entries(ctx, false) {
		if err != nil {
			return err
		}
		if err := m.Delete(ctx, e.keys.Place(entry.Key)); err != nil {
			return err
		}
	}
	others := m.Len() > 0
	r := new(state.Record)
	days := make(map[int64]bool) // on which there were events
	for entry, err := range from.records.All(ctx, false) {
		if err != nil {
			return err
		}
		if err := m.put(ctx, r, e.keys.Place(entry.Key), entry.Data); err != nil {
			return err
		}
		days[r.Newest/stamp.Day/1000] = true
	}
	if days := (stamp.Days{}); len(from.days) == len(days) && !others {
		copy(days[:], from.days)
		m.table.SetDays(days)
		return nil
	}
	// Of an earlier version, or beside others. The store heard the time on these days: a process that
	// begins anew every day would never sweep.
	for _, d := range slices.Sorted(maps.Keys(days)) {
		m.table.See(time.Unix(d*stamp.Day, 0))
	}
	return nil
}

// put keeps the record that data holds; r is what it is read into.
func (m *Memory) put(ctx context.Context, r *state.Record, key Key, data []byte) error {
	if err := decode(r, data); err != nil {
		return err
	}
	rec := recordOf(r, data)
	rec.Now, rec.Durable = time.UnixMilli(r.Newest), true // when it was written, about
	return m.Update(ctx, key, func([]byte) (Record, error) { return rec, nil })
}
