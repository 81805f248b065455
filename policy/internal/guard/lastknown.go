package guard

import (
	"bytes"
	"time"

	"github.com/decorum-go/decorum/policy/internal/memtable"
)

// lastKnownRecords is how many last known records a guard keeps: some 10 MB.
const lastKnownRecords = 1 << 14

// LastKnown keeps the last known records of an outside store, so that what
// stands is enforced while the store is away; meanwhile counts go on in them.
// What the store says next replaces them. The record that was written the
// longest ago makes room, those that enforce something last. It is safe for
// concurrent use.
type LastKnown struct {
	table    *memtable.Table
	enforces func(data []byte) bool
	lacks    func(stored, known []byte) bool // nil: none that is there does
}

// keep makes a record of the table, which drops what expires soonest.
func (k *LastKnown) keep(data []byte) Record {
	at := time.Now()
	if k.enforces(data) {
		at = at.AddDate(20, 0, 0)
	}
	return Record{Data: data, Expires: at}
}

// put keeps a record as the store has it; nil is none.
func (k *LastKnown) put(key Key, data []byte) {
	rec := k.keep(data)
	_ = k.table.Update(key, func([]byte) (Record, error) { return rec, nil })
}

// PutIfAbsent keeps a record that a listing has shown, unless there is one:
// that may be newer.
func (k *LastKnown) PutIfAbsent(key Key, data []byte) {
	_ = k.table.Update(key, func(old []byte) (Record, error) {
		if old != nil {
			return Record{}, ErrUnchanged
		}
		return k.keep(data), nil
	})
}

// Update replaces the record under key by what fn makes of it; old is nil if
// there is none. Of what fn returns only the Data counts. fn runs once, under a
// lock; its error is returned as it is, and changes nothing.
func (k *LastKnown) Update(key Key, fn func(old []byte) (Record, error)) error {
	return k.table.Update(key, func(old []byte) (Record, error) {
		rec, err := fn(old)
		if err == nil {
			rec = k.keep(rec.Data)
		}
		return rec, err
	})
}

// View calls fn with the record under key, nil if there is none. fn runs once,
// under a lock; its error is returned as it is.
func (k *LastKnown) View(key Key, fn func(data []byte) error) error { return k.table.View(key, fn) }

// missed reports whether a record that a store shows lacks something that the one
// known enforces: another one has taken its place, or it is gone.
func (k *LastKnown) missed(key Key, stored []byte) (yes bool) {
	_ = k.View(key, func(data []byte) error {
		yes = !bytes.Equal(data, stored) && k.enforces(data) && (len(stored) == 0 || k.lacks != nil && k.lacks(stored, data))
		return nil
	})
	return yes
}

// Has reports whether there is a record under key.
func (k *LastKnown) Has(key Key) (yes bool) {
	_ = k.View(key, func(data []byte) error { yes = data != nil; return nil })
	return yes
}
