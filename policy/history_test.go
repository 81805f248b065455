package policy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// An act is something that happens at a time; do returns what came of it as one
// line.
type act struct {
	at  time.Time
	who string // the account that it is about
	do  func(context.Context, *policy.Engine) string

	message *policy.Message // that is sent; nil: something else
	event   policy.Event    // that is recorded; nil: something else
}

// run lets acts happen in one engine.
func run(tb testing.TB, e *policy.Engine, clock *time.Time, acts []act) (lines []string) {
	tb.Helper()
	for i := range acts {
		*clock = acts[i].at
		lines = append(lines, acts[i].do(tb.Context(), e))
	}
	return lines
}

func line(v any, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(b)
}

// said is the act of sending a message.
func said(m policy.Message) act {
	return act{m.At, m.Sender, func(ctx context.Context, e *policy.Engine) string { return line(e.Evaluate(ctx, m)) }, &m, nil}
}

// told is the act of recording an event.
func told(at time.Time, about string, ev policy.Event) act {
	return act{at, about, func(ctx context.Context, e *policy.Engine) string { return fmt.Sprintf("%T %v", ev, e.Record(ctx, ev)) }, nil, ev}
}

// A history makes up what happens in a town: members who talk, spammers who
// blast with pauses, answers, complaints, findings, retries, retractions,
// appeals and orders. The same seed gives the same.
type history struct {
	*rand.Rand
	now   time.Time
	acts  []act
	sent  []policy.Message
	texts bool
}

var words = []string{"morning", "ticket", "garden", "window", "letter", "kitchen", "summer", "engine", "river", "market", "doctor", "museum", "paper", "yellow", "quiet", "station", "blanket", "candle", "harbour", "orchard", "pepper", "saddle", "thunder", "velvet", "whistle", "anchor", "basket", "copper", "desert", "feather"}

func (h *history) text(n int) string {
	var b bytes.Buffer
	for range n {
		b.WriteString(words[h.IntN(len(words))])
		b.WriteByte(' ')
	}
	return b.String()
}

func (h *history) send(m policy.Message) {
	m.At, m.ID = h.now, fmt.Sprint("id", len(h.sent))
	if !h.texts {
		m.Text = ""
	}
	h.sent = append(h.sent, m)
	h.acts = append(h.acts, said(m))
}

// makeHistory makes n acts, with or without texts.
func makeHistory(seed uint64, n int, texts bool) []act {
	h := &history{Rand: rand.New(rand.NewPCG(seed, 7)), now: dawn, texts: texts}
	member := func() string { return fmt.Sprint("member", h.IntN(12)) }
	spammers := []string{"spammer0", "spammer1", "spammer2"}
	lure := map[string]string{}
	for _, s := range spammers {
		lure[s] = h.text(14)
	}
	for len(h.acts) < n {
		h.now = h.now.Add(time.Duration(h.ExpFloat64() * float64(4*time.Minute)).Truncate(time.Millisecond))
		s := spammers[h.IntN(len(spammers))]
		switch k := h.IntN(100); {
		case k < 45: // members talk
			m := policy.Message{Sender: member(), Text: h.text(3 + h.IntN(12))}
			for range 1 + h.IntN(3) {
				m.Recipients = append(m.Recipients, policy.Recipient{ID: member(), Relation: policy.Relation(h.IntN(5))})
			}
			h.send(m)
		case k < 46: // somebody answers many at once, faster than the limits allow
			hurry := member()
			for range 25 {
				h.now = h.now.Add(time.Second)
				h.send(policy.Message{Sender: hurry, Recipients: policy.To(member()), Reply: true, Text: h.text(4)})
			}
		case k < 75: // a spammer blasts
			for range 1 + h.IntN(6) {
				h.now = h.now.Add(time.Duration(20+h.IntN(40)) * time.Second)
				h.send(policy.Message{Sender: s, Recipients: policy.To(fmt.Sprint("stranger", len(h.sent))), Text: lure[s] + h.text(1), Origin: []string{"", "cafe"}[h.IntN(2)]})
			}
		case k < 79 && len(h.sent) > 0: // a retry, or the same ID with another text
			m := h.sent[len(h.sent)-1-h.IntN(min(len(h.sent), 12))]
			m.At = h.now
			if h.IntN(4) == 0 {
				m.Text += "!"
			}
			h.acts = append(h.acts, said(m))
		case k < 84 && len(h.sent) > 0: // an answer
			m := h.sent[h.IntN(len(h.sent))]
			h.acts = append(h.acts, told(h.now, m.Sender, policy.Reply{From: m.Recipients[0].ID, To: m.Sender, At: h.now}))
		case k < 88 && len(h.sent) > 0: // a complaint
			m := h.sent[len(h.sent)-1-h.IntN(min(len(h.sent), 40))]
			ev := policy.Complaint{ID: fmt.Sprint("c", len(h.acts)), From: m.Recipients[0].ID, Against: m.Sender, Message: m.ID, Category: policy.Spam, At: h.now}
			h.acts = append(h.acts, told(h.now, m.Sender, ev))
		case k < 89:
			h.acts = append(h.acts, told(h.now, s, policy.BlockedBy{From: member(), Against: s, At: h.now}))
		case k < 90:
			h.acts = append(h.acts, told(h.now, s, policy.Review{Account: s, Abusive: h.IntN(3) > 0, By: "moderator", At: h.now}))
		case k < 92 && len(h.sent) > 0:
			m := h.sent[len(h.sent)-1]
			h.acts = append(h.acts, told(h.now, m.Sender, policy.Retraction{Sender: m.Sender, Message: m.ID, At: h.now}))
		case k < 94: // an appeal against whatever there is, and a ruling
			outcome, at := policy.RulingOutcome(1+h.IntN(3)), h.now
			h.acts = append(h.acts, act{at, s, func(ctx context.Context, e *policy.Engine) string {
				a, err := e.Account(ctx, s)
				if err != nil || len(a.Standing) == 0 {
					return fmt.Sprint("no appeal ", err)
				}
				ap, err := e.Appeal(ctx, policy.Appeal{Account: s, Sanction: a.Standing[0].ID, At: at})
				if err != nil {
					return err.Error()
				}
				return fmt.Sprint(ap, outcome, e.Resolve(ctx, s, ap.ID, policy.Ruling{Outcome: outcome, By: "judge", At: at}))
			}, nil, nil})
		case k < 95:
			verdict, until := []policy.Verdict{policy.Allow, policy.Hold}[h.IntN(2)], h.now.Add(time.Hour)
			h.acts = append(h.acts, act{h.now, s, func(ctx context.Context, e *policy.Engine) string {
				return fmt.Sprint(e.Override(ctx, policy.Override{Account: s, Verdict: verdict, Until: until, By: "moderator"}))
			}, nil, nil})
		case k < 96:
			at := h.now
			h.acts = append(h.acts, act{at, s, func(ctx context.Context, e *policy.Engine) string {
				return line(e.Impose(ctx, policy.Sanction{Account: s, Kind: policy.Restriction, PerDay: 5, From: at, Until: at.Add(6 * time.Hour), By: "moderator"}))
			}, nil, nil})
		case k < 99:
			h.now = h.now.Add(time.Duration(h.IntN(12)) * time.Hour)
		default:
			h.now = h.now.Add(time.Duration(1+h.IntN(4)) * 24 * time.Hour)
		}
	}
	return h.acts[:n]
}

// differ reports the first line in which two runs differ.
func differ(tb testing.TB, what string, want, got []string) {
	tb.Helper()
	for i := range want {
		if i >= len(got) || want[i] != got[i] {
			tb.Fatalf("%s: act %d of %d differs:\nwant %s\ngot  %s", what, i, len(want), want[i], got[min(i, len(got)-1)])
		}
	}
}
