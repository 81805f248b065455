package storekit

import "context"

// A Left is the error of a call that the caller has left, because its context
// ended, while the server still works on it.
type Left struct {
	Err  error           // of the context
	Over <-chan struct{} // closed when the server has answered, or is given up
}

// Error implements error.
func (l *Left) Error() string { return l.Err.Error() }

// Unwrap returns Err.
func (l *Left) Unwrap() error { return l.Err }

// Within runs work and returns what work returns, or a *Left when the context ends
// before. Then work goes on by itself, on a goroutine of its own: a statement that
// has begun mostly succeeds, while one that is cut short may cost its connection.
func Within[T any](ctx context.Context, work func() (T, error)) (T, error) {
	if ctx.Done() == nil {
		return work()
	}
	over := make(chan struct{})
	var answer struct { // work's until it is over
		value T
		err   error
	}
	go func() {
		defer close(over)
		answer.value, answer.err = work()
	}()
	select {
	case <-over:
		return answer.value, answer.err
	case <-ctx.Done():
		var none T
		return none, &Left{ctx.Err(), over}
	}
}
