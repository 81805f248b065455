package casebook

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy"
)

var hostile = []string{
	"plain", `"quoted"`, `'; DROP TABLE casebook_cases; --`, `" OR 1=1 --`, "a\x00b", "\xff\xfe", "\xff", "\x01\x02\x1b[31m\r\n", "<script>alert(1)</script>",
	"../../etc/passwd", "%", "_", "$1", "?1", "{lock}", `\`, "\u202eevil", "é", "e\u0301", "🙂", strings.Repeat("\xfe", 256), strings.Repeat("\x01", 256),
}

// Names of any bytes are kept as they are, and told apart.
func TestNames(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		b, ctx := p.open(t, Options{Spool: t.TempDir()}), t.Context()
		long := []string{strings.Repeat("x", 10_000), strings.Repeat("x", 9_999) + "y", strings.Repeat("\xfe", 10_000)}
		all := append(long, hostile...)
		for _, name := range all {
			decide(b, policy.Hold, name, name, name, 0)
			b.Hooks().Imposed(ctx, &policy.Sanction{ID: name, Account: name, Kind: policy.Block, From: t0, By: name})
		}
		flush(t, b)
		if h := b.Health(); h.Refused > 0 || h.Err != nil {
			t.Fatalf("%+v", h)
		}
		if cases, err := b.Cases(ctx, Filter{Limit: 500}); err != nil || len(cases) != len(all) {
			t.Errorf("%d cases of %d accounts: %v", len(cases), len(all), err)
		}
		for _, name := range all {
			cases, err := b.Cases(ctx, Filter{Account: name})
			if err != nil || len(cases) != 1 {
				t.Errorf("%.20q: %d cases, %v", name, len(cases), err)
				continue
			}
			story, err := b.Story(ctx, name, "", 0)
			if err != nil || len(story) != 2 {
				t.Errorf("%.20q: %v %v", name, story, err)
				continue
			}
			if found, err := b.Search(ctx, name, 0); err != nil || len(found.Accounts) == 0 && strings.TrimSpace(name) == name {
				t.Errorf("%.20q is not found: %v", name, err)
			}
			if len(name) > policy.MaxID {
				continue // the engine has none
			}
			m, err := b.Message(ctx, name, name)
			if err != nil || m.ID != name || m.Sender != name || m.Text != name {
				t.Errorf("%.20q: %q %q %q %v", name, m.ID, m.Sender, m.Text, err)
			}
			if cases[0].Account != name || story[0].Account != name || story[1].Message != name && story[0].Message != name {
				t.Errorf("%.20q is kept as %q", name, cases[0].Account)
			}
			if _, err := b.Next(ctx, name); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzNames(f *testing.F) {
	for _, name := range hostile {
		f.Add(name, name)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := enc(a), enc(b)
		if (a == b) != (x == y) {
			t.Errorf("%q and %q are kept as %q and %q", a, b, x, y)
		}
		if len(a) <= maxName && dec(x) != a || dec(encText(a)) != a {
			t.Errorf("%q is kept as %q, and comes back as %q", a, x, dec(x))
		}
		for _, kept := range []string{x, encText(a), clean(a, 10), clean(a, 1<<20)} {
			if !utf8.ValidString(kept) || strings.ContainsRune(kept, 0) {
				t.Errorf("a database does not take %q", kept)
			}
		}
		dec(a)
		Cursor(a).keys(3)
	})
}

func FuzzLine(f *testing.F) {
	l := line{n: 7, data: []byte(`{"what":1}`)}
	f.Add(l.append(nil), uint64(7))
	f.Add([]byte("00000000 \n"), uint64(1))
	f.Fuzz(func(t *testing.T, text []byte, n uint64) {
		parseLine(text)
		if strings.ContainsRune(string(text), '\n') || n == 0 {
			return
		}
		l := line{n, text}
		if got, ok := parseLine(l.append(nil)); !ok || got.n != n || string(got.data) != string(text) {
			t.Errorf("%q comes back as %+v", text, got)
		}
	})
}

// A clock that jumps, either way, loses nothing and holds nothing for ever.
func TestClock(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		now := newClock(time.Now())
		b, ctx := p.open(t, Options{Now: now.Now}), t.Context()
		last := int64(0)
		for i, jump := range []time.Duration{0, 365 * 24 * time.Hour, -2 * 365 * 24 * time.Hour, 0, -60 * 365 * 24 * time.Hour} {
			now.add(jump)
			b.Hooks().Decided(context.Background(), &policy.Message{ID: fmt.Sprint("m", i), Sender: "ann", Recipients: policy.To("bob")}, &policy.Decision{Verdict: policy.Hold, At: now.Now()})
			flush(t, b)
			_, n, err := b.Changed(ctx)
			if err != nil || n <= last {
				t.Errorf("jump %d: change %d after %d, %v", i, n, last, err)
			}
			last = n
			if err := b.fall(ctx); err != nil {
				t.Error(err)
			}
			if _, err := b.Next(ctx, fmt.Sprint("mod", i)); err != nil && jump != 0 {
				t.Errorf("jump %d: %v", i, err)
			}
		}
		if c := only(t, b); c.Messages != 5 {
			t.Errorf("%+v", c)
		}
		if _, err := b.Figures(ctx, now.Now().Add(-10*365*24*time.Hour), now.Now().Add(10*365*24*time.Hour)); err != nil {
			t.Error(err)
		}
	})
}
