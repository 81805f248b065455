package policy

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
)

// A SanctionState says whether a sanction stands.
type SanctionState uint8

// States of sanctions.
const (
	InForce  SanctionState = iota // it stands now
	Ended                         // it ran out, or was lifted or overturned
	AnyState                      // either
)

var stateNames = names{typ: "SanctionState", what: "state of a sanction", of: []string{"in_force", "ended", "any"}, blank: true}

// String returns the name of the state.
func (s SanctionState) String() string { return stateNames.name(uint8(s)) }

// MarshalText implements encoding.TextMarshaler.
func (s SanctionState) MarshalText() ([]byte, error) { return stateNames.text(uint8(s)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *SanctionState) UnmarshalText(b []byte) error { return stateNames.read((*uint8)(s), b) }

// A SanctionFilter chooses sanctions: those of which all that it says is so. What is
// zero says nothing, so the zero SanctionFilter chooses all that stand.
type SanctionFilter struct {
	State        SanctionState `json:"state,omitzero"`
	OpenAppeal   bool          `json:"open_appeal,omitzero"`    // an appeal against it waits for a ruling; what has ended is chosen, too
	ReviewBefore time.Time     `json:"review_before,omitzero"`  // a person should look at it again before that
	Kinds        []Kind        `json:"kinds,omitempty"`         // it is one of these
	Policy       string        `json:"policy,omitzero"`         // imposed under: a name, or name and hash as in Sanction.Policy; what people imposed under it, too
	From         time.Time     `json:"from,omitzero"`           // imposed at that time or later
	Before       time.Time     `json:"before,omitzero"`         // imposed before that
	By           string        `json:"by,omitzero"`             // imposed by that moderator
	Automatic    bool          `json:"automatic,omitzero"`      // imposed by nobody, which spares what people imposed: not with By
	Cluster      uint64        `json:"cluster,string,omitzero"` // brought by a text of that Decision.Cluster

	// Everybody is to be set where LiftAll is meant to end whatever stands, on
	// everybody: a filter that says nothing else is refused there without it.
	Everybody bool `json:"everybody,omitzero"`

	// After is the Cursor of the last sanction of the page before; "": the first page.
	After string `json:"after,omitzero"`
	// Limit is how many a page has at most; 0: all in one.
	Limit int `json:"limit,omitzero"`
}

// Cursor names the place of a sanction in what Engine.Sanctions lists: the next page
// begins after it.
func (s *Sanction) Cursor() string { return hex64(uint64(s.From.Unix())) + "-" + s.ID }

// choosing is a filter in use.
type choosing struct {
	*SanctionFilter
	state SanctionState
	now   time.Time
}

func (f *SanctionFilter) validate() error {
	err := firstError(checkTime("review_before", f.ReviewBefore), checkTime("from", f.From), checkTime("before", f.Before), checkID("by", f.By, false))
	at, id, cut := strings.Cut(f.After, "-")
	switch {
	case err != nil:
		return err
	case f.State > AnyState:
		return &FieldError{Field: "state", Problem: "must be one of in_force, ended, any"}
	case slices.ContainsFunc(f.Kinds, func(k Kind) bool { return k < Warning || k > Referral }):
		return &FieldError{Field: "kinds", Problem: "must be of warning, block, restriction, suspension, referral"}
	case f.By != "" && f.Automatic:
		return &FieldError{Field: "automatic", Problem: "excludes by: automation has no name"}
	case !f.Before.IsZero() && !f.From.Before(f.Before):
		return &FieldError{Field: "before", Problem: "must be later than from"}
	case f.Limit < 0:
		return &FieldError{Field: "limit", Problem: "must be 0 or more"}
	case f.After != "" && (!cut || len(at) != 16 || len(id) != 16):
		return &FieldError{Field: "after", Problem: "must be a Sanction.Cursor of an earlier page"}
	}
	return nil
}

// says reports whether a filter leaves anybody out, but for those on whom nothing stands.
func (f *SanctionFilter) says() bool {
	return f.OpenAppeal || !f.ReviewBefore.IsZero() || len(f.Kinds) > 0 || f.Policy != "" || !f.From.IsZero() || !f.Before.IsZero() || f.By != "" || f.Automatic || f.Cluster != 0
}

// chooses reports whether all that the filter says is so of a sanction, which stands or
// not.
func (f *choosing) chooses(s *Sanction, cluster uint64, stands bool) bool {
	name, _, _ := strings.Cut(s.Policy, "@")
	switch {
	case f.state != AnyState && stands != (f.state == InForce),
		f.OpenAppeal && (s.Appeal == nil || s.Appeal.Ruling != nil),
		!f.ReviewBefore.IsZero() && (s.Review.IsZero() || !s.Review.Before(f.ReviewBefore)),
		len(f.Kinds) > 0 && !slices.Contains(f.Kinds, s.Kind),
		f.Policy != "" && f.Policy != s.Policy && f.Policy != name,
		s.From.Before(f.From), !f.Before.IsZero() && !s.From.Before(f.Before),
		f.By != "" && s.By != f.By, f.Automatic && s.By != "", f.Cluster != 0 && f.Cluster != cluster:
		return false
	}
	return true
}

// A listed is a sanction, and whose record it is in.
type listed struct {
	Sanction
	key       Key
	cluster   uint64 // of the text that brought it; 0: none
	cancelled bool   // it was overturned
}

// Sanctions yields sanctions: without a filter those in force now, account by account
// in no particular order, and with one those that it chooses, from the first imposed to
// the last, in pages where it has a Limit. A record that is refused (ErrRecord), or that
// the store says is damaged, is reported, and the iteration goes on; any other error
// ends it. A filter that says something impossible, or a second one, is a *FieldError.
//
// What stands, and what an open appeal is about, the store finds by itself: of each such
// account one record is read. For what has ended it reads every record; ask in the
// background. A page with a Limit needs memory for twice as many sanctions, and reads
// as much as the whole list.
//
// With an outside store it also makes what stands known to this process, which enforces
// it while the store is away: range over it after a start.
func (e *Engine) Sanctions(ctx context.Context, filter ...SanctionFilter) iter.Seq2[Sanction, error] {
	return func(yield func(Sanction, error) bool) {
		var f SanctionFilter
		if len(filter) > 0 {
			f = filter[0]
		}
		err := firstError(e.ready(ctx), f.validate())
		if err == nil && len(filter) > 1 {
			err = &FieldError{Field: "filter", Problem: "must be one at most"}
		}
		if err != nil {
			yield(Sanction{}, err)
			return
		}
		if len(filter) == 0 {
			e.list(ctx, &f, func(s listed, err error) bool { return yield(s.Sanction, err) })
			return
		}
		e.page(ctx, &f, yield)
	}
}

// page yields one page of what a filter chooses.
func (e *Engine) page(ctx context.Context, f *SanctionFilter, yield func(Sanction, error) bool) {
	var page []listed
	tidy := func() {
		slices.SortFunc(page, func(a, b listed) int { return cmp.Compare(a.Cursor(), b.Cursor()) })
		if f.Limit > 0 && len(page) > f.Limit {
			page = page[:f.Limit]
		}
	}
	whole := e.list(ctx, f, func(s listed, err error) bool {
		if err != nil {
			return yield(Sanction{}, err)
		}
		if f.After == "" || s.Cursor() > f.After {
			page = append(page, s)
		}
		if f.Limit > 0 && len(page) >= 2*f.Limit {
			tidy()
		}
		return true
	})
	if !whole {
		return
	}
	tidy()
	for i := range page {
		if !yield(page[i].Sanction, nil) {
			return
		}
	}
}

// list hands out what a filter chooses, as the store has it, its cursor and limit apart.
// It reports whether that was all, and the caller wants to know.
func (e *Engine) list(ctx context.Context, f *SanctionFilter, yield func(listed, error) bool) (whole bool) {
	c := choosing{f, f.State, e.now(time.Time{})}
	if f.OpenAppeal && f.State == InForce {
		c.state = AnyState
	}
	var r state.Record
	for entry, err := range e.all(ctx, f.State == InForce || f.OpenAppeal) {
		if err == nil {
			err = asFault("all", decoded(r.DecodeOnly(entry.Data, state.OnlySanctions)))
		}
		if err == nil && c.state != InForce && r.HasFile() && r.Name != "" {
			var filed []state.Details
			if filed, err = e.filed(ctx, r.Name); err == nil {
				r.Unfile(filed)
			}
		}
		if err != nil {
			if !yield(listed{}, err) || entry.Key == (Key{}) {
				return false
			}
			continue
		}
		if !e.listOf(&c, &r, entry.Key, yield) {
			return false
		}
	}
	return true
}

// listOf hands out what a filter chooses of one record.
func (e *Engine) listOf(c *choosing, r *state.Record, key Key, yield func(listed, error) bool) bool {
	now := stamp.Of(r.Begin(c.now, c.now, e.cfg.MaxSkew, &e.settings.Load().enforced.Member.Ladder))
	log := &r.Enforced.Ladder
	for i := range log.N {
		s := &log.Log[i]
		if s.Kind == 0 || c.state == InForce && !s.Stands(now) {
			continue
		}
		if x := sanctionOf(r, s, r.DetailsOf(s.ID), r.Name); c.chooses(&x, s.Cluster, s.Stands(now)) && !yield(listed{x, key, s.Cluster, s.Outcome == ladder.Overturned}, nil) {
			return false
		}
	}
	return true
}
