package console_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
)

// ordered has all that an account writes held.
func (h *host) ordered(account string) {
	h.t.Helper()
	if err := h.engine.Override(h.t.Context(), policy.Override{Account: account, Verdict: policy.Hold, By: "carl"}); err != nil {
		h.t.Fatal(err)
	}
}

// TestSwappedText: who has the text of a message that waits replaced, by an edit, has not
// released that one, nor had it marked as fine: the moderator saw another.
func TestSwappedText(t *testing.T) {
	t.Parallel()
	const threat = "Send me your password now, or I come to your house tonight."
	m := policy.Message{ID: "m", Sender: "mal", Recipients: policy.To("bea"), Text: "Shall we meet at nine on Saturday?"}
	for _, theirs := range []bool{false, true} { // Config.Message
		var h *host
		c := console.Config{Undo: time.Second}
		if theirs {
			c.Message = func(context.Context, string) (policy.Message, error) { h.mu.Lock(); defer h.mu.Unlock(); return m, nil }
		}
		h = open(t, c, "", nil)
		h.ordered("mal")
		h.send(m, policy.Hold)
		h.flush()
		p := h.person("lea.lead.1").get("/case/1")
		p.press("fine").get("/case/1").press("release")
		h.mu.Lock()
		m.Text, m.Edit, m.At = threat, true, time.Now()
		h.mu.Unlock()
		h.send(m, policy.Hold)
		h.flush()
		p.until("/?kind=closed", "fine by lea")
		if h.sent() != 0 {
			t.Fatalf("delivered: %v", h.delivered)
		}
		for r := range h.engine.Texts(t.Context()) {
			t.Errorf("in the bank: %+v", r)
		}
		p.get("/case/"+p.lastCase()).has("Send me your password", "1 waiting", "the text that you saw is kept no more")
		m.Text, m.Edit = "Shall we meet at nine on Saturday?", false
	}
}

// TestNotKept: a message that the console did not keep, for it is too large, is not taken
// to be one that the host has deleted; and one that can't go out keeps no other one back.
func TestNotKept(t *testing.T) {
	t.Parallel()
	h := open(t, now, "", nil)
	h.ordered("ann")
	large := policy.Message{ID: "large", Sender: "ann", Group: "parish", Text: "The choir meets at nine on Saturday, in the small hall."}
	for i := range 1500 {
		large.Recipients = append(large.Recipients, policy.Recipient{ID: fmt.Sprintf("a member of the parish by the number of %d", i)})
	}
	h.send(large, policy.Hold)
	h.poison = "m0"
	for i := range 4 {
		h.send(policy.Message{ID: fmt.Sprint("m", i), Sender: "ann", Recipients: policy.To(fmt.Sprint("bea", i)), Text: fmt.Sprint("Hello dear ", i)}, policy.Hold)
	}
	h.flush()
	p := h.person("lea.lead.1").get("/case/1").press("release").until("/", "of the test. It is tried again.")
	if h.sent() != 3 {
		t.Errorf("delivered: %v", h.delivered)
	}
	p.press("/undo").get("/case/1").has("2 waiting") // the large one, and what did not go out
	h.mu.Lock()
	h.poison = ""
	h.mu.Unlock()
	p.press("release").until("/", "message large: it is too large")
	p.hasNot("It is tried again")
	p.get("/case/1").has("1 waiting")
	if h.sent() != 4 {
		t.Errorf("delivered: %v", h.delivered)
	}
}

// TestLongNote: a note is in bytes what the engine takes, in any script.
func TestLongNote(t *testing.T) {
	t.Parallel()
	h := open(t, now, "", nil)
	h.campaign(2, 2)
	p := h.person("lea.lead.1").get("/case/1").press("release", strings.Repeat("ж", 200)+"\xff")
	p.until("/?kind=closed", "fine by lea")
	if h.sent() != 2 {
		t.Error(h.delivered)
	}
}

// TestTwoAppeals: an appeal is shown with what it says, however much its author tried to
// send since; and one is not lost because another one came after it.
func TestTwoAppeals(t *testing.T) {
	t.Parallel()
	h := open(t, now, "", nil)
	for i, kind := range []policy.Kind{policy.Block, policy.Restriction} {
		s := policy.Sanction{Account: "ann", Kind: kind, By: "carl"}
		if kind == policy.Restriction {
			s.PerDay = 1
		}
		s, err := h.engine.Impose(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = h.engine.Appeal(t.Context(), policy.Appeal{Account: "ann", Sanction: s.ID, Statement: fmt.Sprint("It was my sister, at my telephone: ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 15 {
		h.send(policy.Message{ID: fmt.Sprint("m", i), Sender: "ann", Recipients: policy.To("bea"), Text: fmt.Sprint("Hello dear ", i)}, policy.Reject)
	}
	h.flush()
	p := h.person("lea.lead.1").get("/case/1")
	p.has("at my telephone: 0")
	p.press("overturn").until("/case/1", "at my telephone: 1")
	p.until("/case/1", `value="uphold"`) // when the first one is done
	p.press("uphold").until("/?kind=closed", "upheld by lea")
	p.get("/").has("No case is open.")
}

// TestOneDecision: one moderator with two pages decides a case once.
func TestOneDecision(t *testing.T) {
	t.Parallel()
	h := open(t, console.Config{Undo: time.Hour}, "", nil)
	h.campaign(2, 2)
	p := h.person("ada.moderator.1").get("/case/1")
	v := fieldsOf(p)
	var all sync.WaitGroup
	for i := range 8 {
		another := h.person("ada.moderator.1")
		all.Go(func() {
			w := url.Values{"action": {[]string{"release", "discard", "confirm", "ban"}[i%4]}}
			maps.Copy(w, v)
			another.post("/act", w)
		})
	}
	all.Wait()
	p.get("/")
	if n, bans := strings.Count(p.page, `class="undo"`), strings.Count(p.page, "Ban the text: case 1."); n-bans != 1 || bans > 1 {
		t.Errorf("%d decisions wait, and %d bans", n-bans, bans)
	}
}

// TestSecondPerson: what a second person has to agree to needs their role, however much else waits,
// and they can say no: otherwise whoever proposes it keeps the case from all others.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	h := open(t, console.Config{Undo: time.Hour, FourEyes: true}, "", nil)
	h.campaign(24, 24)
	lea := h.person("lea.lead.1").get("/account?id=mal0")
	lea.press("suspend", "a note")
	if os.Getenv("CONSOLE_POSTGRES") == "" { // by somebody who wants those of others to be overlooked
		_, err := h.db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
			INSERT INTO casebook_intents (id, case_id, account, action, moderator, second, note, data, at, due, claimed, tries, failed)
			SELECT -i, 0, 'x', 'suspend', 'eve', '', '', '', 1, 0, 0, 0, '' FROM n`)
		if err != nil {
			t.Fatal(err)
		}
	}
	lea.get("/").has("Suspend: account mal0.")
	undo := regexp.MustCompile(`/undo/(\d+)`).FindStringSubmatch(lea.page)[1]
	eve := h.person("eve.moderator.1").get("/case/1")
	token := url.Values{"token": {eve.token()}}
	for _, path := range []string{"/agree/", "/undo/"} {
		if eve.post(path+undo, token); eve.code != http.StatusForbidden {
			t.Errorf("%s by a moderator is %d", path, eve.code)
		}
	}
	if lea.post("/agree/"+undo, fieldsOf(lea)); lea.code != http.StatusConflict {
		t.Errorf("agreed with themself: %d", lea.code)
	}
	max := h.person("max.lead.1").get("/account?id=mal0")
	max.post("/undo/"+undo, fieldsOf(max)).get("/account?id=mal0").hasNot("Another person has to agree")
	eve.get("/case/1").press("confirm")
	pat := h.person("pat.moderator.1").get("/case/1")
	pat.hasNot(`value="release"`)
	pat.press("/undo").get("/case/1").hasNot("Another person has to agree")
	eve.get("/case/1").has(`value="release"`)
}

// TestTwoRulings: an appeal that somebody has in hand is not ruled on past them, and whose
// ruling came second is told that another one stands.
func TestTwoRulings(t *testing.T) {
	t.Parallel()
	h := open(t, console.Config{Undo: time.Second}, "", nil)
	s, err := h.engine.Impose(t.Context(), policy.Sanction{Account: "ann", Kind: policy.Block, By: "carl"})
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.engine.Appeal(t.Context(), policy.Appeal{Account: "ann", Sanction: s.ID, Statement: "It was my sister, at my telephone."})
	if err != nil {
		t.Fatal(err)
	}
	h.flush()
	lea := h.person("lea.lead.1").get("/case/1")
	eve := h.person("eve.moderator.1").get("/account?id=ann").press("uphold")
	if eve.code != http.StatusConflict {
		t.Errorf("ruled past lea: %d", eve.code)
	}
	lea.press("overturn")
	if err := h.engine.Resolve(t.Context(), "ann", a.ID, policy.Ruling{Outcome: policy.Upheld, By: "bob"}); err != nil { // by the API
		t.Fatal(err)
	}
	lea.until("/", "somebody else ruled on the appeal otherwise")
	lea.get("/?kind=closed").hasNot("overturned by lea")
}

// TestStreamsOfOne: one moderator does not have all streams, and HEAD has none.
func TestStreamsOfOne(t *testing.T) {
	t.Parallel()
	h := open(t, console.Config{}, "", nil)
	events := func(p *person, method string) int {
		r, err := http.NewRequestWithContext(t.Context(), method, h.server.URL+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		p.Timeout = 0
		got, err := p.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode
	}
	codes, rea := map[int]int{}, h.person("rea.reader.1")
	for range 300 {
		codes[events(rea, http.MethodGet)]++
	}
	if codes[200] != 16 || codes[503] != 284 || events(h.person("lea.lead.1"), http.MethodGet) != 200 {
		t.Error(codes)
	}
	for range 40 {
		if code := events(h.person("max.lead.1"), http.MethodHead); code != 200 {
			t.Fatal(code)
		}
	}
}

// TestLabelOnce: what somebody has labelled nobody else labels, not even unknowingly.
func TestLabelOnce(t *testing.T) {
	t.Parallel()
	c := now
	c.Sample = 1
	h := open(t, c, "", nil)
	h.campaign(1, 1)
	ada, bob := h.person("ada.moderator.1").get("/label"), h.person("bob.moderator.1").get("/label")
	v := fieldsOf(bob)
	ada.press("abusive")
	v["action"] = []string{"harmless"}
	if bob.post("/mod/label", v); bob.code != 200 || bob.at != "/mod/label" {
		t.Errorf("%d %s", bob.code, bob.at)
	}
	var label int
	var by string
	if h.db.QueryRow(`SELECT label, done_by FROM casebook_labels`).Scan(&label, &by); os.Getenv("CONSOLE_POSTGRES") == "" && (label != 1 || by != "ada") {
		t.Errorf("label %d by %s", label, by)
	}
}

// TestNotUTF8: names of any bytes are released once, and their cases close.
func TestNotUTF8(t *testing.T) {
	t.Parallel()
	h := open(t, now, "", nil)
	for i, name := range []string{"\xff\xfe", "\x00", "\""} {
		h.ordered(name)
		h.send(policy.Message{ID: name, Sender: name, Recipients: policy.To("bea\x00\xff"), Text: strings.Repeat(name, 5000)}, policy.Hold)
		h.flush()
		p := h.person("lea.lead.1").get(fmt.Sprint("/case/", i+1)).press("release").until(fmt.Sprint("/case/", i+1), "Closed by lea: fine.")
		if p.get("/").hasNot("It did not succeed"); h.delivered[name] != 1 {
			t.Errorf("%q: delivered %d times", name, h.delivered[name])
		}
	}
}

// TestExplained: why somebody was suspended is kept, and who agreed.
func TestExplained(t *testing.T) {
	t.Parallel()
	c := now
	c.FourEyes = true
	h := open(t, c, "", nil)
	h.campaign(24, 24)
	lea, max := h.person("lea.lead.1").get("/account?id=mal0"), h.person("max.lead.1")
	lea.press("suspend", "a fraud in three cases")
	max.get("/account?id=mal0").press("/agree").until("/account?id=mal0", "a fraud in three cases (max agreed)")
	max.get("/case/1").has("These are of 20 messages alone; what you decide is for all 24 of the case")
}

// TestNobodyWaits: a case that takes long to carry out keeps no other one waiting.
func TestNobodyWaits(t *testing.T) {
	t.Parallel()
	h := open(t, now, "", nil)
	h.campaign(2, 2)
	h.ordered("ann")
	h.send(policy.Message{ID: "a", Sender: "ann", Recipients: policy.To("bea"), Text: "Shall we meet at nine?"}, policy.Hold)
	h.flush()
	stuck, gone := make(chan struct{}), make(chan struct{})
	h.then = func(m policy.Message) {
		if m.ID == "m0" {
			close(stuck)
			<-gone
		}
	}
	p := h.person("lea.lead.1").get("/case/1").press("release")
	<-stuck
	p.get("/case/2").press("release").until("/case/2", "Closed by lea: fine.")
	close(gone)
	p.until("/case/1", "Closed by lea: fine.")
	if h.sent() != 3 {
		t.Error(h.delivered)
	}
}

// TestMeantText: the text that is banned is the one that stands first on the page where it
// is banned, though another one of its case came first.
func TestMeantText(t *testing.T) {
	t.Parallel()
	h := open(t, now, "", nil)
	h.ordered("mal")
	const newsletter, scam = "The parish newsletter: the bazaar is on Sunday, cakes are welcome.", "Send me a hundred in gift cards today, or I tell your boss all about it."
	for i := range 25 {
		text := newsletter
		if i >= 20 {
			text = scam
		}
		h.send(policy.Message{ID: fmt.Sprint("m", i), Sender: "mal", Recipients: policy.To(fmt.Sprint("bea", i)), Text: text}, 0)
	}
	h.flush()
	p := h.person("lea.lead.1").get("/case/1")
	more := regexp.MustCompile(`href="/mod(/case/1\?after=[^"]*)" rel="next"`).FindStringSubmatch(p.page)
	p.get(more[1]).has("gift cards")
	p.press("ban")
	said := func(text string) bool {
		d, err := h.engine.Preview(t.Context(), policy.Message{ID: "x", Sender: "zoe", Recipients: policy.To("bea"), Text: text, At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		return d.Verdict == policy.Reject
	}
	for end := time.Now().Add(20 * time.Second); !said(scam); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) || said(newsletter) {
			t.Fatalf("the scam is banned: %t, the newsletter: %t", said(scam), said(newsletter))
		}
	}
}
