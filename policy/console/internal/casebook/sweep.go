package casebook

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/decorum-go/decorum/policy"
)

// sweepRows is how many rows a transaction of a sweep takes.
const sweepRows = 1000

// fall opens cases for the sanctions that are to be looked at again by now, closes those
// in which nothing is open and that nobody holds any more, and ends leases that hold for
// too long.
func (b *Book) fall(ctx context.Context) error {
	return b.alone(ctx, func(t *tx, changed int64) error {
		c := &change{tx: t, b: b, cases: make(map[string]*Case), days: make(map[day]int64)}
		// A lease that ends too late was given by a clock that was wrong.
		if _, err := t.exec(`UPDATE %cases SET until = 0, changed = $2 WHERE closed = 0 AND until > 0 AND until > $1`, b.o.Now().Add(2*b.o.Lease).UnixMicro(), changed); err != nil {
			return err
		}
		// So was an intent of the future, or the time of its next try.
		if _, err := t.exec(`UPDATE %intents SET due = CASE WHEN at > $2 AND due > 0 THEN $1 + due - at WHEN failed <> '' AND due > $3 THEN $1 ELSE due END,
			claimed = CASE WHEN claimed > $2 THEN 0 ELSE claimed END, at = CASE WHEN at > $2 THEN $1 ELSE at END
			WHERE at > $2 OR claimed > $2 OR failed <> '' AND due > $3`, b.now(), b.o.Now().Add(claim).UnixMicro(), b.o.Now().Add(mostWait).UnixMicro()); err != nil {
			return err
		}
		n, err := t.exec(`UPDATE %cases SET closed = $1, changed = $2, outcome = $3, done_by = holder, holder = '', until = 0 WHERE closed = 0 AND kind = 0 AND (until <= $1 OR until = 0)`, b.now(), changed, Elsewhere)
		if err != nil {
			return err
		}
		if n > 0 {
			c.days[day{dayOf(b.now()), "closed." + Elsewhere.String()}] += n
		}
		type due struct {
			sanction, account string
			kind              policy.Kind
			at                int64
		}
		var all []due
		if err := t.each(func(rows *sql.Rows) error {
			var d due
			err := rows.Scan(&d.sanction, &d.account, &d.kind, &d.at)
			all = append(all, d)
			return err
		}, `SELECT sanction, account, sankind, at FROM %reviews WHERE at <= $1 ORDER BY at LIMIT $2`, b.now(), sweepRows); err != nil {
			return err
		}
		for _, d := range all {
			if err := c.due(d.account, d.sanction, d.kind, d.at); err != nil {
				return err
			}
			if _, err := t.exec(`DELETE FROM %reviews WHERE sanction = $1`, d.sanction); err != nil {
				return err
			}
		}
		return c.write()
	})
}

// Sweep removes what is no more to be kept: closed cases with what is in them after
// Options.Closed, and entries without a case as long after they came; texts after
// Options.Texts. A Book does it by itself, every ten minutes.
func (b *Book) Sweep(ctx context.Context) error {
	closed, texts := b.o.Now().Add(-b.o.Closed).UnixMicro(), b.o.Now().Add(-b.o.Texts).UnixMicro()
	for _, s := range []struct {
		sql    string // of some rows
		before int64
	}{
		{`UPDATE %entries SET body = '', template = '', raw = '' WHERE id IN (SELECT id FROM %entries WHERE at <= $1 AND (body <> '' OR template <> '' OR raw <> '')
			AND (case_id = 0 OR case_id IN (SELECT id FROM %cases WHERE closed > 0 AND closed <= $1)) LIMIT $2)`, texts},
		{`UPDATE %cases SET title = '', folded = '' WHERE id IN (SELECT id FROM %cases WHERE closed > 0 AND closed <= $1 AND title <> '' LIMIT $2)`, texts},
		{`DELETE FROM %entries WHERE id IN (SELECT id FROM %entries WHERE case_id IN (SELECT id FROM %cases WHERE closed > 0 AND closed <= $1) LIMIT $2)`, closed},
		{`DELETE FROM %cases WHERE id IN (SELECT id FROM %cases AS c WHERE closed > 0 AND closed <= $1 AND NOT EXISTS (SELECT 1 FROM %entries WHERE case_id = c.id) LIMIT $2)`, closed},
		{`DELETE FROM %entries WHERE id IN (SELECT id FROM %entries WHERE case_id = 0 AND at <= $1 LIMIT $2)`, closed},
		{`DELETE FROM %labels WHERE id IN (SELECT id FROM %labels WHERE at <= $1 LIMIT $2)`, closed},
		{`DELETE FROM %spools WHERE id IN (SELECT id FROM %spools WHERE at <= $1 AND id <> '` + b.spool.id + `' LIMIT $2)`, closed},
	} {
		for {
			n := int64(0)
			if err := b.inTx(ctx, func(t *tx) (err error) {
				n, err = t.exec(s.sql, s.before, sweepRows)
				return err
			}); err != nil {
				return err
			}
			if n < sweepRows {
				break
			}
		}
	}
	b.spool.purge()
	return b.forgetFreed(ctx)
}

// forgetFreed has SQLite drop its log, in which what was deleted still is.
func (b *Book) forgetFreed(ctx context.Context) error {
	if !b.lite {
		return nil
	}
	var busy, pages, done int
	return b.read(ctx).row(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done)
}

// Erase removes an account: its name, its texts, its story and its cases. What was counted
// stays, and the cases of clusters, without what it sent. It first has all that the hooks
// were told; another process's hooks must have ended with the account, too.
func (b *Book) Erase(ctx context.Context, account string) error {
	if err := b.Flush(ctx); err != nil {
		return err
	}
	name := enc(account)
	quoted, err := json.Marshal(name) // as what others sent has it
	if err != nil {
		return err
	}
	detail, err := json.Marshal(string(quoted)) // as the filter of a LiftAll has it, which is about no account
	if err != nil {
		return err
	}
	err = b.alone(ctx, func(t *tx, changed int64) error {
		var in []int64
		if err := t.each(func(rows *sql.Rows) error {
			var id int64
			err := rows.Scan(&id)
			in = append(in, id)
			return err
		}, `SELECT DISTINCT case_id FROM %entries WHERE account = $1 AND case_id <> 0`, name); err != nil {
			return err
		}
		for _, s := range []string{
			`DELETE FROM %entries WHERE account = $1`,
			`DELETE FROM %intents WHERE account = $1 OR case_id IN (SELECT id FROM %cases WHERE account = $1)`,
			`DELETE FROM %cases WHERE account = $1`,
			`DELETE FROM %reviews WHERE account = $1`,
		} {
			if _, err := t.exec(s, name); err != nil {
				return err
			}
		}
		if _, err := t.exec(`UPDATE %entries SET raw = '' WHERE raw <> '' AND `+b.contains("raw"), string(quoted)); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE %entries SET data = '' WHERE account = '' AND `+b.contains("data"), string(detail[1:len(detail)-1])); err != nil {
			return err
		}
		for _, id := range in {
			if _, err := t.exec(`UPDATE %cases SET title = '', folded = '', note = '', changed = $2 WHERE id = $1`, id, changed); err != nil {
				return err
			}
			if err := b.recount(t, id); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.sent.take(name)
	b.spool.purge()
	return errors.Join(b.fall(ctx), b.forgetFreed(ctx))
}

// contains is a condition: a column has $1 in it.
func (b *Book) contains(column string) string {
	if b.lite {
		return "INSTR(" + column + ", $1) > 0"
	}
	return "POSITION($1 IN " + column + ") > 0"
}
