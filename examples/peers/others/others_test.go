package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// seeds are how many plays of each actor the zoo's bars are held against.
func seeds() int {
	if os.Getenv("DECORUM_LONG") != "" {
		return 20
	}
	return 1
}

// beside plays sources before all systems; deaf are those that went by complaints, without
// them.
func beside(t *testing.T, list []opener) (us *run, peers, deaf []run) {
	t.Helper()
	all := makers()
	runs, err := playAll(slices.Concat(all, deafened(all)), list)
	if err != nil {
		t.Fatal(err)
	}
	for i := range runs {
		r := &runs[i].total
		t.Logf("%s, deaf %v: %d of %d kinds caught, %.1f%% delivered, %d of %d honest kinds harmed, %d of %d accounts blocked",
			runs[i].name, runs[i].deaf, r.caught, r.abusive, 100*r.mean(), r.harmed, r.honest, r.blocked, r.people)
	}
	return &runs[0], runs[2:len(all)], runs[len(all):]
}

// least is the run that delivers the least abuse of those that harm no more honest kinds
// than so many.
func least(t *testing.T, runs []run, harmed int) (best *run) {
	t.Helper()
	for i := range runs {
		if r := &runs[i]; r.total.harmed <= harmed && (best == nil || r.total.mean() < best.total.mean()) {
			best = r
		}
	}
	if best == nil {
		t.Fatalf("none of them harms as few as %d", harmed)
	}
	return best
}

// beaten are the abusive kinds that a peer catches by what the sender did, and decorum does
// not; README.md says what decorum does instead.
var beaten = map[string]string{
	"editor": "samples bans whoever has one text three times within an hour, an edit or not",
}

// unraced leaves a test out under the race detector, where it takes too long: .ci/run plays
// it without.
func unraced(t *testing.T) {
	t.Helper()
	if racing {
		t.Skip("takes too long under the race detector")
	}
}

// TestZoo: decorum harms no more honest kinds than any, and blocks nobody; delivers half
// the abuse at most of the best that harms as few; and catches what any of them catches by
// what the sender did.
func TestZoo(t *testing.T) {
	unraced(t)
	us, peers, deaf := beside(t, zoo(seeds()))
	if us.total.blocked > 0 {
		t.Errorf("%d honest accounts are blocked", us.total.blocked)
	}
	for i := range peers {
		if peers[i].total.harmed < us.total.harmed {
			t.Errorf("%s harms %d honest kinds, decorum %d", peers[i].name, peers[i].total.harmed, us.total.harmed)
		}
	}
	if best := least(t, peers, us.total.harmed); us.total.mean() > .5*best.total.mean() {
		t.Errorf("%.1f%% of abuse is delivered, and by %s %.1f%%", 100*us.total.mean(), best.name, 100*best.total.mean())
	}
	var by []run
	for _, r := range slices.Concat(peers, deaf) {
		if !r.ears || r.deaf {
			by = append(by, r)
		}
	}
	for _, o := range us.outcomes {
		for i := range by {
			if _, known := beaten[o.kind.name]; by[i].of(o.kind).caught() && !o.caught() && !known {
				t.Errorf("%s catches %s by what it does: %d of %d are blocked; decorum blocks %d and delivers %.0f%%",
					by[i].name, o.kind.name, by[i].of(o.kind).blocked, o.accounts, o.blocked, 100*o.share())
			}
		}
		if _, known := beaten[o.kind.name]; known && o.caught() {
			t.Errorf("%s is caught now: it is no exception", o.kind.name)
		}
	}
}

// TestReports: of the streams after public reports, which were chosen because they hurt
// decorum, it delivers three quarters at most of the abuse that the best of the others
// does, and blocks no more honest people than that one.
func TestReports(t *testing.T) {
	unraced(t)
	dir := cmp.Or(os.Getenv("DECORUM_DATA"), "../../../../shared/data")
	list, err := reports(dir)
	if errors.Is(err, errNone) {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the reports are not in %s", dir)
		}
		t.Skipf("NOT CHECKED: the reports are not in %s (set DECORUM_DATA; a failure where CI=true)", dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	us, peers, _ := beside(t, list)
	best := least(t, peers, 1<<30)
	if us.total.mean() > .75*best.total.mean() {
		t.Errorf("%.1f%% of abuse is delivered, and by %s %.1f%%", 100*us.total.mean(), best.name, 100*best.total.mean())
	}
	if us.total.blocked > best.total.blocked {
		t.Errorf("%d honest accounts are blocked, and by %s %d", us.total.blocked, best.name, best.total.blocked)
	}
}

// TestClosedLoop: what a system answers has consequences for what it hears.
func TestClosedLoop(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	message := func(minute int, from, to, id, answers string) *events.Event {
		return &events.Event{At: at.Add(time.Duration(minute) * time.Minute), From: from, To: []string{to}, Text: "hello", ID: id, Message: answers, Truth: events.Abusive}
	}
	complaint := func(minute int, from, message string) *events.Event {
		return &events.Event{At: at.Add(time.Duration(minute) * time.Minute), Kind: events.Complaint, From: from, Against: "spammer", Message: message, ID: "report-" + from}
	}
	script := &script{answers: map[string][]answer{
		"m1": {{wait: 10 * time.Minute}, {wait: 20 * time.Minute}, {delivered: true}}, // waits twice
		"m2": {{blocked: true}},
		"m3": {{delivered: true}},
	}}
	list := []*events.Event{
		message(0, "spammer", "ann", "m1", ""), message(1, "spammer", "bea", "m2", ""),
		complaint(5, "ann", ""),   // got nothing yet
		complaint(6, "bea", "m2"), // never got it
		{At: at.Add(7 * time.Minute), Kind: events.Review, From: "moderator", Against: "spammer", Complaint: "report-bea", Abusive: true}, // of what was never said
		complaint(8, "dan", ""), // never was written to: a brigade needs no message
		message(9, "bea", "spammer", "r1", "m2"),
		message(40, "spammer", "cia", "m3", ""), message(41, "spammer", "cia", "m3", ""),
		complaint(42, "ann", ""),
	}
	lives, err := play(&maker{name: "script", open: func(*maker, time.Duration, func(string)) (system, error) { return script, nil }},
		&source{list: list, kind: ofTruth("spam")})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"9:00 m1", "9:01 m2", "9:08 complaint of dan", "9:10 m1", "9:30 m1", "9:40 m3", "9:42 complaint of ann"}
	if !slices.Equal(script.heard, want) {
		t.Errorf("heard %q, want %q", script.heard, want)
	}
	if len(lives) != 1 || *lives[0] != (life{kind{"spam", true}, 3, 2, true}) {
		t.Errorf("lives: %+v", lives[0])
	}
}

// A script answers as it is told, and writes down what it hears.
type script struct {
	answers map[string][]answer
	heard   []string
}

func (s *script) judge(e *events.Event) (a answer, err error) {
	s.heard = append(s.heard, e.At.Format("3:04 ")+e.ID)
	if list := s.answers[e.ID]; len(list) > 0 {
		a, s.answers[e.ID] = list[0], list[1:]
	}
	return a, nil
}

func (s *script) hear(e *events.Event) error {
	s.heard = append(s.heard, fmt.Sprintf("%s%v of %s", e.At.Format("3:04 "), e.Kind, e.From))
	return nil
}

func (s *script) close() error { return nil }

// TestPeers: each of the others does what it is for, at its number and not before.
func TestPeers(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	const advert = "A pound of coffee for the price of half, only this week"
	for _, c := range []struct {
		system    string
		n         int // messages, one a minute but of the gateway
		event     func(i int) *events.Event
		delivered int
	}{
		{"gateway", 3000, func(i int) *events.Event { return &events.Event{At: at, Text: fmt.Sprint(i)} }, 2500}, // 100 at once, and 2,400 within a day
		{"kit", 12, func(int) *events.Event { return &events.Event{Text: advert} }, 9},
		{"kit", 12, func(int) *events.Event { return &events.Event{Text: advert, Relation: "connection"} }, 12},
		{"kit", 12, func(int) *events.Event { return &events.Event{Text: "under twenty runes"} }, 12},
		{"kit", 12, func(i int) *events.Event { return &events.Event{Text: fmt.Sprint(advert, i)} }, 12},
		{"kit+near", 12, func(i int) *events.Event { return &events.Event{Text: fmt.Sprint(advert, i)} }, 9},
		{"kit+near", 12, func(int) *events.Event { return &events.Event{Text: advert, Class: "page"} }, 12},
		{"automod", 14, func(i int) *events.Event { return &events.Event{Text: fmt.Sprint(advert, i)} }, 11},
		{"automod", 14, func(i int) *events.Event {
			return &events.Event{Text: fmt.Sprint(advert, i), Joined: at.AddDate(0, 0, -14)}
		}, 14},
		{"automod", 22, func(int) *events.Event { return &events.Event{Text: advert, To: []string{"ann"}} }, 19},
		{"samples", 4, func(int) *events.Event { return &events.Event{Text: "hi"} }, 2},
		{"samples", 4, func(i int) *events.Event { return &events.Event{Text: fmt.Sprint("☕☕☕", i)} }, 0},
		{"samples", 4, func(i int) *events.Event { return &events.Event{Text: fmt.Sprint("👩‍👩‍👦☕", i)} }, 4},
	} {
		all := makers()
		m := &all[slices.IndexFunc(all, func(m maker) bool { return m.name == c.system })]
		from := &source{kind: ofTruth("")}
		for i := range c.n {
			e := c.event(i)
			e.From, e.ID, e.Truth = "spammer", fmt.Sprint(i), events.Abusive
			if e.At.IsZero() {
				e.At = at.Add(time.Duration(i) * time.Minute)
			}
			if e.To == nil {
				e.To = []string{fmt.Sprint("person", i)}
			}
			from.list = append(from.list, e)
		}
		from.kind = ofTruth(c.system)
		lives, err := play(m, from)
		if err != nil || len(lives) != 1 || lives[0].delivered != c.delivered {
			t.Errorf("%s, %q: %+v, want %d delivered; %v", c.system, from.list[0].Text, lives[0], c.delivered, err)
		}
	}
}

// TestComplaints: three people bring a day, the next one after it the end; from the host's
// own accounts they take nothing; what a person reduces is over.
func TestComplaints(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		system, class string
		lift          bool
		want          string // of a message an hour: + delivered
	}{
		{"kit", "", false, "+++" + strings.Repeat("-", 24) + "+" + strings.Repeat("-", 4)},
		{"kit", "staff", false, strings.Repeat("+", 32)},
		{"samples", "", false, "+++" + strings.Repeat("-", 29)},
		{"samples", "", true, "+++--" + strings.Repeat("+", 27)},
	} {
		all := makers()
		m := &all[slices.IndexFunc(all, func(m maker) bool { return m.name == c.system })]
		s, err := m.open(m, 0, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for i := range 32 {
			now := at.Add(time.Duration(i) * time.Hour)
			a, err := s.judge(&events.Event{At: now, From: "x", To: []string{fmt.Sprint("p", i)}, Text: fmt.Sprint("letter ", i), Class: c.class})
			if err != nil {
				t.Fatal(err)
			}
			got.WriteString(map[bool]string{true: "+", false: "-"}[a.delivered])
			heard := &events.Event{At: now.Add(time.Minute), Kind: events.Complaint, From: fmt.Sprint("p", i), Against: "x"}
			if i >= 3 && i != 27 {
				heard.Kind, heard.From, heard.Outcome = events.Ruling, "moderator", "upheld"
				if c.lift && i == 4 {
					heard.Outcome = "reduced"
				}
			}
			if c.system == "samples" && i > 3 && heard.Kind == events.Complaint {
				continue
			}
			if err := s.hear(heard); err != nil {
				t.Fatal(err)
			}
		}
		if got.String() != c.want {
			t.Errorf("%s, class %q: %s, want %s", c.system, c.class, got.String(), c.want)
		}
	}
}
