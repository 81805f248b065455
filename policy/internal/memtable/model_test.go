package memtable

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// A model is what a Table is to do, in the plainest way.
type model struct {
	m         *Table // only for the shard of a key
	max       int
	records   map[Key]modelRecord
	evictions uint64
	expired   uint64
	clock     stamp.Days
	now       int
}

type modelRecord struct {
	data    []byte
	expires time.Time
	now     time.Time
	rank    uint8
	pinned  bool
	listed  bool
}

// turn is what eviction goes by, of one rank.
func (r modelRecord) turn() int64 {
	switch {
	case r.rank <= TopLight && !r.now.IsZero():
		return r.now.Unix()
	case r.expires.IsZero():
		return 1 << 62
	}
	return min(max(r.expires.Unix(), 0), 1<<32-2)
}

// second is when the record expires, as far as the sweep looks.
func (r modelRecord) second() int64 {
	if r.expires.IsZero() {
		return 1 << 62
	}
	at := r.expires.Unix()
	if !r.now.IsZero() {
		at = max(at, r.now.Unix()+stamp.Day)
	}
	return min(max(at, 0), 1<<32-2)
}

func (o *model) write(key Key, r Record) {
	defer o.sweep(r.Now)
	if r.Data == nil {
		delete(o.records, key)
		return
	}
	was, found := o.records[key]
	o.records[key] = modelRecord{bytes.Clone(r.Data), r.Expires, r.Now, r.Rank, r.Pinned, r.Listed}
	if !found || was.pinned && !r.Pinned {
		o.evict(key)
	}
}

// sweep hears the time and drops what is over at once; so does the table.
func (o *model) sweep(now time.Time) {
	if now.IsZero() {
		return
	}
	o.clock.See(stamp.Of(now))
	for k, r := range o.records {
		if r.second() < int64(o.clock.Over()) {
			delete(o.records, k)
			o.expired++
		}
	}
	o.m.Sweep()
}

// evict drops, while there are too many, a record of the first shard, from that of
// the key on, that has one to drop: of light ones, if they are more than an eighth or
// all there is, that of least rank which was written first, else of the others, that of least rank which
// expires soonest.
func (o *model) evict(except Key) {
	shards := uint64(len(o.m.shards))
	for i := range shards {
		at := (o.m.place(except).shard + i) % shards
		for len(o.records) > o.max {
			live := 0
			var in [2]int
			var victims [2]Key
			for k, r := range o.records {
				if o.m.place(k).shard != at {
					continue
				}
				if live++; k == except || r.pinned {
					continue
				}
				l := min(r.rank/(TopLight+1), 1)
				v := o.records[victims[l]]
				if in[l]++; in[l] == 1 || cmp.Or(cmp.Compare(r.rank, v.rank), cmp.Compare(r.turn(), v.turn()), bytes.Compare(k[:], victims[l][:])) < 0 {
					victims[l] = k
				}
			}
			if in[0]+in[1] == 0 {
				break
			}
			l := 1
			if in[1] == 0 || in[0] > live/8 {
				l = 0
			}
			delete(o.records, victims[l])
			o.evictions++
		}
	}
}

// compare requires that the Table holds what the model does.
func (o *model) compare(t *testing.T) {
	t.Helper()
	m, pinned := o.m, 0
	for _, listed := range []bool{false, true} {
		want := maps.Clone(o.records)
		maps.DeleteFunc(want, func(_ Key, r modelRecord) bool { return listed && !r.listed })
		var last place
		for key, rec := range m.All(listed) {
			data := rec.Data
			r, ok := want[key]
			if !ok || !bytes.Equal(r.data, data) {
				t.Fatalf("All(%t) yields key %x with %d bytes; the model has it: %t, with %d bytes", listed, key[:4], len(data), ok, len(r.data))
			}
			delete(want, key)
			p := m.place(key)
			if cmp.Or(cmp.Compare(p.shard, last.shard), cmp.Compare(p.order, last.order), bytes.Compare(p.key[:], last.key[:])) < 0 {
				t.Fatalf("All(%t) is out of order", listed)
			}
			last = p
		}
		if len(want) > 0 {
			t.Fatalf("All(%t) does not yield %d records of the model", listed, len(want))
		}
	}
	for _, r := range o.records {
		if r.pinned {
			pinned++
		}
	}
	got := m.Stats()
	want := Stats{Records: len(o.records), Bytes: got.Bytes, Pinned: pinned, Over: max(0, len(o.records)-o.max), Evictions: o.evictions, Expired: o.expired}
	if got != want {
		t.Fatalf("Stats() = %+v, want %+v", got, want)
	}
	if m.Len() != len(o.records) {
		t.Fatalf("Len() = %d, want %d", m.Len(), len(o.records))
	}
	if err := check(m); err != nil {
		t.Fatal(err)
	}
}

var errModel = errors.New("changed its mind")

// step does one call on both and compares what it touched. below(n) is a
// choice among n.
func (o *model) step(t *testing.T, keys int, below func(n int) int) {
	t.Helper()
	key := benchKey(uint64(below(keys)))
	var err error
	switch op := below(16); op {
	case 0:
		o.m.Delete(key)
		delete(o.records, key)
	case 1: // fn fails, having written all over what it was shown
		got := o.m.Update(key, func(old []byte) (Record, error) {
			clear(old)
			return Record{Data: []byte("never"), Listed: true}, errModel
		})
		if got != errModel {
			t.Fatalf("Update returned %v, want fn's own error", got)
		}
	default:
		r := Record{Listed: below(24) == 0, Pinned: below(12) == 0, Rank: uint8(max(0, below(8)-4))}
		switch below(8) {
		case 0: // never
		case 1:
			r.Expires = time.Unix(int64(below(3)), 0) // many alike
		case 2:
			r.Expires = time.Unix(1<<33+int64(below(3)), 0) // past the end
		default:
			r.Expires = time.Unix(int64(below(5000)*100), int64(below(2))*999_999_999)
		}
		if len(o.m.shards) == 1 && below(4) == 0 {
			o.now += below(1000)
			r.Now = time.Unix(int64(o.now), 0)
			if below(20) == 0 {
				r.Now = r.Now.AddDate(1, 0, 0)
			}
		}
		if op > 2 {
			n := below(600)
			switch below(32) {
			case 0:
				n = 0
			case 1:
				n = 4090 + below(12)
			case 2:
				n = below(9000)
			}
			r.Data = bytes.Repeat([]byte{byte(n), byte(op)}, n)[:n]
		}
		err = o.m.Update(key, func(old []byte) (Record, error) {
			if want, found := o.records[key]; (old != nil) != found || !bytes.Equal(old, want.data) {
				t.Fatalf("Update shows %d bytes, want %d; the model has it: %t", len(old), len(want.data), found)
			}
			return r, nil
		})
		o.write(key, r)
	}
	if err != nil {
		t.Fatal(err)
	}
	err = o.m.View(key, func(data []byte) error {
		if want, found := o.records[key]; (data != nil) != found || !bytes.Equal(data, want.data) {
			t.Fatalf("View shows %d bytes, want %d; the model has it: %t", len(data), len(want.data), found)
		}
		clear(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTableAgainstModel(t *testing.T) {
	raced.Skip(t)
	for _, c := range []struct{ max, shards, keys, steps int }{
		{1, 1, 4, 2000},
		{7, 1, 20, 5000},
		{100, 1, 130, 10000},
		{100, 1, 1000, 10000},
		{1000, 1, 4000, 12000}, // the queue holds a part of the records only
		{1000, 4, 4000, 12000},
		{40, 8, 300, 10000}, // some shards have nothing to drop
		{5000, 2, 3000, 12000},
	} {
		t.Run(fmt.Sprintf("max %d, shards %d, keys %d", c.max, c.shards, c.keys), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(c.max), uint64(c.keys)))
			m := newTable(c.max, c.shards)
			o := &model{m: m, max: c.max, records: make(map[Key]modelRecord)}
			for i := range c.steps {
				o.step(t, c.keys, rng.IntN)
				if i%500 == 0 {
					o.compare(t)
				}
			}
			o.compare(t)
			if c.keys > 2*c.max && o.evictions == 0 || c.shards == 1 && c.max > 50 && o.expired == 0 {
				t.Fatalf("%d evicted, %d expired: the test tests nothing", o.evictions, o.expired)
			}
			for _, k := range slices.SortedFunc(maps.Keys(o.records), func(a, b Key) int { return bytes.Compare(a[:], b[:]) }) {
				m.Delete(k)
				delete(o.records, k)
			}
			o.compare(t)
		})
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte{}, uint8(3), uint8(0))
	f.Add(bytes.Repeat([]byte("a store that drops what expires soonest"), 40), uint8(5), uint8(1))
	f.Add(bytes.Repeat([]byte{15, 3, 200, 7, 0, 1, 4, 250, 99, 2}, 200), uint8(90), uint8(3))
	f.Fuzz(func(t *testing.T, calls []byte, bound, shards uint8) {
		m := newTable(int(bound)+1, 1<<(shards%4))
		o := &model{m: m, max: int(bound) + 1, records: make(map[Key]modelRecord)}
		below := func(n int) int {
			x := 0
			for range 2 {
				if len(calls) > 0 {
					x, calls = x<<8|int(calls[0]), calls[1:]
				}
				if n <= 256 {
					break
				}
			}
			return x % n
		}
		for len(calls) > 0 {
			o.step(t, 200, below)
		}
		o.compare(t)
	})
}
