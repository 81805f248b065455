package replay

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy"
)

//go:embed page
var pageFiles embed.FS

// pages are the templates. They escape whatever the log holds; no script, font, image or
// style comes from elsewhere.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"n": thousands, "count": count,
	"time":  func(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04:05") },
	"two":   func(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) },
	"three": func(f float64) string { return strconv.FormatFloat(f, 'f', 3, 64) },
	"nats":  func(f float64) string { return fmt.Sprintf("%+.2f", f) },
}).ParseFS(pageFiles, "page/*.html"))

func pageFile(name string) string {
	b, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is built in
	}
	return string(b)
}

// A sheet is what all pages have.
type sheet struct {
	Title   string
	Style   template.CSS
	Script  template.JS
	Hash    string // of the script, the only one that may run
	Written string
}

func newSheet(title string, scripted bool) sheet {
	s := sheet{Title: title, Style: template.CSS(pageFile("page.css")), Written: time.Now().UTC().Format("2 January 2006 15:04 MST")}
	if scripted {
		text := pageFile("page.js")
		sum := sha256.Sum256([]byte(text))
		s.Script, s.Hash = template.JS(text), "sha256-"+base64.StdEncoding.EncodeToString(sum[:])
	}
	return s
}

// A page is what -html shows of a log.
type page struct {
	sheet
	Truth     bool
	Report    report
	Files     string
	Days      string
	Delay     string // of deferred messages, at the median
	Honest    *honesty
	Answers   *firstAnswers
	Verdicts  *chart
	Sanctions *chart
	Messages  *chart // by score
	Senders   *chart // by highest score
	Before    *chart
	HistoryOf []string
	History   []historyRow
	Width     string
	Counts    []countRow
	NoCounts  string
	Kinds     []kindRow
	NoKinds   string
	Quality   []qualityRow
	Diff      *diffView
	Fit       *fitView
	Knobs     []knobView
	Flat      string // knobs that make no difference
	Skipped   bool   // no sensitivity was asked for
	Stories   []template.HTML
	Untold    int // sanctioned senders that are not shown
}

func newPage(s *session, res *result, diff *difference, fit *fitting) *page {
	names := s.named()
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	title := cmp.Or(s.title, "What the policy would have done")
	p := &page{sheet: newSheet(title, res.sanctioned[policy.Warning] > 1), Report: reportOf(res), Files: list(names)}
	levels := s.policy.Classes[policy.Member].Score
	p.Truth, p.Days = res.truth, res.days()
	if res.retries.delivered > 0 {
		p.Delay = howLong(res.retries.median())
	}
	p.Honest = res.honesty
	p.Verdicts, p.Sanctions = verdictChart(&res.history), sanctionChart(&res.history)
	p.HistoryOf, p.History = historyRows(&res.history)
	p.Width = widthName(res.history.width)
	var none []string
	p.Counts, none = countRows(res)
	p.NoCounts = strings.Join(none, " and no ")
	p.Kinds, none = kindRows(res)
	p.NoKinds = strings.Join(none, " and no ")
	p.Messages = scoreChart("Messages", &res.scores, res.truth, &levels)
	p.Senders = scoreChart("Senders", &res.peaks, res.truth, &levels)
	if res.truth {
		p.Before = beforeChart(res.before)
		for k := policy.Warning; k <= policy.Suspension; k++ {
			precision, recall := res.precision(k)
			p.Quality = append(p.Quality, qualityRow{k, precision, recall, estimate{res.harmed[k], res.honest}})
		}
	}
	if diff != nil {
		p.Diff = viewDiff(diff)
	}
	if fit != nil {
		p.Fit = viewFit(fit)
	}
	return p
}

// answer adds what it took another pass to know.
func (p *page) answer(res *result, f *facts, told *stories, sens *sensitivity, details int) error {
	var flat []string
	if p.Skipped = sens == nil; !p.Skipped {
		p.Knobs, flat = viewKnobs(sens, res)
		p.Flat = strings.Join(flat, ", ")
	}
	p.Answers = newAnswers(res, f)
	places := map[string]int{}
	room := max(storiesLeast, pageBytes-p.Answers.Table.size(), details*storyBytes)
	for i, sender := range worthTelling(res, details) {
		t := told.of[sender.name]
		if t == nil {
			continue
		}
		view := viewStory(t)
		view.N = i + 1
		var b bytes.Buffer
		if err := pages.ExecuteTemplate(&b, "story", &view); err != nil {
			return err
		}
		if room -= b.Len(); room < 0 && len(p.Stories) > 0 {
			break
		}
		p.Stories = append(p.Stories, template.HTML(b.String()))
		places[sender.name] = view.N
	}
	p.Untold = res.sanctioned[policy.Warning] - len(p.Stories)
	p.Answers.Table.link(places)
	return nil
}

// A page is so large at most, or it would open slowly: what it tells message by message
// takes what the table of senders leaves. But that many bytes it may take in any case,
// and so many for each that was asked for.
const (
	pageBytes    = 2_600_000
	storiesLeast = 400_000
	storyBytes   = 2_000
)

// writePage writes a page by the name of its template.
func writePage(file, name string, data any) error {
	return writeFile(file, func(w io.Writer) error { return pages.ExecuteTemplate(shownOnly{w}, name, data) })
}

// shownOnly writes nothing that a terminal obeys, or that turns the direction of
// writing. What it gets is whole runes.
type shownOnly struct{ io.Writer }

// Write implements io.Writer.
func (w shownOnly) Write(b []byte) (int, error) {
	_, err := w.Writer.Write(bytes.Map(func(r rune) rune {
		if obeyed(r) {
			return utf8.RuneError
		}
		return r
	}, b))
	return len(b), err
}
