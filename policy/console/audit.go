package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/decorum-go/decorum/policy"
)

// An auditView is the body of the audit.
type auditView struct {
	Account, By, None, More string
	Kinds                   []link
	Acts                    []act
}

// An act is one line of the audit.
type act struct {
	policy.Act
	Who, Change string
}

// audit shows what people and automation did, newest first, as the engine's store keeps it.
func (c *Console) audit(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error) {
	q := r.URL.Query()
	v := auditView{Account: q.Get("account"), By: q.Get("by")}
	f := policy.ActFilter{Account: v.Account, By: v.By, Newest: true, After: uint64(number(q.Get("after"))), Limit: actsPage}
	if f.By == "automation" {
		f.By, f.Automatic = "", true
	}
	for k := policy.ActImposed; k <= policy.ActPolicyChanged; k++ {
		v.Kinds = append(v.Kinds, link{Name: k.String(), Here: k.String() == q.Get("what")})
		if k.String() == q.Get("what") {
			f.What = k
		}
	}
	for a, err := range c.engine.Load().Acts(r.Context(), f) {
		if errors.Is(err, policy.ErrNotFound) {
			v.None = "The engine's store keeps no audit: pgstore does. Elsewhere the story of an account, and its closed cases, say who did what."
			break
		}
		if err != nil {
			return nil, err
		}
		v.Acts = append(v.Acts, act{a, doer(&a), changed(&a)})
	}
	if n := len(v.Acts); n == actsPage {
		v.More = c.cfg.Base + "/audit?account=" + escape(v.Account) + "&by=" + escape(v.By) + "&what=" + escape(q.Get("what")) + "&after=" + strconv.FormatUint(v.Acts[n-1].N, 10)
	}
	return &page{name: "audit", Title: "Audit", Body: v}, nil
}

// doer says who did it.
func doer(a *policy.Act) string {
	switch {
	case a.By != "":
		return a.By
	case a.What == policy.ActAppealed || a.What == policy.ActForgotten:
		return "the account, or on its behalf"
	}
	return "automation"
}

// changed says where an account stood before an act and after it.
func changed(a *policy.Act) string {
	before, after := footing(&a.Before), footing(&a.After)
	switch {
	case a.Key == "":
		return ""
	case before == after:
		return after
	}
	return before + " → " + after
}

func footing(f *policy.Footing) string {
	var all []string
	for i := range f.Standing {
		all = append(all, f.Standing[i].Kind.String())
	}
	if f.Override != 0 {
		all = append(all, "order: "+f.Override.String())
	}
	if len(all) == 0 {
		return "nothing stands"
	}
	return strings.Join(all, ", ")
}
