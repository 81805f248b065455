package console_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A browser is a headless Chromium, driven through a pipe by the DevTools protocol
// (chromedevtools.github.io/devtools-protocol), which notes what the pages ask for and
// what it complains of.
type browser struct {
	*host
	session  string
	requests []string
	problems []string
}

// chromium is where the browser is. Where there is none, the test is skipped, but in CI,
// where there must be one, it fails.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no chromium, and CI=true: install Debian's package chromium")
	}
	t.Skip("NOT CHECKED: no chromium: install Debian's package chromium to have the pages looked at")
	return ""
}

// running is the browser of all tests: one, as it takes seconds to start.
var running struct {
	*exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	home string
	id   int
}

func TestMain(m *testing.M) {
	code := m.Run()
	if running.Cmd != nil {
		running.in.Close()
		running.Process.Kill()
		running.Wait()
		os.RemoveAll(running.home)
	}
	os.Exit(code)
}

// start starts Chromium, once.
func start(t testing.TB) {
	t.Helper()
	path := chromium(t)
	if running.Cmd != nil {
		return
	}
	read, toBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fromBrowser, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.MkdirTemp("", "chromium-*") // not t.TempDir: Chromium may still write when it ends
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage",
		"--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir="+home)
	command.ExtraFiles = []*os.File{read, write} // descriptors 3 and 4
	command.Env = append(os.Environ(), "HOME="+home)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	read.Close()
	write.Close()
	running.Cmd, running.in, running.out, running.home = command, toBrowser, bufio.NewReaderSize(fromBrowser, 1<<20), home
}

// browse opens a window of Chromium, for somebody who is signed in.
func (h *host) browse(cookie string) *browser {
	t := h.t
	t.Helper()
	start(t)
	b := &browser{host: h}
	stuck := time.AfterFunc(2*time.Minute, func() { running.Process.Kill() })
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	t.Cleanup(func() {
		b.session = ""
		b.call("Target.closeTarget", map[string]any{"targetId": target.TargetID}, nil)
		stuck.Stop()
	})
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	u, err := url.Parse(h.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.call("Network.setCookie", map[string]any{"name": "who", "value": cookie, "domain": u.Hostname(), "path": "/"}, nil)
	return b
}

type protocolMessage struct {
	ID      int             `json:"id"`
	Session string          `json:"sessionId"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// call sends a command and waits for its answer.
func (b *browser) call(method string, params map[string]any, result any) {
	b.t.Helper()
	running.id++
	m := map[string]any{"id": running.id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	data, err := json.Marshal(m)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := running.in.Write(append(data, 0)); err != nil {
		b.t.Fatalf("chromium: %v", err)
	}
	for {
		m := b.next()
		if m.ID != running.id {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("chromium: %s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatal(err)
			}
		}
		return
	}
}

// next reads one message and notes what it tells of the page.
func (b *browser) next() protocolMessage {
	b.t.Helper()
	data, err := running.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("chromium has ended: %v", err)
	}
	var m protocolMessage
	if err := json.Unmarshal(data[:len(data)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	if m.Session != b.session {
		return m // of a window that is being closed
	}
	switch m.Method {
	case "Network.requestWillBeSent":
		var p struct{ Request struct{ URL string } }
		json.Unmarshal(m.Params, &p)
		b.requests = append(b.requests, p.Request.URL)
	case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded":
		b.problems = append(b.problems, m.Method+" "+string(m.Params))
	}
	return m
}

// window makes the window so wide, light or dark.
func (b *browser) window(width int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// open loads a page.
func (b *browser) open(path string) {
	b.t.Helper()
	b.must("window.old = true", nil)
	b.call("Page.navigate", map[string]any{"url": b.server.URL + b.base + path}, nil)
	b.until(`!window.old && document.readyState === "complete"`)
}

// eval returns what an expression gives, as JSON reads it. err is what the page has to
// say against it: it may just have gone.
func (b *browser) eval(expression string, into any) error {
	b.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	switch {
	case r.ExceptionDetails != nil:
		return fmt.Errorf("%.80s: %s", expression, r.ExceptionDetails)
	case len(r.Result.Value) == 0 || into == nil:
		return nil
	}
	return json.Unmarshal(r.Result.Value, into)
}

// must is eval of what must succeed.
func (b *browser) must(expression string, into any) {
	b.t.Helper()
	if err := b.eval(expression, into); err != nil {
		b.t.Fatal(err)
	}
}

// until waits for an expression to become true, also over a page that is left.
func (b *browser) until(expression string) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		is := false
		if b.eval(expression, &is) == nil && is {
			return
		}
		if time.Now().After(end) {
			text := ""
			b.must("location.href + document.body.innerText", &text)
			b.t.Fatalf("%s does not become true on:\n%.1500s", expression, text)
		}
	}
}

// key presses and releases a key, when the page has been there long enough to be seen.
func (b *browser) key(key string) {
	b.t.Helper()
	b.until(`document.body.dataset.keys === "on"`)
	b.press(key, 0)
}

// press presses and releases a key at once, with modifiers.
func (b *browser) press(key string, modifiers int) {
	b.t.Helper()
	code := int(strings.ToUpper(key)[0])
	text := key
	if special, ok := map[string]int{"Enter": 13, "Escape": 27, "Tab": 9}[key]; ok {
		code, text = special, map[string]string{"Enter": "\r"}[key]
	}
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text, "modifiers": modifiers}, nil)
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}, nil)
}

// quiet fails if the pages asked another host for anything, or the browser complained.
func (b *browser) quiet() {
	b.t.Helper()
	for _, r := range b.requests {
		if !strings.HasPrefix(r, b.server.URL+"/") {
			b.t.Errorf("a request leaves the host: %s", r)
		}
	}
	if len(b.requests) == 0 {
		b.t.Error("no request was seen")
	}
	for _, p := range b.problems {
		b.t.Errorf("the browser says: %s", p)
	}
	b.problems = nil
}

// shoot writes a picture of the whole page into the folder that DECORUM_SCREENSHOTS
// names, for people to look at.
func (b *browser) shoot(name string, width int) {
	dir := os.Getenv("DECORUM_SCREENSHOTS")
	if dir == "" {
		return
	}
	b.t.Helper()
	var height float64
	b.must("document.documentElement.scrollHeight", &height)
	var shot struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true,
		"clip": map[string]any{"x": 0, "y": 0, "width": width, "height": min(height, 6000), "scale": 1}}, &shot)
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
