package limiter

import (
	"math"
	"testing"
	"time"
)

func TestLimitValidate(t *testing.T) {
	for _, tt := range []struct {
		limit Limit
		want  string
	}{
		{Limit{0, time.Second}, ""},
		{Limit{MaxN, MaxPer}, ""},
		{Limit{-1, time.Hour}, "limiter: N is -1, must not be negative"},
		{Limit{MaxN + 1, time.Hour}, "limiter: N is 268435456, must be at most 268435455"},
		{Limit{1, time.Second - 1}, "limiter: Per is 999.999999ms, must be at least 1s"},
		{Limit{1, MaxPer + 1}, "limiter: Per is 744h0m0.000000001s, must be at most 744h0m0s"},
		{Limit{math.MinInt, 0}, "limiter: N is -9223372036854775808, must not be negative\nlimiter: Per is 0s, must be at least 1s"},
	} {
		got := ""
		if err := tt.limit.Validate(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.limit, got, tt.want)
		}
	}
}

func TestLimitString(t *testing.T) {
	for want, limit := range map[string]Limit{
		"5 per second":    {5, time.Second},
		"20 per minute":   {20, time.Minute},
		"100 per hour":    {100, time.Hour},
		"250 per day":     {250, 24 * time.Hour},
		"1 per week":      {1, 7 * 24 * time.Hour},
		"300 per 30 days": {300, 30 * 24 * time.Hour},
		"9 per 36h0m0s":   {9, 36 * time.Hour},
		"3 per 1m30s":     {3, 90 * time.Second},
	} {
		if got := limit.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
