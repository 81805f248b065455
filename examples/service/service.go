package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/celrules"
	"github.com/decorum-go/decorum/policy/console"
	"github.com/decorum-go/decorum/policy/policyotel"
)

// A service is the chat, and the engine that it asks before it delivers.
type service struct {
	options
	log     *slog.Logger
	engine  *policyotel.Engine // one that is measured
	chat    *chat
	console *console.Console
	key     []byte       // that others are made of
	token   string       // of the API
	scrape  http.Handler // of metrics

	ending  chan struct{} // closed when the process is to end
	running sync.WaitGroup
	playing atomic.Int32   // waves
	closers []func() error // in the order in which they were opened
}

// open opens all that a service needs, or nothing.
func open(ctx context.Context, o options, log *slog.Logger) (_ *service, err error) {
	s := &service{options: o, log: log, ending: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return nil, err
	}
	secret, err := s.secret()
	if err != nil {
		return nil, err
	}
	rules := policy.Default()
	if o.policy != "" {
		if rules, err = readPolicy(o.policy); err != nil {
			return nil, err
		}
	}
	store, hooks, err := s.openStore(ctx)
	if err != nil {
		return nil, fmt.Errorf("-store: %w", err)
	}
	db, err := s.openDB("chat.db")
	if err == nil {
		s.chat, err = newChat(ctx, db)
	}
	if err != nil {
		return nil, fmt.Errorf("-db: %w", err)
	}
	if s.console, err = s.openConsole(ctx); err != nil {
		return nil, fmt.Errorf("the console: %w", err)
	}
	s.closers = append(s.closers, s.console.Close)
	err = s.openEngine(ctx, policy.Config{Policy: rules, Compiler: celrules.New(), Store: store, Secret: secret, ExpectRecords: o.expect, Logger: log}, hooks)
	if err != nil {
		return nil, err
	}
	if o.policy != "" {
		s.running.Go(s.follow)
	}
	return s, nil
}

// openEngine opens the engine: after all that hears from it, so it is closed before that.
func (s *service) openEngine(ctx context.Context, c policy.Config, hooks policy.Hooks) error {
	watch, err := s.metrics()
	if err != nil {
		return err
	}
	counting, err := policyotel.Hooks(watch)
	if err != nil {
		return err
	}
	c.Timeout = time.Second // a message may wait so long for the store, rather than be judged without it
	c.Hooks = policy.JoinHooks(policy.LogHooks(s.log), counting, s.console.Hooks(), hooks, policy.Hooks{Acted: s.acted})
	engine, err := policy.New(c)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, engine.Close)
	if s.engine, err = policyotel.Wrap(engine, watch); err != nil {
		return err
	}
	s.console.Use(engine)
	return s.catchUp(ctx)
}

// catchUp does what a start owes: acts that a crash left untold are told (a message that
// a person released goes out), and what stands is known here, should the store go away.
func (s *service) catchUp(ctx context.Context) error {
	if _, err := s.engine.TellActs(ctx); err != nil {
		return err
	}
	for _, err := range s.engine.Sanctions(ctx) {
		if err != nil {
			return err
		}
	}
	return nil
}

// close ends what runs, and closes last what was opened first.
func (s *service) close() (err error) {
	select {
	case <-s.ending:
	default:
		close(s.ending)
	}
	s.running.Wait()
	for len(s.closers) > 0 {
		last := len(s.closers) - 1
		err = errors.Join(err, s.closers[last]())
		s.closers = s.closers[:last]
	}
	return err
}

// secret is what keys the hashes of the engine: DECORUM_SECRET, which all processes over
// one store must have in common, or else what the folder has. Who changes it finds no
// record again.
func (s *service) secret() ([]byte, error) {
	secret := []byte(os.Getenv("DECORUM_SECRET"))
	if len(secret) == 0 {
		name := filepath.Join(s.dir, "secret")
		kept, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			kept = []byte(rand.Text() + rand.Text())
			err = os.WriteFile(name, kept, 0o600)
		}
		if err != nil {
			return nil, err
		}
		secret = kept
	}
	s.key = secret
	s.token = hex.EncodeToString(s.derived("token of the API"))
	return secret, os.WriteFile(s.tokenFile(), []byte(s.token), 0o600)
}

// derived is a key for something, made of the Secret.
func (s *service) derived(what string) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(what))
	return mac.Sum(nil)
}

func (s *service) tokenFile() string { return filepath.Join(s.dir, "token") }
