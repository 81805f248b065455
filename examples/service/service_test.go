package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// Two people who talk notice nothing of the engine.
func TestOrdinaryPair(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	for i := range 8 {
		c.post("/as/ann/send", "to", "bea", "text", fmt.Sprintf("line %d of ann", i), "id", fmt.Sprint("a", i))
		c.post("/as/bea/send", "to", "ann", "text", fmt.Sprintf("line %d of bea", i), "id", fmt.Sprint("b", i))
	}
	for _, path := range []string{"/as/ann?with=bea", "/as/bea?with=ann"} {
		c.wants(path, "line 0 of ann", "line 7 of ann", "line 0 of bea", "line 7 of bea")
		c.lacks(path, "not sent", "waits for a person", "notice")
	}
	c.wants("/as/ann/account", "Nothing stands against you.")

	// A form that is sent twice sends one message.
	c.post("/as/ann/send", "to", "bea", "text", "only once", "id", "same")
	c.post("/as/ann/send", "to", "bea", "text", "only once", "id", "same")
	if n := strings.Count(c.get("/as/bea?with=ann"), "only once"); n != 1 {
		t.Errorf("a form that was sent twice is there %d times", n)
	}
}

// sent are the figures of an account on the page of waves.
func sent(c *client, name string) (all, delivered, refused int) {
	row := regexp.MustCompile(`>` + regexp.QuoteMeta(name) + `</a></td><td>(\d+)</td><td>(\d+)</td><td>\d+</td><td>\d+</td><td>(\d+)`).FindStringSubmatch(c.get("/waves"))
	if row == nil {
		return 0, 0, 0
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(row[i+1])
	}
	return n[0], n[1], n[2]
}

// played is how many messages of a wave were sent, by whomever.
func played(c *client, wave string) (n int) {
	for _, row := range regexp.MustCompile(`<td>`+wave+`</td><td>[^\n]*</a></td><td>(\d+)</td>`).FindAllStringSubmatch(c.get("/waves"), -1) {
		sent, _ := strconv.Atoi(row[1])
		n += sent
	}
	return n
}

// A blaster, played live, is blocked early; it reads why, appeals, and is free again when a
// person overturns the block.
func TestWave(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	c.post("/as/ann/send", "to", "bea", "text", "Hello!")
	c.post("/waves", "actor", "blaster")
	c.post("/waves", "actor", "recruiter")
	c.until("the blaster is through", func() bool { return played(c, "1 blaster") == waveOfTests })
	_, delivered, _ := sent(c, "sim.blaster.1")
	if delivered == 0 || delivered > 15 {
		t.Errorf("%d messages of the blaster were delivered before it was blocked; the bar is 15", delivered)
	}
	c.until("the recruiter wrote", func() bool { return played(c, "2 recruiter") >= waveOfTests-10 })
	if all, delivered, refused := sent(c, "sim.recruiter.2"); delivered != all {
		t.Errorf("of %d messages of an honest recruiter %d were delivered and %d refused", all, delivered, refused)
	}

	own := "/as/sim.blaster.1/account"
	c.wants(own, "You cannot start new conversations for", "Statement of reasons", "You sent the same text", "No person took part in it", "you can appeal until", "What did not go out")
	var a policy.Account
	c.api("GET", "/v1/accounts/sim.blaster.1", nil, &a)
	block := ""
	for _, s := range a.Standing {
		if s.Kind == policy.Block {
			block = s.ID
		}
	}
	c.post("/as/sim.blaster.1/appeal", "sanction", block, "statement", "It was a mistake.")
	c.wants(own, "a person has not decided yet")
	if status, _, body := c.do("POST", "/as/sim.blaster.1/appeal", "application/x-www-form-urlencoded", form("sanction", block, "statement", "Again."), nil); status != http.StatusConflict {
		t.Errorf("a second appeal: %d\n%s", status, body)
	}
	c.post("/as/sim.blaster.1/send", "to", "somebody new", "text", "Do you know when the library opens?", "id", "still")
	c.wants("/as/sim.blaster.1?with=somebody+new", "not sent")
	c.api("GET", "/v1/accounts/sim.blaster.1", nil, &a)
	for _, s := range a.Standing {
		if s.Appeal != nil {
			c.api("POST", "/v1/accounts/sim.blaster.1/appeals/"+s.Appeal.ID+"/ruling", policy.Ruling{Outcome: policy.Overturned}, nil)
		}
	}
	c.wants(own, "Overturned: it is as if it had never been.", "overturned on")
	c.lacks(own, `status">You cannot start`)
	c.post("/as/sim.blaster.1/send", "to", "somebody else", "text", "Does the library open on Sundays?", "id", "free")
	c.wants("/as/somebody%20else", "Does the library open on Sundays?")
}

// What waits for a person goes out when one releases it, whoever asked for that.
func TestRelease(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	c.post("/as/ann/send", "to", "bea", "text", "Hello!")
	c.api("PUT", "/v1/accounts/ann/override", policy.Override{Verdict: policy.Hold, Until: time.Now().Add(time.Hour)}, nil)
	c.post("/as/ann/send", "to", "bea", "text", "this waits", "id", "held")
	c.post("/as/ann/send", "to", "bea", "text", "this, too", "id", "held too")
	c.wants("/as/ann?with=bea", "waits for a person")
	c.lacks("/as/bea?with=ann", "this waits", "this, too")
	c.api("POST", "/v1/release", policy.Message{ID: "held", Sender: "ann", Recipients: policy.To("bea"), Text: "this waits"}, nil)
	c.api("POST", "/v1/accounts/ann/messages/held%20too/discard", map[string]string{}, nil)
	c.wants("/as/bea?with=ann", "this waits")
	c.lacks("/as/bea?with=ann", "this, too")
	c.wants("/as/ann?with=bea", "<strong>not sent</strong>")
	c.lacks("/as/ann?with=bea", "waits for a person")
}

// A process that ended between the decision and the chat loses nothing: the sender, who got no
// answer, sends it again, and it goes out; once.
func TestBetween(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	c.post("/as/ann/send", "to", "bea", "text", "Hello!")
	answer := c.host("POST", "/v1/evaluate", `{"id": "between", "sender": "ann", "recipients": [{"id": "bea"}], "text": "judged, and not kept"}`)
	if !strings.Contains(answer, `"allow"`) {
		t.Fatal(answer)
	}
	c.lacks("/as/bea?with=ann", "judged, and not kept")
	for range 2 {
		c.post("/as/ann/send", "to", "bea", "text", "judged, and not kept", "id", "between")
		if n := strings.Count(c.get("/as/bea?with=ann"), "judged, and not kept"); n != 1 {
			t.Errorf("it is there %d times", n)
		}
	}
}

// Who is blocked, or reported, reaches nobody through what the chat keeps.
func TestReport(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	c.post("/as/sam/send", "to", "bea", "text", "Hello!", "id", "s1")
	c.post("/as/bea/report", "against", "sam", "message", "s1", "category", "spam")
	c.wants("/as/bea?noted=1", "Thank you")
	c.post("/as/bea/report", "against", "sam")
	c.post("/as/sam/send", "to", "bea", "text", "Why did you block me?", "id", "s2")
	c.lacks("/as/bea?with=sam", "Why did you block me?")
	c.wants("/as/sam?with=bea", "not sent")
}

// A policy file that changes is in force within seconds; one that is wrong changes nothing.
func TestReload(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "policy.json")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"extends": "default", "name": "one"}`)
	c, _ := start(t, options{policy: file})
	name := func() string {
		var p policy.Policy
		c.api("GET", "/v1/policy", nil, &p)
		return p.Name
	}
	if name() != "one" {
		t.Fatalf("the policy is %q", name())
	}
	write(`{"extends": "default", "name": "wrong", "strikes": {"half_live": "30d"}}`)
	c.until("it is told that the file is wrong", func() bool { return c.said.has("did you mean half_life") })
	if name() != "one" {
		t.Errorf("a wrong file brought %q", name())
	}
	write(`{"extends": "default", "name": "two"}`)
	c.until("the new policy is in force", func() bool { return name() == "two" })
}

// Who is forgotten leaves no name and no text, in the chat and on the console.
func TestForget(t *testing.T) {
	t.Parallel()
	c, _ := start(t, options{})
	c.api("PUT", "/v1/accounts/zoe/override", map[string]string{"verdict": "hold"}, nil)
	c.post("/as/zoe/send", "to", "bea", "text", "the words of zoe")
	dora := c.signIn("dora")
	if dora.open("GET", dora.caseOf("held"), ""); !strings.Contains(dora.page, "the words of zoe") {
		t.Fatalf("no case of zoe:\n%.2000s", body(dora.page))
	}
	if status, _, _ := c.do("DELETE", "/api/v1/accounts/zoe", "", "", nil); status != http.StatusForbidden {
		t.Errorf("to be forgotten without the token: %d", status)
	}
	c.wants("/", "zoe")
	c.host("DELETE", "/v1/accounts/zoe", "")
	c.until("nothing is left", func() bool {
		var left strings.Builder
		left.WriteString(c.get("/") + c.get("/as/bea"))
		for _, path := range []string{"/console/", "/console/audit", "/console/search?q=words"} {
			left.WriteString(dora.open("GET", path, "").page)
		}
		return !strings.Contains(left.String(), "zoe")
	})
}
