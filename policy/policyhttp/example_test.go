package policyhttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/policyhttp"
)

// A handler that sends messages gets only those that are to be delivered.
func ExampleMiddleware() {
	engine, err := policy.New(policy.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	read := func(r *http.Request) (*policy.Message, error) {
		return &policy.Message{
			ID: r.Header.Get("Idempotency-Key"), Sender: r.Header.Get("X-User"), // as the service's own authentication says
			Recipients: policy.To(r.FormValue("to")), Text: r.FormValue("text"),
		}, nil
	}
	send := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	handler := policyhttp.Middleware(engine, read)(send)

	for i := range 22 { // 20 a minute are allowed
		r := httptest.NewRequest(http.MethodPost, "/send?to=bea&text=hi", nil)
		r.Header.Set("X-User", "ann")
		r.Header.Set("Idempotency-Key", fmt.Sprint(i))
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
			fmt.Println(i, "delivered, then", w.Code, w.Header().Get("Content-Type"))
			break
		}
	}
	// Output: 20 delivered, then 429 application/problem+json
}

// A service that is not in Go runs the API beside itself.
func ExampleNew() {
	engine, err := policy.New(policy.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	api := policyhttp.New(policyhttp.Config{
		Engine: engine,
		Allow: func(r *http.Request) error {
			if r.Header.Get("Authorization") != "Bearer the key of the host" {
				return errors.New("no key")
			}
			return nil
		},
	})

	r := httptest.NewRequest(http.MethodPost, "/v1/evaluate", strings.NewReader(`{"id":"m1","sender":"ann","recipients":[{"id":"bea"}],"text":"hello"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer the key of the host")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	fmt.Println(w.Code, strings.Contains(w.Body.String(), `"verdict":"allow"`))
	// Output: 200 true
}
