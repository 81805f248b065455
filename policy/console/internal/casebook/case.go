package casebook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A Kind is what is to be decided in a case: the first of these that is open in it.
type Kind uint8

// Kinds of cases.
const (
	Appeal  Kind = iota + 1 // somebody objects to a sanction
	Held                    // messages wait
	Reports                 // people complained
	Review                  // a sanction is to be looked at again, or was referred to a person
	Flagged                 // messages were delivered that may be abuse
	settled Kind = 0        // nothing is open
)

var kindNames = [...]string{"settled", "appeal", "held", "reports", "review", "flagged"}

// Kinds are all kinds of cases.
func Kinds() []Kind { return []Kind{Appeal, Held, Reports, Review, Flagged} }

// String returns the name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// An Outcome is what a moderator decided in a case.
type Outcome uint8

// Outcomes. The zero Outcome is none.
const (
	Fine      Outcome = iota + 1 // nothing is wrong: released, cleared
	Abusive                      // confirmed, discarded
	Upheld                       // the sanction stays
	Reduced                      // it was made milder, or ended
	Overturn                     // it should not have been
	Elsewhere                    // what was open was settled by other means than the case
	Left                         // looked at, and left as it is
)

var outcomeNames = [...]string{"", "fine", "abusive", "upheld", "reduced", "overturned", "elsewhere", "left"}

// String returns the name of the outcome.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return "Outcome(" + strconv.Itoa(int(o)) + ")"
}

// A Case is one cluster of texts, or one account, that a person should look at. There is
// one open case of each at most.
type Case struct {
	ID      int64
	Kind    Kind
	Account string // "" where it is a cluster
	Cluster uint64 // 0 where it is an account
	Title   string // beginning of its first text, as long as that stays
	Opened  time.Time
	Updated time.Time // when something came to it
	Closed  time.Time // zero: it is open

	Messages int     // that were held or flagged in it
	Accounts int     // whose those are
	Held     int     // that wait
	Flagged  int     // that nobody has ruled on
	Reports  int     // complaints that nobody has ruled on
	Due      int     // sanctions to look at again
	Score    float64 // highest of a message
	Severity int     // the queue is in this order, highest first, and the longest open first: see severity

	Sanction   string      // that the appeal is against, or that is to be looked at
	Sanctioned policy.Kind // its kind
	Appeal     string      // open; "": none

	Outcome Outcome // of a closed case
	By      string  // who closed it
	Note    string

	Holder string    // who holds it, or held it last
	Until  time.Time // until when; it is nobody's after that

	Cursor Cursor // a list goes on after it

	grave   int // complaints of harassment, fraud or what is unlawful
	subject string
	changed bool
	fresh   bool // it was opened by this change
	first   Kind // as what
}

// HeldBy returns who holds the case at a time; "": nobody.
func (c *Case) HeldBy(now time.Time) string {
	if c.Closed.IsZero() && now.Before(c.Until) {
		return c.Holder
	}
	return ""
}

// A Cursor is where a list goes on. The zero Cursor is its beginning.
type Cursor string

func cursor(key ...int64) Cursor {
	s := make([]string, len(key))
	for i, k := range key {
		s[i] = strconv.FormatInt(k, 36)
	}
	return Cursor(strings.Join(s, "."))
}

// keys reads a cursor of so many numbers; of what is none it reads its beginning.
func (c Cursor) keys(n int) []int64 {
	parts := strings.Split(string(c), ".")
	if len(parts) != n {
		return nil
	}
	out := make([]int64, n)
	for i, p := range parts {
		v, err := strconv.ParseInt(p, 36, 64)
		if err != nil {
			return nil
		}
		out[i] = v
	}
	return out
}

// subjectOf names what a case is about.
func subjectOf(account string, cluster uint64) string {
	if cluster != 0 {
		return "c:" + strconv.FormatUint(cluster, 16)
	}
	return "a:" + account
}

// settle sets the kind and the severity of a case by what is open in it: those who are
// hurt now come first.
//
//	600 + n  complaints of harassment, fraud or what is unlawful
//	500 + k  an appeal, more so against a suspension
//	400 + n  other complaints
//	300 + m  messages wait
//	200      a sanction is to be looked at
//	100 + m  messages were flagged
//
// n is a count and m its logarithm; each adds 90 at most.
func (c *Case) settle() {
	level := func(base float64, add float64) { c.Severity = max(c.Severity, int(base+min(90, add))) }
	c.Kind, c.Severity = settled, 0
	set := func(open bool, k Kind) {
		if open && c.Kind == settled {
			c.Kind = k
		}
	}
	set(c.Appeal != "", Appeal)
	set(c.Held > 0, Held)
	set(c.Reports > 0, Reports)
	set(c.Due > 0, Review)
	set(c.Flagged > 0, Flagged)
	if c.grave > 0 && c.Reports > 0 {
		level(600, float64(c.grave))
	}
	if c.Appeal != "" {
		rank := map[policy.Kind]float64{policy.Suspension: 40, policy.Block: 30, policy.Restriction: 20, policy.Referral: 10}
		level(500, rank[c.Sanctioned])
	}
	if c.Reports > 0 {
		level(400, float64(c.Reports))
	}
	if c.Held > 0 {
		level(300, 8*math.Log2(float64(1+c.Held)))
	}
	if c.Due > 0 {
		level(200, 0)
	}
	if c.Flagged > 0 {
		level(100, 4*math.Log2(float64(1+c.Flagged))+30*c.Score)
	}
}

// touch notes a change of a case.
func (c *Case) touch() {
	c.changed = true
	c.settle()
	if c.first == settled {
		c.first = c.Kind
	}
}

const caseColumns = `id, subject, kind, account, cluster, title, opened, updated, closed, messages, accounts, held, flagged, reports, grave, due, score, rank, sanction, sankind, appeal, outcome, done_by, note, holder, until`

// scan reads a row of caseColumns.
func (c *Case) scan(row interface{ Scan(...any) error }) error {
	var cluster, opened, updated, closed, until int64
	var rank int
	if err := row.Scan(&c.ID, &c.subject, &c.Kind, &c.Account, &cluster, &c.Title, &opened, &updated, &closed, &c.Messages, &c.Accounts, &c.Held, &c.Flagged,
		&c.Reports, &c.grave, &c.Due, &c.Score, &rank, &c.Sanction, &c.Sanctioned, &c.Appeal, &c.Outcome, &c.By, &c.Note, &c.Holder, &until); err != nil {
		return err
	}
	c.Account, c.Sanction, c.Appeal, c.By, c.Holder = dec(c.Account), dec(c.Sanction), dec(c.Appeal), dec(c.By), dec(c.Holder)
	c.Cluster, c.Severity = uint64(cluster), -rank
	c.Opened, c.Updated, c.Closed, c.Until = timeOf(opened), timeOf(updated), timeOf(closed), timeOf(until)
	return nil
}

// Case returns a case. One that is not there is ErrNotFound.
func (b *Book) Case(ctx context.Context, id int64) (Case, error) {
	return caseOf(b.read(ctx), `id = $1`, id)
}

// caseOf is the first case of which a condition is so.
func caseOf(t *tx, where string, args ...any) (c Case, err error) {
	err = c.scan(t.row(`SELECT `+caseColumns+` FROM %cases WHERE `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%w: there is no such case", ErrNotFound)
	}
	return c, err
}

// insert adds a case in which nothing is open yet, and gives it its ID.
func (c *Case) insert(t *tx, changed int64) error {
	account, _ := strings.CutPrefix(c.subject, "a:") // as it is kept, also where it was cut
	if c.Cluster != 0 {
		account = ""
	}
	return t.row(`INSERT INTO %cases (subject, kind, account, cluster, title, folded, opened, updated, changed, closed, messages, accounts, held, flagged, reports, grave, due, score, rank, sanction, sankind, appeal, outcome, done_by, note, holder, until)
		VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, '', 0, '', '', '', 0) RETURNING id`,
		c.subject, account, int64(c.Cluster), c.Title, strings.ToLower(c.Title), micros(c.Opened), micros(c.Updated), changed).Scan(&c.ID)
}
