package guard

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

type valueKey struct{}

// A deadline behaves as context.WithDeadline(context.WithoutCancel(parent)).
func TestDeadlineContext(t *testing.T) {
	for _, asked := range []bool{false, true} { // for Done before it ends
		synctest.Test(t, func(t *testing.T) {
			parent, cancel := context.WithCancelCause(context.WithValue(t.Context(), valueKey{}, "value"))
			at := time.Now().Add(time.Second)
			d := &deadline{values: parent, at: at}
			child, stop := context.WithCancel(d)
			defer stop()
			if asked {
				select {
				case <-d.Done():
					t.Error("over at the start")
				default:
				}
			}
			if got, ok := d.Deadline(); got != at || !ok || d.Err() != nil || d.Value(valueKey{}) != "value" {
				t.Error("deadline, error or value at the start")
			}
			cancel(context.Canceled)
			synctest.Wait()
			if d.Err() != nil || child.Err() != nil || context.Cause(d) != nil {
				t.Error("it ended with the caller's context")
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if d.Err() != context.DeadlineExceeded {
				t.Errorf("after its time: %v", d.Err())
			}
			<-d.Done()
			<-child.Done()
			if child.Err() != context.DeadlineExceeded {
				t.Errorf("its child: %v", child.Err())
			}
			if d.end(context.Canceled) != context.DeadlineExceeded {
				t.Error("it ended twice")
			}

			d = &deadline{values: t.Context(), at: time.Now().Add(time.Second)}
			if asked {
				d.Done()
			}
			d.end(context.Canceled)
			<-d.Done()
			if d.Err() != context.Canceled {
				t.Errorf("ended early: %v", d.Err())
			}
			time.Sleep(2 * time.Second)
			if d.Err() != context.Canceled {
				t.Errorf("ended early, later: %v", d.Err())
			}
		})
	}
}
