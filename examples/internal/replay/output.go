package replay

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// The JSON object, key by key.
type report struct {
	Policy    string       `json:"policy"`
	Messages  int          `json:"messages"`
	Unread    int          `json:"unread_lines"` // that could not be used, and are in none of the figures
	Senders   int          `json:"senders"`
	Verdicts  verdictCount `json:"verdicts"`
	Sanctions kindCount    `json:"sanctions"`
	Reached   kindCount    `json:"sanctioned_senders"`
	Honest    *honesty     `json:"honest,omitempty"` // of those with a sanction, where labels or the log tell
	Rule      *ruleReport  `json:"rule,omitempty"`   // with -rule
	Truth     *truthReport `json:"truth,omitempty"`
	Seconds   float64      `json:"seconds"`
	Rate      float64      `json:"evaluations_per_second"`
	Bytes     float64      `json:"bytes_per_sender"`

	Retries *retryReport   `json:"retries,omitempty"` // unless -retry=false
	Against *againstReport `json:"against,omitempty"` // with -against, -fit
	Fit     *fitReport     `json:"fit,omitempty"`     // with -fit
}

type verdictCount struct {
	Allow  int `json:"allow"`
	Flag   int `json:"flag"`
	Defer  int `json:"defer"`
	Hold   int `json:"hold"`
	Reject int `json:"reject"`

	Duplicate int `json:"duplicate"`
}

type kindCount struct {
	Warning     int `json:"warning"`
	Block       int `json:"block"`
	Restriction int `json:"restriction"`
	Suspension  int `json:"suspension"`
	Referral    int `json:"referral"`
}

type truthReport struct {
	AbusiveSenders int       `json:"abusive_senders"`
	HonestSenders  int       `json:"honest_senders"`
	Caught         kindCount `json:"caught"`
	Harmed         kindCount `json:"harmed"`
	Before         quantiles `json:"delivered_before_block"`

	AbusiveMessages    int `json:"abusive_messages"`
	AbusiveDelivered   int `json:"abusive_delivered"`
	HonestMessages     int `json:"honest_messages"`
	HonestNotDelivered int `json:"honest_not_delivered"`
}

type quantiles struct {
	Median int `json:"median"`
	P90    int `json:"p90"`
	Max    int `json:"max"`
}

// A retryReport is about deferred messages: verdicts are the first answers.
type retryReport struct {
	Tried     int     `json:"tried"`
	Delivered int     `json:"delivered"`
	Dropped   int     `json:"not_tried"`
	Median    float64 `json:"median_delay_seconds"` // of those delivered; 0 of none
}

func kinds(b *byKind) kindCount {
	return kindCount{b[policy.Warning], b[policy.Block], b[policy.Restriction], b[policy.Suspension], b[policy.Referral]}
}

func quantilesOf(sorted []int) quantiles {
	return quantiles{quantile(sorted, .5), quantile(sorted, .9), quantile(sorted, 1)}
}

func (r *result) rate() float64 {
	if r.seconds == 0 { // of a merge: the shards took it
		return 0
	}
	return float64(r.messages) / max(r.seconds, 1e-9)
}

// reportOf returns the object that programs read.
func reportOf(r *result) report {
	v := &r.verdicts
	rep := report{
		Policy: r.policy, Messages: r.messages, Unread: r.unread + r.invalid, Senders: r.senders,
		Verdicts:  verdictCount{v[policy.Allow], v[policy.Flag], v[policy.Defer], v[policy.Hold], v[policy.Reject], v[policy.Duplicate]},
		Sanctions: kinds(&r.sanctions), Reached: kinds(&r.sanctioned), Honest: r.honesty, Rule: r.rule,
		Seconds: math.Round(r.seconds*1e3) / 1e3, Rate: math.Round(r.rate()), Bytes: math.Round(r.bytesPerSender*10) / 10,
	}
	if r.truth {
		rep.Truth = &truthReport{
			AbusiveSenders: r.abusive, HonestSenders: r.honest, Caught: kinds(&r.caught), Harmed: kinds(&r.harmed), Before: quantilesOf(r.before),
			AbusiveMessages: r.abusiveMessages, AbusiveDelivered: r.abusiveDelivered,
			HonestMessages: r.honestMessages, HonestNotDelivered: r.honestNotDelivered,
		}
	}
	if r.again {
		t := &r.retries
		rep.Retries = &retryReport{t.tried, t.delivered, t.dropped, t.median().Seconds()}
	}
	return rep
}

func writeJSON(w io.Writer, r *result, diff *difference, fit *fitting) error {
	rep := reportOf(r)
	rep.Against, rep.Fit = diff.report(), fit.report()
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(rep)
}

// writeSummary prints what people read.
func writeSummary(out io.Writer, r *result, diff *difference, fit *fitting) error {
	b := bufio.NewWriter(out)
	fmt.Fprintf(b, "%s from %s, %s\npolicy %s\n\n", count(r.messages, "message"), count(r.senders, "sender"), r.days(), r.policy)

	writeCounts(b, r)
	if h := r.honesty.String(); h != "" {
		fmt.Fprintf(b, "%s\n", h)
	}
	if r.truth {
		b.WriteByte('\n')
		writeTruth(b, r)
	}
	for _, note := range []struct {
		n    int
		what string
	}{
		{r.unread + r.invalid, "lines of the log could not be used: they are in none of these figures"},
		{r.feedback, "events of feedback and moderation (replies, complaints, reviews, rulings) were taken in"},
		{r.leftOut, "events were left out: they answer messages that would not have arrived"},
		{r.forgotten, "events were about something that is not there"},
		{r.repeats, "messages repeated an earlier one: they count once, and go out once"},
	} {
		if note.n > 0 {
			fmt.Fprintf(b, "%s %s\n", thousands(note.n), note.what)
		}
	}
	if r.again {
		r.retries.write(b, r.verdicts[policy.Defer])
	}
	r.rule.write(b, r.messages)
	writeSuspects(b, r)
	if fit != nil {
		fit.write(b)
	}
	if diff != nil {
		diff.write(b)
	}
	b.WriteByte('\n')
	if r.seconds > 0 {
		fmt.Fprintf(b, "%s a second, %.1f s, ", count(int(math.Round(r.rate())), "message"), r.seconds)
	}
	fmt.Fprintf(b, "%s bytes a sender\n", thousands(int(math.Round(r.bytesPerSender))))
	return b.Flush()
}

// days says when it was: "3 January 2026", or "3 January 2026 to 9 March 2026".
func (r *result) days() string {
	const layout = "2 January 2006"
	first, last := r.first.Format(layout), r.last.Format(layout)
	if first == last {
		return first
	}
	return first + " to " + last
}

// writeCounts prints the tables of verdicts and of sanctions, or one line where nothing
// happened.
func writeCounts(b *bufio.Writer, r *result) {
	nobody := r.sanctions == byKind{}
	if nobody && r.verdicts[policy.Allow] == r.messages {
		b.WriteString("all were delivered, and nobody would be warned or blocked\n")
		return
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(label string, cells ...string) { fmt.Fprintf(w, "%s\t%s\t\n", label, strings.Join(cells, "\t")) }
	var names, numbers, shares []string
	for v := policy.Allow; v <= policy.Duplicate; v++ {
		names = append(names, v.String())
		numbers = append(numbers, thousands(r.verdicts[v]))
		shares = append(shares, percent(r.verdicts[v], r.messages))
	}
	row("verdicts", names...)
	row("messages", numbers...)
	row("share", shares...)
	w.Flush()
	b.WriteByte('\n')
	if nobody {
		b.WriteString("nobody would be warned or blocked\n")
		return
	}

	line := func(label string, k *byKind) {
		var cells []string
		for kind := policy.Warning; kind <= policy.Referral; kind++ {
			cells = append(cells, thousands(k[kind]))
		}
		row(label, cells...)
	}
	names = names[:0]
	for k := policy.Warning; k <= policy.Referral; k++ {
		names = append(names, k.String())
	}
	row("sanctions", names...)
	line("imposed", &r.sanctions)
	line("senders that reached it", &r.sanctioned)
	if r.truth {
		line("of "+count(r.abusive, "abusive sender"), &r.caught)
		line("of "+count(r.honest, "honest sender"), &r.harmed)
	}
	w.Flush()
}

// writeTruth prints how well the abusive and the honest were told apart.
func writeTruth(b *bufio.Writer, r *result) {
	if r.abusiveMessages > 0 {
		q := quantilesOf(r.before)
		fmt.Fprintf(b, "abusive: %s of %s delivered (%s)", thousands(r.abusiveDelivered), count(r.abusiveMessages, "message"), percent(r.abusiveDelivered, r.abusiveMessages))
		if len(r.before) > 0 {
			fmt.Fprintf(b, "; before the first block: median %d, 90%% up to %d, at most %d", q.Median, q.P90, q.Max)
		}
		b.WriteByte('\n')
	}
	if r.abusive > 0 && r.honest > 0 {
		for _, k := range []policy.Kind{policy.Warning, policy.Block} {
			precision, recall := r.precision(k)
			fmt.Fprintf(b, "%v or worse: precision %v, recall %v\n", k, precision, recall)
		}
	}
	if r.honestMessages > 0 {
		fmt.Fprintf(b, "honest:  %s of %s not delivered (%s)\n", thousands(r.honestNotDelivered), count(r.honestMessages, "message"), percent(r.honestNotDelivered, r.honestMessages))
	}
}

// precision returns which share of the senders that reached a kind is abusive,
// and recall which share of the abusive ones reached it, where the truth is
// known. Precision is that of the mixture in the log.
func (r *result) precision(k policy.Kind) (precision, recall estimate) {
	return estimate{r.caught[k], r.caught[k] + r.harmed[k]}, estimate{r.caught[k], r.abusive}
}

const reasonsShown = 4

func writeSuspects(b *bufio.Writer, r *result) {
	n := 0
	for _, s := range r.top.list {
		if len(s.reasons) == 0 && s.worst == 0 {
			continue
		}
		if n++; n == 1 {
			b.WriteString("\nmost suspicious senders\n")
		}
		worst := "no sanction"
		if s.worst > 0 {
			worst = s.worst.String()
		}
		fmt.Fprintf(b, "%3d. %s: %s, score up to %.2f, %s, %s not delivered", n, shorten(s.name), worst, s.peak, count(s.messages, "message"), thousands(s.undelivered))
		switch s.truth {
		case events.Abusive:
			b.WriteString(", in truth abusive")
		case events.Honest:
			b.WriteString(", in truth honest")
		}
		b.WriteByte('\n')
		for i, reason := range s.reasons {
			if i == reasonsShown {
				fmt.Fprintf(b, "       and %d more\n", len(s.reasons)-i)
				break
			}
			fmt.Fprintf(b, "     %+5.2f %s\n", reason.Share, reason)
		}
	}
}

func shorten(s string) string {
	s = strconv.Quote(s)
	s = s[1 : len(s)-1]
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return thousands(n) + " " + what
}

func percent(n, of int) string {
	if of == 0 {
		return "–"
	}
	p := 100 * float64(n) / float64(of)
	switch {
	case n == 0:
		return "0%"
	case p < .01:
		return "<0.01%"
	case p < 1:
		return strconv.FormatFloat(p, 'f', 2, 64) + "%"
	case p > 99.9 && n < of:
		return ">99.9%"
	}
	return strconv.FormatFloat(p, 'f', 1, 64) + "%"
}
