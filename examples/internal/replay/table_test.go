package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// flood writes a log of n senders, each of whom is sanctioned: in crowds of 40 they send
// one text to 16 people each.
func flood(t *testing.T, n int) string {
	t.Helper()
	var all []events.Event
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	things := strings.Fields("tickets shoes watches phones coins loans pills cards boats lamps books bikes")
	for i := range n {
		crowd := i / 40
		at := begin.Add(time.Duration(crowd%60)*24*time.Hour + time.Duration(i%40)*time.Minute)
		for k := range 16 {
			all = append(all, events.Event{
				At: at.Add(time.Duration(45*k) * time.Second), From: fmt.Sprintf("account-%05d", i), To: []string{fmt.Sprintf("p%d", (i*7919+k*104729)%90_000)}, ID: fmt.Sprintf("%d-%d", i, k),
				Joined: at.Add(-time.Duration(i%400) * 24 * time.Hour), Channel: []string{"chat", "request"}[i%2],
				Text: fmt.Sprintf("order the %s number %d from our shop before sunday and get a discount of %d percent today", things[crowd%len(things)], crowd, 10+i%80),
			})
		}
	}
	return write(t, "flood.jsonl", lined(all))
}

// TestSenderTable: the table of all that were sanctioned is read without a script, and
// sorts and filters with it; a name leads to what happened message by message, and a
// column of a chart to its figures.
func TestSenderTable(t *testing.T) {
	html := filepath.Join(t.TempDir(), "report.html")
	must(t, "-html", html, "-sensitivity=false", "-details", "5", flood(t, 240))
	b := openBrowser(t)
	b.open(html, 1280, "light")
	var folded bool
	if b.eval(`!document.querySelector("#all").closest("details").open`, &folded); !folded {
		t.Error("more than 200 rows are open")
	}
	first := func(column int) (s string) {
		b.eval(fmt.Sprintf(`Array.from(document.querySelectorAll("#all tbody tr")).filter(r => !r.hidden)[0].cells[%d].textContent`, column), &s)
		return s
	}
	shown := func() (n int) {
		b.eval(`Array.from(document.querySelectorAll("#all tbody tr")).filter(r => !r.hidden).length`, &n)
		return n
	}
	click := func(column int) (sorted string) {
		b.eval(fmt.Sprintf(`(document.querySelectorAll("#all thead button")[%d].click(), document.querySelectorAll("#all thead th")[%d].getAttribute("aria-sort"))`, column, column), &sorted)
		return sorted
	}
	if n := shown(); n != 240 {
		t.Fatalf("%d rows, want 240", n)
	}
	if way := click(0); way != "ascending" || first(0) != "account-00000" {
		t.Errorf("by name: %s, %s first", way, first(0))
	}
	if way := click(0); way != "descending" || first(0) != "account-00239" {
		t.Errorf("by name, again: %s, %s first", way, first(0))
	}
	most := 0
	b.eval(`Math.max(...Array.from(document.querySelectorAll("#all tbody tr"), r => parseInt(r.cells[3].textContent)))`, &most)
	if way := click(3); way != "descending" || first(3) != fmt.Sprint(most) || most == 0 {
		t.Errorf("by messages delivered: %s, %s first, want %d", way, first(3), most)
	}
	var said string
	b.eval(`new Promise((done) => { const f = document.querySelector("#find"); f.value = "BLOCK account-0010"; f.dispatchEvent(new Event("input")); done(""); })`, &struct{}{})
	for range 50 {
		if b.eval(`document.querySelector("#said").textContent`, &said); said != "" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n := shown(); n == 0 || n > 10 || said != fmt.Sprintf("%d of 240", n) || !strings.HasPrefix(first(0), "account-0010") || first(1) != "block" {
		t.Errorf("filtered: %d rows, %q, %s %s", n, said, first(0), first(1))
	}
	for _, link := range []string{"#all tbody a", "figure svg a"} {
		var to string
		if b.eval(fmt.Sprintf(`(document.querySelectorAll("details").forEach(d => d.open = false), location.hash = document.querySelector(%q).getAttribute("href"))`, link), &to); len(to) < 3 {
			t.Fatalf("%s leads to %q", link, to)
		}
		var seen bool
		if b.eval(`document.querySelector(location.hash).checkVisibility({contentVisibilityAuto: true}) && document.querySelector(location.hash).closest("details").open`, &seen); !seen {
			t.Errorf("%s leads to %s, which is not shown", link, to)
		}
	}
	for _, p := range b.problems {
		t.Errorf("on the console: %s", p)
	}
	page := read(t, html)
	if says := words(page); !strings.Contains(says, "How many of these are honest is not known. Label these 20 first") {
		t.Errorf("the page does not ask for labels: %s", says[:1500])
	}
	if n := strings.Count(page[strings.Index(page, "<h3>Campaigns"):strings.Index(page, `id="work"`)], "<tr><th"); n > 7 { // and the header
		t.Errorf("240 accounts in crowds of 40 are %d rows of campaigns", n-1)
	}
	if n := strings.Count(page, `<details class="sender">`); n != 5 {
		t.Errorf("%d senders are told, want 5", n)
	}
}

// TestManySenders: a page of very many sanctioned senders stays small, and opens. With
// DECORUM_LONG=1 there are 20,000 of them.
func TestManySenders(t *testing.T) {
	n, limit := 300, 1_600_000 // those told message by message take most of it
	if os.Getenv("DECORUM_LONG") != "" {
		n, limit = 20_000, 3_000_000
	}
	html := filepath.Join(t.TempDir(), "report.html")
	must(t, "-html", html, "-sensitivity=false", flood(t, n))
	page := read(t, html)
	begin, end := strings.Index(page, `<table id="all"`), strings.Index(page, `“After” counts`)
	if rows := strings.Count(page[begin:end], "<tr><th scope=row>"); rows != n {
		t.Errorf("%d rows for %d senders", rows, n)
	}
	told := strings.Count(page, `<details class="sender">`)
	t.Logf("%d senders, %d told message by message: %d bytes, %.0f of them a row", n, told, len(page), float64(end-begin)/float64(n))
	if len(page) > limit || end-begin > 130*n || told < 100 {
		t.Errorf("%d bytes, at most %d; %d of the table; %d told message by message", len(page), limit, end-begin, told)
	}
	b := openBrowser(t)
	for _, width := range []int{360, 1440} {
		started := time.Now()
		b.open(html, width, "light")
		var wide int
		b.eval("(document.body.getBoundingClientRect(), document.documentElement.scrollWidth)", &wide)
		t.Logf("opened at %d pixels in %v", width, time.Since(started).Round(time.Millisecond))
		if wide > width {
			t.Errorf("at %d pixels it is %d wide", width, wide)
		}
	}
}

// TestQuietPage: of a log in which nothing happened, the summary and the page say one
// line, and there is no table of zeros.
func TestQuietPage(t *testing.T) {
	at := func(s string, more ...string) string {
		var b strings.Builder
		for i, to := range append([]string{"b"}, more...) {
			fmt.Fprintf(&b, `{"at":%q,"from":"a","to":[%q],"text":"hello %d"}`+"\n", s, to, i)
		}
		return b.String()
	}
	for _, test := range []struct{ name, log, says, page string }{
		{"one message", at("2026-11-23T12:00:00Z"), "1 message from 1 sender, 23 November 2026\n", "of 1 sender; none of 1 message would"},
		{"one sender", at("2026-11-23T12:00:01Z", "c", "d"), "all were delivered, and nobody would be warned or blocked\n", "of 1 sender; none of 3 messages would"},
		{"1970", at("1970-01-01T00:00:00Z"), "1 message from 1 sender, 1 January 1970\n", "1 January 1970."},
	} {
		html := filepath.Join(t.TempDir(), "report.html")
		out := must(t, "-html", html, "-sensitivity=false", write(t, "log.jsonl", []byte(test.log)))
		page := words(read(t, html))
		if !strings.Contains(out, test.says) || strings.Contains(out, "  0") {
			t.Errorf("%s: the summary is\n%s", test.name, out)
		}
		if !strings.Contains(page, test.page) || !strings.Contains(page, "Nobody would be warned or blocked") || strings.Contains(read(t, html), "<table") {
			t.Errorf("%s: the page is\n%s", test.name, page)
		}
	}
	html, senders := write(t, "report.html", []byte("good")), write(t, "senders.csv", []byte("good"))
	for _, more := range []string{"-json=false", "-json"} {
		status, _, _ := command("", more, "-html", html, "-senders", senders, write(t, "empty.jsonl", nil))
		if status != exitFailed || read(t, html) != "good" || read(t, senders) != "good" {
			t.Errorf("%s: no messages: status %d, and what was there was overwritten", more, status)
		}
	}
}

// words are what a page says.
func words(html string) string {
	html = html[strings.Index(html, "<body"):]
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, "")), " ")
}

// TestZooPage: the zoo is drawn, actor by actor, with the figures of the table.
func TestZooPage(t *testing.T) {
	html := filepath.Join(t.TempDir(), "zoo.html")
	b := openBrowser(t)
	lax := write(t, "lax.json", []byte(`{"extends": "observe", "name": "lax"}`))
	for _, test := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"1 of 1 bar met", "100 an hour; but here hours=1; 2 accounts", "met: blocked after ≤ 15", "Honest accounts: 0 of 2 warned or worse"}},
		{[]string{"-policy", lax}, []string{"0 of 1 bar met; missed by blaster.", "missed: blocked after ≤ 15", "100.0%0%, 0%––"}},
	} {
		must(t, append(test.args, "-zoo", "-seeds", "2", "-actors", "blaster:hours=1,member:days=5,blaster", "-html", html)...)
		page := words(read(t, html))
		for _, want := range test.want {
			if !strings.Contains(page, want) {
				t.Errorf("%v: the page lacks %q:\n%s", test.args, want, page)
			}
		}
		if n := strings.Count(read(t, html), `<svg class="mini"`); n < 6 {
			t.Errorf("%d drawings", n)
		}
		for _, width := range []int{360, 1440} {
			b.open(html, width, map[bool]string{true: "dark", false: "light"}[width == 360])
			var wide int
			if b.eval("document.documentElement.scrollWidth", &wide); wide > width || len(b.problems) > 0 {
				t.Errorf("at %d pixels it is %d wide; %v", width, wide, b.problems)
			}
			b.axe("the zoo")
		}
	}
}
