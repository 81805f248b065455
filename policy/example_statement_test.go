package policy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
)

// What somebody is told who was blocked: by their own clock, in the words of the service
// where it has some of its own. What a moderator reads, the reasons with their figures, is
// not in it.
func ExampleEngine_Statement() {
	ctx := context.Background()
	engine, err := policy.New(policy.Config{Now: morning, Secret: []byte("the IDs below follow from it")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	d, err := engine.Evaluate(ctx, policy.Message{
		ID: "m1", Sender: "sam", Recipients: policy.To("bea"), Text: "buy now",
		Evidence: []scoring.Evidence{
			{Code: "host.links", Family: scoring.Content, LogOdds: 3, Value: 1, N: 1}, {Code: "host.network", Family: scoring.Network, LogOdds: 3, Value: 1, N: 1},
		},
	})
	if err != nil || len(d.Imposed) == 0 {
		fmt.Println(d.Verdict, err)
		return
	}
	here := policy.Language{
		Location: time.FixedZone("CET", 3600),
		Messages: policy.Messages{
			"fact.host.links": "You sent links to pages that deceive people.",
			"rule":            "No advertising to people who did not ask for it.",
			"redress":         "You may also write to the ombudsman at https://ombudsman.example.",
		},
	}
	if err := here.Validate(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(d.Notice().In(here))
	fmt.Println()
	st, err := engine.Statement(ctx, "sam", d.Imposed[0].ID, here)
	fmt.Println(st, err)
	// Output:
	// You cannot start new conversations for 24 hours, until 24 November 2026, 10:00 CET. You can still answer people who wrote to you. If you think that this is a mistake, you can appeal; please quote 600df4564b0973f4.
	//
	// Statement of reasons for decision 600df4564b0973f4 of 23 November 2026, 10:00 CET.
	//
	// You cannot start new conversations for 24 hours, until 24 November 2026, 10:00 CET. You can still answer people who wrote to you.
	//
	// You sent links to pages that deceive people. Other checks of ours found that your messages break our rules.
	//
	// This was found with automated means. The decision was made by automated means. No person took part in it. We act on what we find ourselves and on what people report to us. We do not say whether somebody reported you, or who.
	//
	// It is incompatible with our rules for messages: No advertising to people who did not ask for it.
	//
	// This holds wherever our service is offered.
	//
	// If you think that this is a mistake, you can appeal until 26 May 2027, 10:00 CET; please quote 600df4564b0973f4. A person decides about your appeal. You may also write to the ombudsman at https://ombudsman.example. <nil>
}

// A statement as JSON: its names stay. And the same sanction for the DSA Transparency
// Database.
func ExampleSanction_Statement() {
	s := policy.Sanction{
		ID: "51ffffffffffff15", Account: "sam", Kind: policy.Block, Scope: policy.Outreach, From: monday, Until: monday.AddDate(0, 0, 1), Policy: "default@1f",
		Reasons: []policy.Reason{{Code: policy.CodeDuplicate, Value: 12.5, Limit: 5, N: 14, K: 14, Share: 3}, {Code: policy.CodeReplyLow, Value: .98, Limit: .1, N: 40, K: 1, Share: 1.5}},
	}
	b, err := json.MarshalIndent(s.Statement(policy.Language{}), "", "  ")
	fmt.Println(string(b), err)
	b, err = json.MarshalIndent(s.Transparency(policy.Language{}), "", "  ")
	fmt.Println(string(b), err)
	// Output:
	// {
	//   "language": "en",
	//   "sanction": "51ffffffffffff15",
	//   "kind": "block",
	//   "scope": "outreach",
	//   "from": "2026-11-23T09:00:00Z",
	//   "until": "2026-11-24T09:00:00Z",
	//   "title": "Statement of reasons for decision 51ffffffffffff15 of 23 November 2026, 09:00 UTC.",
	//   "decision": "You cannot start new conversations for 24 hours, until 24 November 2026, 09:00 UTC. You can still answer people who wrote to you.",
	//   "facts": [
	//     "You sent the same text, or nearly the same, to many people.",
	//     "Many people whom you wrote to do not want your messages."
	//   ],
	//   "automation": "This was found with automated means. The decision was made by automated means. No person took part in it.",
	//   "source": "We act on what we find ourselves and on what people report to us. We do not say whether somebody reported you, or who.",
	//   "ground": "It is incompatible with our rules for messages: Write only to people who expect to hear from you. Do not send the same message to many people, do not keep writing to people who do not answer, and do not deceive or harass anybody.",
	//   "territory": "This holds wherever our service is offered.",
	//   "redress": [
	//     "If you think that this is a mistake, you can appeal as long as this stands, and for a time after that; please quote 51ffffffffffff15. A person decides about your appeal.",
	//     "You may also go to a body for settling disputes out of court, or to a court."
	//   ]
	// } <nil>
	// {
	//   "puid": "51ffffffffffff15",
	//   "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION",
	//   "end_date_service_restriction": "2026-11-24",
	//   "decision_facts": "You sent the same text, or nearly the same, to many people. Many people whom you wrote to do not want your messages.",
	//   "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
	//   "incompatible_content_ground": "our rules for messages",
	//   "incompatible_content_explanation": "Write only to people who expect to hear from you. Do not send the same message to many people, do not keep writing to people who do not answer, and do not deceive or harass anybody.",
	//   "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
	//   "content_type": [
	//     "CONTENT_TYPE_TEXT"
	//   ],
	//   "content_date": "2026-11-23",
	//   "application_date": "2026-11-23",
	//   "source_type": "SOURCE_VOLUNTARY",
	//   "automated_detection": "Yes",
	//   "automated_decision": "AUTOMATED_DECISION_FULLY"
	// } <nil>
}
