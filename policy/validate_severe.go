package policy

import "github.com/decorum-go/decorum/policy/internal/policyfile"

// severe checks what follows from a confirmed finding, and from people who were deceived.
func (v checker) severe(path string, r *Rules) {
	v.oneStep(path+".severe", &r.Severe, "a finding")
	if r.Severe.Person {
		v.fault(path+".severe.person", "must not be set: a person has found it already")
	}
	if at := path + ".deceived"; r.Deceived != (Step{}) {
		v.oneStep(at, &r.Deceived, "complaints")
		if r.Deceived.Person || r.Deceived.Kind == Suspension && r.Deceived.For == 0 {
			v.fault(at+".kind", "must be one that automation may take and that ends")
		}
	}
	v.categories(path, r)
}

// oneStep checks a step outside a ladder, and what it follows from.
func (v checker) oneStep(at string, s *Step, from string) {
	if s.Rate != 0 {
		v.fault(at+".rate", "must not be set: the step follows from %s", from)
	}
	if s.People != 0 {
		v.fault(at+".people", "must not be set: the step follows from %s", from)
	}
	v.step(at, s)
	if s.Kind == Warning {
		v.fault(at+".kind", "must be block, restriction or suspension, is warning")
	}
	if s.Strikes != 0 {
		v.fault(at+".strikes", "must not be set: it follows from %s, not from strikes", from)
	}
}

func (v checker) categories(path string, r *Rules) {
	first := map[Category]int{}
	for i, c := range r.SevereCategories {
		here := policyfile.Index(path+".severe_categories", i)
		if v.Broken(here) {
			continue
		}
		if c > Unlawful {
			v.fault(here, "unknown value %d", c)
		}
		if j, ok := first[c]; ok {
			v.fault(here, "stands twice: %v is severe_categories[%d]", c, j)
		} else {
			first[c] = i
		}
	}
}
