package pgstore

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

const (
	notesWait  = time.Second            // for a connection
	notesLast  = 200 * time.Millisecond // for the end of one
	notesBytes = 5900                   // of a batch: as text, with what is in front of it, less than the 8,000 of a notification
	notesBeat  = 2 * time.Second        // without a batch: the others find out what they missed
	notesQuiet = 3 * notesBeat          // without a notification, our own among them: nothing comes any more
	notesPause = 100 * time.Millisecond // before the next try to connect
)

var _ policy.Broadcaster = (*Store)(nil)

// Broadcast implements policy.Broadcaster. Notes are sent while somebody listens, every
// 80 ms or 6 KB of them.
func (s *Store) Broadcast(note []byte) { s.notes.Broadcast(note) }

// Listen implements policy.Broadcaster. It begins with what is sent from now on. All who
// listen share one connection, which is none of the pool's.
func (s *Store) Listen(fn func(note []byte)) (stop func()) { return s.notes.Listen(fn) }

// Stats counts what was done in the background, since Open.
type Stats struct {
	// Notes is what the processes told each other.
	Notes storekit.PostStats
}

// Stats returns what has been counted so far.
func (s *Store) Stats() Stats { return Stats{Notes: s.notes.Stats()} }

// newNotes returns the notes of a store that has its connections.
func (s *Store) newNotes() *storekit.Post {
	return &storekit.Post{Notes: storekit.Notes{Start: s.startNotes, BatchBytes: notesBytes}, Fault: s.cfg.Fault, Beat: notesBeat}
}

// startNotes begins to send and to hear.
func (s *Store) startNotes(ctx context.Context) (run func()) {
	ear, err := s.listen(ctx) // or later, if the server is away
	return func() {
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.notes.Send(ctx, s.sendNote)
		}()
		for {
			if err == nil {
				err = s.hear(ctx, ear)
			}
			if ctx.Err() != nil {
				break
			}
			s.notes.Said(err)
			pause(ctx, notesPause)
			ear, err = s.listen(ctx)
		}
		<-done
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// hangUp closes a connection without waiting for a server that may not be there.
func hangUp(c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), notesLast)
	defer cancel()
	_ = c.Close(ctx)
}

// channelSQL is the name of the channel of one set of tables: that of the database would
// be shared by those of other schemas.
const channelSQL = `'%notes_' || to_regclass('%records')::oid::text`

// listen connects anew, and has the server notify.
func (s *Store) listen(ctx context.Context) (*pgx.Conn, error) {
	wait, cancel := context.WithTimeout(ctx, notesWait)
	defer cancel()
	cfg := s.conns.pool.Config().ConnConfig
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler { // ends at once
		return &pgconn.DeadlineContextWatcherHandler{Conn: c.Conn()}
	}
	c, err := pgx.ConnectConfig(wait, cfg)
	if err != nil {
		return nil, noted(wait, err)
	}
	var channel string
	if err = c.QueryRow(wait, s.conns.sql(`SELECT `+channelSQL)).Scan(&channel); err == nil {
		_, err = c.Exec(wait, `LISTEN `+pgx.Identifier{channel}.Sanitize())
	}
	if err != nil {
		hangUp(c)
		return nil, noted(wait, err)
	}
	return c, nil
}

// hear hands on what others send, until nothing comes any more.
func (s *Store) hear(ctx context.Context, c *pgx.Conn) error {
	var letter []byte
	for {
		wait, cancel := context.WithTimeout(ctx, notesQuiet)
		n, err := c.WaitForNotification(wait)
		cancel()
		if err != nil {
			hangUp(c)
			return noted(wait, err)
		}
		if letter, err = base64.StdEncoding.AppendDecode(letter[:0], []byte(n.Payload)); err != nil {
			letter = letter[:0] // refused, as what has no head
		}
		s.notes.Take(letter)
	}
}

// noted makes an error one of ours; a deadline of our own is a server out of reach.
func noted(ctx context.Context, err error) error {
	return explain(context.WithoutCancel(ctx), "notes", err)
}

// sendNote has the server notify of a letter. Nothing waits for its disk: a crash of the
// server ends all who listen.
func (s *Store) sendNote(ctx context.Context, letter []byte) error {
	_, err := s.conns.exec(ctx, "notes", s.notify, base64.StdEncoding.EncodeToString(letter))
	return err
}
