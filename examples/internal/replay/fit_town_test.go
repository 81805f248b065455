package replay

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A town is a log of honest people and 20 spammers. Most talk with friends; some invite
// strangers, with a text of their own, a few more each than the one before, so that
// their scores lie on both sides of the levels.
type town struct {
	file    string
	abusive map[string]bool
}

func newTown(t *testing.T, honest, inviters, spammers int) *town {
	t.Helper()
	rng := rand.New(rand.NewPCG(20, 3000))
	begin := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	var all []events.Event
	w := &town{abusive: map[string]bool{}}
	strangers := 0
	send := func(name string, to []string, texts func(int) string, gap time.Duration) {
		at := begin.Add(time.Duration(rng.IntN(30*24*60)) * time.Minute)
		for i, who := range to {
			at = at.Add(gap/2 + time.Duration(rng.Int64N(int64(gap))))
			e := events.Event{At: at, ID: fmt.Sprintf("%s-%d", name, i), From: name, To: []string{who}, Text: texts(i), Truth: events.Honest}
			if w.abusive[name] {
				e.Truth = events.Abusive
			}
			all = append(all, e)
		}
	}
	own := func() string {
		var b strings.Builder
		for range 25 {
			fmt.Fprintf(&b, "%c%c%c%c%c ", 'a'+rng.IntN(26), 'a'+rng.IntN(26), 'a'+rng.IntN(26), 'a'+rng.IntN(26), 'a'+rng.IntN(26))
		}
		return b.String()
	}
	people := func(n int) (list []string) {
		for range n {
			strangers++
			list = append(list, fmt.Sprintf("stranger.%d", strangers))
		}
		return list
	}
	for i := range honest - inviters {
		friends := people(2)
		send(fmt.Sprintf("friend.%d", i), []string{friends[0], friends[1], friends[0]}, func(int) string { return own() }, time.Hour)
	}
	for i := range inviters {
		text := own()
		send(fmt.Sprintf("inviter.%d", i), people(5+10*i/inviters), func(int) string { return text }, time.Duration(1+7*i%13)*time.Minute)
	}
	for i := range spammers {
		name, text := fmt.Sprintf("spammer.%d", i), own()
		w.abusive[name] = true
		send(name, people(20), func(int) string { return text }, time.Minute)
	}
	w.file = write(t, "town.jsonl", lined(all))
	return w
}

// label writes labels of those whom who names, in their truth.
func (w *town) label(t *testing.T, name string, who ...string) string {
	var b strings.Builder
	b.WriteString("sender,abusive\n")
	for _, who := range who {
		fmt.Fprintf(&b, "%s,%s\n", who, label{known: true, abusive: w.abusive[who]}.finding())
	}
	return write(t, name, []byte(b.String()))
}

func numbered(kind string, from, to int) (names []string) {
	for i := from; i < to; i++ {
		names = append(names, fmt.Sprintf("%s.%d", kind, i))
	}
	return names
}

// size is how many honest people live in a town; as many as the design has take long.
func size() int {
	if os.Getenv("DECORUM_LONG") != "" {
		return 3000
	}
	return 120
}

// TestFitAsLabelsCome: labels as a new user gives them are refused, with whom to label,
// with the true share or without; with near misses levels and weights stay within the
// band, and nobody is harmed.
func TestFitAsLabelsCome(t *testing.T) {
	takesLong(t)
	w := newTown(t, size(), 100, 20)
	fitted := filepath.Join(t.TempDir(), "fitted.json")
	easy := append(numbered("spammer", 0, 20), numbered("friend", 0, 8)...)
	share := fmt.Sprint(20 / float64(size()+20))
	next := filepath.Join(t.TempDir(), "next.csv")
	for _, args := range [][]string{{"-sample", "8", "-sample-to", next}, {"-share", share}} {
		status, _, errs := command("", append(args, "-fit", w.label(t, "easy.csv", easy...), "-fit-to", fitted, w.file)...)
		if status != exitFailed || !strings.Contains(errs, "nothing is written: class member: too few labels of near misses") || !strings.Contains(errs, "label these 1") && !strings.Contains(errs, "label these 20: ") || strings.Count(errs, "inviter.") < 15 || strings.Contains(errs, "friend.") {
			t.Errorf("%v: status %d, %s", args, status, errs)
		}
		if _, err := os.Stat(fitted); err == nil {
			t.Error("a policy was written all the same")
		}
	}
	// Whom it wants stands first in the sample, with the labels that there were.
	rows, err := csv.NewReader(strings.NewReader(read(t, next))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	wanted, known := 0, 0
	for i, row := range rows[1:] {
		if first, _, _ := strings.Cut(row[2], ","); first == "fit" && wanted == i {
			wanted++
		}
		known += bit(row[1] != "")
	}
	if wanted < 15 || known != len(easy) {
		t.Errorf("%d wanted first, %d labels kept of %d", wanted, known, len(easy))
	}
	near := append(easy, numbered("inviter", 0, 100)...)
	for _, args := range [][]string{{"-share", share}} {
		got := jsonOf(t, append(args, "-fit", w.label(t, "near.csv", near...), "-fit-to", fitted, w.file)...)
		f := got.Fit
		if f == nil || f.Senders != 128 || f.Abusive != 20 || len(f.Moves) != 1 || f.Moves[0].By < 3./4 || f.Moves[0].By > 4./3 {
			t.Fatalf("%v: %+v", args, f)
		}
		if f.Harder.Senders != 0 || f.Milder.Abusive != 0 || f.Milder.Honest < 2 || got.Against.Truth.Harmed.Warning >= got.Truth.Harmed.Warning || got.Against.Truth.Caught.Warning != 20 {
			t.Errorf("%v: %+v, harmed %+v, before %+v", args, f, got.Against.Truth.Harmed, got.Truth.Harmed)
		}
		within(t, fitted)
	}
}

// within compares a fitted policy with the default: no level of a class has moved by
// more than a third, and classes without a label are as they were.
func within(t *testing.T, name string) {
	t.Helper()
	p, err := readPolicy(name)
	if err != nil {
		t.Fatal(err)
	}
	for class, was := range policy.Default().Classes {
		now := p.Classes[class]
		if class != policy.Member {
			if diff := cmp.Diff(was, now); diff != "" {
				t.Errorf("%s has moved: %s", class, diff)
			}
			continue
		}
		for _, level := range [][2]float64{{was.Score.Warn, now.Score.Warn}, {was.Score.Act, now.Score.Act}} {
			if level[1] < level[0]*2/3 || level[1] > level[0]*4/3 {
				t.Errorf("a level moved from %v to %v", level[0], level[1])
			}
		}
	}
}

// TestFitFreesNoAbuser: a labelled abuser is not let go.
func TestFitFreesNoAbuser(t *testing.T) {
	takesLong(t)
	w := newTown(t, 120, 100, 20)
	// The first whom a milder policy would let go.
	w.abusive["inviter.65"] = true
	labels := w.label(t, "labels.csv", append(numbered("spammer", 0, 20), numbered("inviter", 0, 100)...)...)
	fitted := filepath.Join(t.TempDir(), "fitted.json")
	args := []string{"-fit", labels, "-fit-to", fitted, w.file}
	status, _, errs := command("", args...)
	if status != exitFailed || !strings.Contains(errs, "nothing is written") || !strings.Contains(errs, "free labelled abusers: inviter.65 (-fit-despite") {
		t.Errorf("status %d, %s", status, errs)
	}
	if _, err := os.Stat(fitted); err == nil {
		t.Error("a policy was written all the same")
	}
}

// TestFitByTheLetter does what the guide says, with the sample that it draws: nobody is
// harmed, however often it is done.
func TestFitByTheLetter(t *testing.T) {
	takesLong(t)
	w := newTown(t, size(), 100, 20)
	dir := t.TempDir()
	review, again, fitted := filepath.Join(dir, "review.csv"), filepath.Join(dir, "again.csv"), filepath.Join(dir, "fitted.json")
	must(t, "-sample", "40", "-sample-to", review, w.file)
	for round := 1; ; round++ {
		w.review(t, review)
		status, out, errs := command("", "-fit", review, "-fit-to", fitted, "-sample", "40", "-sample-to", again, "-json", w.file)
		if status == exitOK {
			var got report
			if err := json.Unmarshal([]byte(out), &got); err != nil {
				t.Fatal(err)
			}
			t.Logf("written in round %d: %+v", round, got.Fit)
			if got.Fit.Harder.Senders > 0 || got.Against.Truth.Caught.Block < got.Truth.Caught.Block || got.Against.Truth.Harmed.Warning > got.Truth.Harmed.Warning {
				t.Errorf("%+v, against %+v", got.Truth, got.Against.Truth)
			}
			within(t, fitted)
			return
		}
		if !strings.Contains(errs, "nothing is written") || round > 5 {
			t.Fatalf("round %d: %s", round, errs)
		}
		review, again = again, review
	}
}

// review writes yes or no into every row of a sample.
func (w *town) review(t *testing.T, name string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(read(t, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		row[1] = label{known: true, abusive: w.abusive[row[0]]}.finding()
	}
	var b strings.Builder
	csv.NewWriter(&b).WriteAll(rows)
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLabelsFlag: without labels it asks, with those drawn it tells, and the next sample
// keeps what was found and asks for others first.
func TestLabelsFlag(t *testing.T) {
	if racing {
		t.Skip("takes long; TestFitBad fits, too")
	}
	w := newTown(t, 120, 100, 20)
	// The truth is in nobody's log.
	w.file = write(t, "log.jsonl", []byte(strings.NewReplacer(`,"abuse":true`, "", `,"abuse":false`, "").Replace(read(t, w.file))))
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.csv"), filepath.Join(dir, "second.csv")
	if out := must(t, w.file); !strings.Contains(out, "honest among the 33 senders with a sanction: not known; label these 20 first: ") {
		t.Errorf("without labels:\n%s", out)
	}
	if got := jsonOf(t, w.file).Honest; got == nil || got.All.Known || got.All.Of != 33 || got.All.Hi != 33 || got.Blocked.Of != 0 {
		t.Errorf("-json has %+v", got)
	}
	if out := must(t, "-json", w.file); strings.Count(out, `"inviter.`)+strings.Count(out, `"spammer.`) != 20 {
		t.Errorf("-json asks for others:\n%s", out)
	}
	must(t, "-sample", "12", "-sample-to", first, w.file)
	if out := must(t, "-labels", first, w.file); !strings.Contains(out, "not known; label these 20 first") {
		t.Errorf("nothing filled in:\n%s", out)
	}
	w.review(t, first)
	out := must(t, "-labels", first, "-sample", "12", "-sample-to", second, w.file)
	i := strings.Index(out, "with a sanction: an estimated ")
	if i < 0 {
		t.Fatalf("labelled:\n%s", out)
	}
	var guess, lo, hi int
	if n, err := fmt.Sscanf(out[i:], "with a sanction: an estimated %d (%d to %d), by 2", &guess, &lo, &hi); n != 3 || lo > 13 || hi < 13 || hi-lo > 20 {
		t.Errorf("%d of 33 are honest: %v\n%s", 13, err, out[i:i+80])
	}
	a, err := readLabels(first)
	if err != nil {
		t.Fatal(err)
	}
	b, err := readLabels(second)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for name, l := range b {
		asked += bit(!l.known)
		if old := a[name]; old.known && (!l.known || l.abusive != old.abusive || l.drawn != old.drawn) {
			t.Errorf("%s was %+v, is %+v", name, old, l)
		}
	}
	for name := range a {
		if _, ok := b[name]; !ok {
			t.Errorf("%s is lost", name)
		}
	}
	if asked < 8 {
		t.Errorf("it asks for %d others", asked)
	}
	if status, _, errs := command("", "-labels", first, "-fit", second, w.file); status != exitUsage || !strings.Contains(errs, "leave out -labels") {
		t.Errorf("status %d, %s", status, errs)
	}
	gone := write(t, "gone.csv", []byte("sender,abusive\nnobody,yes\nno one,no\ninviter.60,no\n"))
	if _, _, errs := command("", "-labels", gone, w.file); !strings.Contains(errs, "2 labels of senders who are not in the log: no one, nobody\n") {
		t.Error(errs)
	}
}
