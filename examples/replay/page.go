package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy"
)

//go:embed page.html
var pageText string

// A page is what -html shows. Its template escapes whatever the log holds; no
// script, font, image or style comes from elsewhere.
type page struct {
	Title     string
	Truth     bool
	Report    report
	Files     string
	First     string
	Last      string
	Levels    policy.Levels
	Verdicts  *chart
	Sanctions *chart
	Messages  *chart // by score
	Senders   *chart // by highest score
	Before    *chart
	Quantiles quantiles
	History   []historyRow
	Width     string
	Counts    []countRow
	Kinds     []kindRow
	Quality   []qualityRow
	Diff      *diffView
	Fit       *fitView
	Knobs     []knobView
	Skipped   bool // no sensitivity was asked for
	Stories   []storyView
	Untold    int // sanctioned senders that are not shown
	Written   string
}

func newPage(s *session, res *result, diff *difference, fit *fitting, told *stories, sens *sensitivity) *page {
	names := slices.Clone(s.files)
	for i, name := range names {
		if names[i] = filepath.Base(name); name == s.spooled {
			names[i] = "standard input"
		}
	}
	p := &page{
		Title: s.title, Truth: res.truth, Report: reportOf(res), Files: list(names),
		First: res.first.Format("2 January 2006"), Last: res.last.Format("2 January 2006"),
		Levels:   s.policy.Classes[policy.Member].Score,
		Verdicts: verdictChart(&res.history), Sanctions: sanctionChart(&res.history),
		Quantiles: quantilesOf(res.before), Skipped: sens == nil,
		Written: time.Now().UTC().Format("2 January 2006 15:04 MST"),
	}
	p.History, p.Width = historyRows(&res.history), widthName(res.history.width)
	p.Counts, p.Kinds = countRows(res), kindRows(res)
	p.Messages = scoreChart("Messages", &res.scores, res.truth, &p.Levels)
	p.Senders = scoreChart("Senders", &res.peaks, res.truth, &p.Levels)
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
	if sens != nil {
		p.Knobs = viewKnobs(sens, res)
	}
	for _, sender := range worthTelling(res, s.details) {
		if t := told.of[sender.name]; t != nil {
			p.Stories = append(p.Stories, viewStory(t))
		}
	}
	p.Untold = res.sanctioned[policy.Warning] - len(p.Stories)
	return p
}

// writePage writes the file.
func writePage(name string, p *page) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"n": thousands, "count": count,
		"time":  func(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04:05") },
		"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"two":   func(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) },
		"three": func(f float64) string { return strconv.FormatFloat(f, 'f', 3, 64) },
		"share": func(f float64) string { return fmt.Sprintf("%.1f%%", 100*f) },
		"nats":  func(f float64) string { return fmt.Sprintf("%+.2f", f) },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return writeFile(name, func(w io.Writer) error { return t.Execute(shownOnly{w}, p) })
}

// shownOnly writes no control characters: a page may be looked at in a terminal, too.
// What it gets is whole runes.
type shownOnly struct{ io.Writer }

// Write implements io.Writer.
func (w shownOnly) Write(b []byte) (int, error) {
	_, err := w.Writer.Write(bytes.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return utf8.RuneError
		}
		return r
	}, b))
	return len(b), err
}
