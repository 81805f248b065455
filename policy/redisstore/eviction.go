package redisstore

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	evictionEvery = 5 * time.Second // between two looks at what the server does when memory is short
	evictionWait  = 2 * time.Second // for its answer
)

// An info is what a server says of itself.
type info string

func (i info) field(name string) string {
	_, after, _ := strings.Cut(string(i), "\n"+name+":")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(line)
}

// evicts returns ErrEviction if the server drops records with sanctions when memory
// is short.
func (i info) evicts() error {
	if p := i.field("maxmemory_policy"); strings.HasPrefix(p, "allkeys-") && i.field("maxmemory") != "0" {
		return fmt.Errorf("%w: maxmemory-policy is %s; set noeviction or volatile-ttl at the server, or Config.AllowEviction", ErrEviction, p)
	}
	return nil
}

// lookAtEviction asks all primary nodes, for somebody may have changed what Open
// found. The calls that follow are refused while one evicts. A node that does not
// answer changes nothing.
func (s *Store) lookAtEviction(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, evictionWait)
	defer cancel()
	var fault error
	for _, node := range s.client.Nodes() {
		text, err := node.Do(ctx, node.B().Info().Build()).ToString()
		if err != nil {
			fault = err
			continue
		}
		if i := info(text); i.field("role") == "master" {
			if err := i.evicts(); err != nil {
				s.evicts.Store(&err)
				return err
			}
		}
	}
	if fault == nil {
		s.evicts.Store(nil)
	}
	return nil
}

// watchEviction looks until the context ends.
func (s *Store) watchEviction(ctx context.Context) {
	tick := time.NewTicker(evictionEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = s.lookAtEviction(ctx) // the calls say it
		}
	}
}

// safe returns ErrEviction if the server was found to drop records with sanctions.
func (s *Store) safe() error {
	if err := s.evicts.Load(); err != nil {
		return *err
	}
	return nil
}
