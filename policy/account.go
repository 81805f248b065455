package policy

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/scoring"
)

// An Account is where an account stands: the same figures that the engine
// judges by. It is a plain value of the caller's own.
type Account struct {
	ID        string
	At        time.Time  // for which all figures hold
	First     time.Time  // first event that is remembered
	Last      time.Time  // newest event
	Policy    string     // name and content hash of the policy in force
	Strikes   float64    // strike mass now
	Offences  []Offence  // oldest first
	Standing  []Sanction // in force, oldest first
	History   []Sanction // past ones that can still be appealed against
	Override  *Override  // a moderator's standing order
	Limits    []Usage    // counts against the limits that hold now
	Probation float64    // share of the limits that holds after a sanction; 1: all

	Approached float64 // people approached first, half-life 14 days
	Answered   float64 // of these, who answered
	// Reply is the share of people approached who answer, corrected for those
	// who have not had the time yet, with its 90% credible interval.
	Reply, ReplyLow, ReplyHigh float64
	Unanswered                 int     // open approaches that are remembered
	Reached                    float64 // people written to, half-life 90 days
	Strangers                  float64 // newly approached, half-life 2 hours
	Texts                      []TextUse
	Complaints                 []ComplaintUse
	ComplaintWeight            float64 // credible weight now
	Regularity                 float64 // −Aₙ of the gaps between messages, −1 to 1 for a metronome; 0: not enough data
	Gaps                       int     // behind Regularity
	// Next is when something loosens next: a sanction or probation ends, a
	// strike is forgotten. Zero: nothing will by itself.
	Next time.Time
}

// An Offence is one strike.
type Offence struct {
	At       time.Time
	Mass     float64   // when it was counted, in the unit of Step.Strikes
	Left     float64   // of its mass now
	Fades    time.Time // when it is forgotten
	Sanction string    // ID of the sanction that it brought, if that is remembered
}

// A Usage is a count against a limit.
type Usage struct {
	What  string        // "messages", "people", or the channel
	Used  int           // in the window that ends now
	Limit limiter.Limit // on probation less than the policy's; the share of young accounts is not in it
	// Free is when one more is allowed; zero: now.
	Free time.Time
}

// A TextUse is one text that went to several people without a tie.
type TextUse struct {
	People    int       // distinct people it was tried on
	Strangers int       // of these, without a tie
	Answered  int       // of those whom it reached
	Last      time.Time // newest message
	Weight    float64   // of unanswered recipients, half-life 2 hours
	Cluster   uint64    // in the campaign index; 0: none
}

// A ComplaintUse is one report against the account; it names nobody.
type ComplaintUse struct {
	At       time.Time
	Category Category
	Weight   float64 // credibility of the reporter
	Cold     bool    // the reporter was approached without a tie
	Block    bool    // a BlockedBy
	Ruled    string  // "", "confirmed" or "void"
}

// An Override is a moderator's standing order on an account: Allow exempts it
// from limits and automation, Hold holds what it sends.
type Override struct {
	Account string    // required
	Verdict Verdict   // Allow or Hold; required
	Until   time.Time // zero: until ClearOverride
	By      string    // the moderator; required
	Note    string    // cut to 64 bytes
}

// Account returns where an account stands now. ErrNotFound says that nothing is
// remembered of it.
func (e *Engine) Account(ctx context.Context, account string) (Account, error) {
	if err := ctx.Err(); err != nil {
		return Account{}, err
	}
	if err := checkID("account", account, true); err != nil {
		return Account{}, err
	}
	s := e.about(account, time.Time{}, nil)
	defer e.close(s)
	found := false
	err := e.view(ctx, s, s.j.f.key, func(data []byte) error {
		r := &s.j.r
		if err := r.decode(data); err != nil {
			return err
		}
		s.j.f.now = r.now(s.j.f.now)
		s.j.f.sec = seconds(s.j.f.now)
		r.freshen(s.j.f.sec, s.j.e)
		found = !r.empty()
		return nil
	})
	if err != nil {
		e.fault(ctx, err)
		return Account{}, err
	}
	if !found {
		return Account{}, because(ErrNotFound, "nothing is remembered of the account")
	}
	return s.j.describe(account), nil
}

// describe makes the public figures of a record.
func (j *judgement) describe(account string) Account {
	r, f, p := &j.r, &j.f, j.e.policy
	rules := p.rules(r.class())
	half := p.Strikes.HalfLife.D()
	a := Account{
		ID: account, At: f.now, First: clock(r.born), Last: time.UnixMilli(r.newest).UTC(), Policy: j.e.id,
		Strikes: r.course.mass(f.sec, half), Probation: r.course.probation(f.sec, rules.Limits.Probation),
		Approached: r.replies.Attempts(f.now), Unanswered: r.open.n, Reached: r.reached.At(f.now, reachedHalf),
		Strangers: r.fanFast.At(f.now, fanFastHalf),
	}
	for i := range r.course.n {
		s := &r.course.strikes[i]
		o := Offence{At: clock(s.at), Mass: float64(s.mass)}
		o.Left = float64(s.mass) * scoring.HalfLife(f.now.Sub(o.At), half)
		one := course{n: 1, halfLife: r.course.halfLife, forget: r.course.forget}
		one.strikes[0] = *s
		o.Fades = clock(one.expires())
		for k := range r.sanctions {
			if uint32(r.sanctions[k].id) == s.id {
				o.Sanction = hex64(r.sanctions[k].id)
			}
		}
		a.Offences = append(a.Offences, o)
	}
	for i := range r.sanctions {
		if s := &r.sanctions[i]; s.stands(f.sec) {
			a.Standing = append(a.Standing, s.public(account))
		} else {
			a.History = append(a.History, s.public(account))
		}
	}
	if o := r.order; o.verdict != 0 {
		a.Override = &Override{Account: account, Verdict: o.verdict, Until: clock(o.until), By: o.by, Note: o.note}
	}
	use := func(what string, w *limiter.Windows, limits []limiter.Limit) {
		for _, l := range j.shrink(limits, a.Probation) {
			u := Usage{What: what, Used: w.Count(f.now, l.Per), Limit: l}
			if res := w.Check(f.now, []limiter.Limit{l}, 1); !res.OK {
				u.Free = f.now.Add(res.RetryAfter)
			}
			a.Limits = append(a.Limits, u)
		}
	}
	use("messages", &r.messages, rules.Limits.Messages)
	use("people", &r.people, rules.Limits.People)
	for i := range r.sanctions {
		if s := &r.sanctions[i]; s.kind == Restriction && s.stands(f.sec) {
			use("messages", &r.messages, []limiter.Limit{{N: int(s.perDay), Per: 24 * time.Hour}})
		}
	}
	var exposure float64
	a.Answered, exposure = r.replies.Counts(f.now)
	post := rules.Signals.ReplyPrior.Posterior(a.Answered, exposure)
	a.Reply = post.Mean()
	a.ReplyLow, a.ReplyHigh = post.Interval(.9)
	for i := range r.texts.n {
		t := &r.texts.at[i]
		a.Texts = append(a.Texts, TextUse{
			People: int(t.people), Strangers: int(t.cold), Answered: int(t.answered), Last: clock(t.last),
			Weight: t.fast.At(f.now, textFastHalf), Cluster: t.cluster,
		})
	}
	slices.SortStableFunc(a.Texts, func(x, y TextUse) int { return cmp.Compare(y.People, x.People) })
	for i := range r.complaints.n {
		c := &r.complaints.at[i]
		u := ComplaintUse{At: clock(c.at), Category: c.category(), Weight: float64(c.weight) / 100, Cold: c.about&reportCold != 0, Block: c.about&reportBlock != 0}
		switch {
		case c.about&reportFound != 0:
			u.Ruled = "confirmed"
		case c.about&reportVoid != 0:
			u.Ruled = "void"
		}
		a.Complaints = append(a.Complaints, u)
	}
	a.ComplaintWeight = r.complaints.burden(f.now, 0, &p.Complaints).weight
	if b, n, ok := r.rhythm.Burstiness(); ok {
		a.Regularity, a.Gaps = -b, n
	}
	a.Next = a.next()
	return a
}

// next is when something loosens next.
func (a *Account) next() (t time.Time) {
	sooner := func(u time.Time) {
		if u.After(a.At) && (t.IsZero() || u.Before(t)) {
			t = u
		}
	}
	for i := range a.Standing {
		sooner(a.Standing[i].Until)
	}
	for i := range a.Offences {
		sooner(a.Offences[i].Fades)
	}
	return t
}

// String says in a few lines where the account stands and what it may do now.
func (a *Account) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s: ", a.ID, a.At.Format("2 January 2006, 15:04"))
	if len(a.Standing) == 0 {
		b.WriteString("in good standing")
	}
	for i := range a.Standing {
		s := &a.Standing[i]
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(s.Kind.String())
		if s.Scope != 0 {
			fmt.Fprintf(&b, " (%s)", s.Scope)
		}
		if s.Until.IsZero() {
			b.WriteString(" until lifted")
		} else {
			b.WriteString(" until " + s.Until.Format("2 January 2006, 15:04"))
		}
	}
	fmt.Fprintf(&b, "; strikes %s", num(a.Strikes))
	if a.Probation < 1 {
		fmt.Fprintf(&b, "; probation: %s of the limits", percent(a.Probation))
	}
	b.WriteString("\n")
	for _, u := range a.Limits {
		fmt.Fprintf(&b, "%s: %d of %d left in %s", u.What, max(0, u.Limit.N-u.Used), u.Limit.N, span(u.Limit.Per))
		if !u.Free.IsZero() {
			b.WriteString(", free again on " + u.Free.Format("2 January 2006, 15:04"))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "answers: %s of %s people written to first (%s to %s with 90%% probability)\n",
		num(math.Round(a.Answered*10)/10), num(math.Round(a.Approached*10)/10), percent(a.ReplyLow), percent(a.ReplyHigh))
	if len(a.Complaints) > 0 {
		fmt.Fprintf(&b, "complaints: %d, worth %s\n", len(a.Complaints), count(a.ComplaintWeight, "credible one", "credible ones"))
	}
	if !a.Next.IsZero() {
		b.WriteString("next step back on " + a.Next.Format("2 January 2006") + "\n")
	}
	return b.String()
}
