package policy_test

import (
	"fmt"
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
		p, err := policy.ReadPolicy(strings.NewReader(file))
		if err != nil {
			t.Fatal(file, err)
		}
		var got strings.Builder
		for _, w := range p.Warnings(nil, time.Now()) {
			got.WriteString(fmt.Sprint(w.Field, ": ", w.Problem))
		}
		if got.String() != want {
			t.Errorf("%s: warned %q, want %q", file, got.String(), want)
		}
	}
}

// Errors say where a field stands, and how an object is meant.
func TestWrongPlaces(t *testing.T) {
	for file, want := range map[string]string{
		`{"extends": "default", "classes": {"member": {"crowd": {}}}}`:                              "crowd stands at the top of the file",
		`{"extends": "default", "limits": {}}`:                                                      "limits stands in a class, such as classes.member",
		`{"extends": "default", "classes": {"member": {"signals": {"text_fast": "off"}}}}`:          `did you mean {"mode": "off"}?`,
		`{"extends": "default", "classes": {"member": {"signals": {"text_fast": {"mode": "of"}}}}}`: `did you mean "off"?`,
		`{"extends": "default", "classes": {"member": {"limits": {"messages": ["5 a week"]}}}}`:     "with a time in s, m, h or d",
	} {
		if _, err := policy.ReadPolicy(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", file, err, want)
		}
	}
}
