package redisstore

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/storetest"
)

func TestConformance(t *testing.T) {
	place := func(t *testing.T, known int) func() policy.Store {
		needServer(t)
		cfg := Config{Prefix: fmt.Sprint("test", prefixes.Add(1)), MaxKnown: known}
		return func() policy.Store { return open(t, shared, cfg) }
	}
	t.Run("knowing much", func(t *testing.T) {
		storetest.Shared(t, func(t *testing.T) func() policy.Store { return place(t, 0) })
	})
	t.Run("knowing nothing", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) policy.Store { return place(t, 1)() })
	})
}

func put(t testing.TB, s *Store, n byte, r policy.Record) {
	t.Helper()
	if err := s.Update(t.Context(), policy.Key{n}, func([]byte) (policy.Record, error) { return r, nil }); err != nil {
		t.Fatal(err)
	}
}

// TestOneRoundTrip counts what the server is asked.
func TestOneRoundTrip(t *testing.T) {
	server := own(t)
	s := open(t, server, Config{})
	asked := func() (calls int) {
		for line := range strings.SplitSeq(server.do(t, "INFO", "commandstats"), "\n") {
			for _, name := range []string{"get", "evalsha", "eval"} {
				if rest, ok := strings.CutPrefix(line, "cmdstat_"+name+":calls="); ok {
					n, _, _ := strings.Cut(rest, ",")
					count, _ := strconv.Atoi(n)
					calls += count
				}
			}
		}
		return calls
	}
	for _, c := range []struct {
		name string
		do   func()
		want int
	}{
		{"the first update, when the script is not known either", func() { put(t, s, 1, policy.Record{Data: []byte("a")}) }, 3},
		{"an update of what is known", func() { put(t, s, 1, policy.Record{Data: []byte("b")}) }, 1},
		{"an update that another process's came before", func() {
			other := open(t, server, Config{})
			put(t, other, 1, policy.Record{Data: []byte("c")}) // GET at Open, GET, EVALSHA
			put(t, s, 1, policy.Record{Data: []byte("d")})     // twice EVALSHA
		}, 5},
		{"an update that fn refuses", func() {
			err := s.Update(t.Context(), policy.Key{1}, func([]byte) (policy.Record, error) { return policy.Record{}, errors.ErrUnsupported })
			if err != errors.ErrUnsupported {
				t.Error(err)
			}
		}, 1},
	} {
		// The scripts' own GET counts as well where a comparison failed.
		before := asked()
		c.do()
		if got := asked() - before; got != c.want && got != c.want+1 {
			t.Errorf("%s takes %d round trips, want %d", c.name, got, c.want)
		}
	}
}

// TestTimeToLive looks at what the server makes of Expires.
func TestTimeToLive(t *testing.T) {
	server := own(t)
	s := open(t, server, Config{Keep: time.Hour})
	for i, c := range []struct {
		name     string
		r        policy.Record
		from, to time.Duration // 0: for ever
	}{
		{"never", policy.Record{}, 0, 0},
		{"in a day", policy.Record{Expires: time.Now().Add(24 * time.Hour)}, 23 * time.Hour, 25 * time.Hour},
		{"a year ago", policy.Record{Expires: time.Now().AddDate(-1, 0, 0)}, 50 * time.Minute, 61 * time.Minute},
		{"a strike", policy.Record{Expires: time.Now().Add(24 * time.Hour), Pinned: true}, 0, 0},
		{"a sanction", policy.Record{Expires: time.Now().Add(24 * time.Hour), Listed: true}, 0, 0},
		{"in the year 9999", policy.Record{Expires: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}, 0, 0},
	} {
		for _, before := range []policy.Record{{}, {Pinned: true}, {Listed: true, Pinned: true}} {
			before.Data, c.r.Data = []byte("before"), []byte("after")
			put(t, s, byte(i), before)
			put(t, s, byte(i), c.r)
			ms, err := s.client.Do(t.Context(), s.client.B().Pttl().Key(s.table.place(policy.Key{byte(i)}).record).Build()).AsInt64()
			if err != nil {
				t.Fatal(err)
			}
			ttl := time.Duration(ms) * time.Millisecond
			if c.to == 0 && ms != -1 || c.to > 0 && (ttl < c.from || ttl > c.to) {
				t.Errorf("%s, after %+v: %v to live", c.name, before, ttl)
			}
		}
	}
}

// TestPinnedEnd has what is pinned and without a time to live removed when its
// time is over, by the next such update in its group.
func TestPinnedEnd(t *testing.T) {
	t.Parallel()
	server := own(t)
	s := open(t, server, Config{Keep: time.Millisecond})
	const n = 20
	key := func(i byte) policy.Key { return policy.Key{7, 0, i} }
	for i := range byte(n) {
		err := s.Update(t.Context(), key(i), func([]byte) (policy.Record, error) {
			return policy.Record{Data: []byte("strike"), Pinned: true, Listed: i%2 == 0, Expires: time.Now().Add(time.Millisecond)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(2100 * time.Millisecond) // indexes know seconds
	for i := range byte(n / 2) {
		err := s.Update(t.Context(), key(100+i), func([]byte) (policy.Record, error) {
			return policy.Record{Data: []byte("strike"), Pinned: true}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	left := 0
	for e, err := range s.All(t.Context(), false) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Key[2] < 100 {
			left++
		}
	}
	if left != 0 {
		t.Errorf("%d records of %d are left after their time", left, n)
	}
	if c := server.do(t, "SCARD", s.table.place(key(0)).group+"listed"); c != "0" {
		t.Errorf("the index of sanctions has %s left", c)
	}
}

func TestRefused(t *testing.T) {
	server := own(t, "--requirepass", "right")
	dial := func(change func(*Config)) error {
		cfg := Config{Client: rueidis.ClientOption{InitAddress: []string{server.address()}, Password: "right"}}
		change(&cfg)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s, err := Open(ctx, cfg)
		if err == nil {
			s.Close()
		}
		return err
	}
	do := func(args ...string) {
		t.Helper()
		c, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{server.address()}, Password: "right", DisableCache: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Do(t.Context(), c.B().Arbitrary(args...).Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	if err := dial(func(*Config) {}); err != nil {
		t.Fatal(err)
	}
	do("SET", "newer{000}:format", "2")
	do("SET", "other{000}:format", "of somebody else")
	do("LPUSH", "list{000}:format", "x")
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   error
	}{
		{"nobody listens", func(c *Config) { c.Client.InitAddress = []string{"127.0.0.1:1"} }, ErrUnreachable},
		{"no such name", func(c *Config) { c.Client.InitAddress = []string{"nowhere.invalid:6379"} }, ErrUnreachable},
		{"a wrong password", func(c *Config) { c.Client.Password = "wrong" }, ErrAuth},
		{"no password", func(c *Config) { c.Client.Password = "" }, ErrAuth},
		{"a wrong user", func(c *Config) { c.Client.Username = "nobody" }, ErrAuth},
		{"records of a newer version", func(c *Config) { c.Prefix = "newer" }, ErrVersion},
		{"another's keys", func(c *Config) { c.Prefix = "other" }, ErrDamaged},
		{"a key of another type", func(c *Config) { c.Prefix = "list" }, ErrDamaged},
	} {
		if err := dial(c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	for _, change := range []func(*Config){
		func(c *Config) { c.Client.InitAddress = nil },
		func(c *Config) { c.Prefix = "with {braces}" },
		func(c *Config) { c.MaxKnown = -1 },
		func(c *Config) { c.Keep = -1 },
	} {
		if dial(change) == nil {
			t.Error("a Config out of range was accepted")
		}
	}
	do("CONFIG", "SET", "maxmemory", "1gb")
	do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	if err := dial(func(*Config) {}); !errors.Is(err, ErrEviction) {
		t.Errorf("a server that evicts sanctions: %v, want ErrEviction", err)
	}
	if err := dial(func(c *Config) { c.AllowEviction = true }); err != nil {
		t.Errorf("the same, allowed: %v", err)
	}
}

// TestOldServer has a server of our own say that it is Redis 5.
func TestOldServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerAsOld(c)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err = Open(ctx, Config{Client: rueidis.ClientOption{InitAddress: []string{l.Addr().String()}, ForceSingleClient: true, AlwaysRESP2: true}})
	if !errors.Is(err, ErrVersion) {
		t.Errorf("Redis 5: %v, want ErrVersion", err)
	}
}

// answerAsOld answers every command of one connection with OK, but INFO.
func answerAsOld(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "*")))
		var words []string
		for range n {
			in.ReadString('\n')
			word, _ := in.ReadString('\n')
			words = append(words, strings.TrimSpace(word))
		}
		if len(words) > 0 && strings.EqualFold(words[0], "INFO") {
			text := "# Server\r\nredis_version:5.0.14\r\n"
			fmt.Fprintf(c, "$%d\r\n%s\r\n", len(text), text)
		} else {
			fmt.Fprint(c, "+OK\r\n")
		}
	}
}

// TestDamagedRecord spoils what is under some keys: they are errors until they
// are deleted, and keep no other back.
func TestDamagedRecord(t *testing.T) {
	s := opened(t)
	for n := range byte(4) {
		put(t, s, n, policy.Record{Data: []byte("sanction"), Listed: true})
	}
	newer := newValue(&policy.Record{Data: []byte("of tomorrow")})
	newer[0] = valueVersion + 1
	binary.LittleEndian.PutUint32(newer[nameLength:], sum(newer))
	name := func(n byte) string { return s.table.place(policy.Key{n}).record }
	shared.do(t, "APPEND", name(1), "x")
	shared.do(t, "SET", name(2), string(newer))
	shared.do(t, "SET", name(5), "")
	shared.do(t, "DEL", name(3))
	shared.do(t, "LPUSH", name(3), "x")
	s = open(t, shared, Config{Prefix: s.cfg.Prefix}) // which knows none of them
	for key, want := range map[byte]error{1: ErrDamaged, 2: ErrVersion, 3: ErrDamaged, 5: ErrDamaged} {
		if key == 5 { // an empty string is what the server takes for no record
			if err := s.View(t.Context(), policy.Key{key}, func([]byte) error { return nil }); !errors.Is(err, want) {
				t.Errorf("View of record %d: %v, want %v", key, err, want)
			}
			continue
		}
		err := s.Update(t.Context(), policy.Key{key}, func([]byte) (policy.Record, error) {
			t.Error("fn was called with a damaged record")
			return policy.Record{}, nil
		})
		if !errors.Is(err, want) {
			t.Errorf("Update of record %d: %v, want %v", key, err, want)
		}
		if err := s.View(t.Context(), policy.Key{key}, func([]byte) error { return nil }); !errors.Is(err, want) {
			t.Errorf("View of record %d: %v, want %v", key, err, want)
		}
		if err := s.Delete(t.Context(), policy.Key{key}); err != nil {
			t.Fatal(err)
		}
		put(t, s, key, policy.Record{Data: []byte("anew")})
	}
}

// TestMeansTheCurrentRecord damages a record that is known: what is known is
// not written over it.
func TestMeansTheCurrentRecord(t *testing.T) {
	s := opened(t)
	put(t, s, 1, policy.Record{Data: []byte("sanction")})
	shared.do(t, "SET", s.table.place(policy.Key{1}).record, "something else entirely")
	err := s.Update(t.Context(), policy.Key{1}, func([]byte) (policy.Record, error) { return policy.Record{Data: []byte("more")}, nil })
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("Update over a damaged record: %v, want ErrDamaged", err)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(newValue(&policy.Record{Data: []byte("record"), Listed: true}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parse(policy.Key{}, b)
		if err != nil {
			return
		}
		if string(s.Data) != string(b[valueHeader:]) || s.Version.kept() != (b[1]&3 != 0) {
			t.Errorf("%x is read as %x, %x", b, s.Version, s.Data)
		}
	})
}
