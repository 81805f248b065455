package policy

import (
	"context"
	"encoding/json"
	"time"

	"github.com/decorum-go/decorum/policy/internal/keys"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// An export is what Export writes.
type export struct {
	About     string          `json:"about"`
	Account   Account         `json:"account"`
	Messages  []exportMessage `json:"messages,omitempty"`
	Against   []exportReports `json:"complaints_about_the_account,omitempty"`
	People    exportPeople    `json:"people"`
	Reporter  exportReporter  `json:"complaints_by_the_account"`
	Elsewhere []string        `json:"elsewhere"`
}

// An exportMessage is one message that is remembered. Of its text and recipients there
// is nothing but a keyed hash.
type exportMessage struct {
	At        time.Time `json:"at"`
	Verdict   Verdict   `json:"verdict"`
	Score     float64   `json:"score"`
	Retracted bool      `json:"retracted,omitempty"`
}

// An exportReports is how many complaints there are of a category, and no more: when
// they came would tell who made them.
type exportReports struct {
	Category Category `json:"category"`
	Blocks   bool     `json:"blocks,omitempty"`
	N        int      `json:"n"`
	Weight   float64  `json:"weight"`
}

type exportPeople struct {
	Contacts int     `json:"contacts"` // as far as they are kept one by one
	Waiting  int     `json:"waiting_for_an_answer"`
	Refused  int     `json:"refused_by_the_account"` // whom it blocked, or complained about
	Letters  float64 `json:"first_letters_received"` // by strangers, half-life 4 days
	Answered float64 `json:"first_letters_answered"`
}

type exportReporter struct {
	Ruled int `json:"ruled_on"`
	Right int `json:"found_right"`
}

// Export writes all that is kept of an account as JSON that a person can read (GDPR
// art. 15 and 20): figures, offences, sanctions with their reasons, appeals, the last
// messages by time and verdict, and how its own complaints were ruled on. What would tell
// who complained about it is left out (art. 15(4)): complaints are counted by category,
// and moderators have no names. Texts, recipients and contacts are not kept, only keyed
// hashes, which would tell nobody anything. ErrNotFound says that nothing is kept.
func (e *Engine) Export(ctx context.Context, account string) ([]byte, error) {
	a, err := e.Account(ctx, account)
	if err != nil {
		return nil, err
	}
	x := export{
		About:   "All that decorum keeps of this account, for the service that made this file. Figures that fade are as of account.at.",
		Account: a, Against: reportsOf(a.Complaints),
		Elsewhere: []string{
			"The records of people whom the account wrote to, or who wrote to it, hold a keyed hash of its name, which fades with them.",
			"What rules count by a device, a person or the like holds a keyed hash of its name, or what is counted by its name, for 31 days at most.",
			"The index of texts holds a keyed hash of its name for each text that it sent to strangers lately.",
		},
	}
	x.Account.Complaints, x.Account.Override = nil, nil
	unnamed(x.Account.Standing)
	unnamed(x.Account.History)
	w := e.about(account, time.Time{})
	defer e.end(w)
	err = e.viewWith(ctx, w, w.in.Key, func(data []byte) error {
		r := &w.other
		if err := decode(r, data); err != nil {
			return err
		}
		x.Messages = nil
		for _, d := range r.Recent.At[:r.Recent.N] {
			x.Messages = append(x.Messages, exportMessage{stamp.Time(d.At), Verdict(d.Verdict), d.Score, d.Flags&state.Retracted != 0})
		}
		x.People = exportPeople{Contacts: int(r.Contacts.Count() + .5), Waiting: r.Pending.N, Refused: r.Refuses.N}
		return nil
	})
	if err == nil {
		err = e.viewWith(ctx, w, e.keys.Inbox(w.in.Key), func(data []byte) error {
			if err := decode(&w.other, data); err != nil {
				return err
			}
			if ends, _, _ := w.other.Meta(); !ends.After(a.At) {
				return nil
			}
			b := &w.other.Inbox
			x.People.Letters, x.People.Answered = b.Got.At(a.At, state.InboxHalf), b.Answered.At(a.At, state.InboxHalf)
			return nil
		})
	}
	if err == nil {
		err = e.viewWith(ctx, w, e.keys.Reporter(keys.Person(w.in.Key)), func(data []byte) error {
			if err := decode(&w.other, data); err != nil {
				return err
			}
			if ends, _, _ := w.other.Meta(); !ends.After(a.At) {
				return nil
			}
			x.Reporter.Ruled, x.Reporter.Right = w.other.Reporter.Findings()
			return nil
		})
	}
	if err != nil {
		e.fault(ctx, err)
		return nil, err
	}
	return json.MarshalIndent(&x, "", "\t")
}

// reportsOf counts complaints by category.
func reportsOf(all []ComplaintUse) (sums []exportReports) {
next:
	for i := range all {
		c := &all[i]
		for k := range sums {
			if s := &sums[k]; s.Category == c.Category && s.Blocks == c.Block {
				s.N, s.Weight = s.N+1, s.Weight+c.Weight
				continue next
			}
		}
		sums = append(sums, exportReports{c.Category, c.Block, 1, c.Weight})
	}
	return sums
}

// unnamed takes the names of moderators out of sanctions.
func unnamed(all []Sanction) {
	const somebody = "a moderator"
	for i := range all {
		s := &all[i]
		if s.By != "" {
			s.By = somebody
		}
		if s.Lifted != nil && s.Lifted.By != "" {
			s.Lifted.By, s.Lifted.Note = somebody, ""
		}
		if s.Appeal != nil && s.Appeal.Ruling != nil {
			s.Appeal.Ruling.By, s.Appeal.Ruling.Note = somebody, ""
		}
	}
}
