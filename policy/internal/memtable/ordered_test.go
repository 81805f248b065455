package memtable

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

// Records that come in the order of another table, as a copy brings them, fill the
// index from one end. In a table that is too small for them, that passed every bucket,
// and the look for a key that was not there went round for ever.
func TestOrdered(t *testing.T) {
	from, to := New(1<<20, nil), New(100, nil)
	put := func(x *Table, key Key, data []byte) {
		_ = x.Update(key, func([]byte) (Record, error) {
			return Record{Data: data, Expires: time.Unix(1e9, 0), Now: time.Unix(1e8, 0)}, nil
		})
	}
	for i := range 3000 {
		put(from, Key{byte(i), byte(i >> 8)}, []byte{1, 2, 3})
	}
	var last []Key
	for key, r := range from.All(false) {
		put(to, key, r.Data)
		last = append(last, key)
	}
	if to.Len() != 100 {
		t.Errorf("%d records, want 100", to.Len())
	}
	there := 0
	for key := range to.All(false) {
		if !slices.Contains(last, key) {
			t.Errorf("%x was not put", key)
		}
		_ = to.View(key, func(data []byte) error {
			if bytes.Equal(data, []byte{1, 2, 3}) {
				there++
			}
			return nil
		})
	}
	if there != 100 {
		t.Errorf("%d records are found, want 100", there)
	}
}
