package casebook

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Next gives a moderator the first case of the queue that nobody holds, of some kinds or
// of any: for Options.Lease it is theirs. Two never get the same. ErrNotFound says that
// there is none.
func (b *Book) Next(ctx context.Context, moderator string, kinds ...Kind) (Case, error) {
	var c Case
	err := b.changing(ctx, func(t *tx, changed int64) (err error) {
		now := b.o.Now()
		args := []any{enc(moderator), micros(now.Add(b.o.Lease)), micros(now), changed}
		of := ""
		if len(kinds) > 0 {
			of = " AND kind IN (" + list(kinds, &args) + ")"
		}
		// A case of which nothing is open is not worth a look: see change.write.
		c, err = changedCase(t, `UPDATE %cases SET holder = $1, until = $2, changed = $4 WHERE id = (
			SELECT id FROM %cases WHERE closed = 0 AND (until <= $3 OR until = 0) AND kind > 0`+of+` ORDER BY rank, opened, id LIMIT 1 {skip}) RETURNING `, args...)
		return err
	})
	return c, err
}

// list adds values to the arguments, and returns their places.
func list[T any](values []T, args *[]any) string {
	places := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, v)
		places[i] = fmt.Sprintf("$%d", len(*args))
	}
	return strings.Join(places, ", ")
}

// changedCase runs an UPDATE of a case, up to RETURNING.
func changedCase(t *tx, s string, args ...any) (c Case, err error) {
	return c, notFound(c.scan(t.row(s+caseColumns, args...)))
}

// changing runs fn in a transaction, with the number of the change that it makes.
func (b *Book) changing(ctx context.Context, fn func(t *tx, changed int64) error) error {
	err := b.inTx(ctx, func(t *tx) error {
		changed, err := b.next(t)
		if err != nil {
			return err
		}
		return fn(t, changed)
	})
	if err == nil {
		b.tell()
	}
	return err
}

// alone is changing, with nobody else who moves messages between cases, or counts them:
// neither hooks' records nor another moderator. It waits for one batch of records.
func (b *Book) alone(ctx context.Context, fn func(t *tx, changed int64) error) error {
	return b.changing(ctx, func(t *tx, changed int64) error {
		if _, err := t.exec(`SELECT version FROM %meta {lock}`); err != nil {
			return err
		}
		return fn(t, changed)
	})
}

// mine is a case that is open and a moderator's, or nobody's: locked.
func (b *Book) mine(t *tx, id int64, moderator string) (Case, error) {
	c, err := caseOf(t, `id = $1 {lock}`, id)
	if err != nil {
		return c, err
	}
	if !c.Closed.IsZero() {
		return c, fmt.Errorf("%w: by %s", ErrClosed, c.By)
	}
	if by := c.HeldBy(b.o.Now()); by != "" && by != moderator {
		return c, fmt.Errorf("%w: %s, until %s", ErrHeld, by, c.Until.Format("15:04:05 MST"))
	}
	return c, nil
}

// Take gives a moderator a case that nobody else holds, or has them hold it for longer.
// ErrHeld says who does, ErrClosed that it is closed.
func (b *Book) Take(ctx context.Context, id int64, moderator string) error {
	return b.hold(ctx, id, moderator, b.o.Now().Add(b.o.Lease).UnixMicro())
}

// Leave gives a case back that a moderator holds.
func (b *Book) Leave(ctx context.Context, id int64, moderator string) error {
	return b.hold(ctx, id, moderator, 0)
}

func (b *Book) hold(ctx context.Context, id int64, moderator string, until int64) error {
	return b.changing(ctx, func(t *tx, changed int64) error {
		if _, err := b.mine(t, id, moderator); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE %cases SET holder = $2, until = $3, changed = $4 WHERE id = $1`, id, enc(moderator), until, changed)
		return err
	})
}

// CloseCase closes a case that nobody else holds. Messages that wait in it still, as one
// that came meanwhile, go on waiting in a case of their own, whose ID is rest; 0: there
// are none. It first has all that the hooks were told.
func (b *Book) CloseCase(ctx context.Context, id int64, moderator string, o Outcome, note string) (rest int64, err error) {
	if o == 0 || o > Left {
		return 0, fmt.Errorf("casebook: an outcome is required")
	}
	if err := b.Flush(ctx); err != nil {
		return 0, err
	}
	err = b.alone(ctx, func(t *tx, changed int64) error {
		k, err := b.mine(t, id, moderator)
		if err != nil {
			return err
		}
		now := b.now()
		if _, err := t.exec(`UPDATE %cases SET closed = $2, changed = $3, outcome = $4, done_by = $5, note = $6, holder = '', until = 0 WHERE id = $1`, id, now, changed, o, enc(moderator), clean(note, maxNote)); err != nil {
			return err
		}
		c := &change{tx: t, b: b, days: make(map[day]int64)}
		c.count(now, "closed."+o.String())
		if rest, err = b.leftOver(t, &k, changed); err != nil {
			return err
		}
		return c.writeDays()
	})
	return rest, err
}

// leftOver moves what waits in a case that was closed to a case of its own.
func (b *Book) leftOver(t *tx, k *Case, changed int64) (id int64, err error) {
	waits := 0
	if err := t.row(`SELECT COUNT(*) FROM %entries WHERE case_id = $1 AND state = $2`, k.ID, Waiting).Scan(&waits); err != nil || waits == 0 {
		return 0, err
	}
	rest := Case{subject: k.subject, Account: k.Account, Cluster: k.Cluster, Title: k.Title, Opened: k.Opened, Updated: k.Updated}
	if err := rest.insert(t, changed); err != nil {
		return 0, err
	}
	id = rest.ID
	if _, err := t.exec(`UPDATE %entries SET case_id = $2 WHERE case_id = $1 AND state = $3`, k.ID, id, Waiting); err != nil {
		return 0, err
	}
	return id, errors.Join(b.recount(t, k.ID), b.recount(t, id))
}

// recount counts what is in a case anew.
func (b *Book) recount(t *tx, id int64) error {
	k, err := caseOf(t, `id = $1`, id)
	if err != nil {
		return err
	}
	if err := t.row(`SELECT COUNT(*), COUNT(DISTINCT account), COALESCE(SUM(CASE WHEN state = $2 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = $3 THEN 1 ELSE 0 END), 0), COALESCE(MAX(score), 0) FROM %entries WHERE case_id = $1 AND what = $4`, id, Waiting, Noted, Decided).
		Scan(&k.Messages, &k.Accounts, &k.Held, &k.Flagged, &k.Score); err != nil {
		return err
	}
	if k.Closed.IsZero() { // a closed one stays what it was
		k.settle()
	}
	_, err = t.exec(`UPDATE %cases SET kind = $2, messages = $3, accounts = $4, held = $5, flagged = $6, score = $7, rank = $8 WHERE id = $1`,
		id, k.Kind, k.Messages, k.Accounts, k.Held, k.Flagged, k.Score, -k.Severity)
	return err
}

// Reopen takes back that a moderator closed a case, and gives it to them. What was opened
// since about the same goes back into it. ErrConflict says that the case is not closed,
// or by somebody else.
func (b *Book) Reopen(ctx context.Context, id int64, moderator string) error {
	return b.alone(ctx, func(t *tx, changed int64) error {
		k, err := caseOf(t, `id = $1 {lock}`, id)
		if err != nil {
			return err
		}
		if k.Closed.IsZero() || k.By != moderator {
			return fmt.Errorf("%w: by %s", ErrConflict, moderator)
		}
		var other int64
		if err := noRows(t.row(`SELECT id FROM %cases WHERE subject = $1 AND closed = 0 {lock}`, k.subject).Scan(&other)); err != nil {
			return err
		}
		if other != 0 {
			if err := b.merge(t, other, id); err != nil {
				return err
			}
		}
		if _, err := t.exec(`UPDATE %cases SET closed = 0, changed = $2, outcome = 0, done_by = '', note = '', holder = $3, until = $4 WHERE id = $1`,
			id, changed, enc(moderator), b.o.Now().Add(b.o.Lease).UnixMicro()); err != nil {
			return err
		}
		c := &change{tx: t, b: b, days: make(map[day]int64)}
		c.days[day{dayOf(micros(k.Closed)), "closed." + k.Outcome.String()}]--
		if err := c.writeDays(); err != nil {
			return err
		}
		return b.recount(t, id)
	})
}

// merge moves what is in an open case into another one, and deletes it.
func (b *Book) merge(t *tx, from, to int64) error {
	o, err := caseOf(t, `id = $1`, from)
	if err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE %entries SET case_id = $2 WHERE case_id = $1`, from, to); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE %cases SET reports = reports + $2, grave = grave + $3, due = due + $4 WHERE id = $1`, to, o.Reports, o.grave, o.Due); err != nil {
		return err
	}
	if o.Appeal != "" {
		if _, err := t.exec(`UPDATE %cases SET appeal = $2, sanction = $3, sankind = $4 WHERE id = $1`, to, enc(o.Appeal), enc(o.Sanction), o.Sanctioned); err != nil {
			return err
		}
	}
	_, err = t.exec(`DELETE FROM %cases WHERE id = $1`, from)
	return err
}
