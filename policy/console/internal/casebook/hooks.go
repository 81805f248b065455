package casebook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Hooks are what an engine must be given (policy.Config.Hooks) for its cases to be in the
// Book. One returns when its record is in the spool, on the disk, or with its context; so
// what a decision above allow brought survives the process. What was allowed is counted
// by the second, and a crash loses a second of that count.
//
// A hook waits for the disk, holds no lock meanwhile, and never waits for the database.
func (b *Book) Hooks() policy.Hooks {
	return policy.Hooks{
		Decided:  b.decided,
		Recorded: b.recorded,
		Imposed:  func(ctx context.Context, s *policy.Sanction) { b.add(ctx, b.sanction(Imposed, s)) },
		Lifted:   func(ctx context.Context, s *policy.Sanction) { b.add(ctx, b.sanction(Lifted, s)) },
		Appealed: func(ctx context.Context, a *policy.Appeal) { b.add(ctx, b.appeal(Appealed, a)) },
		Resolved: func(ctx context.Context, a *policy.Appeal) { b.add(ctx, b.appeal(Ruled, a)) },
		Acted:    b.acted,
	}
}

// add puts a record into the spool.
func (b *Book) add(ctx context.Context, r *record) {
	data, err := json.Marshal(r)
	if err != nil { // a score that is no number: the engine makes none
		r.Score, r.Data = 0, nil
		data, _ = json.Marshal(r)
	}
	b.spool.add(ctx, data, true, r.What == Decided && stateOf(r.Verdict) == Unheld)
}

// decided takes a decision. A retry is taken where a person has to look: the process may
// have ended before the first answer was.
func (b *Book) decided(ctx context.Context, m *policy.Message, d *policy.Decision) {
	account := enc(m.Sender)
	verdict := d.Verdict
	if verdict == policy.Duplicate {
		verdict = d.First
	} else if d.Delivered() && !d.Repeat {
		b.sent.add(account)
	}
	if d.Repeat && verdict != policy.Hold && verdict != policy.Flag {
		return
	}
	judged := verdict != policy.Defer && (verdict != policy.Reject || len(d.Imposed) > 0) // and not under what stands
	drawn := !d.Repeat && judged && b.draws(m, verdict)
	if verdict == policy.Allow && !drawn {
		b.allowed.add(dayOf(micros(d.At)), rulesOf(d.Reasons))
		return
	}
	r := &record{
		What: Decided, At: micros(d.At), Account: account, Ref: enc(m.ID), Message: enc(m.ID), Verdict: verdict, Score: d.Score,
		Cluster: d.Cluster, Recipients: len(m.Recipients), Repeat: d.Repeat, Drawn: drawn,
	}
	r.Data, r.Template = reasons(d.Reasons)
	r.Rules = rulesOf(d.Reasons)
	r.Body = bodyOf(m.Text, verdict, judged)
	if verdict == policy.Hold {
		r.Raw = raw(m, d.At)
	}
	b.add(ctx, r)
}

// bodyOf is what is kept of a text.
func bodyOf(text string, v policy.Verdict, judged bool) string {
	switch {
	case v == policy.Defer:
		return ""
	case !judged: // who is blocked may go on for as long as they like
		return clean(text, maxBlocked)
	}
	return clean(text, maxText)
}

// reasons is what is kept of reasons, and the template that they quote: it goes with the
// text.
func reasons(all []policy.Reason) (data json.RawMessage, template string) {
	if len(all) == 0 {
		return nil, ""
	}
	kept := make([]policy.Reason, len(all))
	for i, r := range all {
		if template == "" {
			template = clean(r.Text, maxNote)
		}
		r.Text, r.Code = "", clean(r.Code, policy.MaxID)
		kept[i] = r
	}
	data, _ = json.Marshal(kept)
	return data, template
}

// ofRest is how many times likelier than what was allowed the rest is drawn: there is
// less of it, and it is what precision is about.
const ofRest = 20

// draws reports whether a message is drawn to be labelled: by a keyed hash, so nobody can
// choose an ID that is not.
func (b *Book) draws(m *policy.Message, v policy.Verdict) bool {
	share := b.o.Sample
	if v != policy.Allow {
		share = min(1, share*ofRest)
	}
	if share <= 0 || m.ID == "" {
		return false
	}
	sum := b.hash(m.Sender, m.ID)
	return float64(binary.BigEndian.Uint64(sum)>>11)/(1<<53) < share
}

// hash is a keyed hash of names.
func (b *Book) hash(names ...string) []byte {
	h := hmac.New(sha256.New, b.key)
	for _, n := range names {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(n))))
		h.Write([]byte(n))
	}
	return h.Sum(nil)
}

// recorded takes complaints; a Review comes as an act.
func (b *Book) recorded(ctx context.Context, ev policy.Event) {
	c, ok := ev.(policy.Complaint)
	if !ok {
		return
	}
	at := c.At
	if at.IsZero() {
		at = b.o.Now()
	}
	ref := b.hash(c.ID, c.From, c.Against, c.Message)
	if c.ID == "" {
		ref = b.hash(c.From, c.Against, c.Message, at.Truncate(time.Hour).String())
	}
	b.add(ctx, &record{What: Complained, At: micros(at), Account: enc(c.Against), Ref: hex.EncodeToString(ref[:16]), Message: enc(c.Message), Category: c.Category})
}

// sanction is a record of a sanction that was imposed or lifted.
func (b *Book) sanction(what What, s *policy.Sanction) *record {
	r := &record{
		What: what, At: micros(s.From), Account: enc(s.Account), Ref: enc(s.ID), Message: enc(s.Message), Kind: s.Kind,
		By: enc(s.By), Sanction: enc(s.ID), Review: micros(s.Review),
	}
	if what == Lifted {
		r.At, r.By = b.now(), ""
		if l := s.Lifted; l != nil {
			r.At, r.By, r.Note = micros(l.At), enc(l.By), clean(l.Note, maxNote)
		} else {
			r.Ref += "~" + strconv.FormatInt(s.Until.Unix(), 36) // milder
		}
	} else if s.By == "" && s.Kind != policy.Warning {
		r.Sent = b.sent.take(r.Account)
	}
	kept := *s
	kept.Account, kept.Message, kept.By, kept.Lifted, kept.Appeal = "", "", "", nil, nil
	kept.Reasons = nil
	r.Data, _ = json.Marshal(struct {
		policy.Sanction
		Reasons json.RawMessage `json:"reasons,omitempty"`
	}{kept, reasonsOnly(s.Reasons)})
	return r
}

func reasonsOnly(all []policy.Reason) json.RawMessage {
	data, _ := reasons(all)
	return data
}

// appeal is a record of an appeal, or of the ruling on it.
func (b *Book) appeal(what What, a *policy.Appeal) *record {
	r := &record{What: what, At: micros(a.At), Account: enc(a.Account), Ref: enc(a.ID), Sanction: enc(a.Sanction), Appeal: enc(a.ID), Body: clean(a.Statement, maxText)}
	if u := a.Ruling; what == Ruled && u != nil {
		r.At, r.By, r.Note, r.Outcome = micros(u.At), enc(u.By), clean(u.Note, maxNote), u.Outcome
	}
	return r
}

// acted takes an act. One of which another hook tells, too, is taken in case that did
// not: a process may have ended between the two.
func (b *Book) acted(ctx context.Context, a *policy.Act) {
	r := &record{
		What: Acted, At: micros(a.At), Account: enc(a.Account), Ref: enc(a.ID), Message: enc(a.Message), By: enc(a.By), Note: clean(a.Why, maxNote),
		Sanction: enc(a.Sanction), Appeal: enc(a.Appeal), Act: a.What,
	}
	switch a.What {
	case policy.ActImposed:
		r.What, r.Ref = Imposed, r.Sanction
		for i := range a.After.Standing {
			if s := &a.After.Standing[i]; s.ID == a.Sanction {
				r = b.sanction(Imposed, &policy.Sanction{ID: s.ID, Account: a.Account, Kind: s.Kind, Scope: s.Scope, PerDay: s.PerDay, From: s.From, Until: s.Until, Review: s.Review, By: a.By, Message: a.Message, Policy: a.Policy})
			}
		}
	case policy.ActLifted, policy.ActCancelled:
		r.What, r.Ref = Lifted, r.Sanction
	case policy.ActAppealed:
		r.What, r.Ref = Appealed, r.Appeal
	case policy.ActRuled:
		r.What, r.Ref = Ruled, r.Appeal
		for o := policy.Upheld; o <= policy.Overturned; o++ {
			if len(a.Detail) >= len(o.String()) && a.Detail[:len(o.String())] == o.String() {
				r.Outcome = o
			}
		}
	default:
		r.Data, _ = json.Marshal(map[string]string{"act": a.What.String(), "detail": clean(a.Detail, maxNote)})
	}
	if r.Account != "" || r.What == Acted {
		b.add(ctx, r)
	}
}

// rulesOf are the names of the policy's rules among reasons.
func rulesOf(all []policy.Reason) (names []string) {
	for i := range all {
		if name, ok := strings.CutPrefix(all[i].Code, "rule."); ok {
			names = append(names, clean(name, policy.MaxRuleName))
		}
	}
	return names
}

// allowed counts messages by day until they are put into the spool, and rules that were
// true of them.
type allowed struct {
	sync.Mutex
	days map[int64]int64
	hits map[string]int64
}

func (a *allowed) add(day int64, rules []string) {
	a.Lock()
	defer a.Unlock()
	if a.days == nil {
		a.days, a.hits = make(map[int64]int64), make(map[string]int64)
	}
	a.days[day]++
	for _, name := range rules {
		a.hits[strconv.FormatInt(day, 10)+" "+name]++
	}
}

// take returns the counts, which begin anew; nil: there are none.
func (a *allowed) take() (days map[int64]int64, hits map[string]int64) {
	a.Lock()
	defer a.Unlock()
	days, hits = a.days, a.hits
	a.days, a.hits = nil, nil
	return days, hits
}

// countAllowed puts what was allowed into the spool.
func (b *Book) countAllowed() {
	if days, hits := b.allowed.take(); days != nil {
		data, _ := json.Marshal(&record{What: counted, Days: days, Hits: hits})
		b.spool.add(context.Background(), data, false, false)
	}
}
