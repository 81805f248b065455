package policy

import (
	"errors"
	"fmt"

	"github.com/decorum-go/decorum/policy/internal/state"
)

// checkPolicies reports everything that is wrong with a policy and its shadows.
func checkPolicies(p *Policy, shadow []*Policy) error {
	errs := []error{p.Validate()}
	if len(shadow) > state.MaxShadows {
		errs = append(errs, &FieldError{Field: "shadow", Problem: fmt.Sprintf("%d policies are more than %d", len(shadow), state.MaxShadows)})
	}
	for i, q := range shadow {
		if q == nil {
			errs = append(errs, &FieldError{Field: fmt.Sprintf("shadow[%d]", i), Problem: "must not be nil"})
			continue
		}
		errs = append(errs, below(fmt.Sprintf("shadow[%d]", i), q.Validate()))
		for k := range i {
			if shadow[k] != nil && shadow[k].Name == q.Name {
				errs = append(errs, &FieldError{Field: fmt.Sprintf("shadow[%d].name", i), Problem: fmt.Sprintf("must differ from that of shadow[%d]: a shadow keeps its strikes under its name", k)})
			}
		}
	}
	return errors.Join(errs...)
}

// below puts path before the fields that joined errors name.
func below(path string, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var errs []error
	for _, err := range joined.Unwrap() {
		if f, ok := errors.AsType[*FieldError](err); ok {
			err = &FieldError{Field: path + "." + f.Field, Problem: f.Problem}
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
