package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMain lets the tests' own program be the processes.
func TestMain(m *testing.M) {
	if address := os.Getenv(processEnv); address != "" {
		if err := serve(address, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if from := os.Getenv(copyFromEnv); from != "" {
		if err := copyOver(from, os.Getenv(copyToEnv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// newRedis starts a server for a test.
func newRedis(t *testing.T) *redis {
	t.Helper()
	s, err := startRedis()
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip("no Redis to test with (a failure where CI=true): ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// TestCluster: three processes, one of them killed half-way, stop those who abuse
// as one does.
func TestCluster(t *testing.T) {
	s := newRedis(t)
	var out bytes.Buffer
	if err := run(context.Background(), options{redis: s.address, processes: 3, members: 20, seed: 2}, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if !strings.Contains(out.String(), "sim.blaster.1") {
		t.Errorf("nothing is said of the blaster:\n%s", &out)
	}
}

// A Redis that is not there is an error that names it.
func TestClusterWithoutRedis(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), options{redis: "127.0.0.1:1", processes: 2, members: 1, seed: 1}, &out); err == nil {
		t.Errorf("no error:\n%s", &out)
	}
}

// A run whose time is over ends with an error, and so do its processes.
func TestClusterOutOfTime(t *testing.T) {
	s := newRedis(t)
	ctx, cancel := context.WithCancel(t.Context())
	messages, _, err := crowd(2, 5)
	if err != nil {
		t.Fatal(err)
	}
	load, err := newLoad(ctx, s.address, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer load.stop()
	cancel()
	if _, err := load.play(messages, -1); err == nil {
		t.Error("all was answered by processes that should have ended")
	}
}

// Somebody who is stopped has most messages refused.
func TestStopped(t *testing.T) {
	for _, c := range []struct {
		tally
		want bool
	}{{tally{236, 13}, true}, {tally{236, 236}, false}, {tally{2, 1}, false}, {tally{}, false}} {
		if got := c.stopped(); got != c.want {
			t.Errorf("%+v: stopped is %t", c.tally, got)
		}
	}
}
