package replay

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/similarity"
)

// A walk is a random history of a dozen accounts, by everything that the
// package's interface offers: the same seed makes the same one.
type walk struct {
	*rand.Rand
	now       time.Time
	store     *policy.Memory
	engine    *policy.Engine
	shadow    []*policy.Policy
	out       hash.Hash // what came out
	sent      []policy.Message
	sanctions []policy.Sanction
	appeals   []policy.Appeal
	people    int // strangers so far
}

const (
	walkAccounts = 12
	walkSteps    = 250
)

var walkTexts = []string{
	"", "ok", "see you at eight then, bring the keys", "how was the match? we only saw the second half",
	"Win a new telephone today! Answer within the hour: https://phones.example/w", "Wіn a n3w teleph0ne t0day! Answer within the hour: https://phones.example/x",
	"Hello, I read your profile and would like to offer you a place in our training, which begins next month in your town",
	"the minutes of the meeting are in the usual place, thanks to everybody who came", "祝大家新年快乐，万事如意，身体健康",
}

// play walks, and writes what came out, and in the end what is known of every
// account.
func (w *walk) play(seed uint64) error {
	w.Rand = rand.New(rand.NewPCG(seed, 14))
	w.now = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	if err := w.open(); err != nil {
		return err
	}
	ctx := context.Background()
	for range walkSteps {
		w.now = w.now.Add(time.Duration(w.ExpFloat64() * float64(2*time.Minute)))
		if err := w.step(ctx); err != nil {
			return err
		}
	}
	for i := range walkAccounts {
		a, err := w.engine.Account(ctx, w.account(i))
		fmt.Fprintf(w.out, "account %v %x %d %x %d %x\n", err == nil, math.Float64bits(a.Strikes), len(a.Offences), math.Float64bits(a.Probation), len(a.Complaints), math.Float64bits(a.ComplaintWeight))
		w.write(a.Standing)
		w.write(a.History)
	}
	return w.engine.Close()
}

func (w *walk) open() (err error) {
	w.store = policy.NewMemory(4000) // a small one is soon made
	w.engine, err = policy.New(policy.Config{
		Policy: policy.Default(), Shadow: w.shadow, Store: w.store, Secret: []byte(secret), Now: func() time.Time { return w.now },
		Index: similarity.IndexConfig{MaxClusters: 4000},
		Hooks: policy.Hooks{Imposed: func(_ context.Context, s *policy.Sanction) { w.sanctions = append(w.sanctions, *s) }},
	})
	return err
}

func (w *walk) account(i int) string { return fmt.Sprint("account", i) }

// anybody is an account, the first ones more often.
func (w *walk) anybody() string { return w.account(min(w.IntN(walkAccounts), w.IntN(walkAccounts))) }

func (w *walk) stranger() string {
	w.people++
	return fmt.Sprint("stranger", w.people)
}

// A message to one or some, with what a host may say of it.
func (w *walk) message() policy.Message {
	m := policy.Message{Sender: w.anybody(), Text: walkTexts[w.IntN(len(walkTexts))]}
	for range 1 + w.IntN(4)*w.IntN(2) {
		to := w.anybody()
		if w.IntN(3) == 0 {
			to = w.stranger()
		}
		m.Recipients = append(m.Recipients, policy.Recipient{ID: to, Relation: policy.Relation(w.IntN(5) * w.IntN(2))})
	}
	if w.IntN(3) > 0 {
		m.ID = fmt.Sprint("m", len(w.sent))
	}
	switch w.IntN(8) {
	case 0:
		m.Group = fmt.Sprint("room", w.IntN(3))
	case 1:
		m.Reply = true
	case 2:
		m.Channel = "request"
	case 3:
		m.Joined = w.now.Add(-time.Duration(w.IntN(40*24)) * time.Hour)
	case 4:
		m.Text += fmt.Sprint(" ", w.Uint32())
	case 5:
		m.Class = []policy.Class{policy.Page, policy.Service}[w.IntN(2)]
	case 6:
		m.Media = []string{fmt.Sprint("picture", w.IntN(6)), fmt.Sprint("picture", w.IntN(6))}[w.IntN(2):]
	}
	if w.IntN(2) == 0 {
		m.Origin = fmt.Sprint("device ", w.IntN(5))
	}
	return m
}

// step does one thing. What is refused because nothing fits is part of the walk.
func (w *walk) step(ctx context.Context) error {
	record := func(e policy.Event) { fmt.Fprintln(w.out, "event", w.engine.Record(ctx, e) == nil) }
	done := func(what string, err error) { fmt.Fprintln(w.out, what, err == nil) }
	switch n := w.IntN(100); {
	case n < 35:
		w.evaluate(ctx, w.message())
	case n < 47: // the same to one after the other
		m := w.message()
		for range 4 + w.IntN(20) {
			w.now = w.now.Add(time.Duration(5+w.IntN(40)) * time.Second)
			m.Recipients, m.Group = policy.To(w.stranger()), ""
			if m.ID != "" {
				m.ID = fmt.Sprint("m", len(w.sent))
			}
			w.evaluate(ctx, m)
		}
	case n < 52 && len(w.sent) > 0:
		w.evaluate(ctx, w.sent[max(0, len(w.sent)-1-w.IntN(20))])
	case n < 54:
		d, err := w.engine.Preview(ctx, w.message())
		w.decision(&d, err)
	case n < 55:
		done("learn", w.engine.Learn(ctx, w.message()))
	case n < 63 && len(w.sent) > 0: // somebody answers
		m := w.sent[max(0, len(w.sent)-1-w.IntN(30))]
		switch len(w.sent) % 5 {
		case 0:
			record(policy.Accepted{From: m.Recipients[0].ID, To: m.Sender})
		case 1:
			record(policy.Withdrawn{From: m.Sender, To: m.Recipients[0].ID})
		default:
			record(policy.Reply{From: m.Recipients[0].ID, To: m.Sender, Message: m.ID})
		}
	case n < 71 && len(w.sent) > 0:
		m := w.sent[max(0, len(w.sent)-1-w.IntN(30))]
		record(policy.Complaint{ID: fmt.Sprint("c", w.IntN(200)), From: m.Recipients[0].ID, Against: m.Sender, Message: m.ID, Category: policy.Category(w.IntN(6))})
	case n < 74 && len(w.sent) > 0:
		m := w.sent[max(0, len(w.sent)-1-w.IntN(30))]
		if len(w.sent)%4 == 0 {
			record(policy.Unblocked{From: m.Recipients[0].ID, Against: m.Sender})
			break
		}
		record(policy.BlockedBy{From: m.Recipients[0].ID, Against: m.Sender})
	case n < 78:
		record(policy.Review{Account: w.anybody(), Abusive: w.IntN(3) == 0, By: "eve"})
	case n < 80 && len(w.sent) > 0:
		m := w.sent[max(0, len(w.sent)-1-w.IntN(10))]
		record(policy.Retraction{Sender: m.Sender, Message: m.ID})
	case n < 82:
		_, err := w.engine.Impose(ctx, policy.Sanction{Account: w.anybody(), Kind: policy.Kind(1 + w.IntN(5)), Scope: policy.Scope(w.IntN(4)), PerDay: 1 + w.IntN(20), By: "eve", Until: w.now.Add(time.Duration(1+w.IntN(100)) * time.Hour)})
		done("impose", err)
	case n < 83 && len(w.sanctions) > 0:
		s := w.sanctions[w.IntN(len(w.sanctions))]
		done("lift", w.engine.Lift(ctx, s.Account, s.ID, policy.Lifting{By: "eve"}))
	case n < 87 && len(w.sanctions) > 0:
		s := w.sanctions[max(0, len(w.sanctions)-1-w.IntN(6))]
		a, err := w.engine.Appeal(ctx, policy.Appeal{Account: s.Account, Sanction: s.ID, Pledge: len(w.sent)%2 == 0})
		if done("appeal", err); err == nil {
			w.appeals = append(w.appeals, a)
		}
	case n < 91 && len(w.appeals) > 0:
		a := w.appeals[max(0, len(w.appeals)-1-w.IntN(3))]
		out := policy.RulingOutcome(1 + w.IntN(3))
		done("resolve", w.engine.Resolve(ctx, a.Account, a.ID, policy.Ruling{Outcome: out, Pledge: a.Pledge && out == policy.Reduced, By: "eve"}))
	case n < 92:
		done("override", w.engine.Override(ctx, policy.Override{Account: w.anybody(), Verdict: []policy.Verdict{policy.Allow, policy.Hold}[w.IntN(2)], By: "eve", Until: w.now.Add(time.Duration(1+w.IntN(50)) * time.Hour)}))
	case n < 93:
		done("clear", w.engine.ClearOverride(ctx, w.anybody()))
	case n < 94:
		_, err := w.engine.Forget(ctx, w.anybody())
		done("forget", err)
	case n < 95: // another process goes on
		var b bytes.Buffer
		err := cmp.Or(w.engine.Snapshot(ctx, &b), w.engine.Close(), w.open())
		return cmp.Or(err, w.engine.Restore(ctx, &b))
	case n < 96:
		p := policy.Default()
		if w.IntN(2) == 0 {
			p = sharper()
		}
		return w.engine.SetPolicy(p, w.shadow...)
	case n < 97:
		record(policy.Contacts{Of: w.anybody(), With: []string{w.anybody(), w.anybody(), w.stranger()}})
	default:
		w.now = w.now.Add(time.Duration(w.ExpFloat64() * float64(36*time.Hour)))
	}
	return nil
}

// sharper is a policy that the walks change to, and their shadow.
func sharper() *policy.Policy {
	p := policy.Default()
	p.Name = "sharper"
	l := &p.Classes[policy.Member].Score
	l.Warn, l.Act = l.Warn*.7, l.Act*.7
	return p
}

func (w *walk) evaluate(ctx context.Context, m policy.Message) {
	d, err := w.engine.Evaluate(ctx, m)
	w.decision(&d, err)
	w.sent = append(w.sent, m)
}

// decision writes what does not depend on wording.
func (w *walk) decision(d *policy.Decision, err error) {
	fmt.Fprintf(w.out, "%v %d %x %v %v\n", err == nil, d.Verdict, math.Float64bits(d.Score), d.RetryAfter, d.Repeat)
	for i := range d.Reasons {
		r := &d.Reasons[i]
		fmt.Fprintf(w.out, "%s %x %x %d %d %x\n", r.Code, math.Float64bits(r.Value), math.Float64bits(r.Limit), r.N, r.K, math.Float64bits(r.Share))
	}
	w.write(d.Imposed)
	w.write(d.Standing)
	for i := range d.Shadow {
		s := &d.Shadow[i]
		fmt.Fprintf(w.out, "shadow %d %x\n", s.Verdict, math.Float64bits(s.Score))
		w.write(s.Imposed)
	}
}

func (w *walk) write(sanctions []policy.Sanction) {
	for i := range sanctions {
		s := &sanctions[i]
		fmt.Fprintf(w.out, "%s %d %d %d %d %d %v %v\n", s.ID, s.Kind, s.Scope, s.PerDay, s.From.Unix(), s.Until.Unix(), s.Appeal != nil, s.Lifted != nil)
	}
}

// records writes all records, in the order of their keys.
func (w *walk) records(out hash.Hash) (n int, err error) {
	var all []policy.Entry
	for e, err := range w.store.All(context.Background(), false) {
		if err != nil {
			return 0, err
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b policy.Entry) int { return bytes.Compare(a.Key[:], b.Key[:]) })
	for _, e := range all {
		out.Write(e.Key[:])
		out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(e.Data))))
		out.Write(e.Data)
	}
	return len(all), nil
}
