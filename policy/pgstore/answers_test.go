package pgstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

// TestAnswers has the server refuse updates with errors that servers in production
// give, by a trigger: which error that is, that nothing has changed, and that the
// next update goes well. A transaction that the server rolled back for the sake of
// others is tried again.
func TestAnswers(t *testing.T) {
	s := opened(t)
	put(t, s, 1, policy.Record{Data: []byte("before")})
	table := s.cfg.Prefix + "records"
	shared.do(t, fmt.Sprintf(`
		CREATE SEQUENCE %[1]s_calls;
		CREATE TABLE %[1]s_says (code text, times bigint);
		INSERT INTO %[1]s_says VALUES ('', 0);
		CREATE FUNCTION %[1]s_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		DECLARE say record;
		BEGIN
			SELECT * INTO say FROM %[1]s_says;
			IF nextval('%[1]s_calls') <= say.times THEN
				RAISE EXCEPTION 'of the test' USING ERRCODE = say.code;
			END IF;
			RETURN NEW;
		END $$;
		CREATE TRIGGER refuse BEFORE UPDATE OR INSERT ON %[1]s FOR EACH ROW EXECUTE FUNCTION %[1]s_refuse()`, table))
	for i, c := range []struct {
		code  string
		times int
		want  error
	}{
		{"40001", 3, nil},            // serialization_failure
		{"40P01", 2, nil},            // deadlock_detected
		{"53100", 1, ErrFull},        // disk_full
		{"53200", 1, ErrFull},        // out_of_memory
		{"53300", 1, ErrFull},        // too_many_connections
		{"58030", 1, ErrServer},      // io_error
		{"57014", 1, ErrUnreachable}, // query_canceled: statement_timeout
		{"57P03", 1, ErrUnreachable}, // cannot_connect_now
		{"55P03", 1, ErrServer},      // lock_not_available: lock_timeout
		{"25006", 1, ErrReadOnly},
		{"42501", 1, ErrAuth},
		{"XX001", 1, ErrDamaged}, // data_corrupted
	} {
		shared.do(t, fmt.Sprintf(`UPDATE %[1]s_says SET code = '%[2]s', times = %[3]d; ALTER SEQUENCE %[1]s_calls RESTART`, table, c.code, c.times))
		for _, key := range []byte{1, byte(100 + i)} { // by UPDATE, by INSERT
			shared.do(t, fmt.Sprintf(`ALTER SEQUENCE %s_calls RESTART`, table))
			ran := 0
			update := func() error {
				return s.Update(t.Context(), policy.Key{key}, func(old []byte) (policy.Record, error) {
					ran++
					return policy.Record{Data: append(old, c.code...), Durable: true}, nil
				})
			}
			var before []byte
			see := func(data []byte) error { before = append([]byte{}, data...); return nil }
			if err := s.View(t.Context(), policy.Key{key}, see); err != nil {
				t.Fatal(err)
			}
			want := string(before)
			err := update()
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%s: %v, want %v", c.code, err, c.want)
			}
			if c.want == nil {
				want += c.code
			}
			if ran != 1 {
				t.Errorf("%s: fn ran %d times, want once", c.code, ran)
			}
			if err := s.View(t.Context(), policy.Key{key}, see); err != nil || string(before) != want {
				t.Errorf("%s: the record is %q, %v; want %q", c.code, before, err, want)
			}
			if err := update(); err != nil {
				t.Errorf("%s: the next update: %v", c.code, err)
			}
		}
	}
	shared.do(t, fmt.Sprintf(`UPDATE %[1]s_says SET code = '40001', times = 1000000`, table))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.Update(ctx, policy.Key{1}, func([]byte) (policy.Record, error) {
		return policy.Record{Data: []byte("never")}, nil
	}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("rolled back for ever: %v, want DeadlineExceeded", err)
	}
}

// TestIsolation: the database, or the user, may have another default than READ
// COMMITTED; then a change by another process is an error (40001), not no row.
func TestIsolation(t *testing.T) {
	storetest.Run(t, func(t *testing.T) policy.Store {
		open := place(t, "&default_transaction_isolation=serializable")
		return storetest.Alternating(open(), open())
	})
}

// TestOpenAtOnceIsolated has processes make the tables at once under SERIALIZABLE.
func TestOpenAtOnceIsolated(t *testing.T) {
	needServer(t)
	for n := range 10 {
		errs := make([]error, 4)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				s, err := Open(t.Context(), shared.url()+"&default_transaction_isolation=serializable", Config{Prefix: fmt.Sprintf("serial%d_", n)})
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
}

// TestExecModes: with a pooler between (PgBouncer) no statement can be prepared.
func TestExecModes(t *testing.T) {
	for _, mode := range []string{"cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			needServer(t)
			s := open(t, shared.url()+"&default_query_exec_mode="+mode, Config{
				Prefix: fmt.Sprintf("test%d_", prefixes.Add(1)), Keep: time.Nanosecond, Sweep: 10 * time.Millisecond, Fault: func(err error) { t.Error(err) },
			})
			put(t, s, 1, policy.Record{Data: []byte("a\x00\xff\\'record"), Expires: time.Now().Add(time.Hour), Listed: true})
			put(t, s, 1, policy.Record{Data: []byte("a\x00\xff\\'record "), Listed: true})
			put(t, s, 2, policy.Record{Data: []byte{}, Expires: time.Now().Add(-time.Hour)})
			for e, err := range s.All(t.Context(), true) {
				if err != nil || string(e.Data) != "a\x00\xff\\'record " {
					t.Errorf("%q, %v", e.Data, err)
				}
			}
			for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				n := 0
				for range s.All(t.Context(), false) {
					n++
				}
				if n == 1 {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("%d records are left, want 1", n)
				}
			}
			e, err := policy.New(policy.Config{Store: s, Secret: []byte("of the test"), Hooks: s.Hooks(), Timeout: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.Impose(t.Context(), policy.Sanction{Account: "ann", Kind: policy.Block, By: "mod"}); err != nil {
				t.Error(err)
			}
		})
	}
}
