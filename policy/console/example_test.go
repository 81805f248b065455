package console_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/console"
	_ "modernc.org/sqlite"
)

// A service mounts the console under a path, and says who may look.
func Example() {
	db, err := sql.Open("sqlite", "file::memory:?cache=shared&_pragma=busy_timeout(5000)") // yours: a file, or PostgreSQL
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	c, err := console.Open(context.Background(), console.Config{
		DB:   db,
		Base: "/moderation",
		Who: func(r *http.Request) (console.Moderator, error) {
			if user, password, _ := r.BasicAuth(); password == "of your own authentication" {
				return console.Moderator{ID: user, Role: console.Mod}, nil
			}
			return console.Moderator{}, errors.New("not signed in")
		},
		Deliver: func(_ context.Context, m policy.Message) error {
			fmt.Println("deliver", m.ID) // and nothing, if it went out before
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	engine, err := policy.New(policy.Config{Hooks: c.Hooks()}) // beside your own with policy.JoinHooks
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	c.Use(engine)
	mux := http.NewServeMux()
	mux.Handle("/moderation/", c)

	for _, password := range []string{"", "of your own authentication"} {
		r := httptest.NewRequest(http.MethodGet, "/moderation/", nil)
		r.SetBasicAuth("ada", password)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 401
	// 200
}
