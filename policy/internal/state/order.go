package state

// A Verdict is what was decided on a message; 0 is nothing. The numbers are
// policy.Verdict.
type Verdict uint8

// Verdicts, in order of severity.
const (
	Allow Verdict = iota + 1
	Flag
	Defer
	Hold
	Reject
)

// Delivered reports whether a message with the verdict goes out.
func (v Verdict) Delivered() bool { return v == Allow || v == Flag }

// An Order is a moderator's standing order: exempt (Allow) or held (Hold).
type Order struct {
	Verdict Verdict // 0: none
	Until   uint32
	By      string
	Note    string
}

// At is what the order is at a time.
func (o *Order) At(now uint32) Verdict {
	if now >= o.Until {
		return 0
	}
	return o.Verdict
}
