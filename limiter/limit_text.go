package limiter

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// textUnits are the units of the text form, from long to short.
var textUnits = [...]struct {
	name string
	unit time.Duration
}{
	{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second},
	{"ms", time.Millisecond}, {"us", time.Microsecond}, {"ns", time.Nanosecond},
}

// MarshalText returns the form that files use: "20/1m", "100/1h", "300/7d",
// "5/1m30s". A limit that does not validate has none.
func (l Limit) MarshalText() ([]byte, error) {
	if err := l.Validate(); err != nil {
		return nil, err
	}
	b := append(strconv.AppendInt(nil, int64(l.N), 10), '/')
	rest := l.Per
	for _, u := range textUnits {
		if n := rest / u.unit; n > 0 {
			b = append(strconv.AppendInt(b, int64(n), 10), u.name...)
			rest -= n * u.unit
		}
	}
	return b, nil
}

// UnmarshalText reads what MarshalText writes: a whole number, a slash, and a
// length of whole numbers with the units d, h, m, s, ms, us and ns, each at
// most once and the longer first; "100/60m" is "100/1h". It accepts limits
// that do not validate; on an error l is unchanged.
func (l *Limit) UnmarshalText(text []byte) error {
	count, length, ok := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || length == "" || count[0] == '+' {
		return fmt.Errorf(`limiter: limit %.40q is not like "100/1h"`, text)
	}
	var per time.Duration
	next := 0 // the longest unit that may still come
	for length != "" {
		digits := len(length) - len(strings.TrimLeft(length, "0123456789"))
		letters := len(length[digits:]) - len(strings.TrimLeft(length[digits:], "dhmnsu"))
		x, err := strconv.ParseInt(length[:digits], 10, 64)
		for next < len(textUnits) && textUnits[next].name != length[digits:digits+letters] {
			next++
		}
		if err != nil || next == len(textUnits) || x > int64((1<<63-1-per)/textUnits[next].unit) {
			return fmt.Errorf(`limiter: limit %.40q is not like "100/1h"`, text)
		}
		per += time.Duration(x) * textUnits[next].unit
		next++
		length = length[digits+letters:]
	}
	*l = Limit{N: n, Per: per}
	return nil
}
