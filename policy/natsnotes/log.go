package natsnotes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// LogConfig says which log it is and how much it keeps. The zero LogConfig is valid.
// What is said of how much it keeps counts when the stream is made; one that is there
// is used as it is.
type LogConfig struct {
	// Name is that of the stream; "": "decorum". Its subject is the name and ".log".
	// Letters, digits, "-" and "_" only.
	Name string
	// MaxBytes is how much it holds, beyond which the oldest entries go; 0: 32 MB.
	// Negative: no bound.
	MaxBytes int64
	// MaxAge is for how long it holds an entry; 0: 24 hours. Negative: for ever.
	MaxAge time.Duration
	// Replicas is on how many servers of a cluster it lies; 0: 1.
	Replicas int
	// Memory keeps it in the server's memory: a restart of the server empties it.
	Memory bool
}

// A Log is an ordered log that many processes append to, and all of them read in one
// order: a stream of JetStream with one subject. It is safe for concurrent use. Make
// one with OpenLog; the zero Log is not usable.
type Log struct {
	js      jetstream.JetStream
	cfg     LogConfig
	subject string
}

// An Entry is what was appended to a Log at once.
type Entry struct {
	// Position is that in the log: 1, 2, 3, and so on.
	Position uint64
	// Data is the reader's own.
	Data []byte
}

const (
	logBytes   = 32 << 20
	logAge     = 24 * time.Hour
	logAgain   = 2 * time.Minute        // in which an id is appended once
	readPause  = 100 * time.Millisecond // after an error
	readWait   = 2 * time.Second        // for an answer
	readBeat   = 500 * time.Millisecond // of a server that has nothing to say
	readIdle   = time.Minute            // after which the server forgets a reader
	readExpiry = 10 * time.Second       // of one request for more
	readAhead  = 64                     // entries that the client holds for a reader
)

var nameForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// OpenLog finds the stream of a log, or makes it. The Log uses the connection, and does
// not close it.
func OpenLog(ctx context.Context, conn *nats.Conn, cfg LogConfig) (*Log, error) {
	cfg.Name = cmp.Or(cfg.Name, "decorum")
	switch {
	case conn == nil:
		return nil, errors.New("natsnotes: the connection is nil")
	case !nameForm.MatchString(cfg.Name):
		return nil, fmt.Errorf("natsnotes: LogConfig.Name %q must be 1 to 64 letters, digits, - or _", cfg.Name)
	case cfg.Replicas < 0 || cfg.Replicas > 5:
		return nil, fmt.Errorf("natsnotes: LogConfig.Replicas %d must be 1 to 5, or 0 for 1", cfg.Replicas)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, explain(ctx, "open", err)
	}
	l := &Log{js: js, cfg: cfg, subject: cfg.Name + ".log"}
	_, err = l.stream(ctx)
	return l, err
}

// stream finds the stream, or makes it.
func (l *Log) stream(ctx context.Context) (jetstream.Stream, error) {
	s, err := l.js.Stream(ctx, l.cfg.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = l.js.CreateStream(ctx, l.config())
	}
	if err != nil {
		return nil, explain(ctx, "open", err)
	}
	if subjects := s.CachedInfo().Config.Subjects; !slices.Equal(subjects, []string{l.subject}) {
		return nil, fmt.Errorf("%w: %s has the subjects %q, want %q", ErrStream, l.cfg.Name, subjects, l.subject)
	}
	return s, nil
}

// config is that of a stream to be made.
func (l *Log) config() jetstream.StreamConfig {
	c := jetstream.StreamConfig{
		Name: l.cfg.Name, Subjects: []string{l.subject}, Discard: jetstream.DiscardOld, Duplicates: logAgain,
		MaxBytes: max(cmp.Or(l.cfg.MaxBytes, logBytes), -1), MaxAge: max(cmp.Or(l.cfg.MaxAge, logAge), 0), Replicas: cmp.Or(l.cfg.Replicas, 1),
	}
	if c.MaxAge > 0 {
		c.Duplicates = min(c.Duplicates, c.MaxAge)
	}
	if l.cfg.Memory {
		c.Storage = jetstream.MemoryStorage
	}
	return c
}

// Append appends an entry of up to the server's max_payload, a megabyte unless it was
// changed, and returns its position when the server has it. After an error it may have
// been appended: with an id, which is no other entry's, the same call again within two
// minutes appends nothing twice. Without one ("") it may.
func (l *Log) Append(ctx context.Context, id string, data []byte) (position uint64, err error) {
	opts := []jetstream.PublishOpt{jetstream.WithExpectStream(l.cfg.Name), jetstream.WithRetryAttempts(0)}
	if id != "" {
		opts = append(opts, jetstream.WithMsgID(id))
	}
	ack, err := l.js.Publish(ctx, l.subject, data, opts...)
	if err != nil {
		return 0, explain(ctx, "append", err)
	}
	return ack.Sequence, nil
}

// End returns the position of the newest entry, 0 if there was none yet.
func (l *Log) End(ctx context.Context) (position uint64, err error) {
	s, err := l.js.Stream(ctx, l.cfg.Name)
	if err != nil {
		return 0, explain(ctx, "end", err)
	}
	return s.CachedInfo().State.LastSeq, nil
}

// Delete removes the stream and all that is in it.
func (l *Log) Delete(ctx context.Context) error {
	if err := l.js.DeleteStream(ctx, l.cfg.Name); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return explain(ctx, "delete", err)
	}
	return nil
}
