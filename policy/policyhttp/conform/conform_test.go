// Package conform holds openapi.json of policyhttp to the standard and to what the
// handler does, by the word of a validator that knows nothing of either (libopenapi). It
// is a module of its own, for it needs that validator.
package conform

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policyhttp"
	"github.com/decorum-go/decorum/policy/storetest"
)

// A checker makes requests of the handler, and has the validator look at each and at its
// answer. Strict means that a field which the document leaves out is a fault.
type checker struct {
	*testing.T
	handler http.Handler
	validator.Validator
	left map[string]bool // operations of the document that were not yet tried
}

func newChecker(t *testing.T) *checker {
	t.Helper()
	engine, err := policy.New(policy.Config{Store: storetest.NewAudited(policy.NewMemory(0)), Secret: []byte("of the test"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	c := &checker{T: t, left: map[string]bool{}, handler: policyhttp.New(policyhttp.Config{
		Engine: engine,
		Allow:  func(*http.Request) error { return nil },
		Who:    func(*http.Request) (string, error) { return "ada", nil },
	})}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	doc, err := libopenapi.NewDocument(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			c.left[strings.ToUpper(method)+" "+path] = true
		}
	}
	v, errs := validator.NewValidator(doc, config.WithStrictMode())
	if errs != nil {
		t.Fatal(errs)
	}
	c.Validator = v
	return c
}

// conforms reports what the validator finds fault with.
func (c *checker) conforms(what string, ok bool, faults []*errors.ValidationError) {
	c.Helper()
	for _, f := range faults {
		c.Errorf("%s: %s: %s %v", what, f.Message, f.Reason, f.SchemaValidationErrors)
	}
	if !ok && len(faults) == 0 {
		c.Errorf("%s does not conform", what)
	}
}

// call makes a request of a route, in whose path each {name} is replaced by the next of
// ids, and returns the answer.
func (c *checker) call(status int, route, query, body string, ids ...string) (answer struct {
	ID      string
	N       int
	Imposed json.RawMessage
}) {
	c.Helper()
	method, path, _ := strings.Cut(route, " ")
	delete(c.left, route)
	for _, id := range ids {
		head, rest, _ := strings.Cut(path, "{")
		_, rest, _ = strings.Cut(rest, "}")
		path = head + id + rest
	}
	r := httptest.NewRequestWithContext(c.Context(), method, path+query, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if status < http.StatusBadRequest {
		ok, faults := c.ValidateHttpRequest(r)
		c.conforms("the request "+route+" "+body, ok, faults)
		r.Body = io.NopCloser(strings.NewReader(body))
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	if w.Code != status {
		c.Errorf("%s %s: %d %s, want %d", route, body, w.Code, w.Body, status)
	}
	told := w.Body.Bytes()
	// An export, a policy and the document itself are objects, and described elsewhere.
	if opaque := strings.HasSuffix(path, "/export") || path == "/openapi.json" || path == "/v1/policy"; !opaque {
		ok, faults := c.ValidateHttpResponse(r, w.Result())
		c.conforms("the answer to "+route+", "+string(told), ok, faults)
	}
	if len(told) > 0 {
		if err := json.NewDecoder(bytes.NewReader(told)).Decode(&answer); err != nil {
			c.Errorf("%s: %v", route, err)
		}
	}
	return answer
}

// TestDocument: the document is OpenAPI 3.1.
func TestDocument(t *testing.T) {
	c := newChecker(t)
	ok, faults := c.ValidateDocument()
	c.conforms("openapi.json", ok, faults)
}

const offence = `{"id":"m2","sender":"mal","recipients":[{"id":"vic"}],"text":"buy","evidence":[{"code":"host.links","family":"content","points":3,"value":1,"n":1},{"code":"host.network","family":"network","points":3,"value":1,"n":1}]}`

// TestHandler tries every operation of the document: what it takes, and what it answers,
// is what the document says, to the last field.
func TestHandler(t *testing.T) {
	c := newChecker(t)
	message := func(id string) string {
		return `{"id":"` + id + `","sender":"ann","recipients":[{"id":"bea","relation":"stranger"}],"text":"hello","joined":"2026-01-02T03:04:05Z"}`
	}
	c.call(204, "POST /v1/learn", "", `{"sender":"old","recipients":[{"id":"bea"}],"at":"2026-01-02T03:04:05Z"}`)
	c.call(200, "POST /v1/preview", "", message("m1"))
	c.call(200, "POST /v1/evaluate", "", message("m1"))
	c.call(204, "POST /v1/events", "", `{"kind":"reply","event":{"from":"bea","to":"ann","message":"m1"}}`)
	c.call(204, "POST /v1/events", "", `{"kind":"complaint","event":{"from":"vic","against":"ann","category":"spam"}}`)

	var imposed []policy.Sanction
	if err := json.Unmarshal(c.call(200, "POST /v1/evaluate", "", offence).Imposed, &imposed); err != nil || len(imposed) != 1 {
		t.Fatal(imposed, err)
	}
	block := imposed[0].ID
	c.call(200, "GET /v1/accounts/{account}/notice", "?location=Europe/Madrid", "", "mal")
	c.call(200, "GET /v1/accounts/{account}/sanctions/{sanction}/statement", "?location=Europe/Madrid", "", "mal", block)
	c.call(200, "GET /v1/accounts/{account}/sanctions/{sanction}/transparency", "", "", "mal", block)
	c.call(200, "GET /v1/accounts/{account}", "", "", "mal")
	appeal := c.call(200, "POST /v1/accounts/{account}/appeals", "", `{"sanction":"`+block+`","statement":"It was my brother.","pledge":true}`, "mal").ID
	c.call(200, "GET /v1/sanctions", "?open_appeal=true&state=any&kinds=block&automatic=true&from=2026-01-02T03:04:05Z", "")
	c.call(204, "POST /v1/accounts/{account}/appeals/{appeal}/ruling", "", `{"outcome":"overturned"}`, "mal", appeal)
	c.call(200, "GET /v1/accounts/{account}", "", "", "mal")

	c.call(204, "PUT /v1/accounts/{account}/override", "", `{"verdict":"hold"}`, "ann")
	c.call(200, "POST /v1/evaluate", "", message("h1"))
	c.call(200, "POST /v1/evaluate", "", message("h2"))
	c.call(200, "GET /v1/accounts/{account}", "", "", "ann")
	c.call(204, "DELETE /v1/accounts/{account}/override", "", "", "ann")
	c.call(204, "POST /v1/accounts/{account}/messages/{message}/discard", "", `{"note":"no"}`, "ann", "h2")
	c.call(200, "POST /v1/release", "?note=yes", message("h1"))
	c.call(204, "POST /v1/accounts/{account}/reviews", "", `{"message":"h1","abusive":false}`, "ann")

	by := c.call(200, "POST /v1/sanctions", "", `{"account":"zoe","kind":"restriction","per_day":3}`).ID
	c.call(204, "POST /v1/accounts/{account}/sanctions/{sanction}/lift", "", `{"note":"enough"}`, "zoe", by)
	c.call(200, "POST /v1/sanctions", "", `{"account":"zoe","kind":"suspension"}`)
	if n := c.call(200, "POST /v1/sanctions/lift", "", `{"filter":{"by":"ada"},"note":"a drill","dry_run":true}`).N; n != 1 {
		t.Errorf("would lift %d", n)
	}

	rule := c.call(200, "POST /v1/texts", "", `{"text":"You have won a prize in our great lottery, call us now","action":"evidence","nats":1.5,"until":"2100-01-02T03:04:05Z","note":"the scam"}`).ID
	c.call(200, "POST /v1/evaluate", "", `{"sender":"ann","recipients":[{"id":"vic"}],"text":"You have w0n a prize in our great lottery, call us now!"}`)
	c.call(200, "GET /v1/texts", "", "")
	c.call(204, "DELETE /v1/texts/{text}", "?why=over", "", rule)
	c.call(404, "POST /v1/clusters/{cluster}/ruling", "", `{"finding":"abusive","accounts":["mal","zoe"],"note":"a scheme","dry_run":true}`, "7")
	c.call(200, "POST /v1/clusters/{cluster}/ruling", "", `{"finding":"undecided","note":"no scheme","dry_run":true}`, "7")
	c.call(200, "GET /v1/acts", "?account=ann&newest=true", "")
	c.call(200, "GET /v1/acts", "?what=lifted", "")
	c.call(204, "PUT /v1/brake", "", `{"why":"a drill"}`)
	c.call(200, "GET /v1/health", "", "")
	c.call(204, "DELETE /v1/brake", "?why=over", "")
	c.call(204, "GET /healthz", "", "")
	c.call(200, "GET /v1/policy", "", "")
	c.call(200, "GET /v1/stats", "", "")
	c.call(200, "GET /v1/accounts/{account}/export", "", "", "ann")
	c.call(200, "DELETE /v1/accounts/{account}", "", "", "ann")
	c.call(200, "GET /openapi.json", "", "")
	for op := range c.left {
		t.Errorf("%s was not tried", op)
	}

	// What is wrong is told as the document says, too.
	c.call(404, "GET /v1/accounts/{account}", "", "", "nobody")
	c.call(422, "POST /v1/evaluate", "", `{"sender":"ann"}`)
	c.call(422, "PUT /v1/brake", "", `{}`)
	c.call(400, "POST /v1/evaluate", "", `{"sender":`)
	c.call(415, "POST /v1/evaluate", "", "")
}

// TestValidatorSees: a document that leaves out a field, or calls it something else, and
// a request with a word misspelt, do not pass.
func TestValidatorSees(t *testing.T) {
	c := newChecker(t)
	r := func(path, body string) *http.Request {
		q := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		q.Header.Set("Content-Type", "application/json")
		return q
	}
	for _, q := range []struct{ path, body string }{
		{"/v1/evaluate", `{"sender":7}`}, {"/v1/evaluate", `{"sendr":"ann"}`}, {"/v1/evaluate", `{"recipients":[{"relation":"friend"}]}`},
		{"/v1/events", `{"kind":"reply","event":{"from":"ann","too":"bea"}}`}, {"/v1/events", `{"kind":"rumour","event":{"from":"ann"}}`}, {"/v1/events", `{"kind":"reply"}`},
	} {
		if ok, _ := c.ValidateHttpRequest(r(q.path, q.body)); ok {
			t.Errorf("the request %s passes", q.body)
		}
	}
	for _, body := range []string{`{"verdict":"perhaps"}`, `{"verdikt":"allow"}`, `{"score":"0"}`} {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.WriteString(body)
		if ok, _ := c.ValidateHttpResponse(r("/v1/evaluate", `{}`), w.Result()); ok {
			t.Errorf("the answer %s passes", body)
		}
	}
}
