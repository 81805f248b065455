package console_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
	"github.com/decorum-go/decorum/policy/storetest"
)

// hostile is a name, or a text, that would do harm on a careless page.
const hostile = "<script>alert(1)</script>\"'><img src=//evil.example/x onerror=alert(2)>\u202egnp.exe\u0000\x07 ../../etc/passwd; DROP TABLE cases;--"

// town fills a host with a bit of everything.
func town(t *testing.T, c console.Config) *host {
	t.Helper()
	c.Sample = 1
	h := open(t, c, "", storetest.NewAudited(policy.NewMemory(0)))
	h.campaign(40, 8)
	long := strings.Repeat("W", 240)
	for i, who := range []string{hostile, long} {
		text := strings.ReplaceAll(invitation(0), "Ann", fmt.Sprint(hostile[:30], strings.Repeat("unbreakable", 60)))
		h.send(policy.Message{ID: fmt.Sprint("h", i, hostile), Sender: who, Recipients: policy.To("bea"), Text: text}, 0)
		s, err := h.engine.Impose(t.Context(), policy.Sanction{Account: who, Kind: policy.Block, By: "carl", Until: time.Now().Add(24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.engine.Appeal(t.Context(), policy.Appeal{Account: who, Sanction: s.ID, Statement: "I was asked. " + hostile}); err != nil {
			t.Fatal(err)
		}
		if err := h.engine.Record(t.Context(), policy.Complaint{From: "bea", Against: who, Category: policy.Fraud}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.engine.Brake(t.Context(), "lea", "a bad rule "+hostile); err != nil {
		t.Fatal(err)
	}
	h.flush()
	return h
}

// TestBrowser looks at every page in a browser: narrow and wide, light and dark, nothing
// sticks out, no request leaves the host, no rule of the page's own is broken, and
// axe-core finds nothing serious.
func TestBrowser(t *testing.T) {
	h := town(t, console.Config{Undo: time.Hour, Base: "/mod", FourEyes: true})
	b := h.browse("lea.lead.1")
	needAxe(t)
	b.open("/case/1")
	b.key("b")
	b.until(`document.querySelector(".undo") !== null`)
	for i, path := range []string{"/", "/case/1", "/case/2", "/account?id=" + url.QueryEscape(hostile), "/account?id=" + strings.Repeat("W", 240), "/search?q=double", "/audit", "/figures", "/label", "/rules", "/campaign?cluster=" + b.cluster()} {
		b.open(path)
		for _, window := range []struct {
			width  int
			scheme string
		}{{360, "light"}, {360, "dark"}, {1440, "light"}, {1440, "dark"}} {
			b.window(window.width, window.scheme)
			name := fmt.Sprintf("%02d-%d-%s", i, window.width, window.scheme)
			var wide []string
			b.must(`[document.documentElement, ...document.querySelectorAll("body *")].filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, svg, .skip")).map((e) => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40))`, &wide)
			if len(wide) > 0 {
				t.Errorf("%s (%s) is too wide: %q", path, name, wide[:min(3, len(wide))])
			}
			var thin []string
			b.must(`[...document.querySelectorAll("main *")].filter((e) => { const r = e.getBoundingClientRect(); return e.textContent.trim().length > 6 && r.width > 1 && r.width < 60 && r.height > 100; }).map((e) => e.tagName + " " + e.textContent.slice(0, 40))`, &thin)
			if len(thin) > 0 {
				t.Errorf("%s (%s) is too narrow: %q", path, name, thin[:min(3, len(thin))])
			}
			var scrolls bool
			if b.must("document.documentElement.scrollWidth > innerWidth", &scrolls); scrolls {
				t.Errorf("%s (%s) scrolls sideways", path, name)
			}
			b.shoot(name, window.width)
			if window.width == 360 == (window.scheme == "light") {
				b.axe(path + " " + name)
			}
		}
	}
	b.quiet()
}

// cluster is the text of the case in hand.
func (b *browser) cluster() (hex string) {
	b.t.Helper()
	b.open("/case/1")
	b.must(`new URL(document.querySelector("a[href*=cluster]").href).searchParams.get("cluster")`, &hex)
	return hex
}

// TestKeys: a moderator who has a keyboard alone works through a campaign of forty
// messages in four presses, and takes one back.
func TestKeys(t *testing.T) {
	h := open(t, console.Config{Undo: time.Second, Base: "/mod"}, "", nil)
	h.campaign(40, 8)
	b := h.browse("ada.moderator.1")
	b.open("/")
	presses := 0
	press := func(key, then string) {
		t.Helper()
		b.until(`document.body.dataset.keys === "on"`)
		b.must("window.old = true", nil)
		b.key(key)
		presses++
		b.until("!window.old && " + then)
	}
	press("n", `location.pathname === "/mod/case/1"`)
	press("b", `location.pathname === "/mod/case/1"`) // it stays, as the messages wait still
	press("d", `location.pathname === "/mod/"`)
	p := h.person("ada.moderator.1")
	p.until("/?kind=closed", "40 messages")
	if presses >= 10 || h.sent() != 0 {
		t.Fatalf("%d presses, %d delivered", presses, h.sent())
	}
	if d := h.send(policy.Message{Sender: "new", Recipients: policy.To("somebody"), Text: invitation(2)}, policy.Reject); d.Reasons[0].Code != policy.CodeKnown {
		t.Fatal(d.Reasons)
	}
	b.quiet()

	// What a key must not do: decide with a modifier, in a field, or with Enter in the note.
	if err := h.engine.Override(t.Context(), policy.Override{Account: "sam", Verdict: policy.Hold, By: "carl"}); err != nil {
		t.Fatal(err)
	}
	h.send(policy.Message{ID: "x", Sender: "sam", Recipients: policy.To("bea"), Text: "May I ask you something about the bicycle?"}, policy.Hold)
	h.flush()
	b.open("/")
	b.key("n")
	b.until(`location.pathname === "/mod/case/2" && document.body.dataset.keys === "on"`)
	for _, modifier := range []int{1, 2, 4} { // Alt, Ctrl, Meta
		b.press("r", modifier)
	}
	b.key("m")
	b.until(`document.activeElement.name === "note"`)
	for _, key := range []string{"r", "d", "Enter"} {
		b.press(key, 0)
	}
	b.until(`document.activeElement.value === "rd" && location.pathname === "/mod/case/2" && document.querySelector(".undo") === null`)
	if p.get("/case/2").has(`value="release"`); h.sent() != 0 {
		t.Fatal("a message was released")
	}
	b.open("/search")
	b.key("/")
	b.until(`document.activeElement.name === "q"`)
	b.key("n")
	b.key("q")
	b.until(`document.activeElement.value === "nq" && location.pathname === "/mod/search"`)
}

// TestUndoKey: the page counts down by what the server says, whatever the clock of the
// browser says, and z takes it back.
func TestUndoKey(t *testing.T) {
	h := open(t, console.Config{Undo: time.Minute}, "", nil)
	h.campaign(2, 2)
	b := h.browse("ada.moderator.1")
	b.call("Emulation.setTimezoneOverride", map[string]any{"timezoneId": "Pacific/Kiritimati"}, nil)
	b.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": "Date.now = () => 12345; Date = function () { return {getTime: () => 12345}; }"}, nil)
	b.open("/")
	b.key("n")
	b.until(`location.pathname === "/case/1"`)
	b.key("r")
	b.until(`location.pathname === "/" && /in [45][0-9] s/.test(document.querySelector(".undo .left").textContent)`)
	b.key("z")
	b.until(`location.pathname === "/case/1" && document.querySelector(".undo") === null`)
	if h.sent() != 0 {
		t.Fatal("delivered")
	}
	b.quiet()
}

// TestLive: a case that comes while the queue is open appears by itself.
func TestLive(t *testing.T) {
	h := open(t, console.Config{}, "", nil)
	b := h.browse("ada.moderator.1")
	b.open("/")
	b.until(`document.querySelector("ol.cases").innerText.includes("No case is open")`)
	h.campaign(3, 3)
	b.until(`document.querySelector("ol.cases").innerText.includes("3 messages") && document.getElementById("live").textContent !== ""`)
	// The page of a case is left alone, and asks for little.
	b.open("/case/1")
	b.until(`document.body.dataset.keys === "on"`)
	before := len(b.requests)
	for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		b.must("1", nil) // reads what there is to read
	}
	if n := len(b.requests) - before; n > 4 {
		t.Errorf("%d requests in a second and a half in which nothing happened: %q", n, b.requests[before:])
	}
	b.quiet()
}

// TestNoScript: without script everything can be done.
func TestNoScript(t *testing.T) {
	h := open(t, console.Config{Undo: time.Minute}, "", nil)
	h.campaign(3, 3)
	b := h.browse("ada.moderator.1")
	b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	b.open("/")
	click := func(what, then string) {
		t.Helper()
		b.must("document.querySelector(`"+what+"`).click()", nil) // by the protocol: pages have no script
		b.until(then)
	}
	click(`form[action$="/next"] button`, `location.pathname === "/case/1"`)
	click(`button[value=release]`, `location.pathname === "/" && document.querySelector(".undo") !== null`)
	click(`.undo button`, `location.pathname === "/case/1" && document.querySelector(".undo") === null`)
	b.quiet()
}
