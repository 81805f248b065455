package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// tokenLife is how long a page can be left open before its buttons ask to reload it, at
// least; at most twice as long.
const tokenLife = 12 * 3600

// headers are those of every answer: nothing from elsewhere, nothing inline, in nobody's
// frame, in no cache.
var headers = [...][2]string{
	{"Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	{"X-Frame-Options", "DENY"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
	{"Cache-Control", "no-store"},
}

// token is what a form of the moderator's must bring: it is theirs, and of their session.
func (c *Console) token(m *Moderator) string { return c.tokenOf(m, c.now().Unix()/tokenLife) }

func (c *Console) tokenOf(m *Moderator, period int64) string {
	mac := hmac.New(sha256.New, c.cfg.Key)
	fmt.Fprintf(mac, "form %d %q %q", period, m.ID, m.Session)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// authentic reports whether a form is one that the console gave this moderator.
func (c *Console) authentic(r *http.Request, m *Moderator) bool {
	given, period := []byte(r.PostFormValue("token")), c.now().Unix()/tokenLife
	return hmac.Equal(given, []byte(c.tokenOf(m, period))) || hmac.Equal(given, []byte(c.tokenOf(m, period-1)))
}

// admit says who a request is from, or answers it. What changes something must be a
// POST of a form, from a page of this console, with a token.
func (c *Console) admit(w http.ResponseWriter, r *http.Request) (m Moderator, ok bool) {
	m, err := c.cfg.Who(r)
	if err != nil || m.ID == "" {
		http.Error(w, "sign in first", http.StatusUnauthorized)
		return m, false
	}
	if m.Name == "" {
		m.Name = m.ID
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return m, true
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form can't be read, or is longer than 64 KB", http.StatusBadRequest)
		return m, false
	}
	if c.origin.Check(r) != nil || !c.authentic(r, &m) {
		http.Error(w, "the form is not of this console, or of another session, or too old: go back, reload the page, and try again", http.StatusForbidden)
		return m, false
	}
	return m, true
}

// base is the path under which a console is mounted: "" or "/moderation".
func base(path string) (string, error) {
	path = strings.TrimRight(path, "/")
	if path != "" && (path[0] != '/' || strings.ContainsAny(path, "?#%\\{} \"'<>") || strings.Contains(path, "//") || strings.Contains(path, "/.")) {
		return "", fmt.Errorf("console: Base %q must begin with a slash, as in /moderation, and be a plain path", path)
	}
	return path, nil
}
