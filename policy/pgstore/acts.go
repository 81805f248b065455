package pgstore

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy"
)

var _ policy.Auditor = (*Store)(nil)

// auditSQL makes the tables of the audit. They are not in migrations: a process of an
// earlier release, which knows nothing of them, goes on beside this one. What names an
// account is apart from the acts, which are never changed.
const auditSQL = `
CREATE TABLE %acts (
	n        bigint      PRIMARY KEY,
	tenant   text        NOT NULL,
	id       text        NOT NULL,
	at       timestamptz NOT NULL,
	what     text        NOT NULL,
	done_by  text        NOT NULL,
	key      bytea,
	sanction text        NOT NULL,
	appeal   text        NOT NULL,
	detail   text        NOT NULL,
	reasons  jsonb       NOT NULL,
	before   jsonb       NOT NULL,
	after    jsonb       NOT NULL,
	policy   text        NOT NULL
);
CREATE INDEX %acts_key ON %acts (key, n);
CREATE INDEX %acts_done_by ON %acts (done_by, n);
CREATE INDEX %acts_at ON %acts (at, n);
CREATE INDEX %acts_tenant ON %acts (tenant, n) WHERE tenant <> '';
CREATE TABLE %act_words (
	n       bigint PRIMARY KEY,
	key     bytea,
	message text   NOT NULL,
	why     text   NOT NULL
);
CREATE INDEX %act_words_key ON %act_words (key);
CREATE TABLE %act_names (
	key     bytea PRIMARY KEY,
	account text  NOT NULL
);
CREATE TABLE %act_last (n bigint NOT NULL);
INSERT INTO %act_last VALUES (0);
CREATE FUNCTION %acts_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
CREATE TRIGGER %acts_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON %acts FOR EACH STATEMENT EXECUTE FUNCTION %acts_are_kept();`

// auditColumns is what they must have.
var auditColumns = map[string]string{
	"acts":      "n bigint, tenant text, id text, at timestamp with time zone, what text, done_by text, key bytea, sanction text, appeal text, detail text, reasons jsonb, before jsonb, after jsonb, policy text",
	"act_words": "n bigint, key bytea, message text, why text",
	"act_names": "key bytea, account text",
	"act_last":  "n bigint",
}

// The row of act_last is locked until the transaction ends, so numbers have no gaps, and
// a reader who has seen one has seen all before it.
const (
	actSQL = `WITH last AS (UPDATE %act_last SET n = n + 1 RETURNING n)
		INSERT INTO %acts (n, tenant, id, at, what, done_by, key, sanction, appeal, detail, reasons, before, after, policy)
		SELECT n, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM last`
	wordsSQL     = `INSERT INTO %act_words (n, key, message, why) SELECT n, $1, $2, $3 FROM %act_last`
	nameSQL      = `INSERT INTO %act_names (key, account) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET account = excluded.account`
	dropNameSQL  = `DELETE FROM %act_names WHERE key = $1`
	dropWordsSQL = `DELETE FROM %act_words WHERE key = $1`
)

// swapActs changes a record by a statement, "" for one that is not there before and
// after, and writes acts, in one transaction. n is 0, and nothing is changed, where the
// record is not the one that was expected.
func (t *table) swapActs(ctx context.Context, key policy.Key, sql string, args []any, acts [][]byte) (n int64, err error) {
	if _, err := t.actsBatch(acts); err != nil {
		return 0, err
	}
	n, err = ask(ctx, t.conns, "swap", func(c *pgx.Conn) (n int64, err error) {
		err = pgx.BeginTxFunc(ctx, c, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
			if sql == "" {
				there := false
				if err := tx.QueryRow(ctx, t.sql(`SELECT EXISTS (SELECT FROM %records WHERE key = $1)`), key[:]).Scan(&there); err != nil || there {
					return err
				}
			} else if tag, err := tx.Exec(ctx, sql, args...); err != nil || tag.RowsAffected() == 0 {
				return err
			}
			n = 1
			batch, err := t.actsBatch(acts)
			return errors.Join(err, tx.SendBatch(ctx, batch).Close())
		})
		return n, err
	})
	if errors.Is(err, ErrReadOnly) {
		t.dialAnew()
	}
	return n, err
}

// actsBatch is what writes acts.
func (t *table) actsBatch(acts [][]byte) (*pgx.Batch, error) {
	b := new(pgx.Batch)
	for _, line := range acts {
		var a policy.Act
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, fmt.Errorf("pgstore: Record.Acts: %w", err)
		}
		var key []byte
		if a.Key != "" {
			var err error
			if key, err = hex.DecodeString(a.Key); err != nil {
				return nil, fmt.Errorf("pgstore: Record.Acts: key: %w", err)
			}
		}
		if a.What == policy.ActForgotten {
			b.Queue(t.sql(dropNameSQL), key)
			b.Queue(t.sql(dropWordsSQL), key)
		}
		b.Queue(t.sql(actSQL), words(a.Tenant), a.ID, a.At, a.What.String(), words(a.By), key, a.Sanction, a.Appeal, words(a.Detail), column(a.Reasons), column(a.Before), column(a.After), words(a.Policy))
		if a.Message != "" || a.Why != "" {
			b.Queue(t.sql(wordsSQL), key, words(a.Message), words(a.Why))
		}
		if a.Account != "" {
			b.Queue(t.sql(nameSQL), key, words(a.Account))
		}
	}
	return b, nil
}

// column is a value as jsonb can have it.
func column(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it came from JSON
	}
	return strings.ReplaceAll(string(b), `\u0000`, `\ufffd`)
}

// Acts implements policy.Auditor. It reads some hundreds of rows at a time, and holds no
// transaction open while it yields.
func (s *Store) Acts(ctx context.Context, f policy.ActFilter) iter.Seq2[policy.Act, error] {
	return func(yield func(policy.Act, error) bool) {
		const most = 500
		for left := f.Limit; ; {
			size := most
			if f.Limit > 0 {
				size = min(left, most)
			}
			page, err := s.actsPage(ctx, &f, size)
			for i := range page {
				if !yield(page[i], nil) {
					return
				}
				f.After = page[i].N
			}
			if err != nil {
				yield(policy.Act{}, err)
				return
			}
			if left -= len(page); len(page) < size || f.Limit > 0 && left == 0 {
				return
			}
		}
	}
}

// actsPage reads acts that follow on f.After.
func (s *Store) actsPage(ctx context.Context, f *policy.ActFilter, size int) ([]policy.Act, error) {
	var where []string
	args := []any{size}
	also := func(condition string, v any) {
		args = append(args, v)
		where = append(where, strings.ReplaceAll(condition, "?", fmt.Sprint("$", len(args))))
	}
	order := "ASC"
	if f.Newest {
		order = "DESC"
	}
	switch {
	case f.After != 0 && f.Newest:
		also("a.n < ?", int64(f.After))
	case f.After != 0:
		also("a.n > ?", int64(f.After))
	}
	if f.Key != "" {
		key, err := hex.DecodeString(f.Key)
		if err != nil {
			return nil, fmt.Errorf("pgstore: ActFilter.Key: %w", err)
		}
		also("a.key = ?", key)
	}
	if f.Tenant != "" {
		also("a.tenant <> '' AND a.tenant = ?", f.Tenant)
	}
	if f.By != "" {
		also("a.done_by = ?", words(f.By))
	}
	if f.Automatic {
		also("a.done_by = '' AND a.what = ?", policy.ActImposed.String())
	}
	if f.What != 0 {
		also("a.what = ?", f.What.String())
	}
	if !f.From.IsZero() {
		also("a.at >= ?", f.From)
	}
	if !f.Before.IsZero() {
		also("a.at < ?", f.Before)
	}
	sql := `SELECT a.n, a.tenant, a.id, a.at, a.what, a.done_by, coalesce(encode(a.key, 'hex'), ''), a.sanction, a.appeal, a.detail, a.reasons::text, a.before::text, a.after::text, a.policy,
		coalesce(w.message, ''), coalesce(w.why, ''), coalesce(m.account, '')
		FROM %acts a LEFT JOIN %act_words w ON w.n = a.n LEFT JOIN %act_names m ON m.key = a.key`
	if len(where) > 0 {
		sql += ` WHERE ` + strings.Join(where, " AND ")
	}
	sql += ` ORDER BY a.n ` + order + ` LIMIT $1`
	return ask(ctx, s.conns, "acts", func(c *pgx.Conn) ([]policy.Act, error) {
		rows, err := c.Query(ctx, s.conns.sql(sql), args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scanAct)
	})
}

func scanAct(row pgx.CollectableRow) (a policy.Act, err error) {
	var n int64
	var at time.Time
	var what, reasons, before, after string
	err = row.Scan(&n, &a.Tenant, &a.ID, &at, &what, &a.By, &a.Key, &a.Sanction, &a.Appeal, &a.Detail, &reasons, &before, &after, &a.Policy, &a.Message, &a.Why, &a.Account)
	a.N, a.At = uint64(n), at.UTC()
	return a, errors.Join(err, a.What.UnmarshalText([]byte(what)),
		json.Unmarshal([]byte(reasons), &a.Reasons), json.Unmarshal([]byte(before), &a.Before), json.Unmarshal([]byte(after), &a.After))
}
