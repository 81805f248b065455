package replay

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
)

// patient is a policy that forgives more.
const patient = `{"extends": "default", "name": "patient", "classes": {"member": {"score": {"warn": 0.4, "act": 0.6}}}}`

// crowd is a fixture with all that the page shows: honest and abusive actors,
// and hostile names and texts.
func crowd(t *testing.T) string {
	t.Helper()
	all := played(t, "member:days=10,recruiter:days=2,jobseeker,blaster:hours=1,filler:days=1,harasser,disguiser:hours=1", 2)
	at := all[0].At
	for i := range 60 {
		all = append(all, events.Event{
			At: at.Add(time.Duration(i) * 40 * time.Second), From: `<script>alert("1")</script>`, To: []string{fmt.Sprintf(`"><img src=x onerror=alert(%d)>`, i)},
			Text: `</q><script src="https://elsewhere.example/x.js"></script> buy {now} & <b>cheap</b> tickets from us today`, Truth: events.Abusive,
		})
	}
	for i, name := range []string{"\u202egnihtemos", "שלום " + strings.Repeat("לכולם", 40)[:100], strings.Repeat("a very long name ", 14)} {
		for n := range 40 {
			all = append(all, events.Event{
				At: at.Add(time.Duration(40*i+n) * time.Minute), From: name, To: []string{fmt.Sprintf("p%d-%d", i, n)},
				Media: []string{fmt.Sprintf("%016x", 1<<40+i)}, Text: "\u202ean offer that you should not miss\u202c of the " + strings.Repeat("very ", 12) + "best " + name, Truth: events.Abusive,
			})
		}
	}
	return write(t, "crowd.jsonl", lined(all))
}

// played plays actors some times each.
func played(t *testing.T, list string, times int) (all []events.Event) {
	t.Helper()
	roles, err := actors.Parse(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range roles {
		for n := range times {
			all = append(all, role.Play(actors.World{}, 5, n)...)
		}
	}
	return all
}

// lined sorts events and writes them as lines.
func lined(all []events.Event) (b []byte) {
	slices.SortStableFunc(all, func(a, b events.Event) int { return a.At.Compare(b.At) })
	for i := range all {
		b = events.AppendLine(b, &all[i])
	}
	return b
}

// leaves lists the numbers of a JSON tree by path.
func leaves(tree any, path string, into map[string]float64) {
	switch v := tree.(type) {
	case map[string]any:
		for key, child := range v {
			leaves(child, strings.TrimPrefix(path+"."+key, "."), into)
		}
	case float64:
		into[path] = v
	}
}

// TestPage looks at the page in a browser: no script but its own, no request to
// anywhere, no word on the console, nothing wider than the window, the numbers those of
// -json, at two widths, light and dark, with the keyboard alone, and by axe-core.
func TestPage(t *testing.T) {
	file := crowd(t)
	dir := t.TempDir()
	html := filepath.Join(dir, "report.html")
	against := write(t, "patient.json", []byte(patient))
	out := must(t, "-json", "-html", html, "-against", against, fmt.Sprintf("-sensitivity=%t", !racing), file)
	needAxe(t)
	b := openBrowser(t)
	var tree map[string]any
	if err := json.Unmarshal([]byte(out), &tree); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"seconds", "evaluations_per_second", "bytes_per_sender", "against", "honest"} {
		delete(tree, key) // of the machine; and what is no main number
	}
	want := map[string]float64{}
	leaves(tree, "", want)
	delay := want["retries.median_delay_seconds"]
	if said := howLong(time.Duration(delay) * time.Second); delay == 0 || !strings.Contains(read(t, html), "after "+said+" at the median") {
		t.Errorf("the page does not say that what was deferred went out %s later", said)
	}
	delete(want, "retries.median_delay_seconds") // in words
	if len(want) < 30 {
		t.Fatalf("only %d numbers in -json", len(want))
	}
	for _, width := range []int{360, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprint(width, scheme), func(t *testing.T) {
				b.t = t
				b.open(html, width, scheme)
				var shown [][2]string
				b.eval(`Array.from(document.querySelectorAll("[data-json]"), e => [e.dataset.json, e.innerText])`, &shown)
				got := map[string]float64{}
				for _, pair := range shown {
					n, err := strconv.ParseFloat(strings.ReplaceAll(pair[1], ",", ""), 64)
					if old, ok := got[pair[0]]; err != nil || ok && old != n {
						t.Errorf("%s is shown as %q", pair[0], pair[1])
					}
					got[pair[0]] = n
				}
				for _, key := range slices.Sorted(maps.Keys(want)) {
					if n, ok := got[key]; n != want[key] || !ok && n != 0 { // what is 0 is left out
						t.Errorf("%s: the page has %v (%v), -json %v", key, n, ok, want[key])
					}
				}
				var facts struct {
					Scripts, Wide, Unnamed, Scopes, Ink, Ground string
					Empty                                       int
				}
				b.eval(`({
					Scripts: Array.from(document.querySelectorAll("script + *, script:not(body > script), img, iframe, [onerror], [onclick], link[rel=stylesheet]"), e => e.outerHTML).join(" "),
					Wide: document.documentElement.scrollWidth > innerWidth ? document.documentElement.scrollWidth + " px: " + Array.from(document.querySelectorAll("body *")).filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".wide")).map(e => e.tagName + "." + e.className).slice(0, 5) : "",
					Unnamed: Array.from(document.querySelectorAll("svg")).filter(e => !["img", "group"].includes(e.getAttribute("role")) || !e.getAttribute("aria-label")).length ? "a drawing has no name" : "",
					Scopes: Array.from(document.querySelectorAll("th")).filter(e => !e.scope).map(e => e.outerHTML).join(" "),
					Empty: Array.from(document.querySelectorAll("section > h2")).filter(e => !e.innerText).length,
					Ink: getComputedStyle(document.documentElement).color, Ground: getComputedStyle(document.documentElement).backgroundColor,
				})`, &facts)
				if facts.Scripts+facts.Wide+facts.Unnamed+facts.Scopes != "" || facts.Empty > 0 {
					t.Errorf("%+v", facts)
				}
				if dark := brightness(facts.Ground) < brightness(facts.Ink); dark != (scheme == "dark") {
					t.Errorf("%s: ink %s on %s", scheme, facts.Ink, facts.Ground)
				}
				// The first stop of the keyboard leads to the content; a sender opens with Enter.
				b.key("Tab", 9)
				var focus string
				b.eval(`document.activeElement.innerText + document.activeElement.hash`, &focus)
				if focus != "To the content#main" {
					t.Errorf("the first stop of the keyboard is %q", focus)
				}
				var open bool
				b.eval(`(document.querySelector("details.sender > summary").focus(), true)`, &open)
				b.key("Enter", 13)
				b.eval(`document.querySelector("details.sender").open`, &open)
				if !open {
					t.Error("Enter does not open a sender")
				}
				b.eval(`(document.querySelectorAll("details").forEach((d, i) => d.open = d.open || d.matches(".sender:nth-of-type(-n+3)")), true)`, &open)
				var wide float64
				b.eval(`document.documentElement.scrollWidth`, &wide)
				if int(wide) > width {
					t.Errorf("with senders open it is %v wide", wide)
				}
				if (width == 360) == (scheme == "light") {
					b.axe(fmt.Sprint(width, scheme))
				}
				b.shoot(fmt.Sprintf("report-%d-%s", width, scheme), width)
				for _, url := range b.requests {
					if url != "file://"+html && !strings.HasPrefix(url, "data:") {
						t.Errorf("asks for %s", url)
					}
				}
				for _, p := range b.problems {
					t.Errorf("on the console: %s", p)
				}
			})
		}
	}
}

// brightness of "rgb(r, g, b)".
func brightness(rgb string) (sum int) {
	for _, n := range regexp.MustCompile(`\d+`).FindAllString(rgb, 3) {
		v, _ := strconv.Atoi(n)
		sum += v
	}
	return sum
}

// TestPageText reads the page without a browser: each part is there, what
// senders wrote is escaped, and nothing names a place to load from.
func TestPageText(t *testing.T) {
	html := filepath.Join(t.TempDir(), "report.html")
	against := write(t, "patient.json", []byte(patient))
	file := crowd(t)
	must(t, "-html", html, "-sensitivity=false", file)
	if page := read(t, html); !strings.Contains(page, "a moderator found it abusive") || !strings.Contains(page, "complaint (harassment) by ") {
		t.Error("the page says nothing of complaints and findings")
	}
	must(t, "-html", html, "-against", against, "-sensitivity=false", "-details", "7", file)
	page := read(t, html)
	for _, want := range []string{
		"names and texts from your own log", "Over time", "Precision is that of the mixture", "patient@", "Left out (-sensitivity=false)", "Another number of messages not delivered",
		"7 are told message by message; ", "more were sanctioned and are in the table only", "braces are slots", "The sender is told:",
		"&lt;script&gt;alert", "Content-Security-Policy", "of the honest, reached it", "log-odds", "with 1 picture",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	script := "<script>" + pageFile("page.js") + "</script>"
	if n := strings.Count(page, script); n != 1 {
		t.Errorf("the page's script is in it %d times", n)
	}
	page = strings.Replace(page, script, "", 1)
	for _, bad := range []string{"<script", "\u202e", "<img", "src=x", "@import", "url(", "ZgotmplZ", "%!", "NaN", "&lt;nil&gt;"} {
		if i := strings.Index(page, bad); i >= 0 && !strings.Contains(bad, "src=x") {
			t.Errorf("the page holds %q: …%s…", bad, page[max(0, i-80):min(len(page), i+80)])
		}
	}
	if n := strings.Count(page, `<details class="sender">`); n != 7 {
		t.Errorf("%d senders are told, want 7", n)
	}
	info, err := os.Stat(html)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the page: %v, %v", info.Mode(), err)
	}
}
