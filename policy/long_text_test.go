package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
)

// padded is a text with more than MaxText bytes of nothing around it.
func padded(text string) map[string]string {
	all := map[string]string{}
	for what, s := range map[string]string{"blanks": " ", "zero width": "\u200b", "Hangul filler": "\u3164", "references": "&#8203;", "mixed": "\ufe0f \u00ad\n"} {
		pad := strings.Repeat(s, policy.MaxText/len(s)+1)
		all[what+" before"], all[what+" around"], all[what+" between"] = pad+text, pad+text+pad, "- "+pad+" "+text+" "+pad+" -"
	}
	all["blanks before, zero width behind"] = strings.Repeat(" ", policy.MaxText) + text + strings.Repeat("\u200b", 1<<20)
	return all
}

// TestLongTextKnown: what a moderator rejected is rejected behind any padding, and what
// they rule on with padding is the plain text; prepared before, too.
func TestLongTextKnown(t *testing.T) {
	for what, text := range padded(lottery) {
		w := newTown(t, policy.Config{})
		w.know("bea", "carl")
		set := w.ruleOn(w.e, policy.TextRule{Text: lottery, Action: policy.TextReject})
		d := w.say("bea", "carl", text)
		if d.Verdict != policy.Reject || d.Cluster != set.ID {
			t.Errorf("%s: %v %v", what, d.Verdict, d.Reasons)
		}
		if k := slices.IndexFunc(d.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeKnown }); k < 0 || !strings.Contains(d.Reasons[k].Text, "lottery") {
			t.Errorf("%s: the text is not quoted: %v", what, d.Reasons)
		}
		var p policy.Prepared
		w.must(w.e.Prepare(&p, policy.Message{Sender: "bea", Recipients: policy.To("carl"), Text: text}))
		if d, err := w.e.EvaluatePrepared(t.Context(), &p); err != nil || d.Verdict != policy.Reject {
			t.Errorf("%s, prepared: %v, %v", what, d.Verdict, err)
		}
		if again := w.ruleOn(w.e, policy.TextRule{Text: text, Action: policy.TextReject}); again.ID != set.ID || len(textsOf(t, w.e)) != 1 {
			t.Errorf("%s: ruled on it is rule %d, the plain text %d; the bank has %v", what, again.ID, set.ID, textsOf(t, w.e))
		}
	}
}

// TestLongTextCampaign: ten accounts that send one text to 40 strangers each get no more
// of it out behind padding than without.
func TestLongTextCampaign(t *testing.T) {
	raced.Skip(t)
	campaign := func(text string) (n int) {
		w := newTown(t, policy.Config{})
		for i := range 400 {
			w.pass(2 * time.Minute)
			if d := w.say(fmt.Sprint("ring", i%10), fmt.Sprint("stranger", i), text); d.Delivered() {
				n++
			}
		}
		return n
	}
	plain := campaign(lottery)
	if plain > 100 {
		t.Fatalf("%d of 400 go out plain", plain)
	}
	all := padded(lottery)
	for _, what := range []string{"blanks before", "zero width around", "mixed between"} {
		if n := campaign(all[what]); n != plain {
			t.Errorf("%s: %d of 400 go out, plain %d", what, n, plain)
		}
	}
}
