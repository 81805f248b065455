package policyhttp

import (
	"strconv"

	"github.com/decorum-go/decorum/policy"
)

// Texts is a page of texts that somebody ruled on. After is to be asked for the next one;
// "": there is none.
type Texts struct {
	Texts []policy.TextRule `json:"texts"`
	After string            `json:"after,omitempty"`
}

func listTexts(c *call) (any, error) {
	after := uint64(0)
	if q := c.query("after"); q != "" {
		var err error
		if after, err = textID("after", q); err != nil {
			return nil, err
		}
	}
	p := Texts{Texts: []policy.TextRule{}}
	for t, err := range c.Texts(c.ctx) {
		switch {
		case err != nil:
			return nil, err
		case after != 0:
			if t.ID == after {
				after = 0
			}
		case len(p.Texts) == mostListed:
			p.After = strconv.FormatUint(p.Texts[mostListed-1].ID, 10)
			return p, nil
		default:
			p.Texts = append(p.Texts, t)
		}
	}
	if after != 0 {
		return nil, &policy.FieldError{Field: "after", Problem: "is no text of the bank: it was cleared, begin again"}
	}
	return p, nil
}

// textID reads the ID of a rule.
func textID(field, s string) (uint64, error) {
	id, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, &policy.FieldError{Field: field, Problem: "must be the id of a text, a number"}
	}
	return id, nil
}
