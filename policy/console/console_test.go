package console_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
)

// now has actions carried out at once.
var now = console.Config{Undo: -1, Base: "/mod"}

// TestCampaign: forty messages are one case, and one press decides them.
func TestCampaign(t *testing.T) {
	for action, want := range map[string]struct {
		delivered int
		retry     policy.Verdict
	}{
		"release": {40, policy.Duplicate},
		"clear":   {40, policy.Duplicate},
		"discard": {0, policy.Reject},
		"confirm": {0, policy.Reject},
	} {
		t.Run(action, func(t *testing.T) {
			h := open(t, now, "", nil)
			h.campaign(40, 8)
			p := h.person("ada.moderator.1").get("/")
			p.has("40 messages, 8 accounts, 40 waiting")
			p.press("/next")
			p.has("copies", "<mark>Cem</mark>", "mal0", "A person will look")
			p.press(action, "as they are")
			if p.at != "/mod/" {
				t.Fatalf("after the last case the queue comes, not %s", p.at)
			}
			p.until("/?kind=closed", "40 messages").get("/case/1")
			p.has("Closed by ada")
			if h.sent() != want.delivered {
				t.Fatalf("%d delivered, want %d", h.sent(), want.delivered)
			}
			m := policy.Message{ID: "m7", Sender: "mal7", Recipients: []policy.Recipient{{ID: "person7", Relation: policy.Stranger}}, Text: invitation(7)}
			h.send(m, want.retry)
		})
	}
}

// TestText: a text is banned, or found fine, with one press, and the case stays.
func TestText(t *testing.T) {
	for action, want := range map[string]policy.Verdict{"ban": policy.Reject, "fine": policy.Allow} {
		t.Run(action, func(t *testing.T) {
			h := open(t, now, "", nil)
			h.campaign(4, 4)
			p := h.person("ada.moderator.1").get("/").press("/next")
			p.press(action)
			if p.at != "/mod/case/1" {
				t.Fatal(p.at)
			}
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				d, err := h.engine.Preview(t.Context(), policy.Message{Sender: "new", Recipients: policy.To("somebody"), Text: invitation(0)})
				if err == nil && d.Verdict == want {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("%+v %v", d, err)
				}
			}
			p.get("/case/1").has(`value="discard"`)
			if p.press("discard"); h.sent() != 0 {
				t.Fatal(h.sent())
			}
		})
	}
}

// TestUndo: what is undone has never been.
func TestUndo(t *testing.T) {
	h := open(t, console.Config{Undo: time.Hour}, "", nil)
	h.campaign(3, 3)
	p := h.person("ada.moderator.1").get("/").press("/next").press("release")
	p.has("Release: case 1.", `data-left="3600"`)
	other := h.person("bob.moderator.1").get("/case/1")
	other.hasNot(`value="release"`)
	if other.get("/").hasNot("Release: case 1."); true {
		other.press("/next")
		if other.at != "/" {
			t.Fatalf("a case that was decided went to another one: %s", other.at)
		}
	}
	p.get("/").press("/undo/")
	if p.at != "/case/1" {
		t.Fatal(p.at)
	}
	p.has(`value="release"`)
	p.hasNot("Release: case 1.")
	if h.sent() != 0 {
		t.Fatal("it was delivered all the same")
	}
}

// TestCrash: what was decided before the process ended is done by the next one, once.
func TestCrash(t *testing.T) {
	file, store := t.TempDir()+"/cases.db", policy.NewMemory(0)
	h := open(t, console.Config{Undo: 300 * time.Millisecond}, file, store)
	h.campaign(5, 5)
	h.refuse = errors.New("the mail server is away")
	p := h.person("ada.moderator.1").get("/").press("/next").press("release")
	p.until("/", "the mail server is away")
	h.close()
	if len(h.delivered) != 0 {
		t.Fatal(h.delivered)
	}
	again := open(t, console.Config{Undo: -1, Now: func() time.Time { return time.Now().Add(time.Minute) }}, file, store)
	again.person("bob.moderator.1").until("/?kind=closed", "5 messages")
	for i := range 5 {
		if n := again.delivered[fmt.Sprint("m", i)]; n != 1 {
			t.Errorf("m%d was delivered %d times", i, n)
		}
	}
}

// TestLater: what came after the moderator looked is not decided by them.
func TestLater(t *testing.T) {
	h := open(t, now, "", nil)
	h.campaign(3, 3)
	p := h.person("ada.moderator.1").get("/").press("/next")
	h.send(policy.Message{ID: "late", Sender: "zoe", Recipients: policy.To("person9"), Text: invitation(3)}, policy.Hold)
	h.flush()
	p.press("release")
	p.until("/", "1 message, 1 account, 1 waiting")
	if h.delivered["late"] != 0 || h.sent() != 3 {
		t.Fatal(h.delivered)
	}
}

// TestAppeal: an appeal is ruled on, from its case.
func TestAppeal(t *testing.T) {
	for action, want := range map[string]string{"uphold": "upheld", "reduce": "reduced", "overturn": "overturned"} {
		t.Run(action, func(t *testing.T) {
			h := open(t, now, "", nil)
			s, err := h.engine.Impose(t.Context(), policy.Sanction{Account: "mal", Kind: policy.Block, By: "carl", Until: time.Now().Add(time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.engine.Appeal(t.Context(), policy.Appeal{Account: "mal", Sanction: s.ID, Statement: "I was <b>asked</b> to write."}); err != nil {
				t.Fatal(err)
			}
			h.flush()
			p := h.person("ada.moderator.1").get("/").press("/next")
			p.has("I was &lt;b&gt;asked&lt;/b&gt; to write.", "Statement of reasons", "you can appeal", `value="overturn"`)
			p.press(action, "as it should be").until("/?kind=closed", "by ada")
			a, err := h.engine.Account(t.Context(), "mal")
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range append(a.Standing, a.History...) {
				if s.Appeal == nil || s.Appeal.Ruling == nil || s.Appeal.Ruling.Outcome.String() != want || s.Appeal.Ruling.By != "ada" {
					t.Fatalf("%+v", s.Appeal)
				}
			}
		})
	}
}

// TestLiftAndSuspend: sanctions are lifted and imposed from the page of an account, and with
// FourEyes a suspension waits for another person.
func TestLiftAndSuspend(t *testing.T) {
	c := now
	c.FourEyes = true
	h := open(t, c, "", nil)
	h.campaign(2, 1)
	lead := h.person("lea.lead.1").get("/account?id=mal0")
	lead.press("suspend", "a fraud").until("/account?id=mal0", "Another person has to agree")
	kay := h.person("kay.lead.1").get("/account?id=mal0")
	kay.has("Suspend: account mal0.")
	if lead.get("/account?id=mal0").hasNot("/agree/"); lead.post("/mod/agree/1", fieldsOf(lead)).code != 409 {
		t.Fatalf("the first person agreed with themself: %d", lead.code)
	}
	mod := h.person("ada.moderator.1").get("/account?id=mal0")
	mod.has("Suspend: account mal0.")
	mod.hasNot("/agree/")
	mod.get("/case/1").hasNot("Suspend: ")
	kay.press("/agree/").until("/account?id=mal0", "suspension (account)")
	mod.get("/account?id=mal0").press("lift", "they paid back").until("/account?id=mal0", "lifted on")
	mod.until("/account?id=mal0", "Ended early")
}

func fieldsOf(p *person) map[string][]string {
	v := map[string][]string{}
	for _, in := range fields.FindAllStringSubmatch(p.page, -1) {
		v[in[1]] = []string{in[2]}
	}
	return v
}

// TestPages: every page answers, within its bound, and says what it should.
func TestPages(t *testing.T) {
	c := now
	c.Sample = 1
	h := open(t, c, "", nil)
	h.campaign(300, 60)
	p := h.person("lea.lead.1")
	for path, want := range map[string]string{
		"/": "300 messages", "/case/1": "Ban the text", "/account?id=mal3": "Story", "/account?id=nobody": "remembers nothing",
		"/search?q=mal1": "mal12", "/search?q=double": "Cases", "/search?q=%27%22%25_": "Nothing was found", "/audit": "keeps no audit",
		"/figures": "300", "/label": "Abusive", "/?kind=appeal": "No case is open", "/?kind=closed": "No case is closed",
	} {
		if p.get(path); p.code != 200 {
			t.Fatalf("%s: %d %s", path, p.code, p.page)
		}
		p.has(want)
		if len(p.page) > 100_000 {
			t.Errorf("%s has %d bytes", path, len(p.page))
		}
	}
	p.get("/label").hasNot("hold")
	p.press("abusive").has("verdict on the last one was: hold.")
	p.get("/figures").has("1 of 300 drawn are labelled")
	p.get("/case/999")
	if p.code != 404 {
		t.Fatal(p.code)
	}
	if cluster := strings.Split(strings.Split(p.get("/case/1").page, "/campaign?cluster=")[1], `"`)[0]; true {
		p.get("/campaign?cluster="+cluster).has("300 messages", "The bank of texts says: hold, by ada")
	}
}
