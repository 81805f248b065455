package casebook

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// A tx is a transaction, which speaks the database's dialect.
type tx struct {
	*dialect
	ctx context.Context
	on  interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(s string, args ...any) (int64, error) {
	r, err := t.on.ExecContext(t.ctx, t.sql(s), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (t *tx) row(s string, args ...any) *sql.Row {
	return t.on.QueryRowContext(t.ctx, t.sql(s), args...)
}

// each calls read for each row.
func (t *tx) each(read func(*sql.Rows) error, s string, args ...any) error {
	rows, err := t.on.QueryContext(t.ctx, t.sql(s), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// read is for what only reads.
func (b *Book) read(ctx context.Context) *tx { return &tx{&b.dialect, ctx, b.db} }

// patience is how long a transaction is tried again that others were in the way of.
const patience = 10 * time.Second

// inTx runs fn in a transaction, and again where another one was in its way.
func (b *Book) inTx(ctx context.Context, fn func(*tx) error) error {
	for began, pause := time.Now(), time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := b.once(ctx, fn)
		if err == nil || !inTheWay(err) || time.Since(began) > patience {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

func (b *Book) once(ctx context.Context, fn func(*tx) error) error {
	on, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer on.Rollback()
	if b.lite { // so that nothing is left of what is deleted
		if _, err := on.ExecContext(ctx, `PRAGMA secure_delete = ON`); err != nil {
			return err
		}
	}
	if err := fn(&tx{&b.dialect, ctx, on}); err != nil {
		return err
	}
	return on.Commit()
}

// inTheWay reports whether an error says that another transaction was in the way.
func inTheWay(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		code := e.Code() & 0xff
		return code == 5 || code == 6 // SQLITE_BUSY, SQLITE_LOCKED
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}

// refused reports whether an error is about the data itself, and not about the database.
func refused(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		code := e.Code() & 0xff
		return code == 18 || code == 19 || code == 20 // TOOBIG, CONSTRAINT, MISMATCH
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (strings.HasPrefix(e.Code, "22") || strings.HasPrefix(e.Code, "23") || strings.HasPrefix(e.Code, "54"))
}

// noRows is an error, but for that of no row.
func noRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// notFound is an error, ErrNotFound for that of no row.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
