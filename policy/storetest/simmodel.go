package storetest

import (
	"maps"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A model is what must be so, by what was acknowledged.
type model struct {
	held    map[string]policy.Sanction // in force, by ID
	gone    map[string]string          // lifted, or overturned: the account
	knows   map[string]map[int]bool    // processes that know a sanction
	strikes map[string]strikes         // of an account, as last seen
	reports map[string]int             // against an account, younger than reportsLast, as last seen
	seen    map[string]time.Time       // when reports were
	appeals map[string]*appeal
	wrote   map[[2]string]time.Time // who wrote to whom, delivered
	orders  map[string]time.Time    // exempt until
	changed map[string]bool         // sanctions that a ruling changed
	count   map[string]int          // sanctions of an account, ever
	// twice are IDs of two sanctions: where nothing of an account was left, in an
	// emptied store or after Forget, its sanctions are counted from 0 again.
	twice  map[string]bool
	aged   map[string]bool         // accounts that a wrong clock may have given a strike: nobody knows its age
	above  map[string]bool         // accounts sanctioned above a warning
	synced map[[2]string]time.Time // of wrote, what survives a crash
	braked bool                    // for sure
	text   uint64                  // a rule on a text, for sure; 0: none
	taken  map[string]string       // reports that were taken: the account. They are never forgotten
	unsure map[string]bool         // accounts about whom a complaint may have been taken
	undone map[string]string       // what was gone when an older copy took the place of the store: a process may still know
}

type strikes struct {
	mass   float64
	n      int
	at     time.Time
	pledge time.Time // until when one held
	oldest time.Time // offence
	pardon bool      // a person has found complaints wrong since: good days may be found in the past
}

type appeal struct {
	account, sanction string
	from              time.Time // of the sanction
	ruled             policy.RulingOutcome
	pledged           bool // the ruling took a pledge
}

func newModel() model {
	return model{
		held: map[string]policy.Sanction{}, gone: map[string]string{}, knows: map[string]map[int]bool{}, strikes: map[string]strikes{},
		reports: map[string]int{}, seen: map[string]time.Time{}, appeals: map[string]*appeal{}, wrote: map[[2]string]time.Time{},
		orders: map[string]time.Time{}, changed: map[string]bool{}, twice: map[string]bool{}, count: map[string]int{}, above: map[string]bool{}, aged: map[string]bool{}, synced: map[[2]string]time.Time{},
		taken: map[string]string{}, unsure: map[string]bool{},
	}
}

// clone is what was known at the time of a copy of the store.
func (m *model) clone() model {
	c := model{
		held: maps.Clone(m.held), gone: maps.Clone(m.gone), knows: map[string]map[int]bool{}, strikes: maps.Clone(m.strikes),
		reports: maps.Clone(m.reports), seen: maps.Clone(m.seen), appeals: map[string]*appeal{}, wrote: maps.Clone(m.wrote),
		orders: maps.Clone(m.orders), changed: map[string]bool{}, twice: maps.Clone(m.twice), count: maps.Clone(m.count), above: maps.Clone(m.above), aged: maps.Clone(m.aged), synced: maps.Clone(m.wrote),
		braked: m.braked, text: m.text, taken: m.taken, unsure: m.unsure,
	}
	for id, a := range m.appeals {
		x := *a
		c.appeals[id] = &x
	}
	return c
}

// met reports whether somebody wrote to another.
func (m *model) met(from, to string) bool {
	_, ok := m.wrote[[2]string{from, to}]
	return ok
}

// learn takes in sanctions that a process was told of, and remembers; nil: that it
// read of.
func (w *walk) learn(p *process, all []policy.Sanction) {
	m := &w.model
	for _, s := range all {
		if _, gone := m.gone[s.ID]; gone {
			w.fail(invKept, "%v, which was lifted or overturned, stands again", s)
		}
		s.Reasons = nil
		if was, known := m.held[s.ID]; known && was.From.Sub(s.From).Abs() > time.Hour {
			m.twice[s.ID] = true
		}
		w.supersede(&s)
		m.held[s.ID] = s
		if m.knows[s.ID] == nil {
			m.count[s.Account]++
			m.knows[s.ID] = map[int]bool{}
		}
		if p != nil {
			m.knows[s.ID][p.n] = true
		}
		if s.Kind.String() != "warning" {
			m.above[s.Account] = true
		}
		if s.By == "" && s.Until.IsZero() && s.Review.IsZero() && s.Kind != policy.Referral {
			w.fail(invWayOut, "%v has neither an end nor a date on which a person looks again", s)
		}
	}
}

// supersede forgets what an automatic Restriction replaces, one that says no more: who
// lifts it frees the account, also of that one.
func (w *walk) supersede(s *policy.Sanction) {
	if s.By != "" || s.Kind != policy.Restriction {
		return
	}
	for id, old := range w.model.held {
		if old.By == "" && id != s.ID && old.Account == s.Account && old.From.Before(s.From) && replaced([]policy.Sanction{*s}, &old) {
			delete(w.model.held, id)
		}
	}
}

// unknow forgets what is known of an account: the outcome of something was not
// acknowledged, or it is meant to be gone.
func (w *walk) unknow(account string) {
	m := &w.model
	for id, s := range m.held {
		if s.Account == account {
			delete(m.held, id)
		}
	}
	for id, a := range m.appeals {
		if a.account == account {
			delete(m.appeals, id)
		}
	}
	delete(m.strikes, account)
	delete(m.reports, account)
}

// forgetPast forgets the sanctions of an account, "" for all, that are over.
func (w *walk) forgetPast(account string) {
	for id, s := range w.model.held {
		if (account == "" || s.Account == account) && !s.InForce(w.now) {
			delete(w.model.held, id)
		}
	}
}

// standing lists what must stand on an account for a while yet, for a process.
func (w *walk) standing(account string, p *process) (all []policy.Sanction) {
	for _, id := range slices.Sorted(maps.Keys(w.model.held)) {
		s := w.model.held[id]
		now := w.now.Add(max(0, p.skew+p.jump) + 2*simSkew)
		if s.Account == account && !w.model.twice[id] && (s.Until.IsZero() || s.Until.After(now)) {
			all = append(all, s)
		}
	}
	return all
}
