package natsnotes

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/decorum-go/decorum/policy/storekit"
)

// Config says where the log is. Conn is required; all else may be zero.
type Config struct {
	// Conn is the connection to a server with JetStream, which the caller closes. One
	// that shall outlive every outage has nats.MaxReconnects(-1), for the client gives
	// up after two minutes otherwise.
	Conn *nats.Conn
	// Log is the log of the notes. Two engines with different Secrets need two names.
	Log LogConfig
	// Past is how old the notes are that a process still hears when it starts, of those
	// that the log holds: it begins with what the others saw; 0: one hour.
	Past time.Duration
	// Fault, if not nil, is told when the server is away or full, and when notes of
	// others were missed; once a second at most, on a goroutine of the package's own.
	Fault func(error)
}

// Notes is what the processes of one log tell each other. It is safe for concurrent use.
// Make one with Open; the zero Notes is not usable.
type Notes struct {
	cfg  Config
	log  *Log
	post storekit.Post
}

// Stats counts what was done in the background, since Open.
type Stats = storekit.PostStats

// Open finds the log, or makes it. A wrong name, or a server without JetStream or
// without room, is refused; see the errors of this package.
func Open(ctx context.Context, cfg Config) (*Notes, error) {
	if cfg.Conn == nil {
		return nil, errors.New("natsnotes: Config.Conn is nil")
	}
	if cfg.Past < 0 {
		return nil, errors.New("natsnotes: Config.Past must not be negative")
	}
	cfg.Past = cmp.Or(cfg.Past, time.Hour)
	log, err := OpenLog(ctx, cfg.Conn, cfg.Log)
	if err != nil {
		return nil, err
	}
	n := &Notes{cfg: cfg, log: log}
	n.post.Fault, n.post.Start = cfg.Fault, n.start
	return n, nil
}

// Close ends all that runs in the background, after the last notes were sent. Close the
// Engine before it, and the connection after it.
func (n *Notes) Close() { n.post.Close() }

// Stats returns what has been counted so far.
func (n *Notes) Stats() Stats { return n.post.Stats() }

// start begins to send and to hear.
func (n *Notes) start(ctx context.Context) (run func()) {
	r := &reader{l: n.log, since: time.Now().Add(-n.cfg.Past)}
	return func() {
		done := make(chan struct{})
		go func() {
			defer close(done)
			n.post.Send(ctx, n.send)
		}()
		for e, err := range n.log.read(ctx, r) {
			if err != nil {
				n.post.Said(err)
				continue
			}
			n.post.Take(e.Data)
		}
		<-done
	}
}

// send appends a letter to the log.
func (n *Notes) send(ctx context.Context, letter []byte) error {
	_, err := n.log.Append(ctx, "", letter)
	if errors.Is(err, context.DeadlineExceeded) {
		return &ServerError{Op: "append", Kind: ErrUnreachable, Err: err}
	}
	return err
}
