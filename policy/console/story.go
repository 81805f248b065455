package console

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

// An entry is one line of a story.
type entry struct {
	At               time.Time
	What, By, Detail string
	Class            string // bad, warn, good or "": never what somebody else wrote
}

// entries are lines of a story.
func (c *Console) entries(all []casebook.Entry) (out []entry) {
	for i := range all {
		out = append(out, c.entryOf(&all[i]))
	}
	return out
}

func (c *Console) entryOf(e *casebook.Entry) entry {
	l := entry{At: e.At, By: e.By, Detail: e.Note, What: e.What.String()}
	switch e.What {
	case casebook.Decided:
		l.By = ""
		l.What, l.Class, l.Detail = decidedOf(e), "warn", e.Text
		if e.Verdict >= policy.Hold {
			l.Class = "bad"
		}
	case casebook.Imposed, casebook.Lifted:
		var s policy.Sanction
		_ = json.Unmarshal(e.Data, &s) // of an act alone there is none
		kind := "a sanction"
		if s.Kind != 0 {
			kind = s.Kind.String()
		}
		if l.What, l.Class = "Imposed: "+kind, "bad"; e.What == casebook.Lifted {
			l.What, l.Class = "Ended early: "+kind, "good"
		} else if l.Detail == "" {
			l.Detail = firstReason(s.Reasons)
		}
	case casebook.Appealed:
		l.What, l.Detail = "Appealed", e.Text
	case casebook.Ruled:
		l.What, l.Class = "Ruled on the appeal", "good"
	case casebook.Acted:
		var a struct{ Act, Detail string }
		_ = json.Unmarshal(e.Data, &a) // as casebook wrote it
		if l.What = "Act: " + a.Act; a.Detail != "" {
			l.What += " (" + shown(a.Detail, 100) + ")"
		}
	case casebook.Complained:
		l.What, l.Class = "Somebody complained", "warn"
	}
	return l
}

// decidedOf says what became of a message, and why.
func decidedOf(e *casebook.Entry) string {
	s := fmt.Sprintf("%s, score %.2f, to %s", e.Verdict, e.Score, plural(e.Recipients, "person"))
	if e.Recipients != 1 {
		s = fmt.Sprintf("%s, score %.2f, to %s people", e.Verdict, e.Score, thousands(e.Recipients))
	}
	if why := firstReason(reasonsOf(e)); why != "" {
		s += ": " + shown(why, 200)
	}
	if e.State != casebook.Unheld {
		s += "; " + e.State.String()
	}
	return s
}

// reasonsOf are the reasons of a decision.
func reasonsOf(e *casebook.Entry) (all []policy.Reason) {
	if e.What != casebook.Decided || len(e.Data) == 0 || json.Unmarshal(e.Data, &all) != nil {
		return nil
	}
	return all
}

func firstReason(all []policy.Reason) string {
	if len(all) == 0 {
		return ""
	}
	return all[0].String()
}
