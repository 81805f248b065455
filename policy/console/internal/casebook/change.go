package casebook

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy"
)

// A State is what became of a message that a person should look at.
type State uint8

// States.
const (
	Unheld    State = iota // none: it was delivered, put off or rejected
	Waiting                // held
	Noted                  // flagged, and nobody has ruled on it
	Released               // delivered after all
	Discarded              // not to be delivered
	Cleared                // found harmless
	Confirmed              // found abusive
)

var stateNames = [...]string{"", "waiting", "noted", "released", "discarded", "cleared", "confirmed"}

// String returns the name of the state.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}

type day struct {
	day  int64
	what string
}

// A change is what records bring about, in one transaction.
type change struct {
	*tx
	b     *Book
	cases map[string]*Case // by subject, open, as they will be
	days  map[day]int64
}

func (c *change) count(at int64, what string) { c.days[day{dayOf(at), what}]++ }

// take takes a record.
func (c *change) take(r *record, n uint64) error {
	switch r.What {
	case counted:
		c.allowed(r)
		return nil
	case Decided:
		if r.Ref == "" { // a message without an ID
			r.Ref = "#" + c.b.spool.id + "-" + strconv.FormatUint(n, 36)
		}
		return c.decision(r)
	case Appealed:
		r.Data, _ = json.Marshal(against{r.Sanction})
	}
	id, err := c.insert(r, 0, Unheld)
	if err != nil || id == 0 {
		return err
	}
	switch r.What {
	case Imposed:
		return c.imposed(r)
	case Lifted:
		return c.lifted(r)
	case Appealed:
		return c.appealed(r)
	case Ruled:
		return c.ruled(r)
	case Acted:
		return c.acted(r)
	case Complained:
		return c.complained(r)
	}
	return nil
}

// allowed takes the counts of what was allowed.
func (c *change) allowed(r *record) {
	for d, k := range r.Days {
		c.days[day{d, "verdict.allow"}] += k
	}
	for what, k := range r.Hits {
		d, name, _ := strings.Cut(what, " ")
		if at, err := strconv.ParseInt(d, 10, 64); err == nil {
			c.days[day{at, "rule." + name + ".allow"}] += k
		}
	}
}

// insert adds an entry. id is 0 where it was there.
func (c *change) insert(r *record, caseID int64, s State) (id int64, err error) {
	err = c.row(`INSERT INTO %entries (account, what, ref, at, case_id, message, verdict, score, cluster, recipients, state, done_by, note, data, body, template, raw)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT (account, what, ref) DO NOTHING RETURNING id`,
		r.Account, r.What, r.Ref, r.At, caseID, r.Message, r.Verdict, r.Score, int64(r.Cluster), r.Recipients, s, r.By, r.Note, string(r.Data), r.Body, r.Template, r.Raw).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if r.What == Imposed { // the act came first, which has no reasons
		_, err = c.exec(`UPDATE %entries SET data = $4 WHERE account = $1 AND what = $2 AND ref = $3 AND LENGTH(data) < LENGTH($4)`, r.Account, r.What, r.Ref, string(r.Data))
		return 0, err
	}
	if r.Body != "" { // nor has the act what an appeal says
		_, err = c.exec(`UPDATE %entries SET body = $4 WHERE account = $1 AND what = $2 AND ref = $3 AND body = ''`, r.Account, r.What, r.Ref, r.Body)
		return 0, err
	}
	return 0, nil
}

// stateOf is what becomes of a message with a verdict.
func stateOf(v policy.Verdict) State {
	switch v {
	case policy.Hold:
		return Waiting
	case policy.Flag:
		return Noted
	}
	return Unheld
}

// decision takes a decision on a message.
func (c *change) decision(r *record) error {
	var id, at, caseID int64
	var was State
	err := c.row(`SELECT id, at, case_id, state FROM %entries WHERE account = $1 AND what = $2 AND ref = $3`, r.Account, r.What, r.Ref).Scan(&id, &at, &caseID, &was)
	if noRows(err) != nil {
		return err
	}
	if err == nil && (at == r.At || r.Repeat) {
		return nil
	}
	c.count(r.At, "verdict."+r.Verdict.String())
	for _, name := range r.Rules {
		c.count(r.At, "rule."+name+"."+r.Verdict.String())
	}
	s := stateOf(r.Verdict)
	if caseID, err = c.place(r, caseID, was, s); err != nil {
		return err
	}
	if old := id; old == 0 {
		id, err = c.insert(r, caseID, s)
	} else {
		id, err = c.replace(old, r, caseID, s)
	}
	if err == nil && r.Drawn {
		c.count(r.At, drawnAs(r.Verdict, Unlabelled))
		_, err = c.exec(`INSERT INTO %labels (entry, at, verdict, label, done_by) VALUES ($1, $2, $3, 0, '') ON CONFLICT DO NOTHING`, id, r.At, r.Verdict)
	}
	return err
}

// replace has the decision on a message that was edited, or sent again, take the place of
// the one before. It is an entry of its own: who saw the old text has not seen this one.
func (c *change) replace(old int64, r *record, caseID int64, s State) (id int64, err error) {
	if _, err = c.exec(`DELETE FROM %entries WHERE id = $1`, old); err != nil {
		return 0, err
	}
	if id, err = c.insert(r, caseID, s); err == nil {
		_, err = c.exec(`UPDATE %labels SET entry = $2 WHERE entry = $1`, old, id)
	}
	return id, err
}

// place puts a message into its case, from the one that it is in, if any, and returns
// that.
func (c *change) place(r *record, in int64, was, is State) (int64, error) {
	if is == Unheld && in == 0 {
		return 0, nil
	}
	k, err := c.caseFor(r, in)
	if k == nil || err != nil {
		return in, err
	}
	if k.ID != in {
		if err := c.joins(k, r); err != nil {
			return in, err
		}
		was = Unheld
	}
	k.move(was, is)
	return k.ID, nil
}

// caseFor is the open case of a message: the one that it is in, or that of its cluster, or
// of its account. nil: it is in a closed one, and needs none.
func (c *change) caseFor(r *record, in int64) (*Case, error) {
	if in != 0 {
		k, err := c.open(`id = $1 AND closed = 0`, in)
		if k != nil || err != nil {
			return k, err
		}
		if r.Verdict != policy.Hold && r.Verdict != policy.Flag {
			return nil, nil
		}
	}
	return c.opened(r, r.Cluster)
}

// joins counts a message that comes to a case.
func (c *change) joins(k *Case, r *record) error {
	var one int
	err := c.row(`SELECT 1 FROM %entries WHERE case_id = $1 AND account = $2 AND what = $3 LIMIT 1`, k.ID, r.Account, Decided).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		k.Accounts++
		err = nil
	}
	k.Messages++
	k.Score = max(k.Score, r.Score)
	k.Updated = timeOf(max(micros(k.Updated), r.At))
	if k.Title == "" {
		k.Title = title(r)
	}
	return err
}

// title is the beginning of a text, or of its template.
func title(r *record) string {
	text := r.Template
	if text == "" {
		text = r.Body
	}
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return text
}

// move counts that a message went from one state to another.
func (k *Case) move(from, to State) {
	add := func(s State, n int) {
		switch s {
		case Waiting:
			k.Held = max(0, k.Held+n)
		case Noted:
			k.Flagged = max(0, k.Flagged+n)
		}
	}
	add(from, -1)
	add(to, 1)
	k.touch()
}

// opened is the open case of a cluster, or of an account, which it opens where there is
// none.
func (c *change) opened(r *record, cluster uint64) (*Case, error) {
	account := r.Account
	if cluster != 0 {
		account = ""
	}
	subject := subjectOf(account, cluster)
	k, err := c.open(`subject = $1 AND closed = 0`, subject)
	if k != nil || err != nil {
		return k, err
	}
	k = &Case{subject: subject, Account: dec(account), Cluster: cluster, Opened: timeOf(r.At), Updated: timeOf(r.At), fresh: true, changed: true}
	err = k.insert(c.tx, 0)
	c.cases[subject] = k
	return k, err
}

// open is the open case of which a condition is so, locked; nil: there is none.
func (c *change) open(where string, arg any) (*Case, error) {
	if s, ok := arg.(string); ok && c.cases[s] != nil {
		return c.cases[s], nil
	}
	k, err := caseOf(c.tx, where+` {lock}`, arg)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if known := c.cases[k.subject]; known != nil {
		return known, nil
	}
	c.cases[k.subject] = &k
	return &k, nil
}
