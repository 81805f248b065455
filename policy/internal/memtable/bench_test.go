package memtable

import (
	"encoding/binary"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// benchRecords is the size of the store that the benchmarks measure.
const benchRecords = 1_000_000

func benchKey(i uint64) Key {
	// splitmix64, twice: uniform as an HMAC is.
	var k Key
	for j := range 2 {
		z := (2*i + uint64(j) + 1) * 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		binary.LittleEndian.PutUint64(k[8*j:], z^z>>31)
	}
	return k
}

var benchStart = time.Unix(1_700_000_000, 0)

// fill writes n records of about size bytes, spread by that much, and returns
// their length in all.
func fill(tb testing.TB, m *Table, n, size, spread int) (payload int) {
	tb.Helper()
	buf := make([]byte, size+spread)
	var r Record
	fn := func([]byte) (Record, error) { return r, nil }
	for i := range n {
		k := benchKey(uint64(i))
		length := size
		if spread > 0 {
			length += int(k[0])*spread/128 - spread
		}
		r = Record{Data: buf[:length], Expires: benchStart.Add(time.Duration(i%1000) * time.Hour)}
		if err := m.Update(k, fn); err != nil {
			tb.Fatal(err)
		}
		payload += length
	}
	return payload
}

// BenchmarkTableFill reports what a record costs beyond its own bytes, and
// how long a garbage collection takes with all of them.
func BenchmarkTableFill(b *testing.B) {
	for _, c := range []struct {
		name         string
		size, spread int
	}{{"same", 400, 0}, {"spread", 400, 300}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				m := New(1<<20, nil)
				payload := fill(b, m, benchRecords, c.size, c.spread)
				runtime.GC()
				start := time.Now()
				runtime.GC()
				b.ReportMetric(float64(time.Since(start).Microseconds())/1000, "GC-ms")
				runtime.ReadMemStats(&after)
				b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc)-float64(payload))/benchRecords, "overhead-B/record")
				b.ReportMetric(float64(m.Stats().Bytes)/float64(m.Len()), "B/record")
				runtime.KeepAlive(m)
			}
		})
	}
}

// BenchmarkTable measures one call at a million records: on all of them in
// random order, so that hardly any is in a cache and the time is the memory's,
// and on the thousand that happen to be busy. floor is a lock, and a read of
// the same bytes in a plain array after a look in another: what no store with
// an index can be faster than.
func BenchmarkTable(b *testing.B) {
	m := New(1<<20, nil)
	fill(b, m, benchRecords, 400, 0)
	var seeds atomic.Uint64
	type bench func(b *testing.B, among uint64, next func() bool)
	update := func(b *testing.B, among uint64, next func() bool) {
		x := seeds.Add(1) << 32
		buf := make([]byte, 400)
		fn := func(old []byte) (Record, error) {
			copy(buf, old)
			buf[0]++
			return Record{Data: buf, Expires: benchStart}, nil
		}
		for next() {
			x += 0x9e3779b97f4a7c15
			if err := m.Update(benchKey(x>>32*among>>32), fn); err != nil {
				b.Error(err)
			}
		}
	}
	view := func(b *testing.B, among uint64, next func() bool) {
		x := seeds.Add(1) << 32
		sum := 0
		fn := func(data []byte) error { sum += int(data[len(data)-1]); return nil }
		for next() {
			x += 0x9e3779b97f4a7c15
			if err := m.View(benchKey(x>>32*among>>32), fn); err != nil {
				b.Error(err)
			}
		}
	}
	records, index := make([]byte, benchRecords*448), make([]byte, benchRecords*7)
	for i := range records {
		records[i] = 1
	}
	for i := range index {
		index[i] = 1
	}
	floor := func(b *testing.B, among uint64, next func() bool) {
		x := seeds.Add(1) << 32
		var mu sync.Mutex
		buf := make([]byte, 400)
		for next() {
			x += 0x9e3779b97f4a7c15
			k := benchKey(x >> 32 * among >> 32)
			mu.Lock()
			i := binary.LittleEndian.Uint64(k[:]) >> 32
			i = i*benchRecords>>32 + uint64(index[i*uint64(len(index))>>32])
			copy(buf, records[i*448:])
			mu.Unlock()
		}
	}
	for _, c := range []struct {
		name string
		run  bench
	}{{"Update", update}, {"View", view}, {"floor", floor}} {
		for _, d := range []struct {
			name  string
			among uint64
		}{{"all", benchRecords}, {"busy", 1000}} {
			b.Run(c.name+"/"+d.name, func(b *testing.B) {
				b.ReportAllocs()
				c.run(b, d.among, b.Loop)
			})
			b.Run(c.name+"/"+d.name+"/parallel", func(b *testing.B) {
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) { c.run(b, d.among, pb.Next) })
			})
		}
	}
}

// BenchmarkTableEvict measures an Update that makes a record in a full store.
func BenchmarkTableEvict(b *testing.B) {
	m := New(1<<18, nil)
	fill(b, m, 1<<18, 400, 300)
	buf := make([]byte, 400)
	n := uint64(1 << 18)
	fn := func([]byte) (Record, error) {
		return Record{Data: buf, Expires: benchStart.Add(time.Duration(n) * time.Minute)}, nil
	}
	b.ReportAllocs()
	for b.Loop() {
		n++
		if err := m.Update(benchKey(n), fn); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTablePinned measures an Update that makes a record in a store that
// is full of pinned ones, so that room is looked for everywhere.
func BenchmarkTablePinned(b *testing.B) {
	const bound = 1 << 18
	m := New(bound, nil)
	n := uint64(0)
	buf := make([]byte, 100)
	fn := func([]byte) (Record, error) { return Record{Data: buf, Pinned: n < bound}, nil }
	for b.ReportAllocs(); n < bound; n++ {
		if err := m.Update(benchKey(n), fn); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		n++
		if err := m.Update(benchKey(n), fn); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(m.Stats().Over), "over")
}

// BenchmarkTableGrow measures Updates that make a record longer or shorter
// each time, so that it changes its slot.
func BenchmarkTableGrow(b *testing.B) {
	m := New(1<<20, nil)
	fill(b, m, 1<<18, 400, 300)
	buf := make([]byte, 800)
	n := uint64(0)
	fn := func([]byte) (Record, error) { return Record{Data: buf[:100+n*37%600]}, nil }
	b.ReportAllocs()
	for b.Loop() {
		n++
		if err := m.Update(benchKey(n&(1<<18-1)), fn); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTableReindex reports how long the lock of a shard is held while its index
// grows: of a hundred new records that wait for that, the longest wait.
func BenchmarkTableReindex(b *testing.B) {
	data := make([]byte, 175)
	fn := func([]byte) (Record, error) { return Record{Data: data}, nil }
	least := time.Hour
	for b.Loop() {
		var took []time.Duration
		m := New(benchRecords, nil)
		for i := range uint64(benchRecords) {
			k := benchKey(i)
			grows := m.shards[m.place(k).shard].index.full()
			began := time.Now()
			if err := m.Update(k, fn); err != nil {
				b.Fatal(err)
			}
			if grows {
				took = append(took, time.Since(began))
			}
		}
		slices.Sort(took)
		least = min(least, took[len(took)*99/100])
	}
	b.ReportMetric(float64(least.Microseconds())/1000, "stall-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkTableAll reports the time for a record.
func BenchmarkTableAll(b *testing.B) {
	m := New(1<<20, nil)
	fill(b, m, 1<<18, 400, 0)
	for _, listed := range []bool{false, true} {
		name := "all"
		if listed {
			name = "listed"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for range m.All(listed) {
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<18), "ns/record")
		})
	}
}
