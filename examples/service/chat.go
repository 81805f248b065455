package main

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// A state is what became of a message.
type state string

const (
	delivered state = "delivered"
	waiting   state = "waiting"  // for a person
	deferred  state = "deferred" // may be sent again
	refused   state = "refused"
)

// A line is a message as the chat keeps it, once for each recipient.
type line struct {
	ID, Sender, Recipient, Text string
	At                          time.Time
	State                       state
	Told                        string // what its sender was told, where it did not go out
	Wave                        int    // that it belongs to; 0: people wrote it
}

// A chat keeps messages in SQLite or PostgreSQL. What it returned for is on disk.
type chat struct {
	db    *sql.DB
	mu    sync.Mutex
	moved chan struct{} // closed when something changed
}

const schema = `
CREATE TABLE IF NOT EXISTS chat_people (name TEXT PRIMARY KEY, joined BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS chat_waves (n BIGINT PRIMARY KEY, actor TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chat_messages (
	id TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL,
	state TEXT NOT NULL, told TEXT NOT NULL, wave BIGINT NOT NULL, changed BIGINT NOT NULL, PRIMARY KEY (sender, id, recipient));
CREATE INDEX IF NOT EXISTS chat_sent ON chat_messages (sender, at);
CREATE INDEX IF NOT EXISTS chat_received ON chat_messages (recipient, at);
CREATE INDEX IF NOT EXISTS chat_wave ON chat_messages (wave)`

func newChat(ctx context.Context, db *sql.DB) (*chat, error) {
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, err
	}
	c := &chat{db: db, moved: make(chan struct{})}
	for _, name := range []string{"ann", "bea"} { // members for long; everybody else is new, and a new account has to go slower
		if _, err := c.join(ctx, name, time.Now().AddDate(-1, 0, 0)); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// changes is closed at the next change that this process makes.
func (c *chat) changes() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved
}

func (c *chat) change() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.moved)
	c.moved = make(chan struct{})
}

// join returns since when somebody is a member: from now on, if they were not.
func (c *chat) join(ctx context.Context, name string, at time.Time) (joined time.Time, err error) {
	if _, err := c.db.ExecContext(ctx, `INSERT INTO chat_people (name, joined) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, at.UnixMicro()); err != nil {
		return joined, err
	}
	var micro int64
	err = c.db.QueryRowContext(ctx, `SELECT joined FROM chat_people WHERE name = $1`, name).Scan(&micro)
	return time.UnixMicro(micro), err
}

func (c *chat) people(ctx context.Context) (names []string, err error) {
	err = c.each(ctx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT name FROM chat_people ORDER BY name LIMIT 100`)
	return names, err
}

// put keeps what became of a message. One that was deferred may go out later; what went
// out stays, but for its text, where that is edited.
func (c *chat) put(ctx context.Context, lines []line, edit bool) error {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	now := time.Now().UnixMicro()
	for _, l := range lines {
		_, err := tx.ExecContext(ctx, `INSERT INTO chat_messages (id, sender, recipient, text, at, state, told, wave, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (sender, id, recipient) DO UPDATE SET text = excluded.text, state = excluded.state, told = excluded.told, changed = excluded.changed
			WHERE chat_messages.state <> 'delivered' OR $10`,
			l.ID, l.Sender, l.Recipient, l.Text, l.At.UnixMicro(), string(l.State), l.Told, l.Wave, now, edit)
		if err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	c.change()
	return nil
}

// has reports whether the chat knows what became of a message. An ID is its sender's: the
// client makes it, and another's may be the same.
func (c *chat) has(ctx context.Context, sender, id string) (known bool, err error) {
	err = c.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM chat_messages WHERE sender = $1 AND id = $2)`, sender, id).Scan(&known)
	return known, err
}

// settle is what a person decided about a message that waits.
func (c *chat) settle(ctx context.Context, sender, id string, now state) error {
	_, err := c.db.ExecContext(ctx, `UPDATE chat_messages SET state = $1, told = '', changed = $2 WHERE sender = $3 AND id = $4 AND state <> $1`, string(now), time.Now().UnixMicro(), sender, id)
	if err == nil {
		c.change()
	}
	return err
}

// forget removes somebody, and what they sent and got.
func (c *chat) forget(ctx context.Context, name string) error {
	for _, statement := range []string{`DELETE FROM chat_messages WHERE sender = $1 OR recipient = $1`, `DELETE FROM chat_people WHERE name = $1`} {
		if _, err := c.db.ExecContext(ctx, statement, name); err != nil {
			return err
		}
	}
	c.change()
	return nil
}

// of returns the newest messages that somebody sent, or got, the oldest of them first.
func (c *chat) of(ctx context.Context, name string) (all []line, err error) {
	err = c.each(ctx, func(rows *sql.Rows) error {
		var l line
		var micro int64
		err := rows.Scan(&l.ID, &l.Sender, &l.Recipient, &l.Text, &micro, &l.State, &l.Told, &l.Wave)
		l.At = time.UnixMicro(micro)
		all = append(all, l)
		return err
	}, `SELECT * FROM (SELECT id, sender, recipient, text, at, state, told, wave FROM chat_messages
		WHERE sender = $1 OR recipient = $1 AND state = 'delivered' ORDER BY at DESC, id LIMIT 500) newest ORDER BY at, id`, name)
	return all, err
}

// version changes when what somebody sees of the chat does.
func (c *chat) version(ctx context.Context, name string) (v int64, err error) {
	err = c.db.QueryRowContext(ctx, `SELECT coalesce(max(changed), 0) FROM chat_messages WHERE sender = $1 OR recipient = $1`, name).Scan(&v)
	return v, err
}

// each calls f for each row.
func (c *chat) each(ctx context.Context, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := c.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
