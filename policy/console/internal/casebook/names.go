package casebook

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds on what is kept.
const (
	maxName    = 1 << 10  // bytes of a name; the engine takes none longer than policy.MaxID
	maxText    = 16 << 10 // bytes of a text
	maxBlocked = 1 << 10  // bytes of one that was rejected by what stood already
	maxNote    = 4 << 10
	maxRaw     = 64 << 10 // bytes of a message as the engine got it
)

// enc is a name as the database keeps it: itself, but quoted where a database would not
// take it, so that dec gives it back. One that is too long for the engine is cut, and
// ends with its hash.
func enc(name string) string {
	if utf8.ValidString(name) && !strings.ContainsRune(name, 0) && !strings.HasPrefix(name, `"`) && len(name) <= maxName {
		return name
	}
	if len(name) <= maxName {
		return strconv.Quote(name)
	}
	sum := sha256.Sum256([]byte(name))
	return strconv.Quote(name[:maxName/4]+"…") + hex.EncodeToString(sum[:16])
}

// encText is enc for what may be long, and is not looked for: it cuts nothing.
func encText(s string) string {
	if len(s) <= maxName {
		return enc(s)
	}
	if utf8.ValidString(s) && !strings.ContainsRune(s, 0) && !strings.HasPrefix(s, `"`) {
		return s
	}
	return strconv.Quote(s)
}

// dec is the name that enc was given.
func dec(kept string) string {
	if !strings.HasPrefix(kept, `"`) {
		return kept
	}
	if name, err := strconv.Unquote(kept); err == nil {
		return name
	}
	return kept // it was cut
}

// clean is a text as the database keeps it, of some so many bytes at most.
func clean(text string, most int) string {
	more := ""
	if len(text) > most {
		text, more = text[:most], "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD") + more
}

// micros is a time as the database keeps it; 0: none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// timeOf is the time that was kept.
func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// dayOf numbers the UTC day of a time that was kept.
func dayOf(us int64) int64 {
	const day = int64(24 * time.Hour / time.Microsecond)
	if us < 0 {
		us -= day - 1
	}
	return us / day
}
