package storekit

import (
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// DropName makes of a record's Data what is left when the account's name goes,
// because no sanction that it was kept for could still be appealed against at a time:
// that which Days.Over says. It reports whether there is less now. A store that
// looks through its records calls it with each, and keeps what is left in the
// record's place; it means the same.
func DropName(data []byte, over time.Time) (r policy.Record, less bool) {
	if !state.Named(data) {
		return r, false
	}
	var s state.Record
	if s.Decode(data) != nil || !s.DropName(stamp.Of(over)) {
		return r, false
	}
	expires, _, pinned := s.Meta()
	return policy.Record{Data: s.Encode(nil), Expires: expires, Rank: s.Rank(), Durable: true, Pinned: pinned}, true
}
