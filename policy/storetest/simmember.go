package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// simMember is a member of whom nothing can be said but what others do: she writes to
// one person at a time, hours apart, each time something else, and nobody acts on her by
// hand. Others report and block her, whether she wrote to them or not, answer her, and
// send her texts to strangers.
const simMember = "hana"

// memberWords are what she writes of: of so many no two letters are nearly the same.
var memberWords = strings.Fields(`river lower path upper bridge tomorrow boots bicycle weekend wardrobe armchairs town grey cat ear bus stop mill
	kitchen choir mass April tenors rehearsals Mondays school seeds beans week second lot orchard ladder plums jam lamp attic shutters paint brush
	sister train delay ticket harbour ferry gulls storm candle violin lesson teacher exam result garden fence neighbour hedge tiles roof rain bucket
	stove flour yeast bread market eggs basket map ridge hut snow sledge scarf wool needle button coat pocket letter stamp drawer key cellar wine`)

// letter is something that she did not write before.
func (w *walk) letter() string {
	words := []string{"hello,"}
	for range 18 {
		words = append(words, memberWords[w.r.IntN(len(memberWords))])
	}
	return strings.Join(words, " ")
}

// dealings are what there is between the member and others.
type dealings struct {
	last     time.Time       // when she wrote last
	first    map[string]bool // whom she wrote to before they did
	answered map[string]bool // of these, who answered
	grave    map[string]bool // of these, who complained of what is grave
	text     string          // of hers, last
}

func newDealings() dealings {
	return dealings{first: map[string]bool{}, answered: map[string]bool{}, grave: map[string]bool{}}
}

// deceives reports whether those whom she approached, and who talked with her, may
// bring a Block by what they report: whether over a day, no matter here.
func (d *dealings) deceives() bool { return len(d.grave) >= 3 }

// heard takes in what somebody told the engine of the member.
func (d *dealings) heard(ev policy.Event) {
	switch ev := ev.(type) {
	case policy.Reply:
		if ev.To == simMember && d.first[ev.From] {
			d.answered[ev.From] = true
		}
	case policy.Complaint:
		grave := ev.Category == policy.Harassment || ev.Category == policy.Fraud || ev.Category == policy.Unlawful
		if ev.Against == simMember && grave && d.answered[ev.From] {
			d.grave[ev.From] = true
		}
	}
}

// wrote takes in that a message may have reached somebody.
func (d *dealings) wrote(m *policy.Message, before bool) {
	for _, to := range m.Recipients {
		switch {
		case m.Sender == simMember && !before:
			d.first[to.ID] = true
		case to.ID == simMember && d.first[m.Sender]:
			d.answered[m.Sender] = true
		}
	}
}

// opMember has the member write: to a stranger, to one of the accounts, or to somebody
// again who answered.
func (w *walk) opMember() {
	d := &w.dealings
	if next := d.last.Add(time.Duration(10+w.r.IntN(30)) * time.Hour); w.now.Before(next) {
		w.pass(next.Sub(w.now))
	}
	to := w.stranger()
	switch w.r.IntN(4) {
	case 0:
		to = w.account()
	case 1:
		if of := keysOf(d.answered); len(of) > 0 {
			to = of[w.r.IntN(len(of))]
		}
	}
	d.last, d.text = w.now, w.letter()
	m := policy.Message{ID: w.id(), Sender: simMember, Recipients: policy.To(to), Text: d.text}
	if w.r.IntN(2) == 0 {
		m.Joined = w.now.AddDate(-1, 0, 0)
	}
	w.evaluate(w.any(), m)
}

// opAgainst has some do what they can against the member: people whom she wrote to,
// and others; at once, or over days.
func (w *walk) opAgainst() {
	d, gap := &w.dealings, time.Duration(w.r.IntN(2)*w.r.IntN(30))*time.Hour
	for k := range 1 + w.r.IntN(8) {
		from := w.stranger()
		if of := keysOf(d.first); len(of) > 0 && w.r.IntN(3) > 0 {
			from = of[w.r.IntN(len(of))]
		}
		switch w.r.IntN(4) {
		case 0:
			w.record(policy.BlockedBy{From: from, Against: simMember}, simMember)
		case 1:
			w.evaluate(w.any(), policy.Message{ID: w.id(), Sender: from, Recipients: policy.To(simMember), Text: "hm, who are you?"})
		default:
			w.record(policy.Complaint{ID: fmt.Sprintf("a%d.%d", w.step, k), From: from, Against: simMember, Category: policy.Category(w.r.IntN(6))}, simMember)
		}
		w.pass(gap + time.Duration(w.r.IntN(20))*time.Minute)
	}
}

// opCopied has some accounts send what the member wrote to strangers.
func (w *walk) opCopied() {
	text := w.dealings.text
	if text == "" {
		return
	}
	for range 1 + w.r.IntN(5) {
		p, from := w.any(), w.account()
		for range 2 + w.r.IntN(12) {
			w.evaluate(p, policy.Message{
				ID: w.id(), Sender: from, Text: text, Recipients: []policy.Recipient{{ID: w.stranger(), Relation: policy.Stranger}},
			})
			w.pass(time.Duration(5+w.r.IntN(60)) * time.Second)
		}
	}
}

// spared: what others do brings the member no more than a warning.
func (w *walk) spared(all []policy.Sanction) {
	if w.stake(invReports, len(w.dealings.first) > 0); w.dealings.deceives() {
		return
	}
	for _, s := range all {
		if s.Account == simMember && s.By == "" && s.Kind != policy.Warning {
			w.fail(invReports, "%v of %s, who did nothing but write to one person at a time: %v", s, simMember, s.Reasons)
		}
	}
}

func keysOf(m map[string]bool) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}
