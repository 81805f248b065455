package console

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console/internal/casebook"
)

//go:embed assets
var assets embed.FS

// version names the assets, so that a browser asks for new ones once.
var version = func() string {
	h := fnv.New64a()
	for _, name := range []string{"assets/style.css", "assets/script.js"} {
		b, err := fs.ReadFile(assets, name)
		if err != nil {
			panic(err) // it is compiled in
		}
		h.Write(b)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}()

// A handler makes a page, or nothing where it has answered itself.
type handler func(w http.ResponseWriter, r *http.Request, m *Moderator) (*page, error)

// routes are all that a console answers.
func (c *Console) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range []struct {
		path string
		need Role
		do   handler
	}{
		{"GET /{$}", Reader, c.queue},
		{"GET /case/{id}", Reader, c.showCase},
		{"GET /account", Reader, c.account},
		{"GET /campaign", Reader, c.campaignPage},
		{"GET /search", Reader, c.search},
		{"GET /audit", Lead, c.audit},
		{"GET /figures", Lead, c.figures},
		{"GET /rules", Lead, c.rulesPage},
		{"POST /rules", Lead, c.changeRule},
		{"GET /label", Mod, c.sampleLabel},
		{"GET /events", Reader, c.events},
		{"POST /act", Mod, c.decide},
		{"POST /next", Mod, c.next},
		{"POST /undo/{id}", Mod, c.undo},
		{"POST /agree/{id}", Mod, c.agree},
		{"POST /label", Mod, c.label},
	} {
		method, path, _ := strings.Cut(r.path, " ")
		mux.Handle(method+" "+c.cfg.Base+path, c.served(r.need, r.do))
	}
	if c.cfg.Base != "" {
		mux.Handle("GET "+c.cfg.Base, http.RedirectHandler(c.cfg.Base+"/", http.StatusSeeOther))
	}
	for _, name := range []string{"style.css", "script.js", "icon.svg"} {
		mux.Handle("GET "+c.cfg.Base+"/"+name, c.served(Reader, func(w http.ResponseWriter, r *http.Request, _ *Moderator) (*page, error) {
			w.Header().Set("Cache-Control", "private, max-age=86400")
			http.ServeFileFS(w, r, assets, "assets/"+name)
			return nil, nil
		}))
	}
	return mux
}

// whoKey is where a request's context has its Moderator.
type whoKey struct{}

// ServeHTTP implements http.Handler.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, h := range headers {
		w.Header().Set(h[0], h[1])
	}
	m, ok := c.admit(w, r)
	switch {
	case !ok:
	case c.engine.Load() == nil:
		w.Header().Set("Retry-After", "2")
		http.Error(w, "the service is starting", http.StatusServiceUnavailable)
	default:
		c.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), whoKey{}, &m)))
	}
}

// served is a handler for those with a role.
func (c *Console) served(need Role, do handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := r.Context().Value(whoKey{}).(*Moderator)
		if !m.may(w, need) {
			return
		}
		p, err := do(w, r, m)
		switch {
		case err != nil:
			c.fail(w, err)
		case p != nil:
			c.write(w, r, p, m)
		}
	})
}

// fail answers with an error.
func (c *Console) fail(w http.ResponseWriter, err error) {
	var field *policy.FieldError
	var fault *policy.FaultError
	switch {
	case errors.Is(err, casebook.ErrNotFound), errors.Is(err, policy.ErrNotFound):
		http.Error(w, "there is no such thing, or it is kept no more", http.StatusNotFound)
	case errors.As(err, &field):
		http.Error(w, field.Error(), http.StatusBadRequest)
	case errors.As(err, &fault):
		http.Error(w, "the store of the engine does not answer; nothing was changed", http.StatusServiceUnavailable)
	default:
		http.Error(w, "the database does not answer, and the page can't be shown; what is decided meanwhile is kept", http.StatusServiceUnavailable)
	}
}

// back answers a form: the browser goes to another page.
func (c *Console) back(w http.ResponseWriter, r *http.Request, path string) (*page, error) {
	http.Redirect(w, r, c.cfg.Base+path, http.StatusSeeOther)
	return nil, nil
}

// A page is what every template is given.
type page struct {
	name          string
	Title         string
	Body          any
	Base, Version string
	Me            *Moderator
	Acts          bool // they may decide
	Token         string
	Tabs          []link
	Brake         *policy.Brake
	Problems      []string
	Pending       []waiting
}

// A link leads to another page, or to another view of this one.
type link struct {
	Name, Href, Key string
	Here            bool
	N               int
	More            bool // N and more
}

// write fills a page with what all have, and writes it.
func (c *Console) write(w http.ResponseWriter, r *http.Request, p *page, m *Moderator) {
	p.Base, p.Version, p.Me, p.Token, p.Acts = c.cfg.Base, version, m, c.token(m), m.Role >= Mod
	if h, err := c.engine.Load().Health(r.Context()); err != nil {
		p.Problems = append(p.Problems, "The store of the engine does not answer: messages are judged without what it knows.")
	} else {
		p.Brake = h.Brake
	}
	p.Problems = append(p.Problems, c.problems()...)
	p.Pending = c.pending(r.Context(), m)
	p.Tabs = c.tabs(r, p, m)
	var b bytes.Buffer
	if err := c.pages[p.name].ExecuteTemplate(&b, "page", p); err != nil {
		http.Error(w, "the page can't be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // a browser that has gone
}

// problems says how the database does.
func (c *Console) problems() (all []string) {
	h := c.Health()
	if h.Err != nil {
		all = append(all, fmt.Sprintf("The database does not answer since %s: %d records wait for it, and what is shown may be older.", c.plain(h.Since), h.Waiting))
	}
	if h.Dropped > 0 {
		all = append(all, fmt.Sprintf("%d records were lost, as more than Config.Queue waited for the database.", h.Dropped))
	}
	return all
}

// tabs are the pages that the moderator may see.
func (c *Console) tabs(r *http.Request, p *page, m *Moderator) []link {
	open, err := c.book.Counts(r.Context())
	tab := func(name, path, key string) link {
		return link{Name: name, Href: c.cfg.Base + path, Key: key, Here: r.URL.Path == c.cfg.Base+path}
	}
	all := []link{tab("Queue", "/", "q"), tab("Search", "/search", "/")}
	if err == nil {
		all[0].N, all[0].More = sum(open)
	}
	if m.Role >= Mod {
		all = append(all, tab("Label", "/label", ""))
	}
	if m.Role >= Lead {
		all = append(all, tab("Figures", "/figures", ""), tab("Audit", "/audit", ""), tab("Rules", "/rules", ""))
	}
	return all
}

// sum is how many cases are open, and whether there are more.
func sum(open map[casebook.Kind]int) (n int, more bool) {
	for _, k := range open {
		n, more = n+k, more || k >= casebook.MostCounted
	}
	return n, more
}

// templates are the pages, each with what all have.
func (c *Console) templates() map[string]*template.Template {
	base := template.Must(template.New("base").Funcs(template.FuncMap{
		"shown": shown, "escaped": url.QueryEscape, "when": c.when, "n": thousands,
	}).ParseFS(assets, "assets/base.html"))
	all := map[string]*template.Template{}
	for _, name := range []string{"queue", "case", "account", "list", "audit", "figures", "label", "rules"} {
		all[name] = template.Must(template.Must(base.Clone()).ParseFS(assets, "assets/"+name+".html"))
	}
	return all
}

// when is a time for moderators, where they are.
func (c *Console) when(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	t = t.In(c.cfg.Location)
	return template.HTML(`<time datetime="` + t.Format(time.RFC3339) + `">` + t.Format("2 Jan 2006, 15:04") + `</time>`)
}

// thousands is a number with its thousands apart.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// plain is a time for moderators in the middle of a sentence.
func (c *Console) plain(t time.Time) string {
	return t.In(c.cfg.Location).Format("2 Jan 2006, 15:04")
}
