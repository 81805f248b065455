package pgstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// migrations make the tables of version i+1 of those of version i; "%" stands
// for Config.Prefix. What is here is never changed, only added to.
var migrations = []string{`
CREATE TABLE %records (
	key     bytea       PRIMARY KEY,
	nonce   bigint      NOT NULL,
	sum     bigint      NOT NULL,
	data    bytea       NOT NULL,
	expires timestamptz,
	written timestamptz NOT NULL,
	listed  boolean     NOT NULL,
	pinned  boolean     NOT NULL
) WITH (fillfactor = 70, toast_tuple_target = 4080);
CREATE INDEX %records_listed ON %records (key) WHERE listed;
CREATE TABLE %sanctions (
	id             text        PRIMARY KEY,
	account        text        NOT NULL,
	kind           text        NOT NULL,
	scope          text        NOT NULL,
	per_day        integer     NOT NULL,
	from_at        timestamptz NOT NULL,
	until_at       timestamptz,
	review_at      timestamptz,
	reasons        jsonb       NOT NULL,
	policy         text        NOT NULL,
	message        text        NOT NULL,
	imposed_by     text        NOT NULL,
	lifted_at      timestamptz,
	lifted_by      text,
	lifted_note    text,
	appeal         text,
	appealed_at    timestamptz,
	appeal_outcome text,
	resolved_at    timestamptz
);
CREATE INDEX %sanctions_account ON %sanctions (account);
CREATE VIEW %in_force AS
	SELECT * FROM %sanctions
	WHERE lifted_at IS NULL AND from_at <= now() AND (until_at IS NULL OR until_at > now());
`}

// columns is what the tables must have once they are up to date.
var columns = map[string]string{
	"meta":      "version integer",
	"records":   "key bytea, nonce bigint, sum bigint, data bytea, expires timestamp with time zone, written timestamp with time zone, listed boolean, pinned boolean",
	"sanctions": "id text, account text, kind text, scope text, per_day integer, from_at timestamp with time zone, until_at timestamp with time zone, review_at timestamp with time zone, reasons jsonb, policy text, message text, imposed_by text, lifted_at timestamp with time zone, lifted_by text, lifted_note text, appeal text, appealed_at timestamp with time zone, appeal_outcome text, resolved_at timestamp with time zone",
}

// migrate brings the tables up to date, in one transaction, one process at a
// time.
func (c *conns) migrate(ctx context.Context) error {
	var version int
	if err := c.pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return explain(ctx, "open", err)
	}
	if version < 120000 {
		return fmt.Errorf("%w: the server is PostgreSQL %d.%d, 12 or newer is needed", ErrVersion, version/10000, version%10000/100)
	}
	// What others made while the lock was waited for must be seen.
	tx, err := c.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return explain(ctx, "open", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	// hashtext makes one lock of one set of tables.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext($1))`, "decorum "+c.prefix); err != nil {
		return explain(ctx, "open", err)
	}
	at, err := c.version(ctx, tx)
	if err != nil {
		return err
	}
	if at > len(migrations) {
		return fmt.Errorf("%w: the tables %s… are of version %d, this program knows %d", ErrVersion, c.prefix, at, len(migrations))
	}
	if err := c.migrateFrom(ctx, tx, at); err != nil {
		return explain(ctx, "open", err)
	}
	if err := c.makeAudit(ctx, tx); err != nil {
		return err
	}
	for name, want := range allColumns() {
		if got, err := c.columns(ctx, tx, name); err != nil {
			return err
		} else if got != want {
			return fmt.Errorf("%w: %s%s has the columns (%s), want (%s)", ErrSchema, c.prefix, name, got, want)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return explain(ctx, "open", err)
	}
	return nil
}

// migrateFrom brings tables of a version up to date.
func (c *conns) migrateFrom(ctx context.Context, tx pgx.Tx, at int) error {
	if at == len(migrations) {
		return nil
	}
	steps := migrations[at:]
	if at == 0 {
		steps = slices.Insert(slices.Clone(steps), 0, `CREATE TABLE %meta (version integer NOT NULL); INSERT INTO %meta VALUES (0)`)
	}
	for _, m := range steps {
		if _, err := tx.Exec(ctx, c.sql(m), pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, c.sql(`UPDATE %meta SET version = $1`), len(migrations))
	return err
}

// makeAudit makes the tables of the audit, where they are not there.
func (c *conns) makeAudit(ctx context.Context, tx pgx.Tx) error {
	there, err := c.columns(ctx, tx, "acts")
	if err == nil && there == "" {
		if _, err = tx.Exec(ctx, c.sql(auditSQL), pgx.QueryExecModeSimpleProtocol); err != nil {
			err = explain(ctx, "open", err)
		}
	}
	return err
}

// allColumns are those of all tables.
func allColumns() map[string]string {
	all := maps.Clone(columns)
	maps.Copy(all, auditColumns)
	return all
}

// version returns that of the tables, 0 if there are none.
func (c *conns) version(ctx context.Context, tx pgx.Tx) (version int, err error) {
	there := make(map[string]bool)
	for name, want := range columns {
		got, err := c.columns(ctx, tx, name)
		if err != nil {
			return 0, err
		}
		there[name] = got != ""
		if name == "meta" && got != "" && got != want {
			return 0, fmt.Errorf("%w: %smeta has the columns (%s), want (%s)", ErrSchema, c.prefix, got, want)
		}
	}
	if !there["meta"] {
		if there["records"] || there["sanctions"] {
			return 0, fmt.Errorf("%w: there is a table %srecords or %ssanctions, but no %smeta; choose another Config.Prefix", ErrSchema, c.prefix, c.prefix, c.prefix)
		}
		return 0, nil
	}
	rows, err := tx.Query(ctx, c.sql(`SELECT version FROM %meta`))
	if err != nil {
		return 0, explain(ctx, "open", err)
	}
	versions, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return 0, explain(ctx, "open", err)
	}
	if len(versions) != 1 || versions[0] < 1 {
		return 0, fmt.Errorf("%w: %smeta says %v, want one version", ErrSchema, c.prefix, versions)
	}
	return versions[0], nil
}

// columns describes a table as the search path finds it, "" if there is none.
func (c *conns) columns(ctx context.Context, tx pgx.Tx, name string) (string, error) {
	rows, err := tx.Query(ctx, `SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute
		WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, c.prefix+name)
	if err != nil {
		return "", explain(ctx, "open", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", explain(ctx, "open", err)
	}
	return strings.Join(slices.Clip(all), ", "), nil
}
