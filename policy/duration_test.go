package policy_test

import (
	"math"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

func TestDurationText(t *testing.T) {
	for _, c := range []struct {
		in   string
		want time.Duration
		out  string
	}{
		{"0", 0, "0s"}, {"0s", 0, "0s"}, {"0d0h", 0, "0s"},
		{"24h", 24 * time.Hour, "1d"}, {"7d", 7 * 24 * time.Hour, "7d"}, {"1d12h", 36 * time.Hour, "1d12h"},
		{"36h", 36 * time.Hour, "1d12h"}, {"5m", 5 * time.Minute, "5m"}, {"90s", 90 * time.Second, "1m30s"},
		{"1d2h3m4s5ms6us7ns", 26*time.Hour + 3*time.Minute + 4*time.Second + 5_006_007, "1d2h3m4s5ms6us7ns"},
		{"106751d23h47m16s854ms775us807ns", math.MaxInt64, "106751d23h47m16s854ms775us807ns"},
		{"9223372036854775807ns", math.MaxInt64, "106751d23h47m16s854ms775us807ns"},
	} {
		var d policy.Duration
		if err := d.UnmarshalText([]byte(c.in)); err != nil || d.D() != c.want {
			t.Errorf("%s: %v, %v; want %v", c.in, d.D(), err, c.want)
			continue
		}
		if b, err := d.MarshalText(); err != nil || string(b) != c.out {
			t.Errorf("%s: written as %q, %v; want %q", c.in, b, err, c.out)
		}
	}
	for _, in := range []string{
		"", "1", "00", "h", "1.5h", "-1h", "+1h", "1 h", "1h ", "1w", "12h7d", "1h1h", "1hm", "1D", "1µs", "infinity",
		"106751d23h47m16s854ms775us808ns", "106752d", "9223372036854775808ns", "99999999999999999999d",
	} {
		d := policy.Duration(time.Hour)
		if err := d.UnmarshalText([]byte(in)); err == nil || d.D() != time.Hour {
			t.Errorf("%q: %v, %v", in, d, err)
		}
	}
	for d, want := range map[policy.Duration]string{-policy.Duration(time.Hour): "-1h", math.MinInt64: "-106751d23h47m16s854ms775us808ns"} {
		if got := d.String(); got != want {
			t.Errorf("%d: %s, want %s", int64(d), got, want)
		}
		if _, err := d.MarshalText(); err == nil {
			t.Errorf("%v was written", d)
		}
	}
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"24h", "7d", "1d12h", "5m", "0", "1d2h3m4s5ms6us7ns", "106751d23h47m16s854ms775us807ns", "-1h", "1.5h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var d, again policy.Duration
		if d.UnmarshalText([]byte(s)) != nil {
			return
		}
		if d < 0 {
			t.Fatalf("%q overflowed to %d", s, d)
		}
		b, err := d.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalText(b); err != nil || again != d {
			t.Fatalf("%q: %q reads as %v, %v", s, b, again, err)
		}
		// The standard library reads what has no days the same way.
		if std, err := time.ParseDuration(s); err == nil && s != "0" && std != d.D() {
			t.Fatalf("%q: %v, want %v", s, d.D(), std)
		}
	})
}
