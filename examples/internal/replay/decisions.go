package replay

import (
	"bufio"
	"math"
	"strconv"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A decisionWriter writes one line a message.
type decisionWriter struct {
	w   *bufio.Writer
	buf []byte
}

// write appends a line. A message without an ID is named by its place in the
// merged input, "#1" the first. The line of a second decision says
// why there is one: "retry", or "released" by a moderator.
func (d *decisionWriter) write(e *events.Event, dec *policy.Decision, ordinal int, why string) error {
	b := append(d.buf[:0], `{"id":`...)
	if e.ID != "" {
		b = events.AppendString(b, e.ID)
	} else {
		b = append(b, `"#`...)
		b = strconv.AppendInt(b, int64(ordinal), 10)
		b = append(b, '"')
	}
	b = append(b, `,"from":`...)
	b = events.AppendString(b, e.From)
	b = append(b, `,"at":"`...)
	b = e.At.AppendFormat(b, time.RFC3339Nano)
	b = append(b, '"')
	if why != "" {
		b = append(append(append(b, `,"`...), why...), `":true`...)
	}
	b = append(b, `,"verdict":"`...)
	b = append(b, dec.Verdict.String()...)
	b = append(b, `","score":`...)
	b = appendFloat(b, dec.Score)
	b = append(b, `,"reasons":[`...)
	for i := range dec.Reasons {
		r := &dec.Reasons[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"code":`...)
		b = events.AppendString(b, r.Code)
		b = append(b, `,"value":`...)
		b = appendFloat(b, r.Value)
		b = append(b, `,"limit":`...)
		b = appendFloat(b, r.Limit)
		b = append(b, `,"n":`...)
		b = strconv.AppendInt(b, int64(r.N), 10)
		b = append(b, `,"share":`...)
		b = appendFloat(b, r.Share)
		b = append(b, '}')
	}
	b = append(b, `],"imposed":[`...)
	for i := range dec.Imposed {
		s := &dec.Imposed[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"id":`...)
		b = events.AppendString(b, s.ID)
		b = append(b, `,"kind":"`...)
		b = append(b, s.Kind.String()...)
		b = append(b, `","scope":"`...)
		b = append(b, s.Scope.String()...)
		b = append(b, '"')
		if s.PerDay > 0 {
			b = append(b, `,"per_day":`...)
			b = strconv.AppendInt(b, int64(s.PerDay), 10)
		}
		if !s.Until.IsZero() {
			b = append(b, `,"until":"`...)
			b = s.Until.UTC().AppendFormat(b, time.RFC3339Nano)
			b = append(b, '"')
		}
		b = append(b, '}')
	}
	b = append(b, ']', '}', '\n')
	d.buf = b
	_, err := d.w.Write(b)
	return err
}

// appendFloat writes a number as JSON knows it.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}
