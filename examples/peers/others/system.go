package main

import (
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A system is asked before a message is delivered, and hears what people say and do.
// Each plays one stream, in order of time.
type system interface {
	judge(e *events.Event) (answer, error)
	// hear takes an event that is no message.
	hear(e *events.Event) error
	close() error
}

// An answer is what a system says of a message.
type answer struct {
	delivered bool
	blocked   bool          // it does not go out for what stands on the account
	wait      time.Duration // until it may be tried again; 0: it may not
}

// A maker makes a system for a stream, whose times have a resolution. blocked is to be
// called with each account that is blocked: no message of it, or none to strangers, goes
// out for a while.
type maker struct {
	name   string
	policy func() *policy.Policy // of decorum
	ears   bool                  // it goes by complaints, too
	deaf   bool                  // they do not reach it
	open   func(m *maker, resolution time.Duration, blocked func(account string)) (system, error)
}

// makers are decorum, by its default policy and by the strict one, and what would be taken
// in its place.
func makers() []maker {
	return []maker{
		{name: "decorum", open: openDecorum, policy: policy.Default},
		{name: "strict", open: openDecorum, policy: policy.Strict},
		{name: "gateway", open: openGateway},
		{name: "kit", ears: true, open: openKit},
		{name: "kit+near", ears: true, open: openNear},
		{name: "automod", open: openAutomod},
		{name: "samples", ears: true, open: openSamples},
	}
}

// deafened are those of the makers that go by complaints, without them: what these
// catch, they catch by what somebody did.
func deafened(list []maker) (deaf []maker) {
	for _, m := range list {
		if m.ears {
			m.deaf = true
			deaf = append(deaf, m)
		}
	}
	return deaf
}

// listens reports whether an event reaches the system.
func (m *maker) listens(e *events.Event) bool {
	return !m.deaf || e.Kind != events.Complaint && e.Kind != events.Blocked
}

// vouched are the classes that the host vouches for: they are its own, or verified.
// All but decorum leave them alone.
func vouched(class string) bool {
	return class == "page" || class == "service" || class == "staff" || class == "business"
}
