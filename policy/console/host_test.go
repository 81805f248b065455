package console_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
	"github.com/decorum-go/decorum/policy/rulekit"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// A host is a service with a console: a real engine, a real database, a real server.
type host struct {
	t       testing.TB
	db      *sql.DB
	console *console.Console
	engine  *policy.Engine
	server  *httptest.Server
	base    string

	mu        sync.Mutex
	delivered map[string]int // by ID of the message
	refuse    error          // what Deliver answers
	then      func(policy.Message)
	poison    string // ID of a message that Deliver refuses
}

// open starts a host. The file of the database and the store may be those of an earlier one.
func open(t testing.TB, c console.Config, file string, store policy.Store) *host {
	t.Helper()
	return openWith(t, c, file, store, nil)
}

// openWith is open with a compiler of rules.
func openWith(t testing.TB, c console.Config, file string, store policy.Store, compiler rulekit.Compiler) *host {
	t.Helper()
	if file == "" {
		file = filepath.Join(t.TempDir(), "cases.db")
	}
	driver, source := "sqlite", "file:"+file+"?_pragma=busy_timeout(5000)"
	if url := os.Getenv("CONSOLE_POSTGRES"); url != "" { // the same tests, there
		driver, source, c.Tenant = "pgx", url, file
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, db: db, base: c.Base, delivered: map[string]int{}}
	c.DB, c.Who = db, who
	c.Deliver = func(_ context.Context, m policy.Message) error {
		h.mu.Lock()
		if h.poison == m.ID {
			h.mu.Unlock()
			return errors.New("a fault of the test")
		}
		if h.refuse == nil {
			h.delivered[m.ID]++
		}
		err := h.refuse
		h.mu.Unlock()
		if h.then != nil {
			h.then(m)
		}
		return err
	}
	if h.console, err = console.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	h.engine, err = policy.New(policy.Config{Hooks: h.console.Hooks(), Secret: []byte("of the tests, all of them"), Store: store, Timeout: time.Minute, Compiler: compiler})
	if err != nil {
		t.Fatal(err)
	}
	h.console.Use(h.engine)
	h.server = httptest.NewServer(h.console)
	t.Cleanup(h.close)
	return h
}

func (h *host) close() {
	if h.server == nil {
		return
	}
	h.server.CloseClientConnections()
	h.server.Close()
	h.engine.Close()
	if err := h.console.Close(); err != nil {
		h.t.Error(err)
	}
	h.db.Close()
	h.server = nil
}

// who is the authentication of the tests: a cookie that names ID, role and session.
func who(r *http.Request) (m console.Moderator, err error) {
	cookie, err := r.Cookie("who")
	if err != nil {
		return m, errors.New("nobody")
	}
	f := strings.Split(cookie.Value, ".")
	roles := map[string]console.Role{"reader": console.Reader, "moderator": console.Mod, "lead": console.Lead}
	if len(f) != 3 {
		return m, errors.New("nobody")
	}
	return console.Moderator{ID: f[0], Role: roles[f[1]], Session: f[2]}, nil
}

// A person is somebody with a browser that runs no script.
type person struct {
	*host
	http.Client
	at   string // path of the page in hand
	page string
	code int
	head http.Header
}

func (h *host) person(cookie string) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	u, err := url.Parse(h.server.URL)
	if err != nil {
		h.t.Fatal(err)
	}
	if cookie != "" {
		jar.SetCookies(u, []*http.Cookie{{Name: "who", Value: cookie, Path: "/"}})
	}
	return &person{host: h, Client: http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

func (p *person) took(r *http.Response, err error) *person {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.at, p.page, p.code, p.head = r.Request.URL.RequestURI(), string(body), r.StatusCode, r.Header
	return p
}

// get opens a page.
func (p *person) get(path string) *person {
	p.t.Helper()
	return p.took(p.Get(p.server.URL + p.base + path))
}

var forms = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)"[^>]*>(.*?)</form>`)
var fields = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// press presses the button with that value of action, or of the form with that address, on
// the page in hand.
func (p *person) press(button string, note ...string) *person {
	p.t.Helper()
	for _, f := range forms.FindAllStringSubmatch(p.page, -1) {
		mine := strings.Contains(f[2], `name="action" value="`+button+`"`)
		if !mine && !strings.HasPrefix(f[1], p.base+button) {
			continue
		}
		v := url.Values{}
		for _, in := range fields.FindAllStringSubmatch(f[2], -1) {
			v.Set(in[1], html.UnescapeString(in[2]))
		}
		if mine {
			v.Set("action", button)
		}
		if len(note) > 0 {
			v.Set("note", note[0])
		}
		return p.post(f[1], v)
	}
	p.t.Fatalf("no button %s on %s:\n%s", button, p.at, p.brief())
	return nil
}

// post sends a form, as a browser does from a page of the console.
func (p *person) post(path string, v url.Values) *person {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodPost, p.server.URL+path, strings.NewReader(v.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.took(p.Do(r))
}

func (p *person) has(all ...string) {
	p.t.Helper()
	for _, s := range all {
		if !strings.Contains(p.page, s) {
			p.t.Fatalf("%s (%d) has no %q:\n%s", p.at, p.code, s, p.brief())
		}
	}
}

func (p *person) hasNot(all ...string) {
	p.t.Helper()
	for _, s := range all {
		if strings.Contains(p.page, s) {
			p.t.Fatalf("%s (%d) has %q:\n%s", p.at, p.code, s, p.brief())
		}
	}
}

// invitation is a text of which each copy differs in a name.
func invitation(i int) string {
	names := []string{"Ann", "Bea", "Cem", "Dina", "Emil"}
	return "Hello " + names[i%len(names)] + ", we double whatever you send us within a day. Ask me how, it is safe and all my neighbours do it."
}

// campaign has so many messages held, of so many senders, with near-copies of one text.
func (h *host) campaign(messages, senders int) {
	h.t.Helper()
	_, err := h.engine.SetText(h.t.Context(), policy.TextRule{Text: invitation(0), Action: policy.TextHold, By: "ada"})
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range messages {
		h.send(policy.Message{ID: fmt.Sprint("m", i), Sender: fmt.Sprint("mal", i%senders), Recipients: []policy.Recipient{{ID: fmt.Sprint("person", i), Relation: policy.Stranger}}, Text: invitation(i)}, policy.Hold)
	}
	h.flush()
}

func (h *host) send(m policy.Message, want policy.Verdict) policy.Decision {
	h.t.Helper()
	m.At = time.Now()
	d, err := h.engine.Evaluate(h.t.Context(), m)
	if err != nil || want != 0 && d.Verdict != want {
		h.t.Fatalf("%+v, %v; want %s", d, err, want)
	}
	return d
}

func (h *host) flush() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 20*time.Second)
	defer cancel()
	if err := h.console.Flush(ctx); err != nil {
		h.t.Fatal(err)
	}
}

// until waits until a page has a text: what was decided is carried out in a moment.
func (p *person) until(path, want string) *person {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if p.get(path); strings.Contains(p.page, want) {
			return p
		}
		if time.Now().After(end) {
			p.has(want)
		}
	}
}

func (h *host) sent() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.delivered)
}

var markup = regexp.MustCompile(`(?s)<[^>]*>|\s+`)

// brief is what the page says.
func (p *person) brief() string {
	_, main, _ := strings.Cut(p.page, "<main")
	if main == "" {
		main = p.page
	}
	text := strings.Join(strings.Fields(markup.ReplaceAllString(main, " ")), " ")
	return text[:min(len(text), 1500)]
}
