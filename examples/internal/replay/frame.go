package replay

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// A frame is an entry of a Log:
//
//	kind (1), number of the round, its end in Unix seconds, events read by then, body
//
// The first of a shard is its header, the last its sum; in between there is one a round.
type frame struct {
	kind   byte
	round  int
	until  time.Time
	events int
	body   []byte
}

// Kinds of frames.
const (
	frameHeader byte = 'h'
	frameNotes  byte = 'n'
	frameSum    byte = 's'
)

func (f *frame) append(b []byte) []byte {
	b = binary.AppendUvarint(append(b, f.kind), uint64(f.round))
	b = binary.AppendVarint(b, f.until.Unix())
	return append(binary.AppendUvarint(b, uint64(f.events)), f.body...)
}

var errFrame = errors.New("what it tells is malformed")

func readFrame(b []byte) (f frame, err error) {
	r := reader{b: b}
	f.kind = r.byte()
	f.round, f.until, f.events = int(r.uvarint()), time.Unix(r.varint(), 0).UTC(), int(r.uvarint())
	if f.body = r.b; r.bad || f.round < 0 || f.events < 0 || !strings.ContainsRune("hns", rune(f.kind)) {
		return f, errFrame
	}
	return f, nil
}

// nextFrame waits for the next frame of a shard.
func nextFrame(log exchange, i, of int, wait bool) (f frame, err error) {
	data, err := log.Next(i, wait)
	if err != nil || data == nil {
		return f, err
	}
	if f, err = readFrame(data); err != nil {
		return f, fmt.Errorf("%s: %w", ShardName(i, of), err)
	}
	return f, nil
}

// ShardName names the shard with an index, from 0, for people.
func ShardName(i, of int) string { return fmt.Sprintf("shard %d/%d", i+1, of) }

// A header is what all shards must have in common.
type header struct {
	Version    int    `json:"version"`
	Shards     int    `json:"shards"`
	Policy     string `json:"policy"` // its name and a hash
	Retry      bool   `json:"retry"`
	Resolution string `json:"resolution"`
	Accounts   int    `json:"accounts"`
	Senders    bool   `json:"senders"` // what -senders needs is counted
	Begins     string `json:"begins"`  // a hash of the first events
}

const headerVersion = 2

// compare reports where the header in another shard's frame differs.
func (h *header) compare(i, of int, f frame) error {
	var other header
	if err := json.Unmarshal(f.body, &other); f.kind != frameHeader || err != nil {
		return fmt.Errorf("%s: %w", ShardName(i, of), errFrame)
	}
	return h.differs(i, of, &other)
}

func (h *header) differs(i, of int, other *header) error {
	for _, field := range []struct {
		name      string
		its, ours any
	}{
		{"the form", other.Version, h.Version}, {"-shard", fmt.Sprintf("n of %d", other.Shards), fmt.Sprintf("n of %d", h.Shards)},
		{"-policy", other.Policy, h.Policy}, {"-retry", other.Retry, h.Retry}, {"-resolution", other.Resolution, h.Resolution},
		{"-accounts", other.Accounts, h.Accounts}, {"-senders", other.Senders, h.Senders}, {"the beginning of the events", other.Begins, h.Begins},
	} {
		if field.its != field.ours {
			return fmt.Errorf("%s was started with other options: %s is %v there, %v here", ShardName(i, of), field.name, field.its, field.ours)
		}
	}
	return nil
}

// Kinds of notes, of which the body of a frame is a list.
const (
	noteEngine  byte = 'e' // one engine to the others
	noteLost    byte = 'l' // a message did not go out
	noteArrived byte = 'a' // it did after all
)

// A note is read from a frame.
type note struct {
	kind  byte
	data  []byte       // of an engine
	event events.Event // From and ID; of what arrived, a message as stripped
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendEngine(b, data []byte) []byte {
	return append(binary.AppendUvarint(append(b, noteEngine), uint64(len(data))), data...)
}

func appendLost(b []byte, from, id string) []byte {
	return appendText(appendText(append(b, noteLost), from), id)
}

// appendArrived notes a message as a line of the events, by its ID.
func appendArrived(b []byte, e *events.Event, id string) []byte {
	short := stripped(e)
	short.ID = id
	line := events.AppendLine(nil, &short)
	return append(binary.AppendUvarint(append(b, noteArrived), uint64(len(line))), line...)
}

// stripped is what is learned of a message of another shard: not what it says, nor who wrote it
// in truth.
func stripped(e *events.Event) events.Event {
	short := *e
	short.Text, short.Media, short.Attributes, short.Truth, short.Actor = "", nil, nil, events.Unknown, ""
	return short
}

// readNote reads the first note of a body.
func readNote(b []byte) (n note, rest []byte, err error) {
	r, e := reader{b: b}, &n.event
	switch n.kind = r.byte(); n.kind {
	case noteEngine:
		n.data = r.take(r.uvarint())
	case noteLost:
		e.From, e.ID = r.text(), r.text()
	case noteArrived:
		r.bad = events.Parse(r.text(), e) != nil || r.bad || e.Kind != events.Message
	default:
		r.bad = true
	}
	if r.bad {
		return note{}, nil, errFrame
	}
	return n, r.b, nil
}

// A reader reads what comes from outside; bad says that it ended too soon.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) text() string { return string(r.take(r.uvarint())) }

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	r.take(uint64(max(n, 0)))
	r.bad = r.bad || n <= 0
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	r.take(uint64(max(n, 0)))
	r.bad = r.bad || n <= 0
	return v
}
