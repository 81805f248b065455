package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A name that is nearly a usual one is taken, and warned of; one of its own is not.
func TestWarningsOfNames(t *testing.T) {
	for file, want := range map[string]string{
		`{"extends": "default", "name": "x", "classes": {"membre": {"limits": {"messages": ["5/1h"]}}}}`: "classes.membre: is another than member: is that what is meant?",
		`{"extends": "default", "name": "x", "classes": {"member": {"channels": {"requst": ["5/1h"]}}}}`: "classes.member.channels.requst: is another than request: is that what is meant?",
		`{"extends": "default", "name": "x", "classes": {"shop": {"limits": {"messages": ["5/1h"]}}}}`:   "",
		`{"extends": "default", "name": "x", "classes": {"member": {"channels": {"voice": ["5/1h"]}}}}`:  "",
		`{"extends": "default", "name": "x"}`: "",
	} {
		if got := warnings(t, file); got != want {
			t.Errorf("%s: warned %q, want %q", file, got, want)
		}
	}
}

// A limit that refuses nothing beside another is warned of, wherever limits stand.
func TestWarningsOfLimits(t *testing.T) {
	for member, want := range map[string]string{
		`"limits": {"messages": ["100/1h", "100/1d"]}`:         "classes.member.limits.messages[0]: 100/1h refuses nothing that 100/1d does not refuse",
		`"limits": {"messages": ["100/1h", "101/1d"]}`:         "",
		`"limits": {"people": ["5/7d", "10/1h"]}`:              "classes.member.limits.people[1]: 10/1h refuses nothing that 5/7d does not refuse",
		`"limits": {"person": ["10/1h", "240/1d"]}`:            "classes.member.limits.person[1]: 240/1d refuses nothing that 10/1h does not refuse",
		`"limits": {"person": ["10/1h", "239/1d"]}`:            "",
		`"limits": {"person_unknown": ["1/40m", "2/1h"]}`:      "classes.member.limits.person_unknown[1]: 2/1h refuses nothing that 1/40m does not refuse",
		`"channels": {"voice": ["9/1h", "0/1d"]}`:              "classes.member.channels.voice[0]: 9/1h refuses nothing that 0/1d does not refuse",
		`"received": {"limits": ["30/1h", "30/1d", "200/7d"]}`: "classes.member.received.limits[0]: 30/1h refuses nothing that 30/1d does not refuse",
	} {
		if got := warnings(t, `{"extends": "default", "name": "x", "classes": {"member": {`+member+`}}}`); got != want {
			t.Errorf("%s: warned %q, want %q", member, got, want)
		}
	}
	for _, p := range []*policy.Policy{policy.Default(), policy.Strict(), policy.Observe()} {
		if w := p.Warnings(nil, time.Now()); len(w) > 0 {
			t.Errorf("%s: warned %v", p.Name, w)
		}
	}
}

// warnings are those of a policy file, as they are told.
func warnings(t *testing.T, file string) string {
	t.Helper()
	p, err := policy.ReadPolicy(strings.NewReader(file))
	if err != nil {
		t.Fatal(file, err)
	}
	var all []string
	for _, w := range p.Warnings(nil, time.Now()) {
		all = append(all, w.Field+": "+w.Problem)
	}
	return strings.Join(all, "\n")
}

// Errors say where a field stands, and how an object is meant.
func TestWrongPlaces(t *testing.T) {
	for file, want := range map[string]string{
		`{"extends": "default", "classes": {"member": {"crowd": {}}}}`:                              "crowd stands at the top of the file",
		`{"extends": "default", "limits": {}}`:                                                      "limits stands in a class, such as classes.member",
		`{"extends": "default", "classes": {"member": {"signals": {"text_fast": "off"}}}}`:          `did you mean {"mode": "off"}?`,
		`{"extends": "default", "classes": {"member": {"signals": {"text_fast": {"mode": "of"}}}}}`: `did you mean "off"?`,
		`{"extends": "default", "classes": {"member": {"limits": {"messages": ["5 a week"]}}}}`:     "with a time in s, m, h or d",
		`{"name": "x"}`: `extends: is missing, too: with "extends": "default" a file states only what differs`,
	} {
		if _, err := policy.ReadPolicy(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", file, err, want)
		}
	}
}
