package casebook

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// An Intent is an action that a moderator has decided on, and that takes several calls of
// the engine: noted before the first and until after the last, so that another process
// can finish what one that ended had begun.
type Intent struct {
	ID        int64
	Moderator string
	Case      int64
	Action    string
	Data      json.RawMessage // the rest, as the caller likes
	At        time.Time
}

// Intend notes an intent, and returns its ID. The Moderator must hold the case, or
// nobody: ErrHeld and ErrClosed say so.
func (b *Book) Intend(ctx context.Context, i Intent) (id int64, err error) {
	err = b.inTx(ctx, func(t *tx) error {
		if i.Case != 0 {
			if _, err := b.mine(t, i.Case, i.Moderator); err != nil {
				return err
			}
		}
		return t.row(`INSERT INTO %intents (moderator, case_id, action, data, at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			enc(i.Moderator), i.Case, clean(i.Action, maxNote), string(i.Data), b.now()).Scan(&id)
	})
	return id, err
}

// Commit says that all of an intent is done. To say so twice is no error.
func (b *Book) Commit(ctx context.Context, id int64) error {
	return b.inTx(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM %intents WHERE id = $1`, id)
		return err
	})
}

// Pending returns the intents that are not done, the oldest first, of those that are as
// old: at a start, give how long an action takes at most. To carry one out twice must do
// no harm, as two processes may find it.
func (b *Book) Pending(ctx context.Context, age time.Duration) (all []Intent, err error) {
	err = b.read(ctx).each(func(rows *sql.Rows) error {
		var i Intent
		var at int64
		var data string
		err := rows.Scan(&i.ID, &i.Moderator, &i.Case, &i.Action, &data, &at)
		i.Moderator, i.At, i.Data = dec(i.Moderator), timeOf(at), json.RawMessage(data)
		all = append(all, i)
		return err
	}, `SELECT id, moderator, case_id, action, data, at FROM %intents WHERE at <= $1 ORDER BY id`, b.o.Now().Add(-age).UnixMicro())
	return all, err
}
