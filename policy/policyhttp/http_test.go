package policyhttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
	"github.com/decorum-go/decorum/scoring"
)

var damning = []scoring.Evidence{
	{Code: "host.links", Family: scoring.Content, LogOdds: 3, Value: 1, N: 1}, {Code: "host.network", Family: scoring.Network, LogOdds: 3, Value: 1, N: 1},
}

// A service is an engine behind a server, with a host that has a key and a moderator
// who has a name.
type service struct {
	*testing.T
	engine *policy.Engine
	url    string
	tried  map[string]bool // routes
}

func serve(t *testing.T, cfg policy.Config, change func(*Config)) *service {
	t.Helper()
	e, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Engine: e,
		Allow: func(r *http.Request) error {
			if r.Header.Get("X-Key") != "of the host" {
				return errors.New("secret: the key is not right")
			}
			return nil
		},
		Who: func(r *http.Request) (string, error) {
			name, _, ok := r.BasicAuth()
			if !ok {
				return "", errors.New("secret: nobody")
			}
			return name, nil
		},
	}
	if change != nil {
		change(&c)
	}
	s := httptest.NewServer(New(c))
	t.Cleanup(func() { s.Close(); e.Close() })
	return &service{T: t, engine: e, url: s.URL, tried: map[string]bool{}}
}

// call makes a request as the host and as a moderator, and reads the answer into out.
func (s *service) call(status int, method, path, body string, out any) http.Header {
	s.Helper()
	return s.callAs(status, method, path, body, out, func(r *http.Request) {
		r.Header.Set("X-Key", "of the host")
		r.SetBasicAuth("ada", "")
	})
}

func (s *service) callAs(status int, method, path, body string, out any, as func(*http.Request)) http.Header {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	as(r)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	b, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != status {
		s.Fatalf("%s %s: %d %s, want %d", method, path, answer.StatusCode, b, status)
	}
	kind := "application/json"
	if status >= 400 {
		kind = "application/problem+json"
		var p Problem
		if err := json.Unmarshal(b, &p); err != nil || p.Status != status || p.Title == "" || strings.Contains(string(b), "secret") {
			s.Errorf("%s %s: the problem is %s", method, path, b)
		}
	}
	if status == http.StatusNoContent && len(b) > 0 || status != http.StatusNoContent && answer.Header.Get("Content-Type") != kind {
		s.Errorf("%s %s: %q, %s", method, path, answer.Header.Get("Content-Type"), b)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			s.Errorf("%s %s: %s: %v", method, path, b, err)
		}
	}
	if status < 400 {
		for i := range routes {
			if routes[i].method == method && matches(routes[i].path, path) {
				s.tried[method+" "+routes[i].path] = true
			}
		}
	}
	return answer.Header
}

func matches(pattern, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(a, b, func(a, b string) bool { return a == b || strings.HasPrefix(a, "{") && b != "" }) && len(a) == len(b)
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// TestAPI has a host and a moderator do all that there is to do, over HTTP.
func TestAPI(t *testing.T) {
	s := serve(t, policy.Config{Store: storetest.NewAudited(policy.NewMemory(0)), Secret: []byte("of the test"), Timeout: time.Minute}, nil)
	var d policy.Decision
	message := policy.Message{ID: "m1", Sender: "ann", Recipients: policy.To("bea"), Text: "hello"}
	s.call(204, "POST", "/v1/learn", text(policy.Message{Sender: "old", Recipients: policy.To("bea"), At: time.Now().AddDate(0, -1, 0)}), nil)
	s.call(200, "POST", "/v1/preview", text(message), &d)
	if d.Verdict != policy.Allow {
		t.Errorf("Preview: %+v", d)
	}
	s.call(200, "POST", "/v1/evaluate", text(message), &d)
	if d.Verdict != policy.Allow || d.Message != "m1" {
		t.Errorf("Evaluate: %+v", d)
	}
	for kind, ev := range map[string]any{
		"reply": policy.Reply{From: "bea", To: "ann", Message: "m1"}, "complaint": policy.Complaint{From: "carl", Against: "ann"}, "blocked": policy.BlockedBy{From: "dan", Against: "ann"},
		"accepted": policy.Accepted{From: "bea", To: "ann"}, "withdrawn": policy.Withdrawn{From: "ann", To: "eve"},
		"unblocked": policy.Unblocked{From: "dan", Against: "ann"}, "contacts": policy.Contacts{Of: "ann", With: []string{"eve"}}, "retraction": policy.Retraction{Sender: "ann", Message: "m1"},
	} {
		s.call(204, "POST", "/v1/events", fmt.Sprintf(`{"kind":%q,"event":%s}`, kind, text(ev)), nil)
	}
	var a policy.Account
	if s.call(200, "GET", "/v1/accounts/ann", "", &a); a.ID != "ann" || a.First.IsZero() {
		t.Errorf("Account: %+v", a)
	}

	// Somebody offends, is blocked, appeals, and is right.
	offence := policy.Message{ID: "m2", Sender: "mal", Recipients: policy.To("vic"), Text: "buy", Evidence: damning}
	if s.call(200, "POST", "/v1/evaluate", text(offence), &d); d.Verdict != policy.Reject || len(d.Imposed) != 1 {
		t.Fatalf("an offence: %+v", d)
	}
	block := d.Imposed[0]
	var n Told
	if s.call(200, "GET", "/v1/accounts/mal/notice?location=Asia/Tokyo", "", &n); n.Kind != policy.Block || n.Appeal != block.ID || !strings.Contains(n.Text, "for 24 hours, until") || !strings.Contains(n.Text, "JST") {
		t.Errorf("notice: %+v", n)
	}
	var statement policy.Statement
	s.call(200, "GET", "/v1/accounts/mal/sanctions/"+block.ID+"/statement?location=Asia/Tokyo", "", &statement)
	if want, err := s.engine.Statement(t.Context(), "mal", block.ID, policy.Language{Location: time.FixedZone("JST", 9*3600)}); err != nil || statement.String() != want.String() {
		t.Errorf("statement: %v, want %v, %v", statement, want, err)
	}
	var sent policy.Transparency
	if s.call(200, "GET", "/v1/accounts/mal/sanctions/"+block.ID+"/transparency", "", &sent); !reflect.DeepEqual(sent, block.Transparency(policy.Language{})) {
		t.Errorf("transparency: %+v", sent)
	}
	var page Page
	if s.call(200, "GET", "/v1/sanctions?kinds=block,warning&automatic=true&before="+time.Now().Add(time.Hour).UTC().Format(time.RFC3339), "", &page); len(page.Sanctions) != 1 || page.Sanctions[0].ID != block.ID || page.After != "" {
		t.Errorf("sanctions: %+v", page)
	}
	var appeal policy.Appeal
	s.call(200, "POST", "/v1/accounts/mal/appeals", text(policy.Appeal{Sanction: block.ID, Statement: "It was my brother."}), &appeal)
	if page = (Page{}); appeal.ID != "" {
		s.call(200, "GET", "/v1/sanctions?open_appeal=true&state=any", "", &page)
	}
	if len(page.Sanctions) != 1 || page.Sanctions[0].Appeal.ID != appeal.ID {
		t.Errorf("open appeals: %+v", page)
	}
	s.call(204, "POST", "/v1/accounts/mal/appeals/"+appeal.ID+"/ruling", `{"outcome":"overturned","by":"not me"}`, nil)
	if s.call(200, "GET", "/v1/accounts/mal", "", &a); len(a.Standing) != 0 || a.Strikes != 0 || a.History[0].Appeal.Ruling.By != "ada" {
		t.Errorf("after the ruling: %+v", a)
	}

	var effect policy.TextEffect
	s.call(404, "POST", "/v1/clusters/7/ruling", `{"finding":"abusive","accounts":["mal","ann"],"by":"not me","second":"nor me","dry_run":true}`, nil)
	if s.call(200, "POST", "/v1/clusters/7/ruling", `{"finding":"undecided","accounts":["mal","ann"],"by":"not me","dry_run":true}`, &effect); len(effect.Accounts) != 0 || effect.Lifted != 0 {
		t.Errorf("of a text that nobody sent: %+v", effect)
	}

	// A message is held, and released; another one is discarded.
	s.call(204, "PUT", "/v1/accounts/ann/override", `{"verdict":"hold","by":"not me"}`, nil)
	for _, id := range []string{"h1", "h2"} {
		message.ID = id
		if s.call(200, "POST", "/v1/evaluate", text(message), &d); d.Verdict != policy.Hold {
			t.Errorf("under an order to hold: %+v", d)
		}
	}
	s.call(204, "DELETE", "/v1/accounts/ann/override", "", nil)
	s.call(204, "POST", "/v1/accounts/ann/messages/h2/discard", `{"note":"no"}`, nil)
	message.ID = "h1"
	if s.call(200, "POST", "/v1/release?note=yes", text(message), &d); d.Verdict != policy.Allow {
		t.Errorf("released: %+v", d)
	}
	s.call(409, "POST", "/v1/release", text(message), nil)
	s.call(204, "POST", "/v1/accounts/ann/reviews", `{"message":"h1","abusive":false,"by":"not me"}`, nil)

	// By hand, one by one and all at once.
	var x policy.Sanction
	s.call(200, "POST", "/v1/sanctions", `{"account":"zoe","kind":"restriction","per_day":3,"by":"not me"}`, &x)
	if x.By != "ada" || x.ID == "" {
		t.Errorf("imposed: %+v", x)
	}
	s.call(204, "POST", "/v1/accounts/zoe/sanctions/"+x.ID+"/lift", `{"note":"enough"}`, nil)
	s.call(200, "POST", "/v1/sanctions", `{"account":"zoe","kind":"suspension"}`, &x)
	for _, dry := range []bool{true, false} {
		var c Count
		if s.call(200, "POST", "/v1/sanctions/lift", fmt.Sprintf(`{"filter":{"by":"ada"},"note":"a drill","dry_run":%t}`, dry), &c); c.N != 1 {
			t.Errorf("LiftAll, dry %t: %d", dry, c.N)
		}
	}

	// A text is ruled on, in two pages, and is free again.
	const scam = "You have won a prize in our great lottery of the month, call us now and tell us your bank account number"
	var rule policy.TextRule
	s.call(200, "POST", "/v1/texts", text(policy.TextRule{Text: scam, Action: policy.TextReject, By: "not me", Note: "the scam"}), &rule)
	if rule.By != "ada" || rule.ID == 0 || rule.Text != "" || rule.Note != "the scam" {
		t.Errorf("a rule on a text: %+v", rule)
	}
	if s.call(200, "POST", "/v1/preview", text(policy.Message{Sender: "eva", Recipients: policy.To("bea"), Text: strings.ToUpper(scam)}), &d); d.Verdict != policy.Reject || d.Cluster != rule.ID {
		t.Errorf("its copy: %+v", d)
	}
	for i := range mostListed + 5 {
		s.call(200, "POST", "/v1/texts", fmt.Sprintf(`{"text":"%s %d","action":"evidence","nats":0.5}`, strings.Repeat(fmt.Sprintf(" tale of %c%c", 'a'+i%26, 'a'+i/26), 1+i/26)+scam[:40+i%26], i), nil)
	}
	var known Texts
	seen := map[uint64]bool{}
	for after := "0"; after != ""; after = known.After {
		path := "/v1/texts?after=" + after
		if after == "0" {
			path = "/v1/texts"
		}
		known = Texts{}
		s.call(200, "GET", path, "", &known)
		for _, r := range known.Texts {
			seen[r.ID] = true
		}
	}
	if len(seen) != s.engine.Stats().Bank || len(seen) <= mostListed {
		t.Errorf("%d texts are listed, the bank holds %d", len(seen), s.engine.Stats().Bank)
	}
	s.call(204, "DELETE", fmt.Sprint("/v1/texts/", rule.ID, "?why=over"), "", nil)
	s.call(404, "DELETE", fmt.Sprint("/v1/texts/", rule.ID, "?why=over"), "", nil)

	s.call(204, "PUT", "/v1/brake", `{"why":"a drill"}`, nil)
	var h policy.Health
	if s.call(200, "GET", "/v1/health", "", &h); h.Brake == nil || h.Brake.By != "ada" {
		t.Errorf("health: %+v", h)
	}
	s.call(204, "DELETE", "/v1/brake?why=over", "", nil)
	s.call(404, "DELETE", "/v1/brake?why=over", "", nil)
	s.call(204, "GET", "/healthz", "", nil)
	var p policy.Policy
	if s.call(200, "GET", "/v1/policy", "", &p); p.Name != "default" {
		t.Errorf("policy: %+v", p.Name)
	}
	var st policy.Stats
	if s.call(200, "GET", "/v1/stats", "", &st); st.Hold != 2 || st.Reject != 1 {
		t.Errorf("stats: %+v", st)
	}
	var audit Acts
	if s.call(200, "GET", "/v1/acts?account=ann&from=2026-01-02T15:04:05Z&newest=false&after=0", "", &audit); len(audit.Acts) != 5 || audit.Acts[1].What != policy.ActOverrideEnded || audit.Acts[1].By != "ada" {
		t.Errorf("acts: %+v", audit)
	}
	var all map[string]any
	if s.call(200, "GET", "/v1/accounts/ann/export", "", &all); all["account"] == nil {
		t.Errorf("export: %v", all)
	}
	s.call(200, "DELETE", "/v1/accounts/ann", "", nil)
	s.call(404, "GET", "/v1/accounts/ann", "", nil)
	var doc map[string]any
	if s.call(200, "GET", "/openapi.json", "", &doc); doc["openapi"] != "3.1.0" {
		t.Errorf("openapi.json: %v", doc["openapi"])
	}
	for i := range routes {
		if r := &routes[i]; !s.tried[r.method+" "+r.path] {
			t.Errorf("%s %s was not tried", r.method, r.path)
		}
	}
}

// TestWhoMay: without Who there are no routes for moderators, without Allow none for
// hosts; who is not let in is told so, and nothing else.
func TestWhoMay(t *testing.T) {
	all := serve(t, policy.Config{}, nil)
	none := serve(t, policy.Config{}, func(c *Config) { c.Allow, c.Who = nil, nil })
	for i := range routes {
		r := &routes[i]
		path := strings.NewReplacer("{account}", "ann", "{sanction}", "1", "{appeal}", "1", "{message}", "m", "{text}", "7", "{cluster}", "7").Replace(r.path)
		nobody := func(*http.Request) {}
		switch r.needs {
		case host:
			all.callAs(http.StatusForbidden, r.method, path, "", nil, nobody)
		case moderator:
			all.callAs(http.StatusUnauthorized, r.method, path, "", nil, nobody)
			all.callAs(http.StatusUnauthorized, r.method, path, "", nil, func(q *http.Request) { q.Header.Set("X-Key", "of the host"); q.SetBasicAuth("", "") })
		default:
			continue
		}
		none.call(http.StatusNotFound, r.method, path, "", nil)
	}
	all.call(http.StatusNotFound, "GET", "/v2", "", nil)
	if h := all.call(http.StatusMethodNotAllowed, "PUT", "/v1/evaluate", "", nil); h.Get("Allow") != "POST" {
		t.Errorf("Allow: %q", h.Get("Allow"))
	}
	defer func() {
		if recover() == nil {
			t.Error("New without an engine does not panic")
		}
	}()
	New(Config{})
}

// TestBadRequests: each is answered with what is wrong, and changes nothing.
func TestBadRequests(t *testing.T) {
	s := serve(t, policy.Config{}, func(c *Config) { c.MaxBody = 1000 })
	for _, c := range []struct {
		status             int
		method, path, body string
		field              string
	}{
		{422, "POST", "/v1/evaluate", `{"sender":"ann"}`, "recipients"},
		{422, "POST", "/v1/events", `{"kind":"rumour"}`, "kind"},
		{422, "POST", "/v1/events", `{"kind":"reply","event":{"form":"ann"}}`, "event"},
		{422, "POST", "/v1/events", `{"kind":"reply","event":{"from":"ann"}}`, "to"},
		{422, "GET", "/v1/sanctions?state=all", "", "state"},
		{422, "GET", "/v1/sanctions?kinds=block,ban", "", "kinds"},
		{422, "GET", "/v1/sanctions?from=yesterday", "", "from"},
		{422, "GET", "/v1/sanctions?open_appeal=perhaps", "", "open_appeal"},
		{422, "GET", "/v1/sanctions?kinds=block&kinds=warning", "", "kinds"},
		{422, "GET", "/v1/sanctions?state=%zz", "", "query"},
		{422, "GET", "/v1/sanctions?after=x", "", "after"},
		{422, "GET", "/v1/acts?what=undone", "", "what"},
		{422, "GET", "/v1/acts?after=-1", "", "after"},
		{422, "GET", "/v1/acts?key=x", "", "key"},
		{404, "GET", "/v1/acts", "", ""},
		{422, "POST", "/v1/sanctions/lift", `{}`, "filter"},
		{422, "PUT", "/v1/brake", `{}`, "why"},
		{422, "POST", "/v1/texts", `{"text":"hey","action":"reject"}`, "text"},
		{422, "POST", "/v1/texts", `{"text":"hey"}`, "action"},
		{400, "POST", "/v1/texts", `{"text":"hey","action":"ban"}`, ""},
		{422, "DELETE", "/v1/texts/7", "", "why"},
		{422, "DELETE", "/v1/texts/seven?why=over", "", "text"},
		{404, "DELETE", "/v1/texts/7?why=over", "", ""},
		{422, "GET", "/v1/texts?after=x", "", "after"},
		{422, "GET", "/v1/texts?after=7", "", "after"},
		{422, "POST", "/v1/clusters/x/ruling", `{"finding":"abusive"}`, "cluster"},
		{422, "POST", "/v1/clusters/7/ruling", `{"accounts":["ann"]}`, "finding"},
		{422, "GET", "/v1/sanctions?cluster=-1", "", "cluster"},
		{400, "POST", "/v1/evaluate", `{"sender":"ann","recipient":"bea"}`, ""},
		{400, "POST", "/v1/evaluate", `{"sender":`, ""},
		{400, "POST", "/v1/evaluate", `{}{}`, ""},
		{400, "POST", "/v1/evaluate", `[]`, ""},
		{413, "POST", "/v1/evaluate", `{"text":"` + strings.Repeat("x", 1000) + `"}`, ""},
		{404, "POST", "/v1/accounts/ann/sanctions/1/lift", `{}`, ""},
		{404, "GET", "/v1/accounts/ann", "", ""},
		{404, "GET", "/v1/accounts/ann/notice", "", ""},
		{404, "GET", "/v1/accounts/ann/sanctions/1/statement", "", ""},
		{404, "GET", "/v1/accounts/ann/sanctions/1/transparency", "", ""},
		{422, "GET", "/v1/accounts/ann/sanctions/1/statement?location=../etc/passwd", "", "location"},
		{422, "GET", "/v1/accounts/ann/sanctions/1/transparency?location=Atlantis", "", "location"},
		{422, "GET", "/v1/accounts/ann/notice?location=Atlantis", "", "location"},
	} {
		var p Problem
		if s.call(c.status, c.method, c.path, c.body, &p); p.Field != c.field {
			t.Errorf("%s %s %.60s: field %q, want %q: %s", c.method, c.path, c.body, p.Field, c.field, p.Detail)
		}
	}
	s.callAs(415, "POST", "/v1/evaluate", "", nil, func(r *http.Request) { r.Header.Set("X-Key", "of the host") })
	if st := s.engine.Stats(); st.Allow+st.Reject != 0 {
		t.Errorf("%+v", st)
	}
}

// TestUnknownParameter: no route ignores a parameter that it does not know, and none says
// so to somebody who may not call it.
func TestUnknownParameter(t *testing.T) {
	s := serve(t, policy.Config{}, nil)
	for i := range routes {
		r := &routes[i]
		path := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(r.path, "1") + "?open_apeal=true"
		var p Problem
		if s.call(422, r.method, path, "", &p); p.Field != "open_apeal" || len(r.params) > 0 && !strings.Contains(p.Detail, r.params[0].name) {
			t.Errorf("%s %s: %+v", r.method, path, p)
		}
		if status := map[needs]int{host: 403, moderator: 401}[r.needs]; status != 0 {
			s.callAs(status, r.method, path, "", nil, func(*http.Request) {})
		}
	}
}

// TestUnreadable: of JSON of another shape the field is named, and no type of Go.
func TestUnreadable(t *testing.T) {
	s := serve(t, policy.Config{}, nil)
	for _, c := range []struct{ path, body, want string }{
		{"/v1/evaluate", `{"recipients":"bea"}`, "recipients must be an array, not string"},
		{"/v1/evaluate", `{"recipients":["bea"]}`, "recipients must be an object, not string"},
		{"/v1/evaluate", `{"recipients":[{"id":"bea","relation":1}]}`, "recipients.relation must be a string, not number"},
		{"/v1/evaluate", `{"reply":"yes"}`, "reply must be true or false, not string"},
		{"/v1/evaluate", `{"sender":1}`, "sender must be a string, not number"},
		{"/v1/evaluate", `[]`, "it must be an object, not array"},
		{"/v1/sanctions/lift", `{"filter":{"limit":1.5}}`, "filter.limit must be a whole number, not number 1.5"},
		{"/v1/texts", `{"nats":"1"}`, "nats must be a number, not string"},
	} {
		var p Problem
		if s.call(400, "POST", c.path, c.body, &p); p.Detail != "the body cannot be read: "+c.want {
			t.Errorf("%s: %q", c.body, p.Detail)
		}
	}
	var p Problem
	if s.call(422, "POST", "/v1/events", `{"kind":"reply","event":{"from":1}}`, &p); !strings.HasSuffix(p.Detail, "from must be a string, not number") {
		t.Errorf("%q", p.Detail)
	}
}

// TestWithoutStore: a decision that was made without the store is answered, and all
// else says that the store is away, and not where it is.
func TestWithoutStore(t *testing.T) {
	store := storetest.NewFaulty(policy.NewMemory(0))
	s := serve(t, policy.Config{Store: store, Secret: []byte("x"), OnFault: policy.HoldAll, Timeout: 20 * time.Millisecond}, nil)
	store.Break(func(storetest.Call) storetest.Fault {
		return storetest.Fault{Kind: storetest.Refuse, Err: errors.New("secret: postgres://admin@db")}
	})
	var d policy.Decision
	s.call(200, "POST", "/v1/evaluate", text(policy.Message{Sender: "ann", Recipients: policy.To("bea")}), &d)
	if d.Verdict != policy.Hold || !d.Degraded {
		t.Errorf("%+v", d)
	}
	s.call(503, "GET", "/healthz", "", nil)
	s.call(503, "GET", "/v1/accounts/ann", "", nil)
	s.call(503, "GET", "/v1/sanctions", "", nil)
	s.call(503, "PUT", "/v1/brake", `{"why":"x"}`, nil)
}

// TestMiddleware: what is delivered goes on, and what is not is answered with what the
// sender may know.
func TestMiddleware(t *testing.T) {
	e, err := policy.New(policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	sent := 0
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d := DecisionOf(r.Context()); r.URL.Path != "/" && (d == nil || !d.Delivered()) {
			t.Errorf("sent with the decision %+v", d)
		}
		sent++
	})
	h := Middleware(e, func(r *http.Request) (*policy.Message, error) {
		switch r.URL.Path {
		case "/":
			return nil, nil
		case "/bad":
			return nil, errors.New("no such form")
		}
		m := &policy.Message{ID: r.FormValue("id"), Sender: r.FormValue("from"), Recipients: policy.To(strings.Fields(r.FormValue("to"))...), Text: "hi"}
		if r.FormValue("bad") != "" {
			m.Evidence = damning
		}
		return m, nil
	})(next)
	try := func(path string, status int, went bool) *http.Response {
		t.Helper()
		before := sent
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequestWithContext(context.Background(), "POST", path, nil))
		if rec.Code != status || (sent > before) != went {
			t.Errorf("%s: %d %s, sent %t; want %d, %t", path, rec.Code, rec.Body, sent > before, status, went)
		}
		return rec.Result()
	}
	try("/", 200, true)
	try("/bad", 400, false)
	try("/send?from=ann", 422, false)
	try("/send?from=ann&to=bea&id=1", 200, true)
	try("/send?from=ann&to=bea&id=1", 200, false) // a retry
	if err := e.Override(t.Context(), policy.Override{Account: "held", Verdict: policy.Hold, By: "ada"}); err != nil {
		t.Fatal(err)
	}
	try("/send?from=held&to=bea&id=2", 202, false)
	for i := range 20 {
		try(fmt.Sprintf("/send?from=quick&to=bea&id=q%d", i), 200, true)
	}
	if r := try("/send?from=quick&to=bea&id=q20", 429, false); r.Header.Get("Retry-After") == "" || r.Header.Get("Retry-After") == "0" {
		t.Errorf("Retry-After: %q", r.Header.Get("Retry-After"))
	}
	r := try("/send?from=mal&to=vic&id=3&bad=1", 403, false)
	var p Problem
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil || p.Notice == nil || p.Notice.Kind != policy.Block || !strings.Contains(p.Detail, "cannot start new conversations") {
		t.Errorf("%+v, %v", p, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	try("/send?from=ann&to=bea&id=9", 503, false)
}
