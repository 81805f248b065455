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
