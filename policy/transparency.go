package policy

import (
	"strings"
	"time"
)

// A Transparency is a statement of reasons as the DSA Transparency Database of the
// European Commission takes it (DSA art. 24(5); fields and values of its API, version of
// July 2025). It holds no personal data. It is for that database, not for the sender: it
// says whether reports counted. What only the host knows it must add: DecisionVisibility
// of a message that it withheld, where it may be illegal content, TerritorialScope.
type Transparency struct {
	PUID               string   `json:"puid,omitzero"`                             // ID of the sanction
	DecisionVisibility []string `json:"decision_visibility,omitempty"`             // left to the host
	DecisionProvision  string   `json:"decision_provision,omitzero"`               // of what stops less than the account
	DecisionAccount    string   `json:"decision_account,omitzero"`                 // of a suspension of the account
	EndDateService     string   `json:"end_date_service_restriction,omitzero"`     // with DecisionProvision; "": until lifted
	EndDateAccount     string   `json:"end_date_account_restriction,omitzero"`     // with DecisionAccount; "": until lifted
	DecisionFacts      string   `json:"decision_facts,omitzero"`                   // as Statement.Facts
	DecisionGround     string   `json:"decision_ground,omitzero"`                  // incompatible with the terms
	DecisionGroundURL  string   `json:"decision_ground_reference_url,omitzero"`    // left to the host
	IncompatibleGround string   `json:"incompatible_content_ground,omitzero"`      // "title" of the messages
	IncompatibleReason string   `json:"incompatible_content_explanation,omitzero"` // "rule" of the messages
	Category           string   `json:"category,omitzero"`                         // other violation of the terms: a better one is the host's to set
	ContentType        []string `json:"content_type,omitempty"`                    // text
	ContentDate        string   `json:"content_date,omitzero"`                     // day of the sanction: earlier messages are not told
	ApplicationDate    string   `json:"application_date,omitzero"`                 // day of the sanction
	TerritorialScope   []string `json:"territorial_scope,omitempty"`               // left to the host
	SourceType         string   `json:"source_type,omitzero"`                      // a report that was not made under art. 16, or own initiative
	AutomatedDetection string   `json:"automated_detection,omitzero"`              // Yes or No
	AutomatedDecision  string   `json:"automated_decision,omitzero"`
}

// Transparency returns a sanction as the DSA Transparency Database takes it, with its
// texts in a language. A Warning and a Referral restrict nothing, and the zero Sanction
// is none: the answer is the zero Transparency, which is not to be sent.
func (s Sanction) Transparency(l Language) Transparency {
	if s.Kind == 0 || s.Kind == Warning || s.Kind == Referral {
		return Transparency{}
	}
	v, f := l.voice(), s.findings()
	day := s.From.UTC().Format(time.DateOnly)
	t := Transparency{
		PUID: s.ID, DecisionFacts: cut(strings.Join(f.facts(v), " "), 5000),
		DecisionGround:     "DECISION_GROUND_INCOMPATIBLE_CONTENT",
		IncompatibleGround: cut(v.First("title"), 500), IncompatibleReason: cut(s.rule(v), 2000),
		Category: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", ContentType: []string{"CONTENT_TYPE_TEXT"},
		ContentDate: day, ApplicationDate: day, SourceType: "SOURCE_VOLUNTARY",
		AutomatedDetection: "No", AutomatedDecision: "AUTOMATED_DECISION_FULLY",
	}
	end := ""
	if !s.Until.IsZero() {
		end = s.Until.UTC().Format(time.DateOnly)
	}
	if s.Kind == Suspension && s.Scope == WholeAccount {
		t.DecisionAccount, t.EndDateAccount = "DECISION_ACCOUNT_SUSPENDED", end
	} else {
		t.DecisionProvision, t.EndDateService = "DECISION_PROVISION_PARTIAL_SUSPENSION", end
	}
	if f.reported {
		t.SourceType = "SOURCE_TYPE_OTHER_NOTIFICATION"
	}
	if f.measured {
		t.AutomatedDetection = "Yes"
	}
	switch {
	case f.byPerson:
		t.AutomatedDecision = "AUTOMATED_DECISION_NOT_AUTOMATED"
	case f.confirmed:
		t.AutomatedDecision = "AUTOMATED_DECISION_PARTIALLY"
	}
	return t
}

// cut is the beginning of a text that is too long, in characters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
