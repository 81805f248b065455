package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	"embed"
	"errors"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/decorum-go/decorum/policy/policyhttp"
)

//go:embed html/*.html
var html embed.FS

//go:embed static
var static embed.FS

// pages are the templates: each with the frame that all have.
var pages = func() map[string]*template.Template {
	frame := template.Must(template.New("").Funcs(template.FuncMap{
		"path": url.PathEscape,
		"time": func(t time.Time) string { return t.Local().Format("2 Jan, 15:04") },
	}).ParseFS(html, "html/frame.html"))
	all := map[string]*template.Template{}
	for _, name := range []string{"home", "chat", "account", "waves", "moderator", "fault"} {
		all[name] = template.Must(template.Must(frame.Clone()).ParseFS(html, "html/"+name+".html"))
	}
	return all
}()

// handler is all that is served.
func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /as", s.choose)
	mux.HandleFunc("GET /as/{me}", s.window)
	mux.HandleFunc("POST /as/{me}/send", s.post)
	mux.HandleFunc("POST /as/{me}/report", s.report)
	mux.HandleFunc("GET /as/{me}/account", s.account)
	mux.HandleFunc("POST /as/{me}/appeal", s.appeal)
	mux.HandleFunc("GET /as/{me}/events", s.events)
	mux.HandleFunc("GET /waves", s.waves)
	mux.HandleFunc("POST /waves", s.startWave)
	mux.Handle("GET /static/", http.FileServerFS(static))
	mux.HandleFunc("GET /livez", s.live)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("/console/", s.moderate)
	mux.HandleFunc("GET /moderator", s.moderator)
	mux.HandleFunc("POST /moderator", s.signIn)
	mux.Handle("GET /metrics", s.scrape)
	api := http.StripPrefix("/api", policyhttp.New(policyhttp.Config{Engine: s.engine.Engine, Allow: s.host, Who: s.byToken}))
	mux.Handle("/api/", api)
	mux.HandleFunc("DELETE /api/v1/accounts/{account}", func(w http.ResponseWriter, r *http.Request) {
		if s.host(r) == nil { // else the API refuses it
			if err := s.forget(r.Context(), r.PathValue("account")); err != nil {
				s.failed(w, r, http.StatusInternalServerError, err)
				return
			}
		}
		api.ServeHTTP(w, r)
	})

	// A page elsewhere may send no form here: the browser says where a request is from.
	origin := http.NewCrossOriginProtection()
	return http.MaxBytesHandler(local(secured(origin.Handler(mux))), 1<<20)
}

// local refuses requests that were sent to another name: a page elsewhere whose name was
// made to lead here (DNS rebinding).
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this service answers on localhost alone", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// secured has browsers load and run what comes from here alone, and show it in no frame.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// host says whether a request comes from the host's own servers: they know the token.
func (s *service) host(r *http.Request) error {
	if !s.knows(r.Header.Get("Authorization"), "Bearer "+s.token) {
		return errors.New("no token")
	}
	return nil
}

// byToken is who makes a request to the API: a name, with the token as the password.
// Yours asks whatever your moderators log in with.
func (s *service) byToken(r *http.Request) (string, error) {
	name, password, _ := r.BasicAuth()
	if !s.knows(password, s.token) {
		return "", errors.New("no token")
	}
	return name, nil
}

func (s *service) knows(said, right string) bool {
	return subtle.ConstantTimeCompare([]byte(said), []byte(right)) == 1
}

// forget removes what the chat and the console keep of an account that the engine is about
// to forget. What waits for the database of the cases must be there first.
func (s *service) forget(ctx context.Context, name string) error {
	return errors.Join(s.console.Flush(ctx), s.console.Erase(ctx, name), s.chat.forget(ctx, name))
}

// show answers with a page.
func (s *service) show(w http.ResponseWriter, status int, page string, data any) {
	var b bytes.Buffer
	if err := pages[page].ExecuteTemplate(&b, "frame", data); err != nil {
		s.log.Error("a page", "page", page, "error", err)
		http.Error(w, "this page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the caller has gone
}

// failed answers with what went wrong: what the caller did, in full, and of what we did
// that it was us.
func (s *service) failed(w http.ResponseWriter, r *http.Request, status int, err error) {
	said := err.Error()
	if status >= http.StatusInternalServerError {
		s.log.Error("a request", "path", r.Pattern, "error", err)
		said = "Something is wrong on our side. Please try again: nothing is sent twice."
	}
	s.show(w, status, "fault", map[string]any{"Title": http.StatusText(status), "Said": said})
}
