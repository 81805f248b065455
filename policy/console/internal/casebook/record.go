package casebook

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// What a record, and an entry of a story, is about. The numbers are kept: only add.
type What uint8

// Kinds of entries.
const (
	Decided    What = iota + 1 // a decision on a message, above allow, or drawn to be labelled
	Imposed                    // a sanction
	Lifted                     // its early end
	Appealed                   // an appeal against it
	Ruled                      // the ruling on that
	Acted                      // any other act of a person
	Complained                 // a complaint; by whom is not kept
	counted                    // how many messages were allowed, by day; no entry
)

var whatNames = [...]string{"", "decided", "imposed", "lifted", "appealed", "ruled", "acted", "complained"}

// String returns the name of the kind.
func (w What) String() string {
	if int(w) < len(whatNames) {
		return whatNames[w]
	}
	return "unknown"
}

// A record is what a hook has for the database. Names are as enc makes them.
type record struct {
	What       What                 `json:"what"`
	At         int64                `json:"at"`
	Account    string               `json:"account,omitzero"`
	Ref        string               `json:"ref,omitzero"` // tells entries of one kind and account apart
	Message    string               `json:"message,omitzero"`
	Verdict    policy.Verdict       `json:"verdict,omitzero"`
	Score      float64              `json:"score,omitzero"`
	Cluster    uint64               `json:"cluster,omitzero"`
	Recipients int                  `json:"recipients,omitzero"`
	Repeat     bool                 `json:"repeat,omitzero"`
	Drawn      bool                 `json:"drawn,omitzero"`
	Sent       int                  `json:"sent,omitzero"` // messages of the account that were delivered before an automatic sanction
	By         string               `json:"by,omitzero"`
	Note       string               `json:"note,omitzero"`
	Data       json.RawMessage      `json:"data,omitempty"` // reasons, or the sanction
	Body       string               `json:"body,omitzero"`
	Template   string               `json:"template,omitzero"`
	Raw        string               `json:"raw,omitzero"` // the message, to release it
	Kind       policy.Kind          `json:"kind,omitzero"`
	Review     int64                `json:"review,omitzero"`
	Act        policy.ActKind       `json:"act,omitzero"`
	Category   policy.Category      `json:"category,omitzero"`
	Outcome    policy.RulingOutcome `json:"outcome,omitzero"`
	Sanction   string               `json:"sanction,omitzero"`
	Appeal     string               `json:"appeal,omitzero"`
	Days       map[int64]int64      `json:"days,omitempty"`  // messages allowed, by day
	Rules      []string             `json:"rules,omitempty"` // names of the policy's rules that were true of the message
	Hits       map[string]int64     `json:"hits,omitempty"`  // of Days: by day, a space, and the rule that was true
}

// mapNames returns a message whose names went through f.
func mapNames(m policy.Message, f func(string) string) policy.Message {
	for _, s := range []*string{&m.ID, &m.Sender, &m.Thread, &m.Group, &m.Channel, &m.Text, &m.Origin} {
		*s = f(*s)
	}
	to := make([]policy.Recipient, len(m.Recipients))
	for i, r := range m.Recipients {
		r.ID = f(r.ID)
		to[i] = r
	}
	m.Recipients = to
	media := make([]string, len(m.Media))
	for i := range m.Media {
		media[i] = f(m.Media[i])
	}
	m.Media = media
	return m
}

// raw is a message as it is kept to release it, of the time at which it was judged if it
// has none; "" where it is too large.
func raw(m *policy.Message, at time.Time) string {
	if len(m.Text) > maxRaw || len(m.Recipients) > maxRaw/8 {
		return ""
	}
	kept := mapNames(*m, encText)
	if kept.At.IsZero() {
		kept.At = at
	}
	data, err := json.Marshal(kept)
	if err != nil || len(data) > maxRaw {
		return ""
	}
	return string(data)
}

// unraw is the message that raw kept.
func unraw(kept string) (m policy.Message, err error) {
	if kept == "" {
		return m, ErrNotFound
	}
	err = json.Unmarshal([]byte(kept), &m)
	return mapNames(m, dec), err
}

// delivered counts what accounts had delivered, of as many of those that sent last as fit
// in two tables.
type delivered struct {
	sync.Mutex
	now, before map[string]int
}

const mostSenders = 1 << 16

func (d *delivered) add(account string) {
	d.Lock()
	defer d.Unlock()
	n, ok := d.now[account]
	if !ok {
		n = d.before[account]
		if len(d.now) >= mostSenders || d.now == nil {
			d.now, d.before = make(map[string]int), d.now
		}
	}
	d.now[account] = n + 1
}

// take returns the count of an account, which begins anew.
func (d *delivered) take(account string) int {
	d.Lock()
	defer d.Unlock()
	n, ok := d.now[account]
	if !ok {
		n = d.before[account]
	}
	delete(d.now, account)
	delete(d.before, account)
	return n
}
