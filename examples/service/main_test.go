package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// asService has the test binary be the service, for tests that kill it.
const asService = "SERVICE_TEST_IS_THE_SERVICE"

func TestMain(m *testing.M) {
	if os.Getenv(asService) != "" {
		main()
		return
	}
	os.Setenv("DECORUM_SECRET", "the same in all that these tests start, 32 bytes or more")
	if err := flag.Set("test.parallel", "6"); err != nil { // they wait more than they compute
		panic(err)
	}
	os.Exit(m.Run())
}

// waveOfTests is how many messages a wave of the tests has.
const waveOfTests = 60

// A client calls a service that runs on the loopback.
type client struct {
	t   *testing.T
	url string
	dir string

	said said
	away bool // its store is: it can't write what it keeps when it ends
}

// start runs the service in this process, as main does, until the test ends, or until
// what it returns is called.
func start(t *testing.T, o options) (*client, func()) {
	t.Helper()
	o.listen = "127.0.0.1:0"
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	if o.wave == 0 {
		o.wave = waveOfTests
	}
	if o.pace == 0 {
		o.pace = time.Microsecond
	}
	c := &client{t: t, dir: o.dir}
	ctx, end := context.WithCancel(context.Background())
	at, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- run(ctx, o, &c.said, func(url string) { at <- url }) }()
	stopped := false
	stop := func() {
		if end(); !stopped {
			stopped = true
			if err := <-done; err != nil && !c.away {
				t.Errorf("the service ended with: %v", err)
			}
		}
	}
	select {
	case err := <-done:
		end()
		t.Fatal(err)
		return nil, nil
	case c.url = <-at:
		t.Cleanup(stop)
		return c, stop
	}
}

// said is what the service told, and where it tells it; it shows it, too, if
// SERVICE_TEST_LOG is set.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if os.Getenv("SERVICE_TEST_LOG") != "" {
		os.Stderr.Write(b)
	}
	return s.text.Write(b)
}

func (s *said) has(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.text.String(), what)
}

// do makes a request and returns the answer, without following it elsewhere.
func (c *client) do(method, path, contentType, body string, change func(*http.Request)) (int, http.Header, string) {
	c.t.Helper()
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	if change != nil {
		change(r)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(b)
}

// get returns a page that must be there.
func (c *client) get(path string) string {
	c.t.Helper()
	status, _, body := c.do("GET", path, "", "", nil)
	if status != http.StatusOK {
		c.t.Fatalf("GET %s: %d\n%s", path, status, body)
	}
	return body
}

// post sends a form that must be taken.
func (c *client) post(path string, fields ...string) {
	c.t.Helper()
	if status, _, body := c.do("POST", path, "application/x-www-form-urlencoded", form(fields...), nil); status != http.StatusSeeOther {
		c.t.Fatalf("POST %s: %d\n%s", path, status, body)
	}
}

func form(fields ...string) string {
	v := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		v.Set(fields[i], fields[i+1])
	}
	return v.Encode()
}

// api calls the API as a moderator; the answer is read into out, if that is not nil.
func (c *client) api(method, path string, in, out any) {
	c.t.Helper()
	token, err := os.ReadFile(filepath.Join(c.dir, "token"))
	if err != nil {
		c.t.Fatal(err)
	}
	b, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	status, _, body := c.do(method, "/api"+path, "application/json", string(b), func(r *http.Request) { r.SetBasicAuth("dora", string(token)) })
	if status >= 300 {
		c.t.Fatalf("%s %s: %d\n%s", method, path, status, body)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(body), out); err != nil {
			c.t.Fatal(err)
		}
	}
}

// host calls the API as the host's own servers do, and returns the answer.
func (c *client) host(method, path, in string) string {
	c.t.Helper()
	token, err := os.ReadFile(filepath.Join(c.dir, "token"))
	if err != nil {
		c.t.Fatal(err)
	}
	status, _, answer := c.do(method, "/api"+path, "application/json", in, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+string(token)) })
	if status != http.StatusOK {
		c.t.Fatalf("%s %s: %d\n%s", method, path, status, answer)
	}
	return answer
}

// wants fails where a page lacks what it should say.
func (c *client) wants(path string, all ...string) {
	c.t.Helper()
	page := c.get(path)
	for _, want := range all {
		if !strings.Contains(page, want) {
			c.t.Errorf("%s lacks %q:\n%.2000s", path, want, body(page))
		}
	}
}

// body is what a page says beside the frame.
func body(page string) string {
	_, after, _ := strings.Cut(page, "<main>")
	return after
}

// lacks fails where a page says what it should not.
func (c *client) lacks(path string, all ...string) {
	c.t.Helper()
	page := c.get(path)
	for _, not := range all {
		if strings.Contains(page, not) {
			c.t.Errorf("%s has %q:\n%.2000s", path, not, body(page))
		}
	}
}

// until waits for something that must come to be.
func (c *client) until(what string, ok func() bool) {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("it did not come to be that %s", what)
		}
	}
}
