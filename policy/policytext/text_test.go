package policytext_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policyhttp"
	"github.com/decorum-go/decorum/policy/policytext"
)

var update = flag.Bool("update", false, "rewrite testdata/es.txt")

func set(t testing.TB, tables map[string]policy.Messages) *policytext.Set {
	t.Helper()
	s, err := policytext.New(tables)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func speak(t testing.TB, s *policytext.Set, lang string) policy.Language {
	t.Helper()
	l, err := s.Language(lang)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// reasons are all sentences that a moderator reads, with usual and with odd figures.
func reasons(l policy.Language) (said []string) {
	for key := range policy.English() {
		code, is := strings.CutPrefix(key, "reason.")
		if !is {
			continue
		}
		for _, r := range []policy.Reason{
			{Value: 1, Limit: 1, N: 1, K: 1}, {Value: 2.5, Limit: 1, N: 12, K: 11}, {Value: .5, Limit: .1, N: 3600}, {Value: math.NaN(), N: 86400}, {Value: 1e10, Limit: 20, N: 7 * 86400, K: 2},
			{Value: 2, N: 60}, {Value: 3, N: 1209600}, {Value: 4, N: 90, Text: "Hola"}, {Value: 5, Limit: 5}, {Value: .99995, N: 2 * 86400},
		} {
			switch r.Code = policy.Code(code); {
			case r.Code == policy.CodeSanction && !(r.Value >= 1 && r.Value < 6), r.Code == policy.CodeKnown && !(r.Value >= 1 && r.Value < 6), r.Code == policy.CodeOverride && r.Value != float64(policy.Allow) && r.Value != float64(policy.Hold):
				continue // no such kind, no such order
			}
			if code == "rule" || code == "shadow" { // whatever the rule is called
				r.Code = "rule.x"
			}
			said = append(said, r.In(l))
		}
	}
	return said
}

// all is all that can be said in a language: each notice, statement and reason.
func all(l policy.Language) (said []string) {
	said = reasons(l)
	until := time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)
	for _, before := range []time.Duration{0, time.Second, 90 * time.Minute, 2 * time.Hour, 30 * 24 * time.Hour} {
		for _, code := range []policy.NoticeCode{policy.NoticeLater, policy.NoticeRate, policy.NoticeBusy, policy.NoticeRequests} {
			n := policy.Notice{Code: code, Until: until}
			if before > 0 {
				n.At = until.Add(-before)
			}
			said = append(said, n.In(l))
		}
	}
	for month := range 12 {
		said = append(said, policy.Notice{Code: policy.NoticeLater, Until: until.AddDate(0, month, 0)}.In(l))
	}
	for _, code := range []policy.NoticeCode{policy.NoticeLater, policy.NoticeRate, policy.NoticeBusy, policy.NoticeRequests, policy.NoticeHeld, policy.NoticeRefused, policy.NoticeUndecided, policy.NoticePledge} {
		n := policy.Notice{Code: code}
		if code == policy.NoticePledge {
			n.Pledge = until
		}
		said = append(said, n.In(l))
	}
	for k := policy.Warning; k <= policy.Suspension; k++ {
		for s := policy.Outreach; s <= policy.WholeAccount; s++ {
			for _, n := range []int{1, 10, 1500} {
				x := policy.Notice{Code: policy.NoticeSanction, Kind: k, Scope: s, PerDay: n, Until: until, At: until.AddDate(0, 0, -1), Appeal: "1f", Broken: n == 10}
				if k == policy.Warning {
					x = policy.Notice{Code: policy.NoticeWarning, Kind: k, Appeal: "1f"}
				}
				if n == 1 {
					x.Until = time.Time{}
				}
				said = append(said, x.In(l))
				said = append(said, statements(l, policy.Sanction{ID: "1f", Kind: k, Scope: s, PerDay: n, From: until.AddDate(0, 0, -1), Until: x.Until})...)
			}
		}
	}
	slices.Sort(said)
	return slices.Compact(said)
}

// statements are those of a sanction for every reason, author, and state of an appeal.
func statements(l policy.Language, s policy.Sanction) (said []string) {
	say := func() {
		st := s.Statement(l)
		said = append(said, strings.Split(st.String(), "\n\n")...)
	}
	for _, code := range []policy.Code{policy.CodeRefused, policy.CodeDuplicate, policy.CodeStrangers, policy.CodeReplyLow, policy.CodeTiming, policy.CodeCampaign, policy.CodeStrikes, policy.CodeModerator, policy.CodePledge, policy.CodeKnown, "host.spam", policy.CodeYoung} {
		s.Reasons = []policy.Reason{{Code: code, Share: 1}}
		say()
	}
	s.By = "mo"
	say()
	s.Appeal = &policy.Appeal{At: s.From}
	say()
	for o := policy.Upheld; o <= policy.Overturned; o++ {
		s.Appeal.Ruling, s.Lifted = &policy.Ruling{Outcome: o, By: "mo", At: s.From}, &policy.Lifting{At: s.From}
		say()
	}
	return said
}

// TestSpanish: nothing is missing, nothing wrong, and nothing of what can be said has a
// word of English. It is in testdata/es.txt, to be read.
func TestSpanish(t *testing.T) {
	if missing := policytext.Spanish().Missing(); missing != nil {
		t.Error(missing)
	}
	l := speak(t, set(t, nil), "es")
	got := strings.Join(all(l), "\n") + "\n"
	english := regexp.MustCompile(`(?i)\b(the|you|your|and|of|to|we|is|was|person|people|until|after|for|day|days|hours?|minutes?|messages?|accounts?|text|sent|strangers?|decision|further|later|january|november)\b`)
	if word := english.FindString(got); word != "" {
		t.Errorf("%q is English", word)
	}
	if *update {
		if err := os.WriteFile("testdata/es.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/es.txt")
	if err != nil || string(want) != got {
		t.Errorf("testdata/es.txt says otherwise (%v): -update rewrites it", err)
	}
}

// TestEveryKey: all that can be said comes from a key of the table, and every key is said
// somewhere, but for those that only Engine.Statement says, and that for an unknown
// number with forms: with a table that marks its texts nothing else is left.
func TestEveryKey(t *testing.T) {
	table, hole, forms := policy.Messages{}, regexp.MustCompile(`\{[^}]*\}`), regexp.MustCompile(`\|[^}]*\}`)
	for key, text := range policy.English() {
		table[key] = "<" + key + strings.Join(hole.FindAllString(forms.ReplaceAllString(text, "}"), -1), "") + ">"
	}
	l := speak(t, set(t, map[string]policy.Messages{"qaa": table}), "qaa")
	said := strings.Join(all(l), " ")
	for key := range table {
		if !strings.Contains(said, "<"+key) && key != "appeal.until" && key != "appeal.over" && key != "number.some" {
			t.Errorf("%s is said nowhere", key)
		}
	}
	for _, text := range all(l) {
		rest := regexp.MustCompile(`<[a-z_.0-9]+|>|UTC|"Hola"|[0-9:., ]|1f`).ReplaceAllString(text, "")
		if rest != "" && rest != "host" && rest != "rulex" && rest != "Holarulex" { // a code of the host's own
			t.Errorf("%q has %q, which is from no table", text, rest)
		}
	}
}

// TestPlurals: forms and numbers are those of the language.
func TestPlurals(t *testing.T) {
	polish := policy.Messages{"notice.later": "Spróbuj {after}.", "after.span": "za {span}, {moment}", "span.minutes": "{n|one:minuta|few:minuty|many:minut|other:minuty}"}
	s := set(t, map[string]policy.Messages{"pl": polish, "de": {}, "ar": nil})
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		lang    string
		minutes int
		want    string
	}{
		{"es", 1, "dentro de 1 minuto, "}, {"es", 2, "dentro de 2 minutos, "}, {"es", 100, "dentro de 100 minutos, "},
		{"pl", 1, "Spróbuj za 1 minuta, "}, {"pl", 2, " 2 minuty, "}, {"pl", 5, " 5 minut, "}, {"pl", 12, " 12 minut, "}, {"pl", 22, " 22 minuty, "}, {"pl", 111, " 111 minut, "},
		{"en", 1, "in 1 minute, "}, {"en", 21, "in 21 minutes, "},
	} {
		n := policy.Notice{Code: policy.NoticeLater, At: now, Until: now.Add(time.Duration(x.minutes) * time.Minute)}
		if got := n.In(speak(t, s, x.lang)); !strings.Contains(got, x.want) {
			t.Errorf("%s, %d: %s, want %q", x.lang, x.minutes, got, x.want)
		}
	}
	for lang, want := range map[string]string{"en": "12,345.5", "de": "12.345,5", "es": "12.345,5"} {
		if got := speak(t, s, lang).Number(12345.5); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
	for lang, want := range map[string]string{"en": "other one other other other", "pl": "many one few many other", "ar": "zero one two few other", "es": "other one other other other"} {
		l, got := speak(t, s, lang), ""
		for _, v := range []float64{0, 1, 2, 5, 1.5} {
			got += " " + l.Plural(v)
		}
		if got[1:] != want {
			t.Errorf("%s: %s, want %s", lang, got[1:], want)
		}
	}
	n := policy.Notice{Code: policy.NoticeSanction, Kind: policy.Restriction, Scope: policy.Messaging, PerDay: 12345}
	if got := n.In(speak(t, s, "es")); got != "Solo puede enviar 12.345 mensajes al día hasta nuevo aviso." {
		t.Error(got)
	}
}

// TestLanguage: what people ask for, and what they get.
func TestLanguage(t *testing.T) {
	s := set(t, map[string]policy.Messages{"es-MX": {"notice.held": "Alguien lo va a revisar."}, "en-US": {"moment": "{month} {day}, {year}, {time} {zone}"}})
	if got := fmt.Sprint(s.Tags()); got != "[en en-US es es-MX]" {
		t.Error(got)
	}
	for lang, want := range map[string]string{
		"": "en", "en": "en", "es": "es", "es-ES": "es", "es-MX": "es-MX", "es-AR": "es-MX", "es-419": "es-MX", "en-US": "en-US", "en-GB": "en",
		"de": "en", "tlh": "en", "*": "en", "de;q=0.9, es;q=0.8": "es", "es-MX, en;q=0.5": "es-MX", "fr, ES": "es", "zxx-x-own": "en",
	} {
		if l := speak(t, s, lang); l.Tag != want {
			t.Errorf("%q: %s, want %s", lang, l.Tag, want)
		}
	}
	for _, wrong := range []string{"not a tag", "es;q=x", "é", strings.Repeat("a-", 2000), "<script>"} {
		l, err := s.Language(wrong)
		if f, ok := errors.AsType[*policy.FieldError](err); !ok || f.Field != "lang" || l.Tag != "en" {
			t.Errorf("%.20q: %v, %v", wrong, l.Tag, err)
		}
	}
	mexican, held := speak(t, s, "es-MX"), policy.Notice{Code: policy.NoticeHeld}
	refused := policy.Notice{Code: policy.NoticeRefused}
	if held.In(mexican) != "Alguien lo va a revisar." || refused.In(mexican) != "No hemos entregado este mensaje." || len(policytext.Spanish().Missing()) > 0 {
		t.Errorf("%s %s", held.In(mexican), refused.In(mexican))
	}
}

// TestWrong: what is wrong with tables is said, each by its tag and key.
func TestWrong(t *testing.T) {
	s, err := policytext.New(map[string]policy.Messages{
		"pl": {"span.hours": "{n|godzina|godziny}", "notice.later": "Spróbuj."}, "no tag": {}, "es": {"nowhere": "x"},
	})
	for _, want := range []string{
		`no tag: must be the tag of a language: `, `es.messages.nowhere: is no key`, `pl.messages.notice.later: lacks the hole {after}`, `pl.messages.span.hours: has no form "many"`,
	} {
		if err == nil || s != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, %v: want %s", s, err, want)
		}
	}
}

// TestTable: what a translator gets and gives back. Every text is asked for, what they
// leave empty is said in English, and what is known is there again.
func TestTable(t *testing.T) {
	var b bytes.Buffer
	if err := policytext.WriteTable(&b, "pl", policy.Messages{"notice.held": "Sprawdzimy."}); err != nil {
		t.Fatal(err)
	}
	var form struct {
		Language string   `json:"language"`
		Plurals  []string `json:"plural_forms"`
		Messages map[string]struct {
			English, Text string
		} `json:"messages"`
	}
	if err := json.Unmarshal(b.Bytes(), &form); err != nil || form.Language != "pl" || fmt.Sprint(form.Plurals) != "[few many one other]" {
		t.Fatalf("%s: %v", b.String(), err)
	}
	english := policy.Messages{}
	for key, x := range form.Messages {
		english[key] = x.English
	}
	if !maps.Equal(english, policy.English()) {
		t.Error("the table has other texts than English")
	}
	tag, table, err := policytext.ReadTable(bytes.NewReader(b.Bytes()))
	if err != nil || tag != "pl" || !maps.Equal(table, policy.Messages{"notice.held": "Sprawdzimy."}) {
		t.Errorf("%s %v %v", tag, table, err)
	}
	l := speak(t, set(t, map[string]policy.Messages{tag: table}), "pl-PL")
	held, refused := policy.Notice{Code: policy.NoticeHeld}, policy.Notice{Code: policy.NoticeRefused}
	if held.In(l) != "Sprawdzimy." || refused.In(l) != "We did not deliver this message." {
		t.Errorf("%s %s", held.In(l), refused.In(l))
	}
	for _, wrong := range []string{"", "[]", `{"language":"pl","message":{}}`, `{"messages":{"notice.held":"x"}}`} {
		if _, _, err := policytext.ReadTable(strings.NewReader(wrong)); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
	if err := policytext.WriteTable(&b, "no tag", nil); err == nil {
		t.Error("a table for no language")
	}
}

// TestHTTP: a request that asks for Spanish and for the clock of Madrid gets both, and all
// at once do.
func TestHTTP(t *testing.T) {
	e, err := policy.New(policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s, err := e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Block, By: "mo", Until: time.Now().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	api := policyhttp.New(policyhttp.Config{Engine: e, Allow: func(*http.Request) error { return nil }, Language: set(t, nil).Language})
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			code, body := get("/v1/accounts/sam/sanctions/" + s.ID + "/statement?lang=es-MX,en%3Bq=0.1&location=Europe/Madrid")
			if code != http.StatusOK || !strings.Contains(body, `"language":"es"`) || !strings.Contains(body, "No puede enviar mensajes durante 24 horas, hasta el ") || !strings.Contains(body, " CE") {
				t.Errorf("%d %s", code, body)
			}
		})
	}
	group.Wait()
	if code, body := get("/v1/accounts/sam/notice?lang=es"); code != http.StatusOK || !strings.Contains(body, `"text":"No puede enviar mensajes durante 24 horas`) {
		t.Errorf("%d %s", code, body)
	}
	spanish := func(*http.Request) policy.Language { return speak(t, set(t, nil), "es") }
	read := func(*http.Request) (*policy.Message, error) {
		return &policy.Message{Sender: "sam", Recipients: policy.To("bea"), Text: "hola"}, nil
	}
	w := httptest.NewRecorder()
	policyhttp.Middleware(e, read, spanish)(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/send", nil))
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), `"detail":"No puede enviar mensajes durante 24 horas`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if code, body := get("/v1/accounts/sam/notice?lang=no+tag"); code != http.StatusUnprocessableEntity || !strings.Contains(body, `"field":"lang"`) {
		t.Errorf("%d %s", code, body)
	}
}
