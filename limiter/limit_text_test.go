package limiter

import (
	"testing"
	"time"
)

func TestLimitText(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Limit
		out  string // "": as in
	}{
		{"20/1m", Limit{20, time.Minute}, ""},
		{"100/1h", Limit{100, time.Hour}, ""},
		{"250/1d", Limit{250, 24 * time.Hour}, ""},
		{"300/7d", Limit{300, 7 * 24 * time.Hour}, ""},
		{"500/31d", Limit{500, MaxPer}, ""},
		{"300/720h", Limit{300, 30 * 24 * time.Hour}, "300/30d"},
		{"0/1s", Limit{0, time.Second}, ""},
		{"5/90s", Limit{5, 90 * time.Second}, "5/1m30s"},
		{"5/24h", Limit{5, 24 * time.Hour}, "5/1d"},
		{"007/1d0h", Limit{7, 24 * time.Hour}, "7/1d"},
		{"1/1s1ms1us1ns", Limit{1, 1_001_001_001}, ""},
	} {
		var l Limit
		if err := l.UnmarshalText([]byte(c.in)); err != nil || l != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.in, l, err, c.want)
			continue
		}
		if c.out == "" {
			c.out = c.in
		}
		if b, err := l.MarshalText(); err != nil || string(b) != c.out {
			t.Errorf("%s: written as %q, %v; want %q", c.in, b, err, c.out)
		}
	}
}

func TestLimitTextRefuses(t *testing.T) {
	for _, in := range []string{
		"", "/", "20", "20/", "/1m", "+1/1m", "20/m", "20/1", "20/1x", "20/1.5h", "20/-1h", "20/1m1h", "20/1h1h",
		"20 per hour", "20/1h ", " 20/1h", "1e3/1h", "99999999999999999999/1h", "1/99999999999999999999d",
		"1/200000d", "1/106751d24h", "1/9223372036s999999999999ms",
	} {
		l := Limit{3, time.Second}
		if err := l.UnmarshalText([]byte(in)); err == nil || l != (Limit{3, time.Second}) {
			t.Errorf("%q: %+v, %v", in, l, err)
		}
	}
	for _, l := range []Limit{{}, {-1, time.Hour}, {1, time.Millisecond}, {1, 32 * 24 * time.Hour}, {MaxN + 1, time.Hour}} {
		if b, err := l.MarshalText(); err == nil {
			t.Errorf("%+v: written as %q", l, b)
		}
	}
	// Read, so that Validate can say what is wrong with it.
	var l Limit
	if err := l.UnmarshalText([]byte("-5/32d")); err != nil || l.Validate() == nil {
		t.Errorf("-5/32d: %+v, %v, %v", l, err, l.Validate())
	}
}

func FuzzLimitText(f *testing.F) {
	for _, s := range []string{"20/1m", "300/7d", "5/1m30s", "-1/1d2h3m4s5ms6us7ns", "x", "1/106751d23h47m16s854ms775us807ns"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var l, again Limit
		if l.UnmarshalText([]byte(s)) != nil {
			return
		}
		if l.Per < 0 {
			t.Fatalf("%q overflowed to %v", s, l.Per)
		}
		b, err := l.MarshalText()
		if err != nil {
			return
		}
		if err := again.UnmarshalText(b); err != nil || again != l {
			t.Fatalf("%q: %q reads as %+v, %v; want %+v", s, b, again, err, l)
		}
	})
}
