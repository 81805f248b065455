package ladderpage

import (
	"fmt"

	"github.com/decorum-go/decorum/policy"
)

// appeal says when one may be filed, and who rules.
func appeal(a *policy.Appeals) string {
	who := "A person rules."
	if a.OtherPerson {
		who = "A person rules, another one than who imposed it."
	}
	text := fmt.Sprintf("As long as the sanction stands, and within %s after the sender was told of it. %s", span(a.Within), who)
	if a.Again > 0 {
		text += fmt.Sprintf(" Where it is upheld, again after %s.", span(a.Again))
	}
	return text
}

func people(p *policy.Policy) Section {
	s := Section{Title: "Appeals, and people", Rows: []Row{
		{"appeal", appeal(&p.Appeals)},
		{"upheld", "The sanction stays."},
		{"reduced", "It ends now. Its strike stays."},
		{"overturned", "It is as if it had never been: the strike goes, later sanctions that rested on it become milder, those who reported the account are believed less."},
		{"lifted", "A person may end any sanction at any time. The account has no probation then, and the next offence is judged as any other."},
	}}
	if p.Appeals.Pledge > 0 {
		s.Rows = append(s.Rows, Row{"pledge", fmt.Sprintf("Who appeals may promise proper conduct. If the person takes it the sanction ends, and the promise holds for %s. Kept, its strikes are gone then; broken, the step after the sanction follows at once.", span(p.Appeals.Pledge))})
	}
	s.Rows = append(s.Rows, Row{"brake", "A person can stop automation as a whole: what would bring a sanction is held then."})
	if n := p.Complaints.PerReporter; n > 0 {
		s.Rows = append(s.Rows, Row{"reports", fmt.Sprintf("Complaints by one person about more than %s within an hour weigh nothing, until a person confirms them. Who complains learns what became of it, and nothing else.", count(n, "account", "accounts"))})
	}
	if p.Observe {
		s.Rows = append(s.Rows, Row{"observe", "This policy only measures: automation refuses and imposes nothing."})
	}
	if p.KeepSanctionsOnForget {
		s.Rows = append(s.Rows, Row{"forgotten", "Who has their account erased keeps what stands against them, without the name, until it has ended and faded."})
	}
	return s
}
