package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

// apply puts a policy in force of which a moderator changed a rule: the policy file gets
// its rules, and keeps all else that stands there. Other processes with that file follow.
func (s *service) apply(_ context.Context, p *policy.Policy) error {
	name, err := filepath.EvalSymlinks(s.policy)
	if err != nil {
		return err
	}
	data, err := withRules(name, p.Rules)
	if err != nil {
		return err
	}
	read, err := policy.ReadPolicy(bytes.NewReader(data))
	if err == nil && read.ID() != p.ID() {
		err = fmt.Errorf("%s says otherwise than the policy in force: it was changed, and is read in a second", s.policy)
	}
	if err == nil {
		err = os.WriteFile(name+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(name+".new", name)
	}
	if err == nil {
		err = s.engine.SetPolicy(read)
	}
	return err
}

// withRules is a policy file with other rules.
func withRules(name string, rules []policy.Rule) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if members["rules"], err = json.Marshal(rules); err != nil {
		return nil, err
	}
	if len(rules) == 0 {
		delete(members, "rules")
	}
	var out bytes.Buffer
	write := json.NewEncoder(&out)
	write.SetEscapeHTML(false)
	write.SetIndent("", "  ")
	err = write.Encode(members)
	return out.Bytes(), err
}
