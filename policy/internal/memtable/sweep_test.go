package memtable

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

const day = 24 * time.Hour

// runs tells the table the time of some days, one after the other.
func runs(m *Table, from time.Time, days int) time.Time {
	for range days {
		from = from.Add(day)
		m.See(from)
	}
	return from
}

// TestTableSweeps has ordinary updates remove what is over, whatever it was, within
// as many updates as there are records, and nothing else.
func TestTableSweeps(t *testing.T) {
	const n = 2000
	for _, shards := range []int{1, 4} {
		m := newTable(1<<20, shards)
		var want []int
		for i := range n {
			r := Record{Data: make([]byte, i%700), Now: benchStart, Expires: benchStart.Add(time.Duration(i%100) * day), Pinned: i%2 == 0, Listed: i%3 == 0, Rank: uint8(i % 5)}
			if i%40 == 39 {
				r.Expires = time.Time{}
			}
			if i%7 == 0 {
				r.Data = make([]byte, 5000) // of its own length
			}
			if i%40 == 39 || i%100 >= 41 { // the clock is heard on ten days, up to the 50th
				want = append(want, i)
			}
			keep(t, m, i, r)
		}
		now := runs(m, benchStart, 50)
		if got := len(kept(t, m, n)); got != n {
			t.Fatalf("%d of %d records are left before there was an update", got, n)
		}
		for i := range n {
			keep(t, m, n+i%(8*shards), Record{Data: []byte("busy"), Now: now, Expires: now.Add(day)})
		}
		if got := kept(t, m, n); !slices.Equal(got, want) {
			t.Errorf("%d shards: after %d updates %d records are left, want %d", shards, n, len(got), len(want))
		}
		if st := m.Stats(); st.Expired != uint64(n-len(want)) || st.Evictions != 0 {
			t.Errorf("%d shards: %+v, want %d expired", shards, st, n-len(want))
		}
		if err := check(m); err != nil {
			t.Error(err)
		}
	}
}

// TestTableClockJumps has the time be years ahead for an hour, and then right: what
// had not ended is still there.
func TestTableClockJumps(t *testing.T) {
	m := New(1000, nil)
	now := runs(m, benchStart, 20)
	for i := range 100 {
		keep(t, m, i, Record{Data: []byte("sanction"), Now: now, Expires: now.Add(180 * day), Pinned: true})
	}
	for _, ahead := range []time.Duration{8 * day, 365 * day, 3650 * day} {
		for i := range 3600 {
			keep(t, m, 100, Record{Data: []byte("busy"), Now: now.Add(ahead + time.Duration(i)*time.Second)})
		}
		keep(t, m, 100, Record{Data: []byte("busy"), Now: now})
		if m.Sweep(); len(kept(t, m, 100)) != 100 {
			t.Fatalf("an hour at %v ahead: %d of 100 are left", ahead, len(kept(t, m, 100)))
		}
	}
	runs(m, now, 200)
	if m.Sweep(); len(kept(t, m, 100)) != 0 {
		t.Error("200 days later they are still there")
	}
}

// TestTableLessens has the sweep take away what a record need not say any more.
func TestTableLessens(t *testing.T) {
	m := New(1000, func(data []byte, over uint32) (Record, bool) {
		name, rest, found := bytes.Cut(data, []byte("|"))
		if !found || name[0]%2 == 0 {
			return Record{}, false
		}
		return Record{Data: rest, Expires: in(int(over)).Add(day), Rank: 3}, true
	})
	for i := range 100 {
		keep(t, m, i, Record{Data: append([]byte{byte(i)}, "name|what is left"...), Pinned: true, Listed: true})
	}
	now := runs(m, benchStart, 20)
	for range 100 {
		keep(t, m, 100, Record{Data: []byte("busy"), Now: now})
	}
	names := 0
	for _, rec := range m.All(false) {
		data := rec.Data
		if bytes.Contains(data, []byte("name")) {
			names++
		}
	}
	if st := m.Stats(); names != 50 || st.Pinned != 50 || st.Records != 101 {
		t.Errorf("%d names and %+v, want 50 names and 50 pinned", names, st)
	}
	if err := check(m); err != nil {
		t.Error(err)
	}
	runs(m, now, 20)
	if m.Sweep(); m.Len() != 51 {
		t.Errorf("%d records after what was left has expired, want 51", m.Len())
	}
}

// TestTableDropsTheLightest has a flood of light records keep to their eighth when
// all others are heavier, and push out nothing that is.
func TestTableDropsTheLightest(t *testing.T) {
	m := New(800, nil)
	for i := range 690 {
		keep(t, m, i, Record{Data: []byte("known"), Rank: uint8(2 + i%9), Expires: in(i)})
	}
	for i := range 5000 {
		keep(t, m, 700+i, Record{Data: []byte("new"), Expires: in(1_000_000 + i)})
	}
	if got := kept(t, m, 690); len(got) != 690 {
		t.Errorf("%d of 690 are left after a flood of light records", len(got))
	}
	for i := range 700 {
		keep(t, m, 10_000+i, Record{Data: []byte("known too"), Rank: 5, Expires: in(1_000_000)})
	}
	if got := kept(t, m, 5700); len(got) < 200 || got[len(got)-100] < 700+5000-100 {
		t.Error("the newest hundred of the light ones did not keep their eighth")
	}
	for i := range 700 {
		keep(t, m, 20_000+i, Record{Data: []byte("sanction"), Pinned: true})
	}
	for _, i := range kept(t, m, 690) {
		if i%9 < 7 {
			t.Fatalf("a record of rank %d is left where heavier ones went", 2+i%9)
		}
	}
	if st := m.Stats(); st.Records != 800 || st.Over != 0 {
		t.Errorf("%+v, want 800 records", st)
	}
}

// TestTableDropsCountsFirst has a flood of what is counted push out no account of a day.
func TestTableDropsCountsFirst(t *testing.T) {
	m := New(800, nil)
	at := func(i int) time.Time { return benchStart.Add(time.Duration(i) * time.Second) }
	for i := range 690 {
		keep(t, m, i, Record{Data: []byte("known"), Rank: 5, Expires: in(i)})
	}
	for i := range 50 {
		keep(t, m, 1000+i, Record{Data: []byte("account"), Rank: TopLight, Now: at(i)})
	}
	for i := range 5000 {
		keep(t, m, 2000+i, Record{Data: []byte("count"), Now: at(100 + i)})
	}
	if got := kept(t, m, 2000); len(got) != 740 {
		t.Errorf("%d of 740 are left after a flood of counts", len(got))
	}
}
