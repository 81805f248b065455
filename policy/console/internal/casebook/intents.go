package casebook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrSame says that another person is needed.
var ErrSame = errors.New("casebook: another person is needed")

// An Intent is what a moderator has decided and nobody has carried out yet. It is in the
// database before anything is done, so that a crash in between loses nothing; and until
// somebody claims it, it can be taken back as if it had never been. To carry one out twice
// must do no harm.
type Intent struct {
	ID      int64
	Case    int64  // 0: it is about an account alone
	Account string // "": it is about a case
	Action  string // what is to be done: the console's
	By      string
	Second  string // who agreed; "": nobody
	Note    string
	Data    string // the console's
	At      time.Time
	Due     time.Time // when it is to be done; zero: not before a second person agrees, or never again, with Failed
	Tries   int       // that did not succeed
	Failed  string    // why the last one did not; "": there was none
}

const intentColumns = `id, case_id, account, action, moderator, second, note, data, at, due, tries, failed`

func (in *Intent) scan(row interface{ Scan(...any) error }) error {
	var at, due int64
	if err := row.Scan(&in.ID, &in.Case, &in.Account, &in.Action, &in.By, &in.Second, &in.Note, &in.Data, &at, &due, &in.Tries, &in.Failed); err != nil {
		return err
	}
	in.Account, in.By, in.Second = dec(in.Account), dec(in.By), dec(in.Second)
	in.At, in.Due = timeOf(at), timeOf(due)
	return nil
}

// Intend writes an intent, and returns it with its ID. One for a case is ErrClosed where
// that is closed, and ErrConflict where an intent of one of some actions waits there.
func (b *Book) Intend(ctx context.Context, in Intent, not ...string) (Intent, error) {
	alone := func(t *tx) error {
		if in.Case == 0 || len(not) == 0 {
			return nil
		}
		k, err := caseOf(t, `id = $1 {lock}`, in.Case) // one at a time
		if err != nil {
			return err
		}
		if !k.Closed.IsZero() {
			return fmt.Errorf("%w: by %s", ErrClosed, k.By)
		}
		args, n := []any{in.Case}, 0
		err = t.row(`SELECT COUNT(*) FROM %intents WHERE case_id = $1 AND failed = '' AND action IN (`+list(not, &args)+`)`, args...).Scan(&n)
		if err == nil && n > 0 {
			err = fmt.Errorf("%w: it has been decided meanwhile", ErrConflict)
		}
		return err
	}
	return b.intentAfter(ctx, alone, `INSERT INTO %intents (case_id, account, action, moderator, second, note, data, at, due, claimed, tries, failed)
		VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8, 0, 0, '') RETURNING `,
		in.Case, enc(in.Account), in.Action, enc(in.By), clean(in.Note, maxNote), clean(in.Data, maxNote), micros(in.At), micros(in.Due))
}

// intent runs a statement, up to RETURNING, that changes one intent. ErrNotFound says that
// there is none like that.
func (b *Book) intent(ctx context.Context, s string, args ...any) (in Intent, err error) {
	return b.intentAfter(ctx, func(*tx) error { return nil }, s, args...)
}

// intentAfter is intent, if something else in its transaction is no error.
func (b *Book) intentAfter(ctx context.Context, first func(*tx) error, s string, args ...any) (in Intent, err error) {
	err = b.inTx(ctx, func(t *tx) error {
		if err := first(t); err != nil {
			return err
		}
		return in.scan(t.row(s+intentColumns, args...))
	})
	if errors.Is(err, sql.ErrNoRows) {
		return in, fmt.Errorf("%w: there is no such intent", ErrNotFound)
	}
	if err == nil {
		b.tell()
	}
	return in, err
}

// Undo takes back an intent of a moderator's that nobody has begun to carry out.
// ErrNotFound says that somebody has, or that there is none.
func (b *Book) Undo(ctx context.Context, id int64, by string) (Intent, error) {
	return b.intent(ctx, `DELETE FROM %intents WHERE id = $1 AND moderator = $2 AND claimed = 0 AND (due = 0 OR due > $3) RETURNING `, id, enc(by), b.now())
}

// Decline takes back an intent that waits for a second person, by the word of one.
// ErrNotFound says that it does not, or that there is none.
func (b *Book) Decline(ctx context.Context, id int64) (Intent, error) {
	return b.intent(ctx, `DELETE FROM %intents WHERE id = $1 AND due = 0 AND failed = '' AND second = '' RETURNING `, id)
}

// Agree is the word of a second person on an intent that waits for it: it is then due at a
// time. ErrSame says that they are the first.
func (b *Book) Agree(ctx context.Context, id int64, by string, due time.Time) (Intent, error) {
	in, err := b.intent(ctx, `UPDATE %intents SET second = $2, due = $3 WHERE id = $1 AND moderator <> $2 AND due = 0 AND failed = '' AND second = '' RETURNING `, id, enc(by), micros(due))
	if !errors.Is(err, ErrNotFound) {
		return in, err
	}
	var first string
	if b.read(ctx).row(`SELECT moderator FROM %intents WHERE id = $1`, id).Scan(&first) == nil && dec(first) == by {
		return in, ErrSame
	}
	return in, err
}

// claim is how long whoever has claimed an intent has for it: after that their process is
// taken to have ended, and another one takes it.
const claim = time.Minute

// mostWait is more than anybody waits before they try an intent again.
const mostWait = 2 * time.Hour

// Claim gives the caller the first intent that is due and that nobody has. ErrNotFound
// says that there is none.
func (b *Book) Claim(ctx context.Context) (in Intent, err error) {
	now := b.now()
	err = b.inTx(ctx, func(t *tx) error {
		return in.scan(t.row(`UPDATE %intents SET claimed = $1 WHERE id = (
			SELECT id FROM %intents WHERE due > 0 AND due <= $1 AND claimed <= $2 ORDER BY due, id LIMIT 1 {skip}) RETURNING `+intentColumns,
			now, now-claim.Microseconds()))
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%w: nothing is due", ErrNotFound)
	}
	return in, err
}

// Claimed says that whoever has claimed an intent is still at it.
func (b *Book) Claimed(ctx context.Context, id int64) error {
	return b.inTx(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE %intents SET claimed = $2 WHERE id = $1`, id, b.now())
		return err
	})
}

// Done removes an intent that was carried out.
func (b *Book) Done(ctx context.Context, id int64) error {
	_, err := b.intent(ctx, `DELETE FROM %intents WHERE id = $1 RETURNING `, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Fail says why an intent was not carried out, and when to try again; zero: never, until
// the one whose it is takes it back.
func (b *Book) Fail(ctx context.Context, id int64, why string, again time.Time) error {
	_, err := b.intent(ctx, `UPDATE %intents SET claimed = 0, tries = tries + 1, failed = $2, due = $3 WHERE id = $1 RETURNING `, id, clean(why, maxNote), micros(again))
	return err
}

// Intents are those of a case, or with 0 all, oldest first; 1,000 at most.
func (b *Book) Intents(ctx context.Context, caseID int64) (all []Intent, err error) {
	return b.intents(ctx, `case_id = $1 OR $1 = 0`, caseID)
}

// IntentsBy are those of a moderator.
func (b *Book) IntentsBy(ctx context.Context, moderator string) ([]Intent, error) {
	return b.intents(ctx, `moderator = $1`, enc(moderator))
}

// IntentsOn are those on an account, outside a case.
func (b *Book) IntentsOn(ctx context.Context, account string) ([]Intent, error) {
	return b.intents(ctx, `case_id = 0 AND account = $1`, enc(account))
}

// Intent is the one with an ID. ErrNotFound says that there is none.
func (b *Book) Intent(ctx context.Context, id int64) (in Intent, err error) {
	all, err := b.intents(ctx, `id = $1`, id)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return in, err
	}
	return all[0], nil
}

func (b *Book) intents(ctx context.Context, where string, arg any) (all []Intent, err error) {
	err = b.read(ctx).each(func(rows *sql.Rows) error {
		var in Intent
		err := in.scan(rows)
		all = append(all, in)
		return err
	}, `SELECT `+intentColumns+` FROM %intents WHERE `+where+` ORDER BY id LIMIT 1000`, arg)
	return all, err
}

// Latest is the ID of the newest entry. Entries come in the order of their IDs, so what
// has a higher one was not there yet.
func (b *Book) Latest(ctx context.Context) (id int64, err error) {
	return id, b.read(ctx).row(`SELECT COALESCE(MAX(id), 0) FROM %entries`).Scan(&id)
}

// Explain keeps why somebody imposed a sanction, in the entry of it.
func (b *Book) Explain(ctx context.Context, account, sanction, why string) error {
	return b.changing(ctx, func(t *tx, _ int64) error {
		_, err := t.exec(`UPDATE %entries SET note = $4 WHERE account = $1 AND what = $2 AND ref = $3`, enc(account), Imposed, enc(sanction), clean(why, maxNote))
		return err
	})
}

// Waits reports whether a message of a case waits, of those up to an ID.
func (b *Book) Waits(ctx context.Context, caseID, seen int64) (waits bool, err error) {
	return waits, b.read(ctx).row(`SELECT EXISTS (SELECT 1 FROM %entries WHERE case_id = $1 AND id <= $2 AND state = $3)`, caseID, seen, Waiting).Scan(&waits)
}

// SetState notes what became of a message that the engine no longer remembers, by the ID
// of its entry: no hook tells of it.
func (b *Book) SetState(ctx context.Context, entry int64, s State) error {
	return b.alone(ctx, func(t *tx, changed int64) error {
		var caseID int64
		err := t.row(`UPDATE %entries SET state = $2 WHERE id = $1 RETURNING case_id`, entry, s).Scan(&caseID)
		if err != nil || caseID == 0 {
			return noRows(err)
		}
		return b.recount(t, caseID)
	})
}
