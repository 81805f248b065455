package console

import (
	"fmt"

	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// An action is what a moderator can do, with one key.
type action struct {
	Name  string
	Key   string
	Label string
	Does  string // for whom hovers, and for screen readers
	Was   string // what it is called while it can be undone
	Role  Role
	Final bool // the case is closed by it, and the next one comes
	First bool // the one that the page stresses
	As    casebook.Outcome
	fits  func(*offer) bool
}

// An offer is what decides which actions a case, an account or a sanction is given.
type offer struct {
	messages, waiting, texts bool // the case has messages, some that wait, a text
	sanction, standing       bool // there is a sanction, and it is in force
	appeal                   bool // that is open
	open                     bool // the case is
}

// actions are all that a moderator can do, in the order of the buttons.
var actions = []action{
	{Name: "release", Key: "r", Label: "Release", Was: "Release", Does: "Deliver all messages that wait, without a finding", Role: Mod, Final: true, As: casebook.Fine,
		fits: func(o *offer) bool { return o.open && o.waiting }},
	{Name: "discard", Key: "d", Label: "Discard", Was: "Discard", Does: "Never deliver the messages that wait, without a finding", Role: Mod, Final: true, As: casebook.Abusive,
		fits: func(o *offer) bool { return o.open && o.waiting }},
	{Name: "clear", Key: "c", Label: "Harmless", Was: "Clear as harmless", Does: "Find all messages harmless, which speaks for their senders, and deliver those that wait", Role: Mod, Final: true, As: casebook.Fine,
		fits: func(o *offer) bool { return o.open && o.messages }},
	{Name: "confirm", Key: "a", Label: "Abusive", Was: "Confirm as abusive", Does: "Find all messages abusive, which counts against their senders, and discard those that wait", Role: Mod, Final: true, As: casebook.Abusive,
		fits: func(o *offer) bool { return o.open && o.messages }},
	{Name: "ban", Key: "b", Label: "Ban the text", Was: "Ban the text", Does: "Reject this text and its near-copies from now on, whoever sends it", Role: Mod,
		fits: func(o *offer) bool { return o.open && o.texts }},
	{Name: "fine", Key: "f", Label: "Text is fine", Was: "Mark the text as fine", Does: "Hold nothing against whoever sends this text from now on", Role: Mod,
		fits: func(o *offer) bool { return o.open && o.texts }},
	{Name: "uphold", Key: "u", Label: "Uphold", Was: "Uphold", Does: "The appeal is refused, the sanction stays", Role: Mod, Final: true, As: casebook.Upheld,
		fits: func(o *offer) bool { return o.appeal }},
	{Name: "reduce", Key: "e", Label: "Reduce", Was: "Reduce", Does: "The sanction ends now, its offence stays counted", Role: Mod, Final: true, As: casebook.Reduced,
		fits: func(o *offer) bool { return o.appeal }},
	{Name: "overturn", Key: "o", Label: "Overturn", Was: "Overturn", Does: "The sanction is undone with all that followed from it", Role: Mod, Final: true, As: casebook.Overturn,
		fits: func(o *offer) bool { return o.appeal }},
	{Name: "lift", Key: "l", Label: "Lift", Was: "Lift the sanction", Does: "The sanction ends now, its offence stays counted", Role: Mod, Final: true, As: casebook.Reduced,
		fits: func(o *offer) bool { return o.standing && !o.appeal }},
	{Name: "close", Key: "x", Label: "Nothing to do", Was: "Close without a decision", Does: "Close the case and leave all as it is", Role: Mod, Final: true, As: casebook.Left,
		fits: func(o *offer) bool { return o.open && !o.waiting && !o.appeal }},
	{Name: "suspend", Label: "Suspend", Was: "Suspend", Role: Lead, fits: func(*offer) bool { return false }}, // has a form of its own
}

func actionOf(name string) *action {
	for i := range actions {
		if actions[i].Name == name {
			return &actions[i]
		}
	}
	return nil
}

// against are the actions that, while they wait, leave no room for one on the same case.
func against(a *action) (all []string) {
	all = append(all, a.Name)
	for i := range actions {
		if actions[i].Final {
			all = append(all, actions[i].Name)
		}
	}
	return all
}

// offered are the actions that fit, for somebody of that role.
func offered(o offer, role Role) (all []action) {
	for _, a := range actions {
		if role >= a.Role && a.fits(&o) {
			all = append(all, a)
		}
	}
	return all
}

// alone is on how many accounts one person's finding may bring sanctions: as policy.RuleText.
const alone = 20

// needsTwo reports whether another person has to agree.
func (c *Console) needsTwo(a *action, accounts int) bool {
	return a.Name == "suspend" && c.cfg.FourEyes || a.Name == "confirm" && accounts > alone
}

// said is what an intent is about to do, for people.
func said(in *casebook.Intent) string {
	what := in.Action
	if a := actionOf(in.Action); a != nil {
		what = a.Was
	}
	if in.Case != 0 {
		return fmt.Sprintf("%s: case %d.", what, in.Case)
	}
	return fmt.Sprintf("%s: account %s.", what, shown(in.Account, 60))
}
