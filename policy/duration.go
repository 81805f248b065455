package policy

import (
	"errors"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy/internal/policyfile"
)

// A Duration is a time.Duration that is written as text: "24h", "7d12h". The
// zero Duration is "0s". It is a plain value.
//
// The text is whole numbers with the units d (24 hours), h, m, s, ms, us and
// ns, each at most once and the longer first; "0" needs none. It is written
// with days: "24h" reads the same as "1d", and is written "1d".
type Duration time.Duration

// D returns the duration as the standard library knows it.
func (d Duration) D() time.Duration { return time.Duration(d) }

// String returns the text form: "1d12h". A negative duration, which no policy
// has, is that with a minus.
func (d Duration) String() string { return policyfile.FormatDuration(d.D()) }

// MarshalText implements encoding.TextMarshaler. A negative duration is an error.
func (d Duration) MarshalText() ([]byte, error) {
	if d < 0 {
		return nil, fmt.Errorf("policy: duration %v is negative", d)
	}
	return []byte(d.String()), nil
}

var errDuration = errors.New(`policy: must be a duration such as "24h", "7d" or "1d12h"`)

// UnmarshalText implements encoding.TextUnmarshaler. On an error d is unchanged.
func (d *Duration) UnmarshalText(text []byte) error {
	v, ok := policyfile.ParseDuration(string(text))
	if !ok {
		return errDuration
	}
	*d = Duration(v)
	return nil
}

const (
	hour = Duration(time.Hour)
	day  = 24 * hour
)
