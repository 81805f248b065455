package policy

import (
	"reflect"
	"strings"

	"github.com/decorum-go/decorum/policy/internal/policyfile"
)

// fieldsOf are the fields of a policy that bring or bound what is no signal; none: no policy
// does. They are of a class, or of the policy itself.
var fieldsOf = map[Code][]string{
	CodeRate: {"limits.messages"}, CodeRatePeople: {"limits.people"}, CodeRatePerson: {"limits.person", "limits.person_unknown"},
	CodeRateChannel: {"channels"}, CodeRestricted: {"ladder"},
	CodeInDoubt: {"crowd.senders", "crowd.doubt"}, CodeUnwelcome: {"crowd.exposure", "crowd.complaints"}, CodeWelcome: {"crowd.reply_floor", "crowd.sure"},
	CodeKnown: nil, CodeRuled: nil, CodeUnchecked: nil,
	CodeTurnedAway: {"limits.turned_away_new", "limits.turned_away_all"},
	CodeSettings:   {"pair.unaccepted"}, CodeBlocked: {"pair.blocked"}, CodeComplained: {"pair.complained", "pair.for"},
	CodeReceived: {"received.limits"}, CodeRequests: {"requests.floor", "requests.sure"}, CodeOutstanding: {"requests.outstanding"},
	CodeSilent: {"silence.turns", "silence.for"}, CodeNext: {"limits.origin_people"},
	CodeUnread: {"strikes.read_time", "strikes.tries"}, CodeProbation: {"limits.probation"},
	CodeSanction: {"ladder"}, CodeModerator: {"severe", "confirmed"}, CodeWeight: {"strikes.amount", "strikes.after_warning"},
	CodeBudget: {"budget.per_hour", "budget.share"}, CodePledge: {"appeals.pledge"}, CodePerson: {"person"},
	CodeOverride: nil, CodeReleased: nil, CodeBrake: nil, CodeFault: nil,
}

// fields are those of the policy file that a cause follows from.
func (r *row) fields() (all []string) {
	for i := range r.settings {
		all = append(all, "signals."+r.settings[i].field)
	}
	return append(all, fieldsOf[r.code]...)
}

// instead says which field somebody means who writes the code of a reason into a policy
// file, and where a field stands that they write elsewhere.
var instead = func() map[string]string {
	all := make(map[string]string, len(rows))
	for f := range reflect.TypeFor[Rules]().Fields() {
		all[policyfile.Name(f)] = policyfile.Name(f) + " stands in a class, such as classes.member"
	}
	for f := range reflect.TypeFor[Policy]().Fields() {
		all[policyfile.Name(f)] = policyfile.Name(f) + " stands at the top of the file"
	}
	for i := range rows {
		field := "no field of a policy brings it"
		if f := rows[i].fields(); f != nil {
			field = "set " + strings.Join(f, ", ")
		}
		all[rows[i].code] = rows[i].code + " is the code of a reason: " + field
	}
	return all
}()
