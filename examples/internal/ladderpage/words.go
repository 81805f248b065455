package ladderpage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
)

// name is what a step is called, with its length.
func name(q *policy.Step) string {
	what := short(q)
	switch {
	case q.Kind == policy.Warning || q.Kind == policy.Referral:
	case q.For == 0:
		what += ", until a person lifts it"
	default:
		what += " for " + span(q.For)
	}
	return what
}

// short is what a step is called.
func short(q *policy.Step) string {
	switch q.Kind {
	case policy.Warning, policy.Referral:
		return q.Kind.String()
	case policy.Restriction:
		return "restriction to " + count(q.PerDay, "message", "messages") + " a day"
	}
	what := q.Kind.String()
	switch q.Scope {
	case policy.Outreach:
		return what + " of new conversations"
	case policy.Messaging:
		return what + " of messages"
	}
	return what + " of the account"
}

// stops says what a step stops.
func stops(q *policy.Step) string {
	switch {
	case q.Kind == policy.Warning:
		return "It stops nothing"
	case q.Kind == policy.Referral:
		return "It stops nothing by itself"
	case q.Kind == policy.Restriction:
		return "It stops what is more than that, and lets as many new people be approached"
	case q.Kind == policy.Block && q.Scope == policy.Outreach:
		return "It stops messages to people who neither wrote first nor answered; other talk goes on"
	case q.Scope == policy.WholeAccount:
		return "It stops all messages, and the service stops the rest"
	}
	return "It stops all messages"
}

// rank is how grave a step is, for its colour.
func rank(q *policy.Step) int {
	return map[policy.Kind]int{policy.Warning: 0, policy.Block: 1, policy.Restriction: 2, policy.Suspension: 3, policy.Referral: 3}[q.Kind]
}

func reviewed(q *policy.Step) string {
	if q.Review == 0 {
		return ""
	}
	return " A person looks at it again after " + span(q.Review) + "."
}

// limits is how much a class may send.
func limits(r *policy.Rules) Section {
	return Section{Title: limitsTitle, Intro: "Over a limit a message is deferred. That is no offence, and no evidence unless the sender goes on.", Rows: limitRows(r)}
}

func limitRows(r *policy.Rules) (rows []Row) {
	l := &r.Limits
	add := func(head, what string, list []limiter.Limit) {
		if len(list) > 0 {
			rows = append(rows, Row{head, what + ": " + rates(list) + "."})
		}
	}
	add("messages", "Sent", l.Messages)
	add("new people", "People newly approached", l.People)
	add("follow-ups", "To one person who does not answer", l.Person)
	if !slices.Equal(l.Person, l.PersonUnknown) {
		add("follow-ups, unsure", "The same where nobody knows whether the two know each other", l.PersonUnknown)
	}
	if q := r.Silence; q.Turns > 0 {
		rows = append(rows, Row{"silence", fmt.Sprintf("Somebody who wrote once, but nothing for %s and %d runs of messages, counts as one who does not answer; not who is connected with the sender, follows them or asked for letters.", span(q.For), q.Turns)})
	}
	for _, channel := range slices.Sorted(mapKeys(r.Channels)) {
		add("channel "+channel, "On that channel", r.Channels[channel])
	}
	if l.YoungShare < 1 && l.YoungAge > 0 {
		rows = append(rows, Row{"young accounts", fmt.Sprintf("Accounts younger than %s have %s of messages and new people.", span(l.YoungAge), percent(l.YoungShare))})
	}
	if in := &r.Received; len(in.Limits) > 0 {
		rows = append(rows, Row{"letters to one person", fmt.Sprintf("First letters of people without a contact that one person gets from all together: %s; where %s of them come from young accounts%s, and the person answers under %s.",
			rates(in.Limits), percent(in.Young), turnedAway(in.TurnedAway), percent(in.Answered))})
	}
	if l.ProtectedShare > 0 {
		rows = append(rows, Row{"protected people", fmt.Sprintf("Somebody whom the service protects, as it does minors, is written to by people without a contact within %s of that.", percent(l.ProtectedShare))})
	}
	return rows
}

func turnedAway(n float64) string {
	if n == 0 {
		return ""
	}
	return ", or the person turned " + number(n) + " senders away lately"
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// rates are limits in words: 20 a minute, 100 an hour.
func rates(list []limiter.Limit) string {
	var parts []string
	for _, l := range list {
		per := span(policy.Duration(l.Per))
		if first, rest, _ := strings.Cut(per, " "); first == "1" {
			article := "a"
			if rest == "hour" {
				article = "an"
			}
			per = article + " " + rest
		} else {
			per = "in " + per
		}
		parts = append(parts, thousands(l.N)+" "+per)
	}
	return strings.Join(parts, ", ")
}

// ofClass is all that may differ from class to class.
func ofClass(p *policy.Policy, r *policy.Rules) [][]Row {
	score := Row{"score", fmt.Sprintf("Flagged from %s, an offence from %s with %s of evidence.", percent(r.Score.Warn), percent(r.Score.Act), count(r.Score.Families, "family", "families"))}
	by := Row{"sanctions", "Automation imposes them."}
	if r.Person {
		by.Says = "A person imposes them: what would bring one is flagged for them, and automation imposes nothing."
	}
	var rows []Row
	if !r.Person {
		for _, row := range ladder(p, r).Rows {
			rows = append(rows, Row{"ladder " + row.Head, row.Says})
		}
	}
	if r.Strangers != "" {
		rows = append(rows, Row{"to strangers", "What goes to strangers is judged as of class " + string(r.Strangers) + "."})
	}
	return [][]Row{{score, by}, rows, rated(r), at(r).Rows, back(p, r).Rows, limitRows(r), off(r)}
}

// rated says what the share of those who complain brings.
func rated(r *policy.Rules) (rows []Row) {
	if r.RateFlag > 0 {
		rows = append(rows, Row{"complaints flag", fmt.Sprintf("Where %s of the people reached within 28 days complained or blocked, messages are flagged.", percent(r.RateFlag))})
	}
	for i := range r.Rates {
		q := &r.Rates[i]
		at := ""
		if q.People > 0 {
			at = ", and at least " + count(q.People, "person", "people") + " did"
		}
		rows = append(rows, Row{"complaints " + percent(q.Rate), fmt.Sprintf("Where it is %s sure that more than that complained or blocked%s: %s.%s", percent(r.RateSure), at, name(q), reviewed(q))})
	}
	if len(rows) > 0 {
		rows[len(rows)-1].Says += fmt.Sprintf(" Counted from %s people on.", number(r.Signals.ComplaintReach))
	}
	return rows
}

// off names the signals that do not count.
func off(r *policy.Rules) []Row {
	data, err := json.Marshal(r.Signals)
	var all map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		return nil // a valid policy can be written
	}
	var names []string
	for name, raw := range all {
		var signal struct {
			Mode string `json:"mode"`
		}
		if json.Unmarshal(raw, &signal) == nil && signal.Mode == "off" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return []Row{{"not counted", "Signals that are off: " + strings.Join(names, ", ") + "."}}
}

// differs is what is so in a class, and not for members.
func differs(p *policy.Policy, class policy.Class, base map[string]Row) Section {
	s := Section{Title: "Class " + string(class)}
	for _, rows := range ofClass(p, p.Classes[class]) {
		for _, row := range rows {
			if base[row.Head] != row {
				s.Rows = append(s.Rows, row)
			}
		}
	}
	if len(s.Rows) == 0 {
		s.Intro = "As members."
	} else {
		s.Intro = "As members, but for this."
	}
	return s
}

// span prints a length of time in the largest unit that fits.
func span(d policy.Duration) string {
	for _, u := range []struct {
		d         time.Duration
		one, many string
	}{{24 * time.Hour, "day", "days"}, {time.Hour, "hour", "hours"}, {time.Minute, "minute", "minutes"}, {time.Second, "second", "seconds"}} {
		if n := d.D() / u.d; n > 0 && d.D()%u.d == 0 {
			return count(int(n), u.one, u.many)
		}
	}
	return d.String()
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// number prints a figure with at most two decimals.
func number(v float64) string {
	if v >= 1000 && v == float64(int(v)) {
		return thousands(int(v))
	}
	return strconv.FormatFloat(float64(int(v*100+.5))/100, 'f', -1, 64)
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// ordinals is 2nd, or 2nd to 4th.
func ordinals(from, to int) string {
	if from == to {
		return ordinal(from)
	}
	return ordinal(from) + " to " + ordinal(to)
}

func ordinal(n int) string {
	end := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return strconv.Itoa(n) + end
}

func either(categories []policy.Category) string {
	var names []string
	for _, c := range categories {
		if c == policy.Unlawful {
			names = append(names, "what is unlawful")
		} else {
			names = append(names, c.String())
		}
	}
	return strings.Join(names, " or ")
}

// found says what a person's finding brings, beside what is severe.
func found(r *policy.Rules) (rows []Row) {
	if n := len(r.Impersonated); n > 0 && r.Severe.Kind != 0 {
		names := make([]string, n)
		for i, c := range r.Impersonated {
			names[i] = string(c)
		}
		rows = append(rows, Row{"impersonated", fmt.Sprintf("A person finds that the account pretends to be of the class %s: the same.", strings.Join(names, " or "))})
	}
	for i := range r.Confirmed {
		head, what := "confirmed", "A person confirms a complaint about "+either(r.ConfirmedCategories)
		if i > 0 {
			head, what = fmt.Sprint("confirmed, ", i+1), "Again, after that had ended"
		}
		rows = append(rows, Row{head, fmt.Sprintf("%s: %s, where the ladder has nothing graver.%s", what, name(&r.Confirmed[i]), reviewed(&r.Confirmed[i]))})
	}
	return rows
}

// sentence begins with a capital.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
