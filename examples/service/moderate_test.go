package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// A moderator has a browser without script, and a page in hand.
type moderator struct {
	*client
	cookie, page string
}

// signIn has somebody sign in.
func (c *client) signIn(name string) *moderator {
	c.t.Helper()
	status, header, _ := c.do("POST", "/moderator", "application/x-www-form-urlencoded", form("name", name), nil)
	if status != http.StatusSeeOther {
		c.t.Fatal(status)
	}
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	return &moderator{client: c, cookie: cookie}
}

// open opens a page of the console, and follows where it leads.
func (m *moderator) open(method, path, body string) *moderator {
	m.t.Helper()
	for range 5 {
		status, header, page := m.do(method, path, "application/x-www-form-urlencoded", body, func(r *http.Request) {
			r.Header.Set("Cookie", m.cookie)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		})
		if status == http.StatusOK {
			m.page = page
			return m
		}
		if status != http.StatusSeeOther {
			m.t.Fatalf("%s %s: %d\n%s", method, path, status, page)
		}
		method, path, body = "GET", header.Get("Location"), ""
	}
	m.t.Fatalf("%s leads nowhere", path)
	return nil
}

var (
	consoleForm = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// press presses the button that does an action.
func (m *moderator) press(action string) *moderator {
	m.t.Helper()
	for _, f := range consoleForm.FindAllStringSubmatch(m.page, -1) {
		if strings.Contains(f[2], `name="action" value="`+action+`"`) {
			v := url.Values{"action": {action}}
			for _, field := range hiddenField.FindAllStringSubmatch(f[2], -1) {
				v.Set(field[1], field[2])
			}
			return m.open("POST", f[1], v.Encode())
		}
	}
	m.t.Fatalf("no button %s:\n%.3000s", action, body(m.page))
	return nil
}

// case of the queue, by what its line says.
func (m *moderator) caseOf(what string) string {
	m.t.Helper()
	found := ""
	m.until("the queue has a case: "+what, func() bool {
		m.open("GET", "/console/", "")
		for _, c := range regexp.MustCompile(`(?s)href="(/console/case/\d+)".*?</a>.*?\n`).FindAllStringSubmatch(m.page, -1) {
			if strings.Contains(c[0], what) {
				found = c[1]
			}
		}
		return found != ""
	})
	return found
}

// A blaster leaves one case, not one for each of its messages. Its text is banned from the
// console, and the next account's first copy does not go out. Its appeal is a case, too; who
// rules on it there frees it.
func TestConsole(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{undo: -1})
	c.post("/waves", "actor", "blaster")
	c.until("the blaster is through", func() bool { return played(c, "1 blaster") == waveOfTests })
	dora := c.signIn("dora")
	campaign := dora.caseOf("a text of 1 account")
	if n := len(regexp.MustCompile(`href="/console/case/\d+"`).FindAllString(dora.page, -1)); n != 1 {
		t.Errorf("a blaster leaves %d cases:\n%s", n, body(dora.page))
	}
	text := regexp.MustCompile(`<p class="quote" dir="auto">([^<]+)</p>`).FindStringSubmatch(dora.open("GET", campaign, "").page)
	if text == nil {
		t.Fatalf("no text:\n%.2000s", body(dora.page))
	}
	dora.press("ban")
	n := 0
	c.until("the text is banned", func() bool {
		n++
		name := fmt.Sprint("next", n)
		c.post("/as/"+name+"/send", "to", "bea", "text", text[1])
		return strings.Contains(c.get("/as/"+name+"?with=bea"), "<strong>not sent</strong>")
	})
	c.post("/as/last/send", "to", "carl", "text", text[1])
	c.lacks("/as/carl?with=last", text[1])

	var a policy.Account
	c.api("GET", "/v1/accounts/sim.blaster.1", nil, &a)
	for _, s := range a.Standing {
		if s.Kind == policy.Block {
			c.post("/as/sim.blaster.1/appeal", "sanction", s.ID, "statement", "It was my little brother.")
		}
	}
	appeal := dora.caseOf("appeal")
	if dora.open("GET", appeal, ""); !strings.Contains(dora.page, "It was my little brother.") {
		t.Errorf("the case does not say why they appeal:\n%.3000s", body(dora.page))
	}
	dora.press("overturn")
	c.until("the block is overturned", func() bool {
		return strings.Contains(c.get("/as/sim.blaster.1/account"), "Overturned: it is as if it had never been.")
	})
}

// What waits goes out when a moderator releases it on the console, also if a crash kept it
// from the chat: then the console has it, and judged is all that it was.
func TestConsoleReleases(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{undo: -1})
	c.api("PUT", "/v1/accounts/ann/override", map[string]string{"verdict": "hold"}, nil)
	c.post("/as/ann/send", "to", "bea", "text", "This waits for dora.")
	c.lacks("/as/bea?with=ann", "This waits for dora.")
	dora := c.signIn("dora")
	dora.open("GET", dora.caseOf("held"), "").press("release")
	c.until("it goes out", func() bool { return strings.Contains(c.get("/as/bea?with=ann"), "This waits for dora.") })

	c.api("PUT", "/v1/accounts/zoe/override", map[string]string{"verdict": "hold"}, nil)
	c.host("POST", "/v1/evaluate", `{"id": "lost", "sender": "zoe", "recipients": [{"id": "bea"}], "text": "judged, and not kept"}`)
	dora.open("GET", dora.caseOf("zoe"), "").press("release")
	c.until("it goes out", func() bool { return strings.Contains(c.get("/as/bea?with=zoe"), "judged, and not kept") })
}

// Without signing in there is no page of the console; a page of another session changes nothing.
func TestConsoleStrangers(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	if status, header, _ := c.do("GET", "/console/", "", "", nil); status != http.StatusSeeOther || header.Get("Location") != "/moderator" {
		t.Errorf("the console to a stranger: %d %s", status, header.Get("Location"))
	}
	for _, cookie := range []string{"", "moderator=", "moderator=.dora", "moderator=x.%0A"} {
		for _, path := range []string{"/console/figures", "/console/audit", "/console/case/1", "/console/search"} {
			if status, _, _ := c.do("GET", path, "", "", func(r *http.Request) { r.Header.Set("Cookie", cookie) }); status != http.StatusUnauthorized {
				t.Errorf("%s with %q: %d", path, cookie, status)
			}
		}
	}
	c.api("PUT", "/v1/accounts/ann/override", map[string]string{"verdict": "hold"}, nil)
	c.post("/as/ann/send", "to", "bea", "text", "This waits.")
	dora, again := c.signIn("dora"), c.signIn("dora")
	dora.open("GET", dora.caseOf("held"), "")
	f := consoleForm.FindStringSubmatch(dora.page[strings.Index(dora.page, `aria-label="Decide"`)-80:])
	v := url.Values{"action": {"release"}}
	for _, field := range hiddenField.FindAllStringSubmatch(f[2], -1) {
		v.Set(field[1], field[2])
	}
	if status, _, _ := c.do("POST", f[1], "application/x-www-form-urlencoded", v.Encode(), func(r *http.Request) { r.Header.Set("Cookie", again.cookie) }); status != http.StatusForbidden {
		t.Errorf("a form of another session: %d", status)
	}
}
