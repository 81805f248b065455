package console_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
)

// everyPage is a page or an asset of each kind.
var everyPage = []string{"/", "/case/1", "/account?id=mal0", "/campaign?cluster=1", "/search?q=a", "/audit", "/figures", "/rules", "/label", "/events", "/style.css", "/script.js", "/icon.svg", "/nothing"}

// everyForm is each address that changes something, with what it asks for.
var everyForm = map[string]url.Values{
	"/act":     {"case": {"1"}, "action": {"release"}, "seen": {"1000"}},
	"/next":    {},
	"/undo/1":  {},
	"/agree/1": {},
	"/rules":   {"name": {"saturday"}, "action": {"on"}, "note": {"a wave"}},
	"/label":   {"message": {"1"}, "action": {"abusive"}},
}

// TestNobody: there is nothing for whom the host does not know, and no answer may be
// framed, kept, or take anything from elsewhere.
func TestNobody(t *testing.T) {
	h := open(t, now, "", nil)
	h.campaign(2, 2)
	for _, cookie := range []string{"", "nonsense", ".lead.1"} {
		p := h.person(cookie)
		for _, path := range everyPage {
			if p.get(path); p.code != http.StatusUnauthorized || strings.Contains(p.page, "mal0") {
				t.Errorf("%q: %s is %d", cookie, path, p.code)
			}
			for name, want := range map[string]string{
				"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
				"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			} {
				if got := p.head.Get(name); got != want {
					t.Errorf("%s: %s is %q", path, name, got)
				}
			}
		}
		for path, v := range everyForm {
			if p.post("/mod"+path, v); p.code != http.StatusUnauthorized {
				t.Errorf("%q: POST %s is %d", cookie, path, p.code)
			}
		}
	}
}

// token is the one that a page gives.
func (p *person) token() string { return fieldsOf(p)["token"][0] }

// TestForgery: a form needs a token of this moderator and this session, and to come from a
// page of this origin; and only a POST changes anything.
func TestForgery(t *testing.T) {
	h := open(t, console.Config{Undo: time.Hour, Base: "/mod"}, "", nil)
	h.campaign(2, 2)
	ada := h.person("ada.moderator.1").get("/case/1")
	good := ada.token()
	another := h.person("ada.moderator.2").get("/case/1").token() // she signed in again
	bobs := h.person("bob.moderator.1").get("/case/1").token()
	if good == another || good == bobs {
		t.Fatal("the token is not of the person and the session")
	}
	for path, v := range everyForm {
		for what, token := range map[string]string{"none": "", "another": another, "bob's": bobs, "cut": good[:len(good)-1], "nonsense": "../../x"} {
			w := url.Values{"token": {token}}
			maps.Copy(w, v)
			if ada.post("/mod"+path, w); ada.code != http.StatusForbidden {
				t.Errorf("POST %s with the token %s is %d", path, what, ada.code)
			}
		}
		if path == "/label" || path == "/rules" { // there are pages of that name
			continue
		}
		if ada.get(path + "?token=" + good + "&" + v.Encode()); ada.code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s is %d", path, ada.code)
		}
		r, _ := http.NewRequest(http.MethodPost, h.server.URL+"/mod"+path+"?token="+good+"&"+v.Encode(), nil) // in the address
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if ada.took(ada.Do(r)); ada.code != http.StatusForbidden {
			t.Errorf("POST %s with the token in the address is %d", path, ada.code)
		}
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			w := url.Values{"token": {good}}
			maps.Copy(w, v)
			r, _ := http.NewRequest(http.MethodPost, h.server.URL+"/mod"+path, strings.NewReader(w.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(name, value)
			if ada.took(ada.Do(r)); ada.code != http.StatusForbidden {
				t.Errorf("POST %s with %s: %s is %d", path, name, value, ada.code)
			}
		}
	}
	ada.get("/").has("2 waiting")
	ada.hasNot(`class="undo"`)
	if v := everyForm["/act"]; true { // and with all of it, it is done
		v.Set("token", good)
		if ada.post("/mod/act", v); ada.code != 200 {
			t.Fatal(ada.code, ada.page)
		}
		ada.has("Release: case 1.")
	}
}

// TestSession: a console gives nobody a cookie, so there is no session of its own that
// could be fixed; a token is worth nothing after the host has changed the session, nor in
// another process with another key, and two processes with one key take each other's.
func TestSession(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	a, b, c := open(t, console.Config{Key: key}, "", nil), open(t, console.Config{Key: key}, "", nil), open(t, console.Config{}, "", nil)
	ada := a.person("ada.moderator.1").get("/")
	if got := ada.head.Values("Set-Cookie"); len(got) > 0 {
		t.Fatal(got)
	}
	for _, x := range []struct {
		h    *host
		code int
	}{{b, 200}, {c, 403}} {
		if got := x.h.person("ada.moderator.1").post("/next", url.Values{"token": {ada.token()}}).code; got != x.code {
			t.Errorf("the token of another process: %d, want %d", got, x.code)
		}
	}
	var ahead atomic.Int64
	d := open(t, console.Config{Key: key, Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}, "", nil)
	p := d.person("ada.moderator.1").get("/")
	v := url.Values{"token": {p.token()}}
	for after, want := range map[time.Duration]int{11 * time.Hour: 200, 25 * time.Hour: 403} {
		ahead.Store(int64(after))
		if p.post("/next", v); p.code != want {
			t.Errorf("a page of %s ago: %d, want %d", after, p.code, want)
		}
	}
}

// TestRoles: a role sees and does what it may, and no more, whatever is on the page.
func TestRoles(t *testing.T) {
	h := open(t, console.Config{Undo: time.Hour, Base: "/mod"}, "", nil)
	h.campaign(2, 2)
	for role, no := range map[string][]string{
		"reader":    {"GET /rules", "POST /rules", "GET /audit", "GET /figures", "GET /label", "POST /act", "POST /next", "POST /undo/1", "POST /agree/1", "POST /label", "suspend"},
		"moderator": {"GET /rules", "POST /rules", "GET /audit", "GET /figures", "suspend"},
		"lead":      {},
		"king":      {"GET /rules", "POST /rules", "GET /audit", "GET /figures", "GET /label", "POST /act", "POST /next", "POST /undo/1", "POST /agree/1", "POST /label", "suspend"}, // the zero Role reads
	} {
		p := h.person("pat." + role + ".1").get("/search")
		token := ""
		if p.get("/case/1"); strings.Contains(p.page, `name="token"`) {
			token = p.token()
		}
		if (role == "reader" || role == "king") != (token == "") {
			t.Errorf("%s: forms are on the page: %t", role, token != "")
		}
		for _, what := range append(no, "GET /", "GET /case/1") {
			method, path, _ := strings.Cut(what, " ")
			refused := path != "/" && path != "/case/1"
			switch {
			case method == "GET":
				p.get(path)
			case method == "suspend":
				p.post("/mod/act", url.Values{"token": {h.tokenFor(p, token)}, "action": {"suspend"}, "account": {"mal0"}})
			default:
				p.post("/mod"+path, url.Values{"token": {h.tokenFor(p, token)}, "action": {"release"}, "case": {"1"}})
			}
			if (p.code == http.StatusForbidden) != refused {
				t.Errorf("%s: %s is %d", role, what, p.code)
			}
		}
	}
	h.person("lea.lead.1").get("/").hasNot(`class="undo"`)
}

// tokenFor is a good token of somebody to whom pages give none: tokens are not of a role.
func (h *host) tokenFor(p *person, token string) string {
	if token != "" {
		return token
	}
	id := strings.Split(p.Jar.Cookies(p.mustURL())[0].Value, ".")[0]
	return h.person(id + ".moderator.1").get("/").token()
}

func (p *person) mustURL() *url.URL {
	u, err := url.Parse(p.server.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	return u
}

// wall is a name of which each byte takes as many as can be on a page.
var wall = strings.Repeat(`"`, policy.MaxID)

// wall has an account of that name write long texts of that kind, all of which are held.
func (h *host) wall() {
	h.t.Helper()
	if err := h.engine.Override(h.t.Context(), policy.Override{Account: wall, Verdict: policy.Hold, By: "carl", Note: wall}); err != nil {
		h.t.Fatal(err)
	}
	for i := range 40 {
		text := strings.Repeat(fmt.Sprint(`"`, i, "\u202e&"), 2000)
		h.send(policy.Message{ID: fmt.Sprint("w", i), Sender: wall, Recipients: policy.To(fmt.Sprint("bea", i)), Text: text, Reply: true}, 0)
	}
	h.flush()
}

// lastCase is the newest one.
func (p *person) lastCase() string {
	p.get("/?kind=held")
	all := cases.FindAllStringSubmatch(p.page, -1)
	return strings.TrimPrefix(all[len(all)-1][1], "/case/")
}

var values = regexp.MustCompile(` value="[^"]*"`)

// TestHostile: names and texts that would do harm on a careless page, or in a careless
// query, or path, are shown as text, and do nothing.
func TestHostile(t *testing.T) {
	h := town(t, now)
	p := h.person("lea.lead.1")
	cluster := strings.Split(strings.Split(p.get("/case/1").page, "/campaign?cluster=")[1], `"`)[0]
	for _, path := range []string{"/", "/case/1", "/case/2", "/case/3", "/account?id=" + url.QueryEscape(hostile), "/search?q=" + url.QueryEscape(hostile), "/search?q=" + url.QueryEscape(hostile[:20]),
		"/audit?account=" + url.QueryEscape(hostile) + "&by=" + url.QueryEscape(hostile), "/figures?days=" + url.QueryEscape(hostile), "/label?before=" + url.QueryEscape(hostile), "/campaign?cluster=" + cluster, "/?kind=" + url.QueryEscape(hostile) + "&after=" + url.QueryEscape(hostile)} {
		p.get(path)
		if p.code != 200 {
			t.Errorf("%s: %d", path, p.code)
		}
		p.hasNot("<script>alert", "<img src=//", "onerror=alert(2)>", " style=", " onclick=", "javascript:")
		if strings.ContainsAny(values.ReplaceAllString(p.page, ""), "\u202e\x00\x07") { // what is typed into a field stays in it
			t.Errorf("%s turns text around", path)
		}
		if strings.Count(p.page, "<script") != 1 || len(p.page) > 100_000 {
			t.Errorf("%s: %d scripts, %d bytes", path, strings.Count(p.page, "<script"), len(p.page))
		}
	}
	h.wall()
	for _, path := range []string{"/", "/case/" + p.lastCase(), "/account?id=" + url.QueryEscape(wall), "/search?q=" + url.QueryEscape(wall), "/label"} {
		if p.get(path); p.code != 200 || len(p.page) > 100_000 {
			t.Errorf("%s: %d, %d bytes", path[:min(len(path), 20)], p.code, len(p.page))
		}
	}
	p.get("/account?id="+url.QueryEscape(hostile)).has("⟨202E⟩", "⟨0⟩", "&lt;script&gt;alert(1)&lt;/script&gt;")
	p.press("reduce").until("/account?id="+url.QueryEscape(hostile), "An appeal was ruled on: reduced, by lea") // of that very account
	if p.get("/account?id=" + strings.Repeat("x", 10_000)); p.code != 400 {
		t.Errorf("a name of 10,000 characters: %d", p.code)
	}
	for _, path := range []string{"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/base.html", "/base.html", "/style.css/../base.html", "/case/1%27%20OR%201=1", "/case/-1", "/case/99999999999999999999", "/campaign?cluster=zz", "//evil.example/x"} {
		if p.get(path); p.code != 404 || strings.Contains(p.page, "root:") || strings.Contains(p.page, "{{") {
			t.Errorf("%s: %d %s", path, p.code, p.at)
		}
	}
	for _, q := range []string{"' OR '1'='1", `" OR ""="`, "%", "_", `\`, "1; DROP TABLE casebook_cases", "mal0') --"} {
		p.get("/search?q=" + url.QueryEscape(q))
		if p.code != 200 || strings.Contains(p.page, "mal1") {
			t.Errorf("search for %s finds: %d %s", q, p.code, p.brief())
		}
		if p.get("/account?id=" + url.QueryEscape(q)).has("remembers nothing"); p.code != 200 {
			t.Errorf("account %s: %d", q, p.code)
		}
	}
	p.get("/").has("3")
	// The way back is never to another host, and a long form ends.
	tok := p.get("/case/1").token()
	p.post("/mod/act", url.Values{"token": {tok}, "action": {"suspend"}, "account": {"//evil.example/" + hostile}})
	if !strings.HasPrefix(p.at, "/mod/account?id=") {
		t.Error(p.at)
	}
	if p.post("/mod/act", url.Values{"token": {tok}, "action": {"close"}, "note": {strings.Repeat("x", 100_000)}}); p.code != 400 {
		t.Errorf("a form of 100 KB: %d", p.code)
	}
}

var cases = regexp.MustCompile(`href="[^"]*(/case/[0-9]+)"`)

// TestBase: what no path can be is refused, with the reason.
func TestBase(t *testing.T) {
	for _, base := range []string{"mod", "//evil.example", "/a b", "/a?b", "/a#", "/{x}", "/../x", "/a//b", `/"x`} {
		c := now
		c.Base, c.Who, c.Deliver = base, who, nil
		if _, err := console.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "Base") {
			t.Errorf("%q: %v", base, err)
		}
	}
}

// TestErase: nothing of an account is left on any page.
func TestErase(t *testing.T) {
	h := open(t, now, "", nil)
	h.campaign(6, 3)
	if _, err := h.engine.Impose(t.Context(), policy.Sanction{Account: "mal1", Kind: policy.Block, By: "carl"}); err != nil {
		t.Fatal(err)
	}
	h.flush()
	p := h.person("lea.lead.1")
	p.get("/case/1").has("mal1")
	if _, err := h.engine.Forget(t.Context(), "mal1"); err != nil {
		t.Fatal(err)
	}
	if err := h.console.Erase(t.Context(), "mal1"); err != nil {
		t.Fatal(err)
	}
	for _, path := range everyPage {
		if path != "/events" {
			p.get(path).hasNot("mal1")
		}
	}
	p.get("/search?q=mal").hasNot("mal1")
	p.get("/case/1").has("4 messages, 2 accounts, 4 waiting")
}
