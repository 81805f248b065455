package pgstore

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// A store that does not wait for the disk is the same in all else.
func TestAsyncConforms(t *testing.T) {
	needServer(t)
	t.Parallel()
	storetest.Run(t, func(t *testing.T) policy.Store {
		return open(t, shared.url(), Config{Prefix: newPrefix(), Async: true})
	})
}

// TestAsync: with Async what is Durable waits for the disk, and nothing else does; without
// it all do. The server itself says whether a transaction waits.
func TestAsync(t *testing.T) {
	needServer(t)
	for _, async := range []bool{true, false} {
		prefix := newPrefix()
		s := open(t, shared.url(), Config{Prefix: prefix, Async: async})
		shared.do(t, fmt.Sprintf(`
			CREATE TABLE %[1]swaited (key bytea, setting text);
			CREATE FUNCTION %[1]snote() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO %[1]swaited VALUES (NEW.key, current_setting('synchronous_commit')); RETURN NEW; END $$;
			CREATE TRIGGER %[1]snote BEFORE INSERT OR UPDATE ON %[1]srecords FOR EACH ROW EXECUTE FUNCTION %[1]snote()`, prefix))
		for i := range byte(3) {
			put(t, s, 1, policy.Record{Data: []byte{i}})
			put(t, s, 2, policy.Record{Data: []byte{i}, Durable: true})
		}
		c, err := pgx.Connect(t.Context(), shared.url())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(t.Context())
		rows, err := c.Query(t.Context(), `SELECT get_byte(key, 0)::int, setting, count(*)::int FROM `+prefix+`waited GROUP BY 1, 2 ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		type row struct {
			Key     int
			Setting string
			Count   int
		}
		got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		if err != nil {
			t.Fatal(err)
		}
		want := []row{{1, "on", 3}, {2, "on", 3}}
		if async {
			want[0].Setting = "off"
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("async %t: %v, want %v", async, got, want)
		}
	}
}

// TestAsyncCrash: after a crash of the server what was Durable is there, and all that was
// written before it.
func TestAsyncCrash(t *testing.T) {
	needServer(t)
	t.Parallel()
	server, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.stop()
	s := open(t, server.url(), Config{Async: true})
	for i := range byte(100) {
		put(t, s, i, policy.Record{Data: []byte("counts")})
	}
	put(t, s, 200, policy.Record{Data: []byte("a sanction"), Durable: true})
	put(t, s, 201, policy.Record{Data: []byte("counts that may go")})
	server.kill()
	if err := server.run(); err != nil {
		t.Fatal(err)
	}
	again := open(t, server.url(), Config{Async: true})
	for _, i := range []byte{0, 50, 99, 200} {
		if err := again.View(t.Context(), policy.Key{i}, func(data []byte) error {
			if data == nil {
				t.Errorf("record %d is gone", i)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	put(t, again, 201, policy.Record{Data: []byte("more")})
	again.Close()
	s.Close()
}
