package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/redis/rueidis"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/redisstore"
)

// processEnv holds the address of the Redis where this program is one of the
// processes.
const processEnv = "DECORUM_CLUSTER_REDIS"

// callers is how many messages a process judges at a time.
const callers = 32

// A request is a message for a process, and a response what it says.
type request struct {
	I       int
	Message policy.Message
}

type response struct {
	I       int
	Verdict policy.Verdict
	Error   string `json:",omitzero"`
}

// open opens the store that all processes share.
func open(ctx context.Context, address string) (*redisstore.Store, error) {
	return redisstore.Open(ctx, redisstore.Config{Client: rueidis.ClientOption{InitAddress: []string{address}}})
}

// serve judges the messages of in, one a line, and answers on out, until in ends.
func serve(address string, in io.Reader, out io.Writer) error {
	ctx := context.Background()
	store, err := open(ctx, address)
	if err != nil {
		return err
	}
	defer store.Close()
	engine, err := policy.New(config(store))
	if err != nil {
		return err
	}
	defer engine.Close()
	requests := make(chan request)
	var mu sync.Mutex
	enc := json.NewEncoder(out)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for r := range requests {
				d, err := engine.Evaluate(ctx, r.Message)
				answer := response{I: r.I, Verdict: d.Verdict}
				if d.Verdict == policy.Duplicate { // asked again: the killed process judged it before its answer was lost
					answer.Verdict = d.First
				}
				if err != nil {
					answer.Error = err.Error()
				}
				mu.Lock()
				_ = enc.Encode(answer) // an error: the load has gone
				mu.Unlock()
			}
		})
	}
	dec := json.NewDecoder(bufio.NewReader(in))
	for {
		var r request
		if err = dec.Decode(&r); err != nil {
			break
		}
		requests <- r
	}
	close(requests)
	wg.Wait()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
