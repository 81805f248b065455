package memtable

import "testing"

// A table is the same after steps towards records that are there, that are not, that are
// too long for a slab, and towards one that is locked.
func TestAhead(t *testing.T) {
	table := New(1<<12, nil)
	for i := range 300 {
		data := make([]byte, i*20)
		key := Key{byte(i), byte(i >> 8)}
		ahead := func(key Key) {
			table.AheadIndex(key)
			table.AheadRecord(key)
		}
		ahead(key)
		if err := table.Update(key, func([]byte) (Record, error) {
			ahead(key) // under the lock
			return Record{Data: data}, nil
		}); err != nil {
			t.Fatal(err)
		}
		ahead(key)
		if err := table.View(key, func(got []byte) error {
			if len(got) != len(data) {
				t.Errorf("a record of %d bytes has %d", len(data), len(got))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if table.Len() != 300 {
		t.Errorf("%d records are there, 300 were put", table.Len())
	}
}
