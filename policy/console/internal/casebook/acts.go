package casebook

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy"
)

// mostSent bounds the messages before a sanction that are told apart.
const mostSent = 1000

// imposed takes a sanction.
func (c *change) imposed(r *record) error {
	by := "automatic"
	if r.By != "" {
		by = "by_hand"
	}
	c.count(r.At, "imposed."+by+"."+r.Kind.String())
	if r.By == "" && r.Kind != policy.Warning {
		c.count(r.At, "sent."+strconv.Itoa(min(r.Sent, mostSent)))
	}
	if r.Kind == policy.Referral {
		return c.due(r.Account, r.Sanction, r.Kind, r.At)
	}
	if r.Review == 0 {
		return nil
	}
	_, err := c.exec(`INSERT INTO %reviews VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, r.Sanction, r.Account, r.Kind, r.Review)
	return err
}

// due opens a case for a sanction that is to be looked at.
func (c *change) due(account, sanction string, kind policy.Kind, at int64) error {
	k, err := c.opened(&record{Account: account, At: at}, 0)
	if err != nil {
		return err
	}
	k.Due++
	if k.Appeal == "" {
		k.Sanction, k.Sanctioned = dec(sanction), kind
	}
	k.touch()
	k.Updated = timeOf(max(micros(k.Updated), at))
	return nil
}

// account is the open case of an account; nil: there is none.
func (c *change) account(account string) (*Case, error) {
	return c.open(`subject = $1 AND closed = 0`, subjectOf(account, 0))
}

// lifted takes the end of a sanction.
func (c *change) lifted(r *record) error {
	if !strings.Contains(r.Ref, "~") {
		by := "automatic"
		if r.By != "" {
			by = "by_hand"
		}
		c.count(r.At, "lifted."+by)
	}
	if _, err := c.exec(`DELETE FROM %reviews WHERE sanction = $1`, r.Sanction); err != nil {
		return err
	}
	k, err := c.account(r.Account)
	if k != nil && k.Due > 0 {
		k.Due = 0
		k.touch()
		k.closing(r)
	}
	return err
}

// closing notes who settled something in a case, for when nothing is left in it.
func (k *Case) closing(r *record) {
	k.By, k.Note, k.Closed = dec(r.By), r.Note, timeOf(r.At)
}

// appealed takes an appeal.
func (c *change) appealed(r *record) error {
	c.count(r.At, "appealed")
	k, err := c.opened(r, 0)
	if err != nil {
		return err
	}
	k.Updated = timeOf(max(micros(k.Updated), r.At))
	if k.Title == "" {
		k.Title = title(r)
	}
	if k.Appeal == "" { // else it comes after that
		err = c.hear(k, r.Account, r.Appeal, r.Sanction)
	}
	k.touch()
	return err
}

// hear makes an appeal the one that a case is about.
func (c *change) hear(k *Case, account, appeal, sanction string) error {
	k.Appeal, k.Sanction = dec(appeal), dec(sanction)
	var data string
	if err := noRows(c.row(`SELECT data FROM %entries WHERE account = $1 AND what = $2 AND ref = $3`, account, Imposed, sanction).Scan(&data)); err != nil {
		return err
	}
	var s struct {
		Kind policy.Kind `json:"kind"`
	}
	_ = json.Unmarshal([]byte(data), &s) // of one that is not known here there is no kind
	k.Sanctioned = s.Kind
	return nil
}

// another makes the next appeal that nobody has ruled on the one that a case is about.
func (c *change) another(k *Case, account string) error {
	var appeal, data string
	err := c.row(`SELECT ref, data FROM %entries AS a WHERE account = $1 AND what = $2 AND data <> ''
		AND NOT EXISTS (SELECT 1 FROM %entries AS r WHERE r.account = $1 AND r.what = $3 AND r.ref = a.ref) ORDER BY at, id LIMIT 1`, account, Appealed, Ruled).Scan(&appeal, &data)
	if err != nil {
		return noRows(err)
	}
	var of against
	_ = json.Unmarshal([]byte(data), &of) // as take wrote it
	return c.hear(k, account, appeal, of.Sanction)
}

// against is what is kept of an appeal beside what it says.
type against struct {
	Sanction string `json:"sanction"`
}

// ruled takes a ruling.
func (c *change) ruled(r *record) error {
	c.count(r.At, "ruled."+r.Outcome.String())
	k, err := c.account(r.Account)
	if k != nil && k.Appeal == dec(r.Appeal) {
		k.Appeal = ""
		err = c.another(k, r.Account)
		k.touch()
		k.closing(r)
		k.Outcome = Upheld + Outcome(r.Outcome) - Outcome(policy.Upheld)
	}
	return err
}

// complained takes a complaint: to the case of the message, or of the account.
func (c *change) complained(r *record) error {
	c.count(r.At, "complained")
	var caseID int64
	if r.Message != "" {
		if err := noRows(c.row(`SELECT case_id FROM %entries WHERE account = $1 AND what = $2 AND ref = $3`, r.Account, Decided, r.Message).Scan(&caseID)); err != nil {
			return err
		}
	}
	var k *Case
	var err error
	if caseID != 0 {
		k, err = c.open(`id = $1 AND closed = 0`, caseID)
	}
	if k == nil && err == nil {
		k, err = c.opened(r, 0)
	}
	if err != nil {
		return err
	}
	k.Reports++
	if r.Category == policy.Harassment || r.Category == policy.Fraud || r.Category == policy.Unlawful {
		k.grave++
	}
	k.touch()
	k.Updated = timeOf(max(micros(k.Updated), r.At))
	_, err = c.exec(`UPDATE %entries SET case_id = $1, note = $5 WHERE account = $2 AND what = $3 AND ref = $4`, k.ID, r.Account, Complained, r.Ref, r.Category.String())
	return err
}

// acted takes an act of a person that no other hook tells of.
func (c *change) acted(r *record) error {
	if r.By != "" {
		c.count(r.At, "act."+r.Act.String())
	}
	var to State
	switch r.Act {
	case policy.ActReleased:
		to = Released
	case policy.ActDiscarded:
		to = Discarded
	case policy.ActReviewed:
		var d struct{ Detail string }
		_ = json.Unmarshal(r.Data, &d) // as acted of the Book wrote it
		if to = Confirmed; !strings.HasPrefix(d.Detail, "abusive") {
			to = Cleared
		}
	default:
		return nil
	}
	if r.Message != "" {
		return c.settled(r, to)
	}
	// A finding on the account: on all that is complained of, and was flagged.
	k, err := c.account(r.Account)
	if k == nil || err != nil {
		return err
	}
	_, err = c.exec(`UPDATE %entries SET state = $1 WHERE case_id = $2 AND state = $3`, to, k.ID, Noted)
	k.Reports, k.grave, k.Flagged = 0, 0, 0
	k.touch()
	k.closing(r)
	return err
}

// settled takes what a person decided on a message.
func (c *change) settled(r *record, to State) error {
	var id, caseID int64
	var was State
	err := c.row(`SELECT id, case_id, state FROM %entries WHERE account = $1 AND what = $2 AND ref = $3`, r.Account, Decided, r.Message).Scan(&id, &caseID, &was)
	if err != nil {
		return noRows(err)
	}
	if was == Waiting && (to == Cleared || to == Confirmed) {
		to = Waiting // found, and still neither delivered nor discarded
	}
	if _, err := c.exec(`UPDATE %entries SET state = $2 WHERE id = $1`, id, to); err != nil || caseID == 0 {
		return err
	}
	k, err := c.open(`id = $1 AND closed = 0`, caseID)
	if k == nil || err != nil {
		return err
	}
	if r.Act == policy.ActReviewed && k.Cluster == 0 {
		k.Reports, k.grave = 0, 0
	}
	k.move(was, to)
	k.closing(r)
	return nil
}

// write brings the cases and the counts into the database.
func (c *change) write() error {
	changed, err := c.b.next(c.tx)
	if err != nil {
		return err
	}
	now := c.b.o.Now()
	for _, k := range c.cases {
		if !k.changed {
			continue
		}
		if k.fresh {
			c.count(micros(k.Opened), "opened."+k.first.String())
		}
		closed := int64(0)
		if k.Kind == settled && !now.Before(k.Until) && !k.Closed.IsZero() { // who holds it closes it
			closed, k.Outcome = micros(k.Closed), cmp.Or(k.Outcome, Elsewhere)
			c.count(closed, "closed."+k.Outcome.String())
		} else {
			k.Outcome, k.By, k.Note = 0, "", ""
		}
		if _, err := c.exec(`UPDATE %cases SET kind = $2, title = $3, updated = $4, changed = $5, closed = $6, messages = $7, accounts = $8, held = $9, flagged = $10, reports = $11,
			grave = $12, due = $13, score = $14, rank = $15, sanction = $16, sankind = $17, appeal = $18, outcome = $19, done_by = $20, note = $21, folded = $22 WHERE id = $1`,
			k.ID, k.Kind, k.Title, micros(k.Updated), changed, closed, k.Messages, k.Accounts, k.Held, k.Flagged, k.Reports,
			k.grave, k.Due, k.Score, -k.Severity, enc(k.Sanction), k.Sanctioned, enc(k.Appeal), k.Outcome, enc(k.By), k.Note, strings.ToLower(k.Title)); err != nil {
			return err
		}
	}
	return c.writeDays()
}

func (c *change) writeDays() error {
	for d, n := range c.days {
		if _, err := c.exec(`INSERT INTO %days VALUES ($1, $2, $3) ON CONFLICT (day, what) DO UPDATE SET n = %days.n + $3`, d.day, d.what, n); err != nil {
			return err
		}
	}
	return nil
}

// next is the number of the next change.
func (b *Book) next(t *tx) (int64, error) {
	n, err := b.changed(t)
	return max(n+1, b.now()), err
}
