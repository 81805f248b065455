package storekit_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/decorum-go/decorum/policy/storekit"
)

func TestWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := errors.New("of work")
		work := func() (int, error) { time.Sleep(10 * time.Millisecond); return 7, fault }
		if n, err := storekit.Within(context.Background(), work); n != 7 || err != fault {
			t.Errorf("without an end: %d, %v", n, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if n, err := storekit.Within(ctx, work); n != 7 || err != fault {
			t.Errorf("in time: %d, %v", n, err)
		}
		time.Sleep(5 * time.Millisecond)
		began := time.Now()
		n, err := storekit.Within(ctx, work)
		left, ok := errors.AsType[*storekit.Left](err)
		if n != 0 || !ok || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("too late: %d, %v, want a *Left", n, err)
		}
		if took := time.Since(began); took != 5*time.Millisecond {
			t.Errorf("the caller left after %v, want 5 ms", took)
		}
		<-left.Over
		if took := time.Since(began); took != 10*time.Millisecond {
			t.Errorf("the work was over after %v, want 10 ms", took)
		}
	})
}
