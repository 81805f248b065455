package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // postgres://
	_ "modernc.org/sqlite"             // a file

	"github.com/decorum-go/decorum/examples/internal/events"
)

// sql runs a query, which may change nothing, and reads its rows. where is the URL of
// a PostgreSQL, the file of an SQLite database, or env:NAME for a variable of the
// environment that has one of them: others see what stands in a command.
func (j *job) sql(where string) error {
	if name, ok := strings.CutPrefix(where, "env:"); ok {
		if where = os.Getenv(name); where == "" {
			return fmt.Errorf("sql: the environment has no %s", name)
		}
	}
	driver, source, name, err := dataSource(where)
	if err != nil {
		return err
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer db.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	first, err := j.rows(ctx, db)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	columns, err := first.rows.Columns()
	if err != nil {
		_ = first.Close()
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() {
		if first != nil {
			_ = first.Close()
		}
	}()
	return j.table(name, columns, func([]bool) (events.Source, error) {
		if s := first; s != nil {
			first = nil
			return s, nil
		}
		return j.rows(ctx, db)
	})
}

// dataSource finds the driver of a database, and a name for it without a password.
func dataSource(where string) (driver, source, name string, err error) {
	if strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://") {
		u, err := url.Parse(where)
		if err != nil {
			return "", "", "", errors.New("sql: not the URL of a PostgreSQL, such as postgres://user@host/database")
		}
		q, err := url.ParseQuery(u.RawQuery) // a password may stand there, too
		if err != nil {
			u.RawQuery = ""
		}
		for key := range q {
			if strings.Contains(strings.ToLower(key), "password") {
				q.Set(key, "xxxxx")
				u.RawQuery = q.Encode()
			}
		}
		return "pgx", where, u.Redacted(), nil
	}
	file, ok := strings.CutPrefix(where, "sqlite:")
	if !ok && strings.Contains(where, "://") {
		return "", "", "", errors.New("sql: only PostgreSQL (postgres://…) and SQLite (a file) are known")
	}
	if _, err := os.Stat(file); err != nil { // else an empty one would be made
		if strings.ContainsAny(file, "=@") { // not repeated: a password may stand in it
			return "", "", "", errors.New("sql: no file of that name; a PostgreSQL is named by its URL, such as postgres://user@host/database")
		}
		return "", "", "", err
	}
	return "sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: "mode=ro"}).String(), file, nil
}

// rows runs the query once.
func (j *job) rows(ctx context.Context, db *sql.DB) (*sqlRows, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	s := &sqlRows{tx: tx}
	if s.rows, err = tx.QueryContext(ctx, j.query); err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	types, err := s.rows.ColumnTypes()
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	for _, t := range types {
		switch kind := strings.ToUpper(t.DatabaseTypeName()); kind {
		case "TIMESTAMP", "DATETIME", "DATE":
			s.zoneless = append(s.zoneless, true)
		default:
			s.zoneless = append(s.zoneless, false)
		}
		s.into = append(s.into, new(any))
	}
	s.cells = make([][]string, len(types))
	return s, nil
}

// sqlRows is an events.Source.
type sqlRows struct {
	tx       *sql.Tx
	rows     *sql.Rows
	zoneless []bool // columns whose times have no zone, and come as UTC
	into     []any
	cells    [][]string
}

// Next implements events.Source.
func (s *sqlRows) Next() ([][]string, error) {
	if !s.rows.Next() {
		if err := s.rows.Err(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	if err := s.rows.Scan(s.into...); err != nil {
		return nil, err
	}
	for i, p := range s.into {
		s.cells[i] = s.cells[i][:0]
		if text, ok := cell(*p.(*any), s.zoneless[i]); ok {
			s.cells[i] = append(s.cells[i], text)
		}
	}
	return s.cells, nil
}

// Close implements events.Source.
func (s *sqlRows) Close() error {
	return errors.Join(s.rows.Close(), s.tx.Rollback())
}

// cell is a value as text; false is NULL.
func cell(v any, zoneless bool) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case []byte:
		return strings.ToValidUTF8(string(v), "\ufffd"), true
	case string:
		return strings.ToValidUTF8(v, "\ufffd"), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case time.Time:
		return moment(v, zoneless && v.Location() == time.UTC), true
	}
	return fmt.Sprint(v), true
}

// moment writes a time so that the mapping reads it: without a zone, in the one that
// -zone says.
func moment(t time.Time, zoneless bool) string {
	if zoneless {
		return t.UTC().Format("2006-01-02T15:04:05.999999999")
	}
	return t.UTC().Format(time.RFC3339Nano)
}
