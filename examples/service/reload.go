package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/decorum-go/decorum/policy"
)

func readPolicy(name string) (*policy.Policy, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	p, err := policy.ReadPolicy(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// follow reads the policy file anew when what is in it changes, also where it is a link
// that is turned. A file that is wrong is told of once, and changes nothing.
func (s *service) follow() {
	last, _ := os.ReadFile(s.policy)
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		select {
		case <-s.ending:
			return
		case <-every.C:
		}
		data, err := os.ReadFile(s.policy)
		if err != nil || bytes.Equal(data, last) {
			continue // being replaced, or as it was
		}
		last = data
		p, err := policy.ReadPolicy(bytes.NewReader(data))
		if err == nil {
			err = s.engine.SetPolicy(p)
		}
		if err != nil {
			s.log.Error("the policy file is wrong; the policy before stays in force", "file", s.policy, "error", err)
			continue
		}
		s.log.Info("the policy file was read anew", "file", s.policy, "name", p.Name)
	}
}
