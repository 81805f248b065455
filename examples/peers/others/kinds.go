package main

import (
	"cmp"
	"slices"
)

// An outcome is what became of the accounts of one kind under one system.
type outcome struct {
	kind            kind
	accounts        int
	blocked         int
	sent, delivered int
}

// outcomes sums up lives by kind, in the order of names.
func outcomes(lives []*life) (list []*outcome) {
	by := map[kind]*outcome{}
	for _, l := range lives {
		o := by[l.kind]
		if o == nil {
			o = &outcome{kind: l.kind}
			by[l.kind] = o
			list = append(list, o)
		}
		o.accounts++
		o.sent, o.delivered = o.sent+l.sent, o.delivered+l.delivered
		if l.blocked {
			o.blocked++
		}
	}
	slices.SortFunc(list, func(a, b *outcome) int { return cmp.Compare(a.kind.key(), b.kind.key()) })
	return list
}

// key sorts the abusive kinds before the others, each by name.
func (k kind) key() string {
	if k.abuse {
		return "a" + k.name
	}
	return "h" + k.name
}

// share is the part of what was sent that was delivered.
func (o *outcome) share() float64 { return float64(o.delivered) / float64(max(1, o.sent)) }

// caught reports whether an abusive kind is stopped: four of five accounts are blocked,
// or no more than a fifth of what they send is delivered.
func (o *outcome) caught() bool {
	return o.kind.abuse && (5*o.blocked >= 4*o.accounts || 5*o.delivered <= o.sent)
}

// harmed reports whether an honest kind is: more than one of fifty accounts is blocked.
func (o *outcome) harmed() bool { return !o.kind.abuse && 50*o.blocked > o.accounts }

// A total is what became of all kinds under one system.
type total struct {
	caught, abusive int
	shares          float64 // of each abusive kind, what was delivered
	sent, delivered int     // by abusive accounts
	harmed, honest  int     // kinds
	blocked, people int     // honest accounts
}

func totalOf(list []*outcome) (t total) {
	for _, o := range list {
		if !o.kind.abuse {
			t.honest++
			t.blocked, t.people = t.blocked+o.blocked, t.people+o.accounts
			if o.harmed() {
				t.harmed++
			}
			continue
		}
		t.abusive++
		t.shares += o.share()
		t.sent, t.delivered = t.sent+o.sent, t.delivered+o.delivered
		if o.caught() {
			t.caught++
		}
	}
	return t
}

// mean is the mean over the abusive kinds of what was delivered: kinds weigh alike,
// however much they send.
func (t total) mean() float64 { return t.shares / float64(max(1, t.abusive)) }
