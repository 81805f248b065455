package replay

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A listed is what is kept of a sender for -senders and the page.
type listed struct {
	class    string
	channel  string                 // of the first message
	age      age                    // of the account at it
	begun    time.Time              // that message's time
	verdicts [policy.Reject + 1]int // first answers
	people   map[uint64]struct{}    // hashes of those whom a message reached; nil: nobody counts them yet
	warned   moment
	blocked  moment
	gravest  policy.Kind
	reasons  []policy.Code // of the gravest sanction; until there is one, of the highest score
	cluster  uint64        // of the text that brought the gravest sanction; 0: none did
}

// A moment is when a sanction was imposed; zero is never.
type moment struct {
	at    time.Time
	after int // messages delivered before it
	sent  int // messages written before it
}

func (t *tally) list(s *sender, e *events.Event, d *policy.Decision) {
	l := s.listed
	if l.class = t.kept(e.Class); s.messages == 1 {
		l.channel, l.age, l.begun = t.kept(e.Channel), ageOf(e), e.At
	}
	l.verdicts[d.Verdict]++
}

// kept returns one copy of a word that many lines have.
func (t *tally) kept(s string) string {
	if old, ok := t.words[s]; ok || s == "" {
		return old
	}
	s = strings.Clone(s)
	t.words[s] = s
	return s
}

func (l *listed) delivered(e *events.Event) {
	if l.people == nil {
		return
	}
	for _, to := range e.To {
		l.people[xxhash.Sum64String(to)] = struct{}{}
	}
}

func (l *listed) score(d *policy.Decision) {
	if l.gravest == 0 {
		l.reasons = codes(d.Reasons)
	}
}

// sanction notes a sanction and reports whether it is the gravest so far.
func (l *listed) sanction(p *policy.Sanction, s *sender) bool {
	now := moment{p.From, s.messages - s.undelivered, s.messages}
	if l.warned.at.IsZero() {
		l.warned = now
	}
	if p.Kind >= policy.Block && l.blocked.at.IsZero() {
		l.blocked = now
	}
	if p.Kind <= l.gravest {
		return false
	}
	l.gravest, l.reasons, l.cluster = p.Kind, codes(p.Reasons), 0
	return slices.ContainsFunc(l.reasons, func(c policy.Code) bool { return strings.HasPrefix(c, "text.") })
}

func codes(reasons []policy.Reason) []policy.Code {
	list := make([]policy.Code, len(reasons))
	for i := range reasons {
		list[i] = reasons[i].Code
	}
	return list
}

// lookUp asks the engine for the clusters of those who were just sanctioned for
// a text: of several the one that went to the most people.
func (r *runner) lookUp(ctx context.Context) {
	for _, s := range r.tally.fresh {
		a, err := r.engine.Account(ctx, s.name)
		if err != nil {
			continue // nothing is remembered: nothing to name
		}
		if i := slices.IndexFunc(a.Texts, func(t policy.TextUse) bool { return t.Cluster != 0 }); i >= 0 {
			s.listed.cluster = a.Texts[i].Cluster
		}
	}
	r.tally.fresh = r.tally.fresh[:0]
}

// A senderLine is a line of -senders. Verdicts are the first answers; delivered
// counts what went out at once or when it was tried again.
type senderLine struct {
	From         said          `json:"from"`
	Class        said          `json:"class"`
	Messages     int           `json:"messages"`
	Delivered    int           `json:"delivered"`
	People       int           `json:"people"`
	Flagged      int           `json:"flagged"`
	Deferred     int           `json:"deferred"`
	Held         int           `json:"held"`
	Rejected     int           `json:"rejected"`
	Gravest      string        `json:"gravest"`
	WarnedAfter  *int          `json:"warned_after"`
	BlockedAfter *int          `json:"blocked_after"`
	WarnedAt     *time.Time    `json:"warned_at"`
	BlockedAt    *time.Time    `json:"blocked_at"`
	Score        float64       `json:"score"`
	Reasons      []policy.Code `json:"reasons"`
	Cluster      string        `json:"cluster"`
	Abuse        *bool         `json:"abuse"`
}

// said is what a log says, which no terminal is to obey.
type said string

// MarshalJSON implements json.Marshaler.
func (s said) MarshalJSON() ([]byte, error) { return events.AppendString(nil, string(s)), nil }

func (s *sender) line() senderLine {
	l, v := s.listed, &s.listed.verdicts
	line := senderLine{
		From: said(s.name), Class: said(cmp.Or(l.class, string(policy.Member))), Messages: s.messages, Delivered: s.messages - s.undelivered, People: len(l.people),
		Flagged: v[policy.Flag], Deferred: v[policy.Defer], Held: v[policy.Hold], Rejected: v[policy.Reject],
		Score: s.peak, Reasons: l.reasons,
	}
	if l.gravest > 0 {
		line.Gravest = l.gravest.String()
	}
	if line.Reasons == nil {
		line.Reasons = []policy.Code{}
	}
	line.WarnedAt, line.WarnedAfter = l.warned.pointers()
	line.BlockedAt, line.BlockedAfter = l.blocked.pointers()
	if l.cluster != 0 {
		line.Cluster = strconv.FormatUint(l.cluster, 10)
	}
	if s.truth != events.Unknown {
		abuse := s.truth == events.Abusive
		line.Abuse = &abuse
	}
	return line
}

func (m *moment) pointers() (*time.Time, *int) {
	if m.at.IsZero() {
		return nil, nil
	}
	at := m.at.UTC()
	return &at, &m.after
}

// ranked returns the senders with at least this gravest sanction, the gravest first, then
// the highest score, then by name.
func ranked(t *tally, least policy.Kind) []*sender {
	var list []*sender
	for _, s := range t.senders {
		if s.messages > 0 && s.worst >= least {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *sender) int {
		return cmp.Or(cmp.Compare(b.worst, a.worst), cmp.Compare(b.peak, a.peak), cmp.Compare(a.name, b.name))
	})
	return list
}

// listSenders returns their lines.
func listSenders(list []*sender) []senderLine {
	lines := make([]senderLine, len(list))
	for i, s := range list {
		lines[i] = s.line()
	}
	return lines
}

// writeSenders writes the file of -senders, as CSV if its name ends so.
func (s *session) writeSenders(res *result) error {
	write := writeSenderLines
	if strings.HasSuffix(strings.ToLower(s.senders), ".csv") {
		write = writeSenderTable
	}
	lines := func(w io.Writer) error { return write(w, listSenders(ranked(res.tally, 0))) }
	switch s.senders {
	case "":
		return nil
	case "-":
		b := bufio.NewWriter(s.stdout)
		return cmp.Or(lines(b), b.Flush())
	}
	return writeFile(s.senders, lines)
}

func writeSenderLines(w io.Writer, lines []senderLine) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i := range lines {
		if err := e.Encode(&lines[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeSenderTable writes the same fields under the same names; null is "".
func writeSenderTable(w io.Writer, lines []senderLine) error {
	c := csv.NewWriter(w)
	c.Write([]string{"from", "class", "messages", "delivered", "people", "flagged", "deferred", "held", "rejected", "gravest",
		"warned_after", "blocked_after", "warned_at", "blocked_at", "score", "reasons", "cluster", "abuse"})
	for i := range lines {
		l := &lines[i]
		row := []string{plain(string(l.From)), plain(string(l.Class))}
		for _, n := range []int{l.Messages, l.Delivered, l.People, l.Flagged, l.Deferred, l.Held, l.Rejected} {
			row = append(row, strconv.Itoa(n))
		}
		row = append(row, l.Gravest, number(l.WarnedAfter), number(l.BlockedAfter), date(l.WarnedAt), date(l.BlockedAt), strconv.FormatFloat(l.Score, 'g', -1, 64))
		abuse := ""
		if l.Abuse != nil {
			abuse = strconv.FormatBool(*l.Abuse)
		}
		c.Write(append(row, strings.Join(l.Reasons, " "), l.Cluster, abuse))
	}
	c.Flush()
	return c.Error()
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func date(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
