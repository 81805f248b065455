package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser is a headless Chromium. Each window of it is a tab of its own.
type browser struct {
	t   *testing.T
	ctx context.Context
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &browser{t, ctx}
}

// A tab is a window of the browser, and what went wrong in it.
type tab struct {
	*browser
	mu       sync.Mutex
	problems []string
}

// tab opens a window at an address, and fails the test for what its console says, and for
// what it asks of anybody but the service.
func (b *browser) tab(url string) *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	w := &tab{browser: &browser{b.t, ctx}}
	note := func(problem string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.problems = append(w.problems, problem)
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			note(e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			note("the console: " + string(e.Type))
		case *log.EventEntryAdded:
			note(e.Entry.Text + " " + e.Entry.URL)
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, "http://"+host+"/") {
				note("it asks for " + e.Request.URL)
			}
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	w.run(chromedp.Navigate(url))
	b.t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, problem := range w.problems {
			b.t.Errorf("%s: %s", url, problem)
		}
	})
	return w
}

func (b *browser) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// sees waits until a page has a text.
func (w *tab) sees(text string) {
	w.t.Helper()
	page := ""
	for end := time.Now().Add(time.Minute); !strings.Contains(page, text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%q is not seen:\n%.2000s", text, page)
		}
		page, _ = chromedp.Run(w.ctx, chromedp.Evaluate[string]("document.body ? document.body.innerText : ''")) // it may just load
	}
}

// fits looks at a page in windows of a telephone and of a desk, in light and in dark: nothing
// of it lies beside the window. It writes pictures into the folder
// that DECORUM_SCREENSHOTS names.
func (w *tab) fits(name string) {
	w.t.Helper()
	for _, width := range []int64{360, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			w.run(chromedp.EmulateViewport(width, 900), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
				_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
				return err
			}))
			wide, err := chromedp.Run(w.ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
			if err != nil {
				w.t.Fatal(err)
			}
			if wide > width {
				w.t.Errorf("%s is %d pixels wide in a window of %d", name, wide, width)
			}
			w.axe(fmt.Sprint(name, " ", width, " ", scheme))
			dir := os.Getenv("DECORUM_SCREENSHOTS")
			if dir == "" {
				continue
			}
			picture, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				w.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), picture, 0o600); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// axe has axe-core look at a page, where AXE_CORE names its axe.min.js: what is serious is a fault.
func (w *tab) axe(name string) {
	w.t.Helper()
	script, err := os.ReadFile(os.Getenv("AXE_CORE"))
	if err != nil {
		return
	}
	if _, err := chromedp.Run(w.ctx, chromedp.Evaluate[any](string(script)+"; 0")); err != nil {
		w.t.Fatal(err)
	}
	found, err := chromedp.Run(w.ctx, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations
		.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => v.help + ": " + v.nodes[0].html + " " + v.nodes[0].failureSummary))`, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, fault := range found {
		w.t.Errorf("%s: %s", name, fault)
	}
}

// Two people chat in two windows, a wave is sent, its sender appeals, and a moderator bans the
// text and overturns the block with keys alone. Pages are up to date without being loaded anew.
func TestBrowser(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{undo: -1})
	b := openBrowser(t)
	ann, bea := b.tab(c.url+"/as/ann?with=bea"), b.tab(c.url+"/as/bea?with=ann")
	write := func(w *tab, text string) {
		w.t.Helper()
		w.run(chromedp.SendKeys(`.write textarea`, text), chromedp.Click(`.write button`), chromedp.WaitVisible(`.lines .mine`))
		w.sees(text)
	}
	write(ann, "Are you the one with the choir?")
	bea.sees("Are you the one with the choir?")
	write(bea, "Yes! We sing on Tuesdays, come along.")
	ann.sees("We sing on Tuesdays")
	write(ann, "I will. Thank you!")
	bea.sees("I will. Thank you!")
	ann.fits("chat")

	home := b.tab(c.url + "/")
	home.sees("Who are you?")
	home.fits("home")
	waves := b.tab(c.url + "/waves")
	waves.run(chromedp.Click(`main form button`))
	c.until("the blaster is through", func() bool { return played(c, "1 blaster") == waveOfTests })
	waves.run(chromedp.Reload())
	waves.sees("sim.blaster.1")
	waves.fits("waves")

	own := b.tab(c.url + "/as/sim.blaster.1/account")
	own.sees("You cannot start new conversations")
	own.fits("account")
	own.run(chromedp.SendKeys(`.step textarea`, "It was my little brother."), chromedp.Click(`.step button`))
	own.sees("a person has not decided yet")

	dora := b.tab(c.url + "/moderator")
	dora.run(chromedp.Click(`main form button`))
	dora.sees("appeal, sim.blaster.1")
	dora.run(chromedp.WaitReady(`body[data-keys]`), chromedp.KeyEvent("n"))
	dora.sees("It was my little brother.")
	dora.fits("console")
	dora.run(chromedp.WaitReady(`body[data-keys]`), chromedp.KeyEvent("o"))
	own.sees("Overturned: it is as if it had never been.")
	own.fits("overturned")
}
