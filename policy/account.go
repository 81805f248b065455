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
	"github.com/decorum-go/decorum/policy/internal/english"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/state"
	"github.com/decorum-go/decorum/policy/internal/words"
)

// An Account says where an account stands, in the same figures that the engine
// judges by. They are counts and weights, no thresholds of suspicion: show them to
// moderators. It is a value of the caller's own.
type Account struct {
	ID        string     `json:"id"`
	At        time.Time  `json:"at,omitzero"`        // for which all figures hold
	First     time.Time  `json:"first,omitzero"`     // first event that is remembered
	Last      time.Time  `json:"last,omitzero"`      // newest event
	Policy    string     `json:"policy,omitzero"`    // name and content hash of the policy in force
	Strikes   float64    `json:"offence_weight"`     // weight of all strikes now, in the unit of Step.Strikes
	Offences  []Offence  `json:"offences,omitempty"` // oldest first
	Standing  []Sanction `json:"standing,omitempty"` // in force, oldest first
	History   []Sanction `json:"history,omitempty"`  // past ones that can still be appealed
	Override  *Override  `json:"override,omitzero"`  // a moderator's standing order; nil: none
	Pledge    time.Time  `json:"pledge,omitzero"`    // until when a pledge holds under which a sanction ended (Ruling.Pledge); zero: none
	Pace      float64    `json:"pace,omitzero"`      // how fast strikes fade now: 1 as by time alone, up to Conduct.Factor for good conduct; 0: there are none, or what stands lets none fade
	Limits    []Usage    `json:"limits,omitempty"`   // counts against the limits that hold now
	Probation float64    `json:"probation"`          // share of the limits on new people that holds after a sanction, 0 to 1; 1: no probation

	Approached float64 `json:"approached"` // people written to first, half-life 14 days
	Answered   float64 `json:"answered"`   // those of them that answered
	// Reply is the share of people approached that answer, 0 to 1, corrected for
	// those that have not had the time yet. ReplyLow and ReplyHigh bound its 90%
	// credible interval.
	Reply     float64 `json:"reply_rate"`
	ReplyLow  float64 `json:"reply_rate_low"`
	ReplyHigh float64 `json:"reply_rate_high"`

	Unanswered      int            `json:"unanswered"` // people approached that have not answered yet, as far as they are remembered
	Reached         float64        `json:"reached"`    // people written to, half-life 90 days
	Strangers       float64        `json:"strangers"`  // strangers newly approached, half-life 2 hours
	Texts           []TextUse      `json:"texts,omitempty"`
	Complaints      []ComplaintUse `json:"complaints,omitempty"`
	ComplaintWeight float64        `json:"complaint_weight"` // of all complaints now; 1 is one by a reporter without a history
	Regularity      float64        `json:"regularity"`       // of the gaps between messages: burstiness, negated (scoring.Rhythm), −1 to 1 for a metronome; 0: not enough data
	Gaps            int            `json:"gaps"`             // between messages that Regularity rests on
	// Next is when something eases next: a sanction ends, or a strike is forgotten.
	// Zero: nothing will by itself.
	Next time.Time `json:"next,omitzero"`
}

// An Offence is one strike: an offence that was counted.
type Offence struct {
	At       time.Time `json:"at,omitzero"`
	Mass     float64   `json:"weight"`            // its weight when it was counted, in the unit of Step.Strikes
	Left     float64   `json:"weight_left"`       // its weight now
	Fades    time.Time `json:"fades,omitzero"`    // when it is forgotten, if nothing more speaks for the account; zero: not while what stands has no end
	Sanction string    `json:"sanction,omitzero"` // ID of the sanction that it brought; "": none that is remembered
}

// A Usage is a count against a limit.
type Usage struct {
	What  string        `json:"what"`           // "messages" or "people"
	Used  int           `json:"used"`           // in the window that ends now
	Limit limiter.Limit `json:"limit,omitzero"` // of people, on probation less than the policy's; the share of young accounts is not in it
	// Free is when one more is allowed; zero: now.
	Free time.Time `json:"free,omitzero"`
}

// A TextUse is one text, with its near-copies, that went to strangers.
type TextUse struct {
	People    int       `json:"people"`                  // distinct people it was tried on
	Strangers int       `json:"strangers"`               // strangers among them
	Answered  int       `json:"answered"`                // strangers that it reached and that answered
	Last      time.Time `json:"last,omitzero"`           // newest message
	Weight    float64   `json:"weight"`                  // of recipients that did not answer, half-life 2 hours
	Cluster   uint64    `json:"cluster,string,omitzero"` // ID in the campaign index; 0: none
}

// A ComplaintUse is one report against the account; it names nobody.
type ComplaintUse struct {
	At       time.Time `json:"at,omitzero"`
	Category Category  `json:"category"`
	Weight   float64   `json:"weight"`         // credibility of the reporter; 1: one without a history
	Cold     bool      `json:"cold,omitzero"`  // the account had approached the reporter as a stranger
	Block    bool      `json:"block,omitzero"` // it is a BlockedBy
	Ruled    string    `json:"ruled,omitzero"` // "", "confirmed" or "void"
}

// An Override is a moderator's standing order on an account: Allow exempts it
// from limits and automation, Hold holds all that it sends.
type Override struct {
	Account string    `json:"account,omitzero"` // required
	Verdict Verdict   `json:"verdict,omitzero"` // Allow or Hold; required
	Until   time.Time `json:"until,omitzero"`   // zero: until EndOverride
	By      string    `json:"by,omitzero"`      // the moderator; required
	Note    string    `json:"note,omitzero"`    // cut to 64 bytes
}

// Account returns where an account stands now. It changes nothing. An error is a
// *FieldError, ErrNotFound if nothing is remembered of the account, the context's,
// or a *FaultError.
func (e *Engine) Account(ctx context.Context, account string) (Account, error) {
	if err := firstError(e.ready(ctx), checkID("account", account, true)); err != nil {
		return Account{}, err
	}
	w := e.about(account, time.Time{})
	defer e.end(w)
	r, found := &w.rec, false
	var now time.Time
	err := e.viewWith(ctx, w, w.in.Key, func(data []byte) error {
		if err := decode(r, data); err != nil {
			return err
		}
		now = w.begins(r, w.in.At)
		found = !r.Empty() && !r.Expired(stamp.Of(now))
		r.DecayTo(stamp.Of(now), &w.in.Policy.Member.Ladder, w.in.Tracks)
		return nil
	})
	if err != nil {
		e.fault(ctx, err)
		return Account{}, err
	}
	if !found {
		return Account{}, because(ErrNotFound, "nothing is remembered of the account")
	}
	if r.HasFile() {
		filed, err := e.filed(ctx, account)
		if err != nil {
			return Account{}, err
		}
		r.Unfile(filed)
	}
	a := Account{
		ID: account, At: now, First: stamp.Time(r.Born), Last: time.UnixMilli(r.Newest).UTC(), Policy: w.in.Policy.ID,
		Approached: r.Replies.Attempts(now), Unanswered: r.Pending.N, Reached: r.Reached.At(now, state.ReachedHalf),
		Strangers: r.FanFast.At(now, state.FanFastHalf),
	}
	rules := w.in.Policy.Rules(r.Class)
	a.describeLadder(r, rules)
	a.describeLimits(r, rules)
	a.describeReplies(r, rules)
	a.describeTexts(r)
	a.describeComplaints(r, rules)
	if b, n, ok := r.Rhythm.Burstiness(); ok {
		a.Regularity, a.Gaps = -b, n
	}
	a.Next = a.next()
	return a, nil
}

// describeLadder says what stands against the account.
func (a *Account) describeLadder(r *state.Record, rules *judge.Rules) {
	s, now := &r.Enforced.Ladder, stamp.Of(a.At)
	a.Strikes, a.Probation = s.Mass(now, &rules.Ladder), s.Probation(now, rules.Limits.Probation, &rules.Ladder)
	a.Pace = s.Pace(now, &rules.Ladder)
	for _, x := range s.Strikes(nil, now, &rules.Ladder) {
		o := Offence{At: stamp.Time(x.At), Mass: x.Mass, Left: s.Left(&x, now, &rules.Ladder), Fades: endOf(s.Forgets(&x, &rules.Ladder))}
		if s.Find(x.ID) != nil && r.DetailsOf(x.ID) != nil {
			o.Sanction = hex64(x.ID)
		}
		a.Offences = append(a.Offences, o)
	}
	a.Standing, a.Pledge = standing(r, a.ID, now), pledge(r, now)
	for i := range s.N {
		e := &s.Log[i]
		if d := r.DetailsOf(e.ID); d != nil && e.Kind != 0 && !e.Stands(now) && now < e.Expires() {
			a.History = append(a.History, sanctionOf(r, e, d, a.ID))
		}
	}
	if o := r.Order; o.At(now) != 0 {
		a.Override = &Override{Account: a.ID, Verdict: Verdict(o.Verdict), Until: endOf(o.Until), By: o.By, Note: o.Note}
	}
}

// describeLimits counts against the limits that hold now.
func (a *Account) describeLimits(r *state.Record, rules *judge.Rules) {
	use := func(what string, w *limiter.Windows, limits []limiter.Limit) {
		for _, l := range limits {
			u := Usage{What: what, Used: w.Count(a.At, l.Per), Limit: l}
			if res := w.Check(a.At, []limiter.Limit{l}, 1); !res.OK {
				u.Free = a.At.Add(res.RetryAfter)
			}
			a.Limits = append(a.Limits, u)
		}
	}
	use("messages", &r.Messages, rules.Limits.Messages)
	if rules.Strangers != nil {
		rules = rules.Strangers
	}
	people := rules.Limits.People
	if a.Probation < 1 {
		people = judge.Shrink(nil, people, a.Probation)
	}
	use("people", &r.People, people)
	for i := range a.Standing {
		if s := &a.Standing[i]; s.Kind == Restriction {
			use("messages", &r.Messages, []limiter.Limit{{N: s.PerDay, Per: 24 * time.Hour}})
		}
	}
}

// describeReplies says how the account is received by those it writes to first.
func (a *Account) describeReplies(r *state.Record, rules *judge.Rules) {
	var exposure float64
	a.Answered, exposure = r.Replies.Counts(a.At)
	post := rules.ReplyPrior.Posterior(a.Answered, exposure)
	a.Reply = post.Mean()
	a.ReplyLow, a.ReplyHigh = post.Interval(.9)
}

// describeTexts lists texts that went to several, the widest first.
func (a *Account) describeTexts(r *state.Record) {
	for i := range r.Texts.N {
		t := &r.Texts.Ring[i]
		a.Texts = append(a.Texts, TextUse{
			People: int(t.People), Strangers: int(t.Strangers), Answered: int(t.Answered), Last: stamp.Time(t.Last),
			Weight: t.Fast.At(a.At, state.TextFastHalf), Cluster: t.Cluster,
		})
	}
	slices.SortStableFunc(a.Texts, func(x, y TextUse) int { return cmp.Compare(y.People, x.People) })
}

// describeComplaints lists the reports against the account.
func (a *Account) describeComplaints(r *state.Record, rules *judge.Rules) {
	for i := range r.Complaints.N {
		c := &r.Complaints.Reports[i]
		u := ComplaintUse{
			At: stamp.Time(c.At), Category: Category(c.About & state.ReportCategory), Weight: float64(c.Weight) / 100,
			Cold: c.Has(state.ReportStranger), Block: c.Has(state.ReportBlock),
		}
		switch {
		case c.Has(state.ReportFound):
			u.Ruled = "confirmed"
		case c.Has(state.ReportRejected):
			u.Ruled = "void"
		}
		a.Complaints = append(a.Complaints, u)
	}
	a.ComplaintWeight = r.Complaints.WeightAfter(0, a.At, &rules.Complaints).Weight
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
	sooner(a.Pledge)
	return t
}

// String says in a few lines, for a moderator, where the account stands and what it
// may do now; of the zero Account, that nothing is remembered.
func (a Account) String() string {
	if a.ID == "" {
		return "nothing is remembered"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s: %s; strikes %s", english.Quoted(a.ID), a.At.Format("2 January 2006, 15:04"), a.stands(), english.Number(a.Strikes))
	if a.Pace > 1 {
		fmt.Fprintf(&b, ", fading %s times as fast for good conduct", english.Number(a.Pace))
	}
	if a.Probation < 1 {
		fmt.Fprintf(&b, "; probation: %s of the limits on new people", english.Percent(a.Probation))
	}
	if !a.Pledge.IsZero() {
		b.WriteString("; under a pledge until " + english.Minute(a.Pledge))
	}
	b.WriteString("\n")
	for _, u := range a.Limits {
		fmt.Fprintf(&b, "%s: %d of %d left in %s", u.What, max(0, u.Limit.N-u.Used), u.Limit.N, words.Span(u.Limit.Per)(&words.Voice{}))
		if !u.Free.IsZero() {
			b.WriteString(", free again on " + english.Minute(u.Free))
		}
		b.WriteString("\n")
	}
	if approached := math.Round(a.Approached*10) / 10; approached > 0 {
		fmt.Fprintf(&b, "answers: %s of %s people written to first; with the time they had, %s to %s will in the end, with 90%% probability\n",
			english.Number(math.Round(a.Answered*10)/10), english.Number(approached), english.Percent(a.ReplyLow), english.Percent(a.ReplyHigh))
	}
	if len(a.Complaints) > 0 {
		fmt.Fprintf(&b, "complaints: %d, counted as %s\n", len(a.Complaints), english.Count(a.ComplaintWeight, "credible one", "credible ones"))
	}
	if !a.Next.IsZero() {
		b.WriteString("something eases next on " + a.Next.Format("2 January 2006") + ": a sanction ends, or an offence is forgotten\n")
	}
	return b.String()
}

// stands says what holds for the account: a moderator's order, and sanctions.
func (a *Account) stands() string {
	var all []string
	for i := range a.Standing {
		s := &a.Standing[i]
		line := s.brief()
		if s.Appeal != nil && s.Appeal.Ruling == nil {
			line += ", appeal open"
		}
		all = append(all, line)
	}
	o := a.Override
	if len(all) == 0 && (o == nil || o.Verdict != Hold) {
		all = append(all, "in good standing")
	}
	if o != nil {
		line := "exempt"
		if o.Verdict == Hold {
			line = "all messages are held"
		}
		all = append(all, line+" by order of "+english.Quoted(o.By)+english.Until(o.Until))
	}
	return strings.Join(all, "; ")
}
