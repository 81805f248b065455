package storekit

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// Days says what is over, for a store that removes what has expired. It is told what
// policy.Record.Now says, and remembers the newest days of it: what expired before
// the first of ten is over, a week after it expired or longer.
//
// A clock that is wrong for an hour, however far ahead, brings nothing to its end: it
// counts as one day, and is forgotten as soon as the clock is right again. After a
// long silence, too, it takes ten days on which the clock is heard. The zero Days has
// heard nothing, and for it nothing is over. It is not safe for concurrent use. A
// store keeps it with the records.
type Days struct{ days stamp.Days }

// See tells the time; the zero Time says nothing. It reports whether there is
// something new to keep.
func (d *Days) See(now time.Time) bool { return !now.IsZero() && d.days.See(stamp.Of(now)) }

// Over is the time before which what expired is over; the zero Time: nothing is.
func (d *Days) Over() time.Time {
	if d.days.Over() == 0 {
		return time.Time{}
	}
	return stamp.Time(d.days.Over())
}

var errDays = errors.New("storekit: not what Days.AppendBinary wrote")

// AppendBinary implements encoding.BinaryAppender: 40 bytes. It returns no error.
func (d *Days) AppendBinary(b []byte) ([]byte, error) {
	for _, at := range d.days {
		b = binary.LittleEndian.AppendUint32(b, at)
	}
	return b, nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. After an error the Days is
// zero, and begins to listen anew.
func (d *Days) UnmarshalBinary(b []byte) error {
	*d = Days{}
	if len(b) != 4*len(d.days) {
		return errDays
	}
	var days stamp.Days
	for i := range days {
		days[i] = binary.LittleEndian.Uint32(b[4*i:])
		if i > 0 && days[i-1] != 0 && days[i] < stamp.After(days[i-1], stamp.Day) {
			return errDays
		}
	}
	d.days = days
	return nil
}
