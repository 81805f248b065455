package casebook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/decorum-go/decorum/policy"
)

// A Label is what a person says of a message that was drawn.
type Label uint8

// Labels. The zero Label is none.
const (
	Unlabelled Label = iota
	LabelAbusive
	LabelFine
	LabelUnsure
)

var labelNames = [...]string{"unlabelled", "abusive", "fine", "unsure"}

// String returns the name of the label.
func (l Label) String() string {
	if int(l) < len(labelNames) {
		return labelNames[l]
	}
	return "Label(" + strconv.Itoa(int(l)) + ")"
}

// drawnAs is the name under which a drawn message is counted.
func drawnAs(v policy.Verdict, l Label) string {
	if v == policy.Allow {
		return "allowed." + l.String()
	}
	return "acted." + l.String()
}

// Unlabelled returns messages that were drawn and that nobody has labelled, the first
// drawn first, as long as their text is there. after is the ID of the last of the page
// before.
func (b *Book) Unlabelled(ctx context.Context, after int64, limit int) (all []Entry, err error) {
	err = b.read(ctx).each(func(rows *sql.Rows) error {
		var e Entry
		err := e.scan(rows)
		all = append(all, e)
		return err
	}, `SELECT `+entryColumns+` FROM %entries WHERE id IN (SELECT entry FROM %labels WHERE label = 0 AND entry > $1) AND body <> '' ORDER BY id LIMIT $2`, after, limitOf(limit))
	return all, err
}

// Label notes what a moderator says of a message that was drawn, by the ID of its entry.
// Their last label counts. ErrNotFound says that it was not drawn, ErrHeld that somebody
// else has labelled it.
func (b *Book) Label(ctx context.Context, entry int64, moderator string, l Label) error {
	if l > LabelUnsure {
		return fmt.Errorf("casebook: there is no such label")
	}
	return b.inTx(ctx, func(t *tx) error {
		var at int64
		var v policy.Verdict
		var was Label
		var by string
		if err := t.row(`SELECT at, verdict, label, done_by FROM %labels WHERE entry = $1 {lock}`, entry).Scan(&at, &v, &was, &by); err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				err = fmt.Errorf("%w: the message was not drawn", ErrNotFound)
			}
			return err
		}
		if was != Unlabelled && by != enc(moderator) {
			return fmt.Errorf("%w: it was labelled by %s", ErrHeld, dec(by))
		}
		if _, err := t.exec(`UPDATE %labels SET label = $2, done_by = $3 WHERE entry = $1`, entry, l, enc(moderator)); err != nil {
			return err
		}
		c := &change{tx: t, b: b, days: make(map[day]int64)}
		c.days[day{dayOf(at), drawnAs(v, was)}]--
		c.days[day{dayOf(at), drawnAs(v, l)}]++
		return c.writeDays()
	})
}
