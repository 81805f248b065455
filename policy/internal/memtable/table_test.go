package memtable

import (
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/raced"
)

// keep writes a record into a Table.
func keep(t *testing.T, m *Table, n int, r Record) {
	t.Helper()
	if err := m.Update(benchKey(uint64(n)), func([]byte) (Record, error) { return r, nil }); err != nil {
		t.Fatal(err)
	}
}

// kept returns which of the first n keys are there.
func kept(t *testing.T, m *Table, n int) (there []int) {
	t.Helper()
	for i := range n {
		err := m.View(benchKey(uint64(i)), func(data []byte) error {
			if data != nil {
				there = append(there, i)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return there
}

func in(seconds int) time.Time { return time.Unix(int64(seconds), 0) }

func TestTableDropsTheSoonest(t *testing.T) {
	m := New(3, nil)
	keep(t, m, 0, Record{Data: []byte("never expires")})
	keep(t, m, 1, Record{Data: []byte("late"), Expires: in(3000)})
	keep(t, m, 2, Record{Data: []byte("soon"), Expires: in(1000)})
	keep(t, m, 3, Record{Data: []byte("new, and sooner still"), Expires: in(10)})
	if got, want := kept(t, m, 4), []int{0, 1, 3}; !slices.Equal(got, want) {
		t.Fatalf("kept %v, want %v: what expires soonest goes, but not what was just written", got, want)
	}
	keep(t, m, 3, Record{Data: []byte("renewed"), Expires: in(5000)})
	keep(t, m, 4, Record{Data: []byte("new"), Expires: in(4000)})
	keep(t, m, 5, Record{Data: []byte("new"), Expires: in(4500)})
	keep(t, m, 6, Record{Data: []byte("new"), Expires: in(9000)})
	if got, want := kept(t, m, 7), []int{0, 3, 6}; !slices.Equal(got, want) {
		t.Fatalf("kept %v, want %v: never is last", got, want)
	}
	if st := m.Stats(); st.Evictions != 4 || st.Records != 3 || st.Over != 0 {
		t.Fatalf("Stats() = %+v, want 4 evictions, 3 records, none over", st)
	}
}

func TestTableHoldsExactlyItsBound(t *testing.T) {
	m := New(100, nil)
	for i := range 1000 {
		keep(t, m, i, Record{Data: make([]byte, 100), Expires: in(5000 - i)})
		if want := min(i+1, 100); m.Len() != want {
			t.Fatalf("%d records after %d were written, want %d", m.Len(), i+1, want)
		}
	}
	// What was written last expires soon but stands.
	if got := kept(t, m, 1000); len(got) != 100 || got[99] != 999 {
		t.Fatalf("kept %d, the last %d", len(got), got[len(got)-1])
	}
}

func TestTableNeverDropsASanction(t *testing.T) {
	m := New(10, nil)
	for i := range 25 {
		keep(t, m, i, Record{Data: []byte("sanctioned"), Listed: i%2 == 0, Pinned: true, Expires: in(1)})
	}
	keep(t, m, 25, Record{Data: []byte("one more")})
	if st := m.Stats(); st.Records != 26 || st.Pinned != 25 || st.Over != 16 || st.Evictions != 0 {
		t.Fatalf("Stats() = %+v, want 26 records, 25 pinned, 16 over, nothing evicted", st)
	}
	keep(t, m, 26, Record{Data: []byte("and one")}) // takes the place of 25
	for i := range 20 {
		keep(t, m, i, Record{Data: []byte("lifted"), Expires: in(100 + i)})
	}
	// 26 is all that could go when 0 was lifted, then 0 went, and so on.
	if got, want := kept(t, m, 30), []int{15, 16, 17, 18, 19, 20, 21, 22, 23, 24}; !slices.Equal(got, want) {
		t.Fatalf("kept %v after sanctions were lifted, want %v", got, want)
	}
	if st := m.Stats(); st.Over != 0 || st.Pinned != 5 {
		t.Fatalf("Stats() = %+v, want none over, 5 pinned", st)
	}
}

// TestClasses: each length of Data has the shortest slots that it fits in, and a record
// that grows finds room there.
func TestClasses(t *testing.T) {
	if last := sizeOf[classes-1]; last != maxSlot || sizeOf[classes-2] >= maxSlot {
		t.Errorf("the longest slots have %d and %d bytes, want %d", sizeOf[classes-2], last, maxSlot)
	}
	for n := range maxSlotted + 1 {
		class := classOf(n)
		if need := slotHeader + n; sizeOf[class] < need || class > 1 && sizeOf[class-1] >= need {
			t.Fatalf("%d bytes lie in slots of %d", n, sizeOf[class])
		}
		if room := roomFor(n); room < n || room > maxSlotted || !roomy(sizeOf[classOf(room)], sizeOf[classOf(room)]-slotHeader-n) {
			t.Fatalf("%d bytes that grew have room for %d in slots of %d, and would leave them", n, room, sizeOf[classOf(room)])
		}
	}
	if classOf(maxSlotted+1) != 0 || roomFor(maxSlotted+1) != maxSlotted+1 {
		t.Error("what is longer is not large")
	}
}

func TestTableBounds(t *testing.T) {
	for _, c := range []struct{ accounts, shards int }{
		{1, 1}, {4095, 1}, {4096, 2}, {100_000, 64}, {1_000_000, 128}, {1 << 20, 128}, {1 << 24, 2048}, {1 << 30, 4096}, {math.MaxInt, 4096},
	} {
		if got := shardCount(c.accounts); got != c.shards {
			t.Errorf("%d accounts in %d shards, want %d", c.accounts, got, c.shards)
		}
	}
}

func TestTableIsDeterministic(t *testing.T) {
	dump := func(order []int) (all []string) {
		m := New(4096, nil)
		for _, i := range order {
			keep(t, m, i, Record{Data: binary.LittleEndian.AppendUint32(nil, uint32(i)), Expires: in(i % 1000), Listed: i%9 == 0})
		}
		for _, listed := range []bool{false, true} {
			for key, rec := range m.All(listed) {
				data := rec.Data
				all = append(all, fmt.Sprintf("%x %x", key, data))
			}
		}
		return all
	}
	order := make([]int, 6000)
	for i := range order {
		order[i] = i
	}
	if !slices.Equal(dump(order), dump(order)) {
		t.Error("equal calls made different contents")
	}
	order = order[:3000] // nothing is evicted: the order of writing does not matter
	forth := dump(order)
	slices.Reverse(order)
	if !slices.Equal(forth, dump(order)) {
		t.Error("the order of All depends on the order of writing")
	}
}

// TestTableOverhead holds the store to its promise of some 60 bytes a record,
// with as many records a shard as a store of a million has.
func TestTableOverhead(t *testing.T) {
	raced.Skip(t)
	const bound, n = 1 << 15, 30_720
	for _, c := range []struct {
		name   string
		spread int
		churn  int // records made after the first n
		most   float64
	}{
		{"of one length", 0, 0, 60},
		{"of many lengths", 300, 0, 60},
		{"in a full store, after evictions", 300, 2 * n, 63},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			m := newTable(bound, 2)
			fill(t, m, n+c.churn, 400, c.spread)
			payload := 0
			for _, rec := range m.All(false) {
				data := rec.Data
				payload += len(data)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			heap := float64(after.HeapAlloc) - float64(before.HeapAlloc)
			said := float64(m.Stats().Bytes)
			over := (said - float64(payload)) / float64(m.Len())
			t.Logf("%d records: %.1f bytes each beyond their own", m.Len(), over)
			if over > c.most {
				t.Errorf("%.1f bytes a record beyond its own, want %.0f at most", over, c.most)
			}
			if off := heap/said - 1; off > .03 || off < -.03 {
				t.Errorf("Stats says %.0f bytes, the heap grew by %.0f", said, heap)
			}
			runtime.KeepAlive(m)
		})
	}
}

// TestTableFull has a shard count no further.
func TestTableFull(t *testing.T) {
	m := New(10, nil)
	keep(t, m, 1, Record{Data: make([]byte, 50), Listed: true, Pinned: true})
	full := []int{classOf(400), classOf(roomFor(400))} // of a new record, and of one that grows
	for _, class := range full {
		m.shards[0].slabs[class] = slab{chunks: make([][]byte, maxChunks), fill: perChunk(class)}
	}
	for _, n := range []int{1, 2} {
		err := m.Update(benchKey(uint64(n)), func([]byte) (Record, error) {
			return Record{Data: make([]byte, 400)}, nil
		})
		if err != ErrFull {
			t.Errorf("Update of record %d returned %v, want that it is full", n, err)
		}
	}
	for _, class := range full {
		m.shards[0].slabs[class] = slab{}
	}
	if st := m.Stats(); st.Records != 1 || st.Pinned != 1 || !slices.Equal(kept(t, m, 3), []int{1}) {
		t.Errorf("Stats() = %+v, want the one record unchanged", st)
	}
	if err := check(m); err != nil {
		t.Error(err)
	}
}

func TestTableAllocations(t *testing.T) {
	m := New(1000, nil)
	data := make([]byte, 400)
	n := 0
	update := func(old []byte) (Record, error) {
		return Record{Data: data, Expires: in(1000 + n)}, nil
	}
	view := func([]byte) error { return nil }
	for n = range 4000 {
		keep(t, m, n, Record{Data: data, Expires: in(n)})
	}
	for _, c := range []struct {
		name string
		call func()
	}{
		{"Update", func() { _ = m.Update(benchKey(3500), update) }},
		{"View", func() { _ = m.View(benchKey(3500), view) }},
		{"Update that evicts", func() { n++; _ = m.Update(benchKey(uint64(n)), update) }},
	} {
		if got := testing.AllocsPerRun(2000, c.call); got != 0 {
			t.Errorf("%s: %v allocations, want none", c.name, got)
		}
	}
}

func TestTableGivesTableBack(t *testing.T) {
	m := New(1<<20, nil)
	payload := fill(t, m, 50_000, 400, 300)
	full := m.Stats().Bytes
	for i := range 50_000 {
		m.Delete(benchKey(uint64(i)))
	}
	empty := m.Stats().Bytes
	if int(full) < payload || empty > full/10 {
		t.Errorf("%d bytes with %d of records, %d with none", full, payload, empty)
	}
}

// TestTableAtOnce is for the race detector: everything at once, near the
// bound.
func TestTableAtOnce(t *testing.T) {
	const bound, pinned, workers, rounds = 500, 50, 6, 3000
	m := newTable(bound, 4)
	for i := range pinned {
		keep(t, m, i, Record{Data: make([]byte, 8), Pinned: true, Expires: in(1)})
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				key := benchKey(uint64(i * 31 % pinned))
				err := m.Update(key, func(old []byte) (Record, error) {
					next := make([]byte, 8+i%300)
					binary.LittleEndian.PutUint64(next, binary.LittleEndian.Uint64(old)+1)
					return Record{Data: next, Pinned: true}, nil
				})
				other := benchKey(uint64(pinned + i*7%2000 + w))
				if err == nil {
					err = m.Update(other, func(old []byte) (Record, error) {
						return Record{Data: make([]byte, i%1000), Now: benchStart.Add(time.Duration(i) * time.Hour), Expires: in(i % 700), Rank: uint8(i % 3), Listed: i%50 == 0, Pinned: i%100 == 0}, nil
					})
				}
				if i%3 == 0 {
					m.Delete(other)
				}
				if err == nil {
					err = m.View(other, func([]byte) error { return nil })
				}
				if err != nil {
					t.Error(err)
					return
				}
				if i%500 == w {
					for range m.All(i%2 == 0) {
					}
					m.Stats()
					m.Len()
				}
			}
		})
	}
	wg.Wait()
	total := uint64(0)
	for i := range pinned {
		err := m.View(benchKey(uint64(i)), func(data []byte) error {
			total += binary.LittleEndian.Uint64(data)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if total != workers*rounds {
		t.Errorf("%d updates counted, want %d", total, workers*rounds)
	}
	if err := check(m); err != nil {
		t.Error(err)
	}
	st := m.Stats()
	if st.Records != m.Len() {
		t.Errorf("%d records, Len %d", st.Records, m.Len())
	}
	if st.Expired == 0 || st.Evictions == 0 {
		t.Errorf("%+v: the test tests nothing", st)
	}
	if st.Over > 0 && st.Pinned < bound {
		t.Errorf("%d records over, although %d of %d are not pinned", st.Over, st.Records-st.Pinned, st.Records)
	}
}
