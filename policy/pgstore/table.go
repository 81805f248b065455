package pgstore

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storekit"
)

// A state is a row of the table of records. Its Version is the row's nonce.
type state = storekit.State[int64]

// A table holds the records. It implements storekit.Server.
type table struct {
	*conns
	get, insert, update, remove, deletion string
	insertSoon, updateSoon                string // where the disk is not waited for; "": it always is
}

// soon, as what a statement reads from, has its transaction not wait for the disk.
const soon = ` FROM set_config('synchronous_commit', 'off', true)`

func newTable(c *conns, async bool) *table {
	t := &table{
		conns:    c,
		get:      c.sql(`SELECT nonce, sum, data FROM %records WHERE key = $1`),
		insert:   c.sql(`INSERT INTO %records (key, nonce, sum, data, expires, listed, pinned, written) VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT (key) DO NOTHING`),
		update:   c.sql(`UPDATE %records SET nonce = $2, sum = $3, data = $4, expires = $5, listed = $6, pinned = $7, written = now() WHERE key = $1 AND nonce = $8`),
		remove:   c.sql(`DELETE FROM %records WHERE key = $1 AND nonce = $2`),
		deletion: c.sql(`DELETE FROM %records WHERE key = $1`),
	}
	if async {
		t.insertSoon = c.sql(`INSERT INTO %records (key, nonce, sum, data, expires, listed, pinned, written) SELECT $1, $2, $3, $4, $5, $6, $7, now()` + soon + ` ON CONFLICT (key) DO NOTHING`)
		t.updateSoon = c.sql(`UPDATE %records SET nonce = $2, sum = $3, data = $4, expires = $5, listed = $6, pinned = $7, written = now()` + soon + ` WHERE key = $1 AND nonce = $8`)
	}
	return t
}

// Get implements storekit.Server.
func (t *table) Get(ctx context.Context, key policy.Key) (state, error) {
	var sum int64
	s, err := ask(ctx, t.conns, "get", func(c *pgx.Conn) (s state, err error) {
		err = c.QueryRow(ctx, t.get, key[:]).Scan(&s.Version, &sum, &s.Data)
		if errors.Is(err, pgx.ErrNoRows) {
			return state{}, nil
		}
		return s, err
	})
	if err != nil || s.Data == nil {
		return s, err
	}
	return s, check(key, s.Data, sum)
}

// Swap implements storekit.Server.
func (t *table) Swap(ctx context.Context, key policy.Key, old state, r policy.Record) (now state, done bool, err error) {
	sql, args := t.remove, []any{key[:], old.Version}
	switch {
	case r.Data == nil && old.Data == nil:
		sql = ""
	case r.Data != nil:
		now = state{Data: append(make([]byte, 0, len(r.Data)), r.Data...), Version: rand.Int64()}
		args = []any{key[:], now.Version, sum(key, now.Data), now.Data, expires(r.Expires), r.Listed, r.Pinned}
		insert, update := t.insert, t.update
		if t.updateSoon != "" && !r.Durable && len(r.Acts) == 0 {
			insert, update = t.insertSoon, t.updateSoon
		}
		if sql = insert; old.Data != nil {
			sql, args = update, append(args, old.Version)
		}
	}
	var n int64
	if len(r.Acts) > 0 {
		n, err = t.swapActs(ctx, key, sql, args, r.Acts)
	} else {
		n, err = t.exec(ctx, "swap", sql, args...)
	}
	if err == nil && n == 0 {
		now, err = t.Get(ctx, key)
	}
	return now, n == 1, err
}

// Delete implements storekit.Server.
func (t *table) Delete(ctx context.Context, key policy.Key) error {
	_, err := t.exec(ctx, "delete", t.deletion, key[:])
	return err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum is the checksum of a record.
func sum(key policy.Key, data []byte) int64 {
	return int64(crc32.Update(crc32.Checksum(key[:], castagnoli), castagnoli, data))
}

func check(key policy.Key, data []byte, want int64) error {
	if sum(key, data) != want {
		return fmt.Errorf("%w: its checksum does not agree: key %x", ErrDamaged, key)
	}
	return nil
}

// expires is a time as the table has it: within what PostgreSQL knows.
func expires(t time.Time) *time.Time {
	switch {
	case t.IsZero():
		return nil
	case t.Before(time.Unix(0, 0)):
		t = time.Unix(0, 0)
	}
	return &t
}
