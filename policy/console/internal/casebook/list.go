package casebook

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A Which says whether open cases are meant, or closed ones.
type Which uint8

// Open cases, in the order of the queue; closed ones, the last first; or all, the newest
// first.
const (
	OpenCases Which = iota
	ClosedCases
	AllCases
)

// A Filter chooses cases: those of which all that it says is so. The zero Filter is the
// queue.
type Filter struct {
	Kinds   []Kind
	Account string
	Cluster uint64
	Which   Which
	By      string // closed by
	After   Cursor // Case.Cursor of the last of the page before
	Limit   int    // 0: 50; 500 at most
}

const (
	defaultLimit = 50
	mostLimit    = 500
)

func limitOf(n int) int {
	if n <= 0 {
		return defaultLimit
	}
	return min(n, mostLimit)
}

// Cases returns a page of cases. It is empty where there are none, or no more.
func (b *Book) Cases(ctx context.Context, f Filter) (all []Case, err error) {
	var args []any
	where := []string{"closed = 0", "closed > 0", "1 = 1"}[min(f.Which, AllCases)]
	order, columns := []string{"rank, opened, id", "closed DESC, id DESC", "opened DESC, id DESC"}[min(f.Which, AllCases)], []string{"rank, opened, id", "closed, id", "opened, id"}[min(f.Which, AllCases)]
	add := func(cond string, v any) {
		args = append(args, v)
		where += fmt.Sprintf(" AND "+cond, len(args))
	}
	if len(f.Kinds) > 0 {
		where += " AND kind IN (" + list(f.Kinds, &args) + ")"
	}
	if f.Account != "" {
		add("account = $%d", enc(f.Account))
	}
	if f.Cluster != 0 {
		add("cluster <> 0 AND cluster = $%d", int64(f.Cluster))
	}
	if f.By != "" {
		add("done_by = $%d", enc(f.By))
	}
	if keys := f.After.keys(strings.Count(columns, ",") + 1); keys != nil {
		than := "<"
		if f.Which == OpenCases {
			than = ">"
		}
		where += " AND (" + columns + ") " + than + " (" + list(keys, &args) + ")"
	}
	args = append(args, limitOf(f.Limit))
	err = b.read(ctx).each(func(rows *sql.Rows) error {
		var c Case
		err := c.scan(rows)
		switch f.Which {
		case OpenCases:
			c.Cursor = cursor(int64(-c.Severity), micros(c.Opened), c.ID)
		case ClosedCases:
			c.Cursor = cursor(micros(c.Closed), c.ID)
		default:
			c.Cursor = cursor(micros(c.Opened), c.ID)
		}
		all = append(all, c)
		return err
	}, fmt.Sprintf(`SELECT `+caseColumns+` FROM %%cases WHERE %s ORDER BY %s LIMIT $%d`, where, order, len(args)), args...)
	return all, err
}

// MostCounted is how far Counts counts a kind: people need no more, and each page asks.
const MostCounted = 1000

// Counts returns how many cases are open, by kind; MostCounted: as many, or more.
func (b *Book) Counts(ctx context.Context) (map[Kind]int, error) {
	counts := make(map[Kind]int)
	var each []string
	for _, k := range Kinds() {
		each = append(each, fmt.Sprintf(`SELECT %d, COUNT(*) FROM (SELECT 1 FROM %%cases WHERE closed = 0 AND kind = %d LIMIT %d) AS k%d`, k, k, MostCounted, k))
	}
	err := b.read(ctx).each(func(rows *sql.Rows) error {
		var k Kind
		var n int
		err := rows.Scan(&k, &n)
		if n > 0 {
			counts[k] = n
		}
		return err
	}, strings.Join(each, " UNION ALL "))
	return counts, err
}

// An Entry is one thing that happened to an account: a decision on a message of it above
// allow, a sanction, an appeal, an act, a complaint about it.
type Entry struct {
	ID         int64
	What       What
	Account    string
	At         time.Time
	Case       int64  // that it is in; 0: none
	Message    string // its ID
	Verdict    policy.Verdict
	Score      float64
	Cluster    uint64
	Recipients int
	State      State
	By         string          // who did it; "": automation
	Note       string          // of who did it; of a complaint its category
	Text       string          // of the message, or of the appeal, as long as it stays
	Template   string          // of the message, as the reasons gave it
	Data       json.RawMessage // of a decision its []policy.Reason, of a sanction it as policy.Sanction, of an act {"act", "detail"}; nil: none
	Ref        string          // ID of the sanction, the appeal, or the act
	Cursor     Cursor          // a list goes on after it
}

const entryColumns = `id, what, account, at, case_id, message, verdict, score, cluster, recipients, state, done_by, note, body, template, data, ref`

func (e *Entry) scan(row interface{ Scan(...any) error }) error {
	var at, cluster int64
	var data string
	if err := row.Scan(&e.ID, &e.What, &e.Account, &at, &e.Case, &e.Message, &e.Verdict, &e.Score, &cluster, &e.Recipients, &e.State, &e.By, &e.Note, &e.Text, &e.Template, &data, &e.Ref); err != nil {
		return err
	}
	e.Account, e.Message, e.By, e.Ref = dec(e.Account), dec(e.Message), dec(e.By), dec(e.Ref)
	e.At, e.Cluster, e.Cursor = timeOf(at), uint64(cluster), cursor(at, e.ID)
	if data != "" {
		e.Data = json.RawMessage(data)
	}
	return nil
}

// entries returns a page of entries, forwards or backwards.
func (b *Book) entries(ctx context.Context, where string, arg any, forwards bool, after Cursor, limit int) (all []Entry, err error) {
	args := []any{arg}
	than, order := "<", "DESC"
	if forwards {
		than, order = ">", "ASC"
	}
	if keys := after.keys(2); keys != nil {
		where += " AND (at, id) " + than + " (" + list(keys, &args) + ")"
	}
	args = append(args, limitOf(limit))
	err = b.read(ctx).each(func(rows *sql.Rows) error {
		var e Entry
		err := e.scan(rows)
		all = append(all, e)
		return err
	}, fmt.Sprintf(`SELECT %s FROM %%entries WHERE %s ORDER BY at %s, id %s LIMIT $%d`, entryColumns, where, order, order, len(args)), args...)
	return all, err
}

// Messages returns a page of the messages of a case, and of the complaints in it, the
// oldest first.
func (b *Book) Messages(ctx context.Context, caseID int64, after Cursor, limit int) ([]Entry, error) {
	return b.entries(ctx, "case_id = $1", caseID, true, after, limit)
}

// Entry is the one of a case with an ID. ErrNotFound says that it is not there, or no more.
func (b *Book) Entry(ctx context.Context, caseID, id int64) (e Entry, err error) {
	err = e.scan(b.read(ctx).row(`SELECT `+entryColumns+` FROM %entries WHERE id = $1 AND case_id = $2`, id, caseID))
	return e, notFound(err)
}

// Story returns a page of what happened to an account, the last first.
func (b *Book) Story(ctx context.Context, account string, after Cursor, limit int) ([]Entry, error) {
	return b.entries(ctx, "account = $1", enc(account), false, after, limit)
}

// Message returns a held message as the engine was given it, to release it. ErrNotFound
// says that it is not kept: it was not held, was too large, or too long ago.
func (b *Book) Message(ctx context.Context, account, id string) (policy.Message, error) {
	var kept string
	if err := b.read(ctx).row(`SELECT raw FROM %entries WHERE account = $1 AND what = $2 AND ref = $3`, enc(account), Decided, enc(id)).Scan(&kept); err != nil {
		return policy.Message{}, notFound(err)
	}
	return unraw(kept)
}

// Statement is what an appeal of an account says; "": nothing, or it is kept no more.
func (b *Book) Statement(ctx context.Context, account, appeal string) (text string, err error) {
	err = b.read(ctx).row(`SELECT body FROM %entries WHERE account = $1 AND what = $2 AND ref = $3`, enc(account), Appealed, enc(appeal)).Scan(&text)
	return text, noRows(err)
}

// Has reports whether a text is that of the entry, as far as it is kept.
func (e *Entry) Has(text string) bool { return e.Text == "" || e.Text == clean(text, maxText) }

// Found is what a search found.
type Found struct {
	Accounts []string
	Cases    []Case
	Entries  []Entry // by the ID of a message, a sanction or an appeal
}

// Search finds accounts whose names begin with a text; the case of that number or
// cluster, and cases whose title has the text in it, among the latest searchCases; and
// what has it as its ID.
func (b *Book) Search(ctx context.Context, q string, limit int) (f Found, err error) {
	q, limit = strings.TrimSpace(q), limitOf(limit)
	if q == "" {
		return f, nil
	}
	t := b.read(ctx)
	if f.Accounts, err = b.accounts(t, enc(q), limit); err != nil {
		return f, err
	}
	number, err := strconv.ParseInt(q, 10, 64)
	if err != nil {
		number = -1
	}
	cluster, _ := strconv.ParseUint(q, 10, 64) // 0 is none
	var ids []any
	err = t.each(func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM %cases WHERE id = $1 UNION SELECT id FROM %cases WHERE cluster = $2 AND cluster <> 0
		UNION SELECT id FROM (SELECT id, folded FROM %cases ORDER BY id DESC LIMIT $3) AS latest WHERE folded LIKE $4 ESCAPE '\'
		ORDER BY id DESC LIMIT $5`, number, int64(cluster), searchCases, "%"+like(strings.ToLower(clean(q, maxName)))+"%", limit)
	if err != nil {
		return f, err
	}
	for _, id := range ids {
		c, err := caseOf(t, `id = $1`, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return f, err
		}
		if err == nil {
			f.Cases = append(f.Cases, c)
		}
	}
	err = t.each(func(rows *sql.Rows) error {
		var e Entry
		err := e.scan(rows)
		f.Entries = append(f.Entries, e)
		return err
	}, `SELECT `+entryColumns+` FROM %entries WHERE id IN (SELECT id FROM %entries WHERE message = $1 AND message <> '' UNION
		SELECT id FROM %entries WHERE ref = $1 AND what IN (2, 4)) ORDER BY at DESC, id DESC LIMIT $2`, enc(q), limit)
	return f, err
}

const searchCases = 50_000

// like quotes a text for LIKE.
func like(s string) string { return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) }

// accounts are those whose names begin with a text, in order: found one after the other,
// as each may have many entries.
func (b *Book) accounts(t *tx, prefix string, limit int) (all []string, err error) {
	end := prefix + "\U0010FFFF"
	for from, than := prefix, ">="; len(all) < limit; than = ">" {
		var next sql.NullString
		if err := t.row(`SELECT MIN(account) FROM %entries WHERE account `+than+` $1 AND account < $2`, from, end).Scan(&next); err != nil || !next.Valid {
			return all, err
		}
		all, from = append(all, dec(next.String)), next.String
	}
	return all, nil
}
