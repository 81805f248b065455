package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A page elsewhere, a name that was made to lead here, and whoever has no token, get nothing.
func TestStrangers(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	message := form("to", "bea", "text", "forged")
	for what, change := range map[string]func(*http.Request){
		"a form of another site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a form of another port":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"one of an old browser":    func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"another name (rebinding)": func(r *http.Request) { r.Host = "evil.example" },
	} {
		for _, path := range []string{"/as/ann/send", "/as/ann/appeal", "/as/ann/report", "/waves"} {
			if status, _, _ := c.do("POST", path, "application/x-www-form-urlencoded", message, change); status != http.StatusForbidden && status != http.StatusMisdirectedRequest {
				t.Errorf("%s to %s: %d", what, path, status)
			}
		}
	}
	c.lacks("/as/bea?with=ann", "forged")
	for path, want := range map[string]int{"/api/v1/accounts/ann/notice": http.StatusForbidden, "/api/v1/accounts/ann": http.StatusUnauthorized, "/api/v1/sanctions": http.StatusUnauthorized} {
		for _, password := range []string{"", "wrong"} {
			change := func(r *http.Request) { r.SetBasicAuth("dora", password) }
			if status, _, _ := c.do("GET", path, "", "", change); status != want {
				t.Errorf("%s without the token: %d, not %d", path, status, want)
			}
		}
	}
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if err := run(t.Context(), options{listen: address, dir: t.TempDir()}, io.Discard, nil); err == nil || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("-listen %s: %v", address, err)
		}
	}
}

// Names and texts of people are shown, and never run; what can't be a name is refused.
func TestHostile(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	name, text := `"><script>alert(1)</script>`, `</textarea><img src=x onerror=alert(2)>`
	from := "/as/" + url.PathEscape(name)
	c.post(from+"/send", "to", "a/b?c#d&e", "text", text, "id", `'); DROP TABLE chat_messages; --`)
	c.post("/as/ann/send", "to", name, "text", text)
	for _, path := range []string{"/", from, from + "/account", "/as/" + url.PathEscape("a/b?c#d&e"), "/as/ann", "/waves"} {
		page := c.get(path)
		if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img") {
			t.Errorf("%s holds what was written as it stands:\n%s", path, body(page))
		}
		_, header, _ := c.do("GET", path, "", "", nil)
		if got := header.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") || !strings.Contains(got, "frame-ancestors 'none'") || strings.Contains(got, "unsafe") {
			t.Errorf("%s has the policy %q", path, got)
		}
	}
	c.wants("/as/"+url.PathEscape("a/b?c#d&e"), "&lt;/textarea&gt;&lt;img")
	for what, bad := range map[string][2]string{
		"a control character": {"an\x07n", "hello"}, "no name": {" ", "hello"}, "a name that is too long": {strings.Repeat("x", 10_000), "hello"},
		"no text": {"bea", " \n"}, "a text that is too long": {"bea", strings.Repeat("x", longestText+1)}, "a name in two lines": {"a\nb", "hello"},
	} {
		if status, _, _ := c.do("POST", "/as/ann/send", "application/x-www-form-urlencoded", form("to", bad[0], "text", bad[1]), nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", what, status)
		}
	}
}

// An ID is its sender's: who has an accomplice send something harmless under the same ID does
// not get their own message released with it.
func TestSameID(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{undo: -1})
	for _, name := range []string{"mal", "pal"} {
		c.api("PUT", "/v1/accounts/"+name+"/override", map[string]string{"verdict": "hold"}, nil)
	}
	c.post("/as/mal/send", "to", "bea", "text", "Pay me, or I tell your wife.", "id", "one")
	c.post("/as/pal/send", "to", "bea", "text", "Shall we meet at nine?", "id", "one")
	dora := c.signIn("dora")
	dora.open("GET", dora.caseOf("held, pal"), "").press("release")
	c.until("it goes out", func() bool { return strings.Contains(c.get("/as/bea?with=pal"), "Shall we meet at nine?") })
	c.lacks("/as/bea?with=mal", "Pay me")
}
