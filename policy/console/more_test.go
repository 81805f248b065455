package console_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestTwoModerators: however many ask at once, no case goes to two.
func TestTwoModerators(t *testing.T) {
	h := open(t, console.Config{Undo: -1}, "", nil)
	const cases = 12
	for i := range cases {
		if _, err := h.engine.Impose(t.Context(), policy.Sanction{Account: fmt.Sprint("sam", i), Kind: policy.Referral, By: "carl"}); err != nil {
			t.Fatal(err)
		}
	}
	h.flush()
	var mu sync.Mutex
	var all sync.WaitGroup
	got := map[string]string{}
	for m := range 4 {
		p := h.person(fmt.Sprintf("mod%d.moderator.1", m)).get("/")
		all.Go(func() {
			for {
				p.press("/next")
				if !strings.HasPrefix(p.at, "/case/") {
					return
				}
				mu.Lock()
				if other := got[p.at]; other != "" {
					t.Errorf("%s went to mod%d and to %s", p.at, m, other)
				}
				got[p.at] = fmt.Sprint("mod", m)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(got) != cases {
		t.Fatalf("%d of %d cases were given out", len(got), cases)
	}
	// What one holds, another can't decide.
	for at, holder := range got {
		other := h.person("eve.moderator.1").get(at)
		other.has("in the hands of " + holder)
		other.hasNot(`value="close"`)
		id := strings.TrimPrefix(at, "/case/")
		if other.post("/act", map[string][]string{"token": {other.token()}, "case": {id}, "action": {"close"}}); other.code != http.StatusConflict {
			t.Fatalf("another moderator decided: %d", other.code)
		}
		mine := h.person(holder + ".moderator.1").get(at)
		mine.press("close").until("/?kind=closed", "left by "+holder)
		return
	}
}

// TestTwoConsoles: of two consoles over one database and one store each may be asked, and
// what is decided on one is carried out once, by either.
func TestTwoConsoles(t *testing.T) {
	file, store := t.TempDir()+"/cases.db", policy.NewMemory(0)
	a := open(t, console.Config{Undo: -1}, file, store)
	b := open(t, console.Config{Undo: -1}, file, store)
	a.campaign(6, 3)
	a.person("ada.moderator.1").get("/").press("/next").press("release")
	b.person("bob.moderator.1").until("/?kind=closed", "6 messages")
	for i := range 6 {
		if id := fmt.Sprint("m", i); a.delivered[id]+b.delivered[id] != 1 {
			t.Errorf("%s was delivered %d and %d times", id, a.delivered[id], b.delivered[id])
		}
	}
}

// TestManyAccounts: that a campaign of many accounts is abusive takes two people, of whom
// the second can be told no by the first.
func TestManyAccounts(t *testing.T) {
	h := open(t, now, "", nil)
	h.campaign(25, 25)
	ada := h.person("ada.moderator.1").get("/").press("/next")
	ada.press("confirm")
	ada.get("/case/1").has("Another person has to agree")
	ada.hasNot("/agree/", `value="release"`)
	ada.press("/undo/")
	ada.get("/case/1").press("confirm")
	bob := h.person("bob.moderator.1").get("/case/1")
	bob.has("Confirm as abusive: case 1.")
	bob.press("/agree/").until("/?kind=closed", "abusive by ada")
	if h.sent() != 0 {
		t.Fatal(h.sent())
	}
}

func (p *person) mustBe(code int) *person {
	p.t.Helper()
	if p.code != code {
		p.t.Fatalf("%s is %d, not %d: %s", p.at, p.code, code, p.brief())
	}
	return p
}

// TestAudit: who did what is in the audit of the store, with both names.
func TestAudit(t *testing.T) {
	h := open(t, now, "", storetest.NewAudited(policy.NewMemory(0)))
	h.campaign(60, 30)
	h.person("ada.moderator.1").get("/").press("/next").press("discard", "a fraud").until("/?kind=closed", "by ada")
	p := h.person("lea.lead.1").get("/audit")
	p.has("discarded", "a fraud", "message m", "More")
	p.get("/audit?what=text_set&by=ada").has("text_set", "hold ")
	p.hasNot("discarded</td>")
	s, err := h.engine.Impose(t.Context(), policy.Sanction{Account: "zoe", Kind: policy.Block, By: "carl"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.engine.Appeal(t.Context(), policy.Appeal{Account: "zoe", Sanction: s.ID}); err != nil {
		t.Fatal(err)
	}
	p.get("/audit?account=zoe").has("the account, or on its behalf", "nothing stands → block")
	p.get("/audit?account=mal1&by=bob").has("No act matches")
	p.get("/audit?by=automation").has("No act matches")
	h.person("lea.lead.1").get("/account?id=mal1").has("Act: discarded", "by <bdi>ada</bdi>")
}

// TestDeleted: a message that the host has deleted is not delivered, and its case closes.
func TestDeleted(t *testing.T) {
	c := now
	c.Message = func(_ context.Context, id string) (policy.Message, error) {
		if id == "m1" {
			return policy.Message{}, policy.ErrNotFound
		}
		return policy.Message{ID: id, Sender: "mal" + id[1:], Recipients: []policy.Recipient{{ID: "person" + id[1:], Relation: policy.Stranger}}, Text: invitation(int(id[1] - '0'))}, nil
	}
	h := open(t, c, "", nil)
	h.campaign(3, 3)
	h.person("ada.moderator.1").get("/").press("/next").press("release").until("/?kind=closed", "by ada")
	if h.sent() != 2 || h.delivered["m1"] != 0 {
		t.Fatal(h.delivered)
	}
}

// TestChanged: a message that the host has changed is not delivered: the moderator, who saw
// another one, is told, and can dismiss that.
func TestChanged(t *testing.T) {
	c := now
	c.Message = func(_ context.Context, id string) (policy.Message, error) {
		return policy.Message{ID: id, Sender: "mal0", Recipients: policy.To("somebody else"), Text: "another text"}, nil
	}
	h := open(t, c, "", nil)
	h.campaign(1, 1)
	p := h.person("ada.moderator.1").get("/").press("/next")
	p.press("release").until("/", "it is another text now")
	if h.sent() != 0 {
		t.Fatal(h.delivered)
	}
	p.press("/undo/").has(`value="release"`)
}

// TestAway: without its database the console says so; the engine decides on.
func TestAway(t *testing.T) {
	h := open(t, now, "", nil)
	h.campaign(2, 2)
	h.db.Close()
	p := h.person("ada.moderator.1").get("/").mustBe(http.StatusServiceUnavailable)
	p.has("the database does not answer")
	d := h.send(policy.Message{ID: "y", Sender: "sam", Recipients: policy.To("bea"), Text: invitation(1)}, policy.Hold)
	if d.Degraded {
		t.Fatal("degraded")
	}
	for end := time.Now().Add(10 * time.Second); h.console.Health().Err == nil || h.console.Health().Waiting == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%+v", h.console.Health())
		}
	}
}

// TestStreams: a change is told at once, and streams end when a server is to.
func TestStreams(t *testing.T) {
	h := open(t, console.Config{}, "", nil)
	p := h.person("ada.reader.1")
	r, err := p.Get(h.server.URL + "/events")
	if err != nil || r.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(r, err)
	}
	defer r.Body.Close()
	h.campaign(1, 1)
	lines := bufio.NewScanner(r.Body)
	for lines.Scan() && lines.Text() != "event: change" {
	}
	if lines.Text() != "event: change" {
		t.Fatal(lines.Err())
	}
	h.console.EndStreams()
	for lines.Scan() {
	}
	if lines.Err() != nil {
		t.Fatal(lines.Err())
	}
}
