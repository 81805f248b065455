package celrules_test

import (
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy/celrules"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// A rule is compiled against what the policy declares. policy.Config.Compiler does it when
// a policy is taken.
func Example() {
	declared := &rulekit.Declared{
		Attributes: []rulekit.Attribute{{Name: "links", Type: rulekit.Texts}},
		Counters:   []string{"device_accounts"},
	}
	rule, faults := celrules.New().Compile("account.age < duration('24h') && size(attr.links) > 0 && counters.device_accounts > 6", declared)
	if rule == nil {
		fmt.Println(faults)
		return
	}
	yes, err := rule.Eval(&rulekit.Facts{
		Age:        time.Hour,
		Attributes: []rulekit.Value{{Set: true, Texts: []string{"example.com"}}},
		Counters:   []int64{7},
	})
	fmt.Println(yes, err)
	// Output: true <nil>
}

// Everything that is wrong is said at once, with line and column.
func Example_wrong() {
	declared := &rulekit.Declared{Attributes: []rulekit.Attribute{{Name: "country", Type: rulekit.Text}}}
	_, faults := celrules.New().Compile("attr.contry == 'de'\n  && account.approached == 3\n  && account.age < duration('7d')", declared)
	for _, f := range faults {
		fmt.Println(f)
	}
	// Output:
	// 1:1: unknown attribute contry; did you mean country?
	// 2:25: == does not go between a double and an int: write 3.0
	// 3:29: "7d" is no duration: write hours, minutes or seconds, as in '36h' or '1h30m': this is '168h'
}

// What expressions can call.
func ExampleFunctions() {
	for _, f := range celrules.Functions()[:3] {
		fmt.Printf("%-20s %s\n", f.Form, f.Doc)
	}
	// Output:
	// text.like('LIST')    How much the text of the message is like one on the list, 0 to 1.
	// has(attr.NAME)       Whether the message has the attribute.
	// size(TEXT or LIST)   How many characters the text has, or how many entries the list.
}
