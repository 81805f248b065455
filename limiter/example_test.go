package limiter_test

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/decorum-go/decorum/limiter"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Middleware that holds every user to 20 requests a minute and 500 an hour.
func Example() {
	limits := limiter.New[string](100_000, limiter.Limit{N: 20, Per: time.Minute}, limiter.Limit{N: 500, Per: time.Hour})
	limited := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if res := limits.Take(time.Now(), r.Header.Get("X-User"), 1); !res.OK {
				w.Header().Set("Retry-After", strconv.Itoa(int(res.RetryAfter.Seconds())+1))
				http.Error(w, "slow down", http.StatusTooManyRequests)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	http.Handle("/", limited(http.NotFoundHandler()))
}

// Several limits are kept at once: if one refuses, nothing is counted.
func ExampleWindows_Take() {
	limits := []limiter.Limit{{N: 2, Per: time.Minute}, {N: 3, Per: time.Hour}}
	var w limiter.Windows
	for i := range 5 {
		t := noon.Add(time.Duration(i) * 40 * time.Second)
		res := w.Take(t, limits, 1)
		fmt.Println(res.OK, res.Remaining, "left of", res.Limit)
	}
	fmt.Println(w.Refused(noon.Add(time.Hour), 24*time.Hour), "refused")
	// Output:
	// true 1 left of 2 per minute
	// true 0 left of 2 per minute
	// true 0 left of 2 per minute
	// false 0 left of 3 per hour
	// false 0 left of 3 per hour
	// 2 refused
}

// What is longer ago than a week is counted from when it is asked for: by Take with such
// a limit, or by KeepMonth.
func ExampleWindows_KeepMonth() {
	perMonth := []limiter.Limit{{N: 3, Per: limiter.MaxPer}}
	var w limiter.Windows
	w.KeepMonth(noon)
	w.Add(noon, 2)
	fmt.Println(w.Take(noon.AddDate(0, 0, 10), perMonth, 1).OK, w.Take(noon.AddDate(0, 0, 20), perMonth, 1).OK)
	res := w.Check(noon.AddDate(0, 0, 33), perMonth, 1)
	fmt.Println(res.OK, res.Remaining, "left of", res.Limit, "and", len(w.AppendMonth(nil)), "bytes")
	// Output:
	// true false
	// true 1 left of 3 per 31 days and 14 bytes
}

// A message that could not be delivered does not count.
func ExampleWindows_Refund() {
	limits := []limiter.Limit{{N: 1, Per: time.Hour}}
	var w limiter.Windows
	fmt.Println(w.Take(noon, limits, 1).OK, w.Take(noon.Add(time.Minute), limits, 1).OK)
	w.Refund(noon, 1)
	fmt.Println(w.Take(noon.Add(time.Minute), limits, 1).OK)
	// Output:
	// true false
	// true
}

// What is refused by one Windows must not count in another: check all, then
// take from all, or refuse.
func ExampleWindows_Check() {
	var messages, contacts limiter.Windows
	perHour := []limiter.Limit{{N: 100, Per: time.Hour}}
	newPeople := []limiter.Limit{{N: 2, Per: 24 * time.Hour}}
	for range 3 {
		if messages.Check(noon, perHour, 1).OK && contacts.Check(noon, newPeople, 1).OK {
			messages.Take(noon, perHour, 1)
			contacts.Take(noon, newPeople, 1)
		} else {
			messages.Refuse(noon, 1)
		}
	}
	fmt.Println(messages.Count(noon, time.Hour), contacts.Count(noon, 24*time.Hour), messages.Refused(noon, time.Hour))
	// Output: 2 2 1
}

// A snapshot of the counts outlives the process.
func ExampleWindows_AppendBinary() {
	var w limiter.Windows
	w.Take(noon, []limiter.Limit{{N: 100, Per: time.Hour}}, 3)
	saved, _ := w.AppendBinary(nil)

	var restored limiter.Windows
	if err := restored.UnmarshalBinary(saved); err != nil {
		fmt.Println(err)
	}
	fmt.Println(restored == w, restored.Count(noon.Add(time.Minute), time.Hour), len(saved))
	// Output: true 3 17
}

// The counts of a key can be saved from a Limiter, and brought back.
func ExampleLimiter_Merge() {
	limit := limiter.Limit{N: 3, Per: time.Hour}
	before := limiter.New[string](1000, limit)
	before.Take(noon, "ann", 2)
	saved := before.Windows("ann")

	after := limiter.New[string](1000, limit)
	after.Merge("ann", saved)
	fmt.Println(after.Check(noon, "ann", 2).OK, after.Take(noon, "ann", 1).OK)
	// Output: false true
}

func ExampleNew() {
	l := limiter.New[int](1000, limiter.Limit{N: 10, Per: time.Minute})
	fmt.Println(l.Take(noon, 7, 8).OK)
	res := l.Take(noon.Add(time.Second), 7, 8)
	fmt.Println(res.OK, res.Remaining, res.RetryAfter.Round(time.Second))
	// Output:
	// true
	// false 2 1m1s
}
