package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// A simOp is one kind of step.
type simOp struct {
	weight int
	do     func(*walk)
	faults bool // only where something is to go wrong
}

var simOps = []simOp{
	{weight: 20, do: (*walk).opMessage},
	{weight: 16, do: (*walk).opFlood},
	{weight: 8, do: (*walk).opReply},
	{weight: 4, do: (*walk).opRetry},
	{weight: 2, do: (*walk).opLearn},
	{weight: 4, do: (*walk).opAnswer},
	{weight: 5, do: (*walk).opComplaint},
	{weight: 3, do: (*walk).opBrigade},
	{weight: 3, do: (*walk).opBlocked},
	{weight: 2, do: (*walk).opRequest},
	{weight: 5, do: (*walk).opReview},
	{weight: 3, do: (*walk).opRetract},
	{weight: 2, do: (*walk).opContacts},
	{weight: 8, do: (*walk).opMember},
	{weight: 5, do: (*walk).opAgainst},
	{weight: 3, do: (*walk).opCopied},
	{weight: 5, do: (*walk).opImpose},
	{weight: 4, do: (*walk).opLift},
	{weight: 1, do: (*walk).opLiftAll},
	{weight: 2, do: (*walk).opRuleText},
	{weight: 6, do: (*walk).opAppeal},
	{weight: 6, do: (*walk).opResolve},
	{weight: 3, do: (*walk).opOrder},
	{weight: 2, do: (*walk).opBrake},
	{weight: 2, do: (*walk).opText},
	{weight: 4, do: (*walk).opRelease},
	{weight: 2, do: (*walk).opForget},
	{weight: 6, do: (*walk).opLook},
	{weight: 3, do: (*walk).opList},
	{weight: 4, do: (*walk).opPolicy},
	{weight: 5, do: (*walk).opRestart},
	{weight: 2, do: (*walk).opMove},
	{weight: 5, do: (*walk).opSave},
	{weight: 4, do: (*walk).opAway, faults: true},
	{weight: 3, do: (*walk).opStoreCrash, faults: true},
	{weight: 1, do: (*walk).opEmptied, faults: true},
	{weight: 3, do: (*walk).opAccept, faults: true},
	{weight: 3, do: (*walk).opOlder, faults: true},
	{weight: 4, do: (*walk).opSkew, faults: true},
	{weight: 3, do: (*walk).opJump, faults: true},
}

func anyOp(r *rand.Rand) *simOp {
	total := 0
	for i := range simOps {
		total += simOps[i].weight
	}
	i := 0
	for k := r.IntN(total) - simOps[0].weight; k >= 0; k -= simOps[i].weight {
		i++
	}
	return &simOps[i]
}

var simAccounts = []string{"ann", "bea", "carl", "dan", "eve", "spammer", "spammer2", "mal", "shop", "mal2"}

var simTexts = []string{
	"", "ok", "see you at eight then, bring the keys", "how was the match? we only saw the second half",
	"Win a new telephone today! Answer within the hour: https://phones.example/w", "Wіn a n3w teleph0ne t0day! Answer within the hour: https://phones.example/x",
	"Hello, I read your profile and would like to offer you a place in our training, which begins next month in your town",
	"the minutes of the meeting are in the usual place, thanks to everybody who came", "祝大家新年快乐，万事如意，身体健康", "\xff\xfe",
}

// account is anybody, more often those who behave badly.
func (w *walk) account() string {
	n := len(simAccounts)
	return simAccounts[max(w.r.IntN(n), w.r.IntN(n))]
}

// sanctioned is somebody on whom something stands, if there is anybody.
func (w *walk) sanctioned() string {
	var all []string
	for _, s := range w.model.held {
		if s.InForce(w.now) && s.Account != simMember {
			all = append(all, s.Account)
		}
	}
	if len(all) == 0 || w.r.IntN(8) == 0 {
		return w.account()
	}
	slices.Sort(all)
	return all[w.r.IntN(len(all))]
}

func (w *walk) stranger() string { return fmt.Sprint("p", w.r.IntN(64)) }

// id names a message after its step, so that it stays when others are left out.
func (w *walk) id() string {
	w.messages++
	return fmt.Sprintf("m%d.%d", w.step, w.messages)
}

// message is one, with what a host may say of it.
func (w *walk) message() policy.Message {
	r := w.r
	m := policy.Message{Sender: w.account(), Text: simTexts[r.IntN(len(simTexts))]}
	m.Attributes = attributesOf(m.Sender)
	if r.IntN(3) == 0 {
		m.Sender = w.sanctioned()
	}
	n := 1
	if r.IntN(6) == 0 {
		n += r.IntN(12)
	}
	for range n {
		to := w.stranger()
		if r.IntN(2) == 0 {
			to = w.account()
		}
		m.Recipients = append(m.Recipients, policy.Recipient{ID: to, Relation: policy.Relation(r.IntN(5) * r.IntN(2))})
	}
	if r.IntN(4) > 0 {
		m.ID = w.id()
	}
	if r.IntN(2) == 0 {
		m.Origin = fmt.Sprint("device", r.IntN(4))
	}
	w.vary(&m)
	return m
}

// vary says more of a message.
func (w *walk) vary(m *policy.Message) {
	r := w.r
	switch r.IntN(12) {
	case 0:
		m.Group = fmt.Sprint("room", r.IntN(3))
	case 1:
		m.Reply = true
	case 2:
		m.Channel = "request"
	case 3:
		m.Joined = w.now.Add(-time.Duration(r.IntN(40*24)) * time.Hour)
	case 4:
		m.Class = []policy.Class{policy.Page, policy.Business, policy.Service, policy.Staff, "unheard-of"}[r.IntN(5)]
	case 5:
		m.Evidence = []scoring.Evidence{{Code: "host", Family: scoring.Content, LogOdds: 3}, {Code: "host2", Family: scoring.Network, LogOdds: 4 * r.Float64()}}
	case 6:
		m.At = w.now.Add(-time.Duration(r.IntN(240)) * time.Second)
	case 7:
		m.At = w.now.AddDate(-r.IntN(20), 0, 0) // a client's
	case 8:
		m.At, m.Delayed = w.now.Add(-time.Duration(r.IntN(200))*time.Hour), true
	case 9:
		m.Group, m.Channel = fmt.Sprint("room", r.IntN(3)), "invite"
	case 10:
		for range 1 + r.IntN(3) {
			m.Media = append(m.Media, fmt.Sprint("picture", r.IntN(5)))
		}
	}
	if m.Sender == "shop" {
		m.Class = policy.Page
	}
}

// evaluate judges a message, one way or another, and checks what comes of it.
func (w *walk) evaluate(p *process, m policy.Message) policy.Decision {
	var before *attempt
	if w.r.IntN(3) == 0 && w.calm(p) {
		before = &attempt{}
		before.account, before.err = p.engine.Account(w.ctx, m.Sender)
		d, err := p.engine.Preview(w.ctx, m)
		w.count("Preview")
		before.previewed, before.preview, before.imposes = err == nil, string(marshal(&d)), len(d.Imposed) > 0
	}
	call := "Evaluate"
	var d policy.Decision
	var err error
	if w.r.IntN(5) == 0 {
		var prepared policy.Prepared
		if err := p.engine.Prepare(&prepared, m); err != nil {
			w.fail(invAnswer, "Prepare of %+v: %v", m, err)
		}
		w.count("Prepare")
		call = "EvaluatePrepared"
		d, err = p.engine.EvaluatePrepared(w.ctx, &prepared)
	} else {
		d, err = p.engine.Evaluate(w.ctx, m)
	}
	shown := d
	shown.Shadow = nil
	w.came(call, &shown, err)
	w.say("%d: %s %s to %s %q %s", p.n, m.Sender, m.ID, m.Recipients[0].ID, brief1(m.Text), d.Verdict)
	for _, s := range d.Imposed {
		w.say("imposed %v", s)
	}
	if err != nil && len(w.standing(m.Sender, p)) == 0 {
		delete(w.model.strikes, m.Sender) // may have been raised
	}
	w.dealings.wrote(&m, w.model.met(m.Recipients[0].ID, m.Sender))
	w.judged(p, &m, &d, err, before)
	w.sent = append(w.sent, m)
	if d.Delivered() && err == nil && !d.Repeat && len(m.Recipients) == 1 && m.Group == "" {
		w.model.wrote[[2]string{m.Sender, m.Recipients[0].ID}] = w.now
	}
	return d
}

func (w *walk) opMessage() { w.evaluate(w.any(), w.message()) }

// opFlood sends one text to one after the other.
func (w *walk) opFlood() {
	m := w.message()
	m.Group, m.Reply, m.At = "", false, time.Time{}
	p, n, gap := w.any(), 3+w.r.IntN(14), time.Duration(5+w.r.IntN(60))*time.Second
	for i := range n {
		if i > 0 {
			w.pass(gap)
		}
		m.Recipients = []policy.Recipient{{ID: w.stranger(), Relation: policy.Stranger}}
		if m.ID != "" {
			m.ID = w.id()
		}
		w.evaluate(p, m)
	}
	w.observe(m.Sender)
}

// opReply answers somebody who wrote.
func (w *walk) opReply() {
	var all [][2]string
	for k := range w.model.wrote {
		all = append(all, k)
	}
	if len(all) == 0 {
		return
	}
	slices.SortFunc(all, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	k := all[w.r.IntN(len(all))]
	if w.r.IntN(2) == 0 { // to one on whom something stands, who may have been written to before
		s := w.sanctioned()
		i := slices.IndexFunc(all, func(k [2]string) bool { return k[1] == s })
		if k = [2]string{w.stranger(), s}; i >= 0 && w.r.IntN(2) == 0 {
			k = all[i]
		} else {
			w.evaluate(w.any(), policy.Message{ID: w.id(), Sender: k[0], Recipients: policy.To(s), Text: "are you there? I found your keys"})
			w.pass(time.Duration(w.r.IntN(72)) * time.Hour)
		}
	}
	w.evaluate(w.any(), policy.Message{ID: w.id(), Sender: k[1], Recipients: policy.To(k[0]), Text: "thank you, that is kind"})
}

// last is one of the last messages.
func (w *walk) last() (policy.Message, bool) {
	n := len(w.sent)
	if n == 0 {
		return policy.Message{}, false
	}
	return w.sent[max(0, n-1-w.r.IntN(20))], true
}

func (w *walk) opRetry() {
	m, ok := w.last()
	for range 1 + w.r.IntN(3) {
		if ok {
			w.evaluate(w.any(), m)
		}
		w.pass(time.Duration(w.r.IntN(40)) * time.Minute)
	}
}

func (w *walk) opLearn() {
	m := w.message()
	m.At = w.now.Add(-time.Duration(w.r.IntN(1000)) * time.Hour)
	w.say("learn %s to %s", m.Sender, m.Recipients[0].ID)
	p := w.any()
	if err := p.engine.Learn(w.ctx, m); errors.Is(err, policy.ErrHistory) || err != nil && m.At.After(w.clockOf(p)) {
		w.came("Learn", err.Error(), nil)
	} else {
		w.came("Learn", nil, err)
	}
}
