package state

import (
	"slices"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/wire"
)

// A file is a record of its own, beside the account's: the details of past sanctions
// that have no room there. What stands, what an appeal is open against and what a
// ruling has still to undo stays in the account's record, so that a file is read only
// when a person asks about the past. A file holds its details in Filed, no name, and
// nothing else.

// MaxFile is how many bytes an encoded file has at most.
const MaxFile = 8192

// detailsRoom is how many bytes of details an account's record should hold: what stands,
// and one or two of the past. TestBudget counts on it.
const detailsRoom = 384

// Overflow returns the details that should move to the file: the oldest past ones,
// until what is left has room.
func (r *Record) Overflow() (moved []Details) {
	size := 0
	for i := range r.Details {
		size += 2 + len(putDetail(nil, &r.Details[i]))
	}
	for i := range r.Details {
		d := &r.Details[i]
		if size <= detailsRoom {
			break
		}
		if r.past(d) && d.settled() {
			size -= 2 + len(putDetail(nil, d))
			moved = append(moved, *d)
		}
	}
	return moved
}

// settled reports whether nothing about a sanction is open.
func (d *Details) settled() bool {
	return (d.Appeal.ID == 0 || d.Appeal.Ruled != 0) && !d.Appeal.Pending
}

// HasFile reports whether the log holds a sanction whose details are not here.
func (r *Record) HasFile() bool {
	return r.Enforced.Ladder.Any(func(e *ladder.Entry) bool { return e.Kind != 0 && r.DetailsOf(e.ID) == nil })
}

// Release drops details that are in the file now, unless something about them was
// opened meanwhile: an appeal, or the sanction itself, which stands again if what
// replaced it was overturned.
func (r *Record) Release(moved []Details) {
	r.Details = slices.DeleteFunc(r.Details, func(d Details) bool { return slices.Contains(moved, d) && r.past(&d) })
}

// File puts details into a file, in place of what it holds of the same sanctions.
// What is about sanctions that the account's log no longer holds goes.
func (r *Record) File(moved []Details, inLog func(id uint64) bool) {
	r.Filed = slices.DeleteFunc(r.Filed, func(old Details) bool {
		return !inLog(old.ID) || slices.ContainsFunc(moved, func(d Details) bool { return d.ID == old.ID })
	})
	r.Filed = append(r.Filed, moved...)
}

// Unfile brings filed details back into the account's record, where the log holds
// their sanction and the record does not know more.
func (r *Record) Unfile(filed []Details) {
	for _, d := range filed {
		if r.Enforced.Ladder.Find(d.ID) != nil && r.DetailsOf(d.ID) == nil {
			r.Details = append(r.Details, d)
		}
	}
}

func putFiled(r *Record, b []byte) []byte { return putAll(b, r.Filed) }
func getFiled(r *Record, d *wire.Reader)  { r.Filed = getAll(d, r.Filed) }
