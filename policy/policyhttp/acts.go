package policyhttp

import (
	"strconv"

	"github.com/decorum-go/decorum/policy"
)

// Acts is a page of the audit. After is to be asked for the next one; 0: there is none.
type Acts struct {
	Acts  []policy.Act `json:"acts"`
	After uint64       `json:"after,omitempty"`
}

// acts answers with a page of the audit.
func acts(c *call) (any, error) {
	q := question{of: c.query}
	f := policy.ActFilter{
		Account: c.query("account"), Key: c.query("key"), By: c.query("by"), Automatic: q.truth("automatic"), Newest: q.truth("newest"), Limit: mostListed,
	}
	q.text("what", &f.What)
	q.text("from", &f.From)
	q.text("before", &f.Before)
	if after := c.query("after"); after != "" {
		var bad error
		f.After, bad = strconv.ParseUint(after, 10, 64)
		q.wrong("after", bad)
	}
	if q.err != nil {
		return nil, q.err
	}
	p := Acts{Acts: []policy.Act{}}
	for a, err := range c.Acts(c.ctx, f) {
		if err != nil {
			return nil, err
		}
		p.Acts = append(p.Acts, a)
	}
	if n := len(p.Acts); n == mostListed {
		p.After = p.Acts[n-1].N
	}
	return p, nil
}
