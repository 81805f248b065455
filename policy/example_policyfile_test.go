package policy_test

import (
	"fmt"
	"strings"

	"github.com/decorum-go/decorum/policy"
)

// A file that changes two things: more messages an hour, and strikes that
// fade sooner. All the rest is as in Default.
func ExampleReadPolicy() {
	const file = `{
		"extends": "default",
		"name":    "more patient",
		"classes": {"member": {"limits": {"messages": ["30/1m", "200/1h", "500/1d"]}}},
		"strikes": {"half_life": "30d"}
	}`
	p, err := policy.ReadPolicy(strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	member := p.Classes[policy.Member]
	fmt.Println(member.Limits.Messages)
	fmt.Println(p.Strikes.HalfLife, "instead of", policy.Default().Strikes.HalfLife)
	fmt.Println(len(member.Ladder), "steps")

	// Output:
	// [30 per minute 200 per hour 500 per day]
	// 30d instead of 45d
	// 6 steps
}

// Everything that is wrong with a file is said at once.
func ExampleReadPolicy_wrong() {
	const file = `{
		"extends": "default",
		"strikes": {"half_live": "30d", "warned": 2},
		"classes": {"member": {
			"limits": {"messages": ["20 a minute"]},
			"ladder": [
				{"strikes": 1.8, "kind": "block", "scope": "outreach", "for": "24h"},
				{"strikes": 1.5, "kind": "block", "scope": "messaging", "for": "48h"}
			]
		}}
	}`
	_, err := policy.ReadPolicy(strings.NewReader(file))
	fmt.Println(err)

	// Output:
	// policy: classes.member.limits.messages[0]: must be a limit such as "100/1h" or "250/1d", with a time in s, m, h or d, is the text "20 a minute"
	// policy: strikes.half_live: unknown field; did you mean half_life?
	// policy: classes.member.ladder[1].strikes: must be more than the step before (1.8), is 1.5
	// policy: strikes.warned: must be less than offence (1), is 2
}
