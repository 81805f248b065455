package policy

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/rulekit"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// Config says what an Engine works with. The zero Config is valid: the default
// policy, records in memory, a random Secret. New copies it; what it refers to must
// not be changed afterwards.
type Config struct {
	// Policy is enforced; nil: Default(). Begin with Observe() and
	// Shadow: []*Policy{Default()}, and nothing is refused.
	Policy *Policy
	// Shadow holds at most two policies that judge every message, too. Their
	// verdicts are in Decision.Shadow and are never enforced. Each makes Evaluate
	// slower and records larger.
	Shadow []*Policy
	// Store keeps the records; nil: NewMemory(0). The Engine does not close it.
	Store Store
	// Notes tell other engines what this one saw, where each has a Store of its own and
	// accounts of its own in it, such as the workers of a replay: which texts were sent, what
	// is held against an origin, whose complaints were right. All need the same Secret.
	// Nil: the Store tells them if it is a Broadcaster, which those who share it need.
	Notes Notes
	// ExpectRecords says that the Store has been in use: New then refuses one that
	// is empty (ErrEmptied), where it would otherwise begin to fill it, and nobody
	// would be suspended any more. Set it after the first start.
	ExpectRecords bool
	// Secret keys all hashes that leave the process: 32 random bytes, the same
	// in every process and after every restart. It is required with a shared
	// store, and random when nil: then there is no Snapshot and no Restore. Any
	// length is taken, but one that can be guessed protects nobody. New refuses an outside
	// store that was filled under another one (ErrSecret): Secrets changes it.
	Secret []byte
	// Tenant makes the Engine one of many that share a Store: each has records, lists,
	// texts, a brake and a budget of its own, and sees nothing of the others. 1 to 128
	// letters, digits and ". _ : @ / -"; "": the store is this Engine's alone. Engines
	// of all tenants share the Secret, which each makes one of its own of. An idle one
	// takes some 80 KB, one in use as much as Index allows: MaxClusters is 4,096 here
	// where it is 0. docs/stores.md says what differs. It cannot be changed later.
	Tenant string
	// Secrets, in the place of Secret, are several, newest first, for an outside store
	// whose Secret is to be changed, or was: records lie under the newest and are sealed
	// with it, also what they say of people. Those under the one before are found, and
	// move as they are used; Rekey moves the rest. docs/stores.md says in which order
	// processes get them. New then needs the store, and makes the newest that of the store.
	// 1 to 8 of up to 1,024 bytes.
	Secrets []Secret
	// Signals are measurements of the host's own, after the built-in ones. They must
	// be safe for concurrent use; nil is a *FieldError.
	Signals []SignalFunc
	// Compiler compiles the rules of policies (Policy.Rules), as policy/celrules does; nil:
	// a policy with rules is refused.
	Compiler rulekit.Compiler
	// Hooks are told what happens; zero: nobody is.
	Hooks Hooks
	// OnFault says what Evaluate decides while the store is out of reach; zero: Static.
	OnFault FaultMode
	// Timeout bounds what one Evaluate waits for an outside store in all, and
	// what any other call waits for each step, whatever the store does; 0: 50 ms.
	// Raise it and a slow store makes slow messages rather than degraded decisions.
	Timeout time.Duration
	// MaxSkew is how far ahead of Now a message may be; 0: 5 minutes. One further
	// ahead is judged as that. Raise it and a sender with a wrong clock can move the
	// time of their account ahead by as much.
	MaxSkew time.Duration
	// MaxDelay is how far behind Now a message or an event may be; 0: 5 minutes. One
	// further behind is judged as that: sent out late, it counts when it goes out.
	// Raise it only where At is a time of the host's own: senders who can choose At
	// gain as much of every rate limit as they can go back. For the messages of a
	// queue there is Message.Delayed, for history Learn.
	MaxDelay time.Duration
	// Resolution is what the host rounds Message.At to; 0: exact. From a minute up,
	// signals that need seconds are off.
	Resolution time.Duration
	// Logger gets faults of the store, also those that no call returns, and a warning
	// where a time is more than an hour beyond MaxSkew or MaxDelay; nil:
	// slog.Default(), and none where Hooks.Fault is set. No text and no account's name
	// is ever logged.
	Logger *slog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Index bounds the campaign index; zero fields are its defaults. Raise them and
	// the process takes more memory and remembers texts for longer.
	Index similarity.IndexConfig
}

// A FaultMode says what Evaluate decides while the store is out of reach. The
// zero FaultMode is Static.
type FaultMode uint8

// Fault modes.
const (
	Static   FaultMode = iota // enforce what is known, count locally, impose nothing new
	AllowAll                  // deliver
	HoldAll                   // hold: a person decides
)

var faultModeNames = names{typ: "FaultMode", what: "fault mode", of: []string{"static", "allow_all", "hold_all"}}

// String returns the name of the mode.
func (m FaultMode) String() string { return faultModeNames.name(uint8(m)) }

// MarshalText implements encoding.TextMarshaler.
func (m FaultMode) MarshalText() ([]byte, error) { return faultModeNames.text(uint8(m)) }

// UnmarshalText implements encoding.TextUnmarshaler. An unknown name is an error and
// changes nothing.
func (m *FaultMode) UnmarshalText(b []byte) error { return faultModeNames.read((*uint8)(m), b) }

// complete fills in the defaults, and reports everything that is wrong.
func (c *Config) complete() error {
	if c.Policy == nil {
		c.Policy = Default()
	}
	if c.Tenant != "" && c.Index.MaxClusters == 0 {
		c.Index.MaxClusters = clustersOfTenant
	}
	c.Timeout = cmp.Or(c.Timeout, 50*time.Millisecond)
	c.MaxSkew = cmp.Or(c.MaxSkew, 5*time.Minute)
	c.MaxDelay = cmp.Or(c.MaxDelay, 5*time.Minute)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil && c.Hooks.Fault == nil {
		c.Logger = slog.Default() // somebody must be told
	} else if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return errors.Join(append(append(c.faults(), c.checkSecrets()...), checkPolicies(c.Policy, c.Shadow, c.Compiler))...)
}

// faults lists what is wrong apart from the policies.
func (c *Config) faults() (errs []error) {
	_, inside := c.Store.(*Memory)
	for _, x := range []struct {
		wrong          bool
		field, problem string
	}{
		{c.Timeout < 0, "timeout", "must not be negative"},
		{c.MaxSkew < 0, "max_skew", "must not be negative"},
		{c.MaxDelay < 0, "max_delay", "must not be negative"},
		{noUnit(c.Timeout, time.Millisecond), "timeout", "must be a millisecond or more: a number without a unit is nanoseconds"},
		{noUnit(c.MaxSkew, time.Millisecond), "max_skew", "must be a millisecond or more: a number without a unit is nanoseconds"},
		{noUnit(c.MaxDelay, time.Millisecond), "max_delay", "must be a millisecond or more: a number without a unit is nanoseconds"},
		{noUnit(c.Index.Window, time.Minute), "index.window", "must be a minute or more: a number without a unit is nanoseconds"},
		{c.Index.MinSimilarity < 0 || c.Index.MinSimilarity > 1, "index.min_similarity", "must lie between 0 and 1"},
		{isNil(c.Notes), "notes", "must not be a nil pointer: leave the field out"},
		{isNil(c.Store), "store", "must not be a nil pointer: leave the field out for a Memory"},
		{c.Resolution < 0, "resolution", "must not be negative; 0 is exact"},
		{c.OnFault > HoldAll, "on_fault", "must be Static, AllowAll or HoldAll"},
		{slices.ContainsFunc(c.Signals, func(fn SignalFunc) bool { return fn == nil }), "signals", "must not hold nil"},
		{c.ExpectRecords && (c.Store == nil || inside), "expect_records", "needs a store outside the process: a Memory begins empty"},
		{c.Tenant != "" && !tenantForm.MatchString(c.Tenant), "tenant", "must be 1 to 128 letters, digits or . _ : @ / -"},
		{c.Tenant != "" && len(c.Secret)+len(c.Secrets) == 0, "secret", "is required with a tenant: the engines of all tenants share it"},
		{c.Store != nil && !inside && len(c.Secret)+len(c.Secrets) == 0 && c.Tenant == "", "secret", "is required with a store outside the process: its keys would change with every start"},
		{c.Notes != nil && (c.Store == nil || inside) && len(c.Secret)+len(c.Secrets) == 0 && c.Tenant == "", "secret", "is required with notes: all engines need the same"},
	} {
		if x.wrong {
			errs = append(errs, &FieldError{Field: "config." + x.field, Problem: x.problem})
		}
	}
	return errs
}

// noUnit reports whether a duration is shorter than any that can be meant.
func noUnit(d, least time.Duration) bool { return d > 0 && d < least }

// isNil reports whether an interface holds a nil pointer of some type, which only its first
// call would show.
func isNil(x any) bool {
	v := reflect.ValueOf(x)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// checkPolicies reports everything that is wrong with a policy and its shadows.
func checkPolicies(p *Policy, shadow []*Policy, c rulekit.Compiler) error {
	errs := []error{p.CheckRules(c)}
	if len(shadow) > state.MaxShadows {
		errs = append(errs, &FieldError{Field: "shadow", Problem: fmt.Sprintf("has %d policies, at most %d are allowed", len(shadow), state.MaxShadows)})
	}
	for i, q := range shadow {
		if q == nil {
			errs = append(errs, &FieldError{Field: fmt.Sprintf("shadow[%d]", i), Problem: "must not be nil"})
			continue
		}
		errs = append(errs, below(fmt.Sprintf("shadow[%d]", i), q.CheckRules(c)))
		for k := range i {
			if shadow[k] != nil && shadow[k].Name == q.Name {
				errs = append(errs, &FieldError{Field: fmt.Sprintf("shadow[%d].name", i), Problem: fmt.Sprintf("must differ from that of shadow[%d]: a shadow keeps its strikes under its name", k)})
			}
		}
	}
	return errors.Join(append(errs, checkTogether(p, shadow))...)
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

// A SignalFunc measures something of the host's own and appends it as evidence.
// It must be pure: the same arguments give the same evidence, it keeps none of
// them, and it does no I/O, for it may run more than once, and on several
// goroutines at a time. It runs while the record of the sender is held.
type SignalFunc func(dst []scoring.Evidence, m *Message, f *Facts) []scoring.Evidence

// Facts is what a SignalFunc may know besides the message. It is a plain value.
type Facts struct {
	At         time.Time           // the time at which the message is judged
	First      time.Time           // of the account, as far as is remembered; zero: this is the first
	Strangers  int                 // recipients that are strangers
	New        int                 // of these, never written to before
	Messages   int                 // delivered within the 24 hours before
	Refused    int                 // tries refused within the 24 hours before
	Approached float64             // people approached, half-life 14 days
	Answered   float64             // those of them that answered
	Likeness   float64             // similarity to the nearest of the last texts to strangers (Jaccard), 0 to 1
	Cluster    *similarity.Cluster // what the campaign index knows of the text; ID 0: nothing
	Sketch     *similarity.Sketch  // of the text
}
