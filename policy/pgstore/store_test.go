package pgstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Shared(t, func(t *testing.T) func() policy.Store { return place(t, "") })
}

// place returns what opens stores on tables of their own; the second one and
// those that follow remember little.
func place(t *testing.T, options string) func() policy.Store {
	cfg := Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1))}
	return func() policy.Store {
		s := open(t, shared.url()+"&synchronous_commit=off"+options, cfg)
		cfg.MaxKnown = 200
		return s
	}
}

func put(t testing.TB, s *Store, n byte, r policy.Record) {
	t.Helper()
	if err := s.Update(t.Context(), policy.Key{n}, func([]byte) (policy.Record, error) { return r, nil }); err != nil {
		t.Fatal(err)
	}
}

func TestRefused(t *testing.T) {
	needServer(t)
	open := func(url string, cfg Config) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		s, err := Open(ctx, url, cfg)
		if err == nil {
			s.Close()
		}
		return err
	}
	shared.do(t, `
		CREATE TABLE other_records (key bytea, value text);
		CREATE TABLE older_meta (version text);
		CREATE ROLE reader LOGIN PASSWORD 'right'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
	defer func() {
		shared.do(t, `DROP ROLE reader; DROP TABLE other_records, older_meta`)
		for _, prefix := range []string{"newer_", "changed_"} {
			shared.do(t, strings.ReplaceAll(`DROP TABLE %meta, %records, %sanctions CASCADE`, "%", prefix))
		}
	}()
	if err := open(shared.url(), Config{Prefix: "newer_"}); err != nil {
		t.Fatal(err)
	}
	shared.do(t, `UPDATE newer_meta SET version = 2`)
	if err := open(shared.url(), Config{Prefix: "changed_"}); err != nil {
		t.Fatal(err)
	}
	shared.do(t, `ALTER TABLE changed_records ALTER COLUMN nonce TYPE text`)
	good := shared.url()
	for _, c := range []struct {
		name, url string
		cfg       Config
		want      error
	}{
		{"nobody listens", "postgres://decorum:right@127.0.0.1:1/postgres", Config{}, ErrUnreachable},
		{"no such name", "postgres://decorum:right@nowhere.invalid/postgres", Config{}, ErrUnreachable},
		{"no such database", strings.Replace(good, "/postgres?", "/nothing?", 1), Config{}, ErrUnreachable},
		{"a wrong password", strings.Replace(good, password, "wrong", 1), Config{}, ErrAuth},
		{"a wrong user", strings.Replace(good, "decorum:", "nobody:", 1), Config{}, ErrAuth},
		{"a user who may not make tables", strings.Replace(good, "decorum:", "reader:", 1), Config{Prefix: "reader_"}, ErrAuth},
		{"a server that takes no writes", good + "&default_transaction_read_only=on", Config{Prefix: "readonly_"}, ErrReadOnly},
		{"another's table", good, Config{Prefix: "other_"}, ErrSchema},
		{"another's version", good, Config{Prefix: "older_"}, ErrSchema},
		{"a table with other columns", good, Config{Prefix: "changed_"}, ErrSchema},
		{"tables of a newer version", good, Config{Prefix: "newer_"}, ErrVersion},
	} {
		err := open(c.url, c.cfg)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), ":"+password+"@") {
			t.Errorf("%s: the error tells the password: %v", c.name, err)
		}
	}
	for _, cfg := range []Config{{Prefix: "no; drop table x"}, {MaxKnown: -1}, {Keep: -1}, {Sweep: -1}} {
		if open(good, cfg) == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
	if open("postgres://%zz", Config{}) == nil {
		t.Error("an URL that is none was accepted")
	}
}

// TestOpenAtOnce has many processes make the tables at once.
func TestOpenAtOnce(t *testing.T) {
	needServer(t)
	var wg sync.WaitGroup
	errs, prefix := make([]error, 6), fmt.Sprintf("test%d_", prefixes.Add(1))
	for i := range errs {
		wg.Go(func() {
			s, err := Open(t.Context(), shared.url(), Config{Prefix: prefix})
			if errs[i] = err; err == nil {
				s.Close()
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedRecord changes a record in the table: it is an error until it is
// deleted, and keeps no other back.
func TestDamagedRecord(t *testing.T) {
	s := opened(t)
	for n := range byte(3) {
		put(t, s, n, policy.Record{Data: []byte("sanction"), Listed: true})
	}
	shared.do(t, s.conns.sql(`UPDATE %records SET data = 'sanctioN', nonce = 7 WHERE get_byte(key, 0) = 1`))
	for range 2 {
		err := s.Update(t.Context(), policy.Key{1}, func(old []byte) (policy.Record, error) {
			if string(old) != "sanction" {
				t.Errorf("fn was called with a damaged record, %q", old)
			}
			return policy.Record{Data: []byte("more")}, nil
		})
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("Update: %v, want ErrDamaged", err)
		}
		if err := s.View(t.Context(), policy.Key{1}, func([]byte) error { return nil }); !errors.Is(err, ErrDamaged) {
			t.Errorf("View: %v, want ErrDamaged", err)
		}
	}
	whole, faults := 0, 0
	for _, err := range s.All(t.Context(), true) {
		if err == nil {
			whole++
		} else {
			faults++
		}
	}
	if whole != 2 || faults != 1 {
		t.Errorf("All yields %d whole records and %d errors, want 2 and 1", whole, faults)
	}
	if err := s.Delete(t.Context(), policy.Key{1}); err != nil {
		t.Fatal(err)
	}
	put(t, s, 1, policy.Record{Data: []byte("anew")})
}

func TestExpiry(t *testing.T) {
	past := time.Now().AddDate(-1, 0, 0)
	for keep, want := range map[time.Duration]int{time.Hour: 3, time.Nanosecond: 2} {
		s := open(t, shared.url(), Config{Prefix: fmt.Sprintf("test%d_", prefixes.Add(1)), Keep: keep, Sweep: 10 * time.Millisecond})
		put(t, s, 1, policy.Record{Data: []byte("last year's"), Expires: past})
		put(t, s, 2, policy.Record{Data: []byte("this year's"), Expires: time.Now().Add(time.Hour)})
		put(t, s, 3, policy.Record{Data: []byte("for ever")})
		count := func() (n int) {
			for _, err := range s.All(t.Context(), false) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			return n
		}
		time.Sleep(100 * time.Millisecond)
		for end := time.Now().Add(5 * time.Second); count() != want && time.Now().Before(end); {
			time.Sleep(20 * time.Millisecond)
		}
		if n := count(); n != want {
			t.Errorf("Keep %v leaves %d records, want %d", keep, n, want)
		}
	}
}
