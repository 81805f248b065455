package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/comparer"
	"github.com/decorum-go/decorum/similarity"
)

// A variant is how a seed is played: twice, and what comes out must be the same.
type variant uint8

const (
	asItIs     variant = iota
	unshadowed         // no policy judges in shadow
	moved              // restarted, and moved to another store, on the way
)

// A setup is what a seed decides beforehand.
type setup struct {
	memory    int // of how many records; 0: an outside store
	keeper    bool
	peers     bool
	processes int
	faulty    bool // the store and the clocks
	audited   bool // somebody is told of acts
	mode      policy.FaultMode
	policy    int
	second    variant
}

func newSetup(seed uint64, r *rand.Rand, open bool) (s setup) {
	s = setup{processes: 1, mode: policy.FaultMode(max(0, r.IntN(5)-2)), policy: r.IntN(3), second: unshadowed}
	s.audited = seed%5 == 1
	kind := seed % 6
	if open {
		kind = 2 + seed%4
	}
	switch kind {
	case 0:
		s.memory = smallMemory
	case 1:
		s.memory = 1 << 11
	default:
		s.keeper, s.peers = kind&1 == 1, kind >= 4
		s.faulty = r.IntN(4) > 0
		if !s.keeper || r.IntN(2) == 0 {
			s.processes = 1 + r.IntN(3)
		}
	}
	if s.exact() && !s.faulty && r.IntN(2) == 0 {
		s.second = moved
	}
	return s
}

// smallMemory is full now and then.
const smallMemory = 48

// exact reports whether a restart changes nothing at all.
func (s *setup) exact() bool { return s.memory > 0 || s.keeper && s.processes == 1 }

func (s *setup) String() string {
	switch {
	case s.memory > 0:
		return fmt.Sprintf("an engine on a Memory of %d", s.memory)
	case s.keeper && s.peers:
		return fmt.Sprintf("%d engines on a Keeper and Broadcaster, %v", s.processes, s.mode)
	case s.keeper:
		return fmt.Sprintf("%d engines on a Keeper, %v", s.processes, s.mode)
	case s.peers:
		return fmt.Sprintf("%d engines on a Broadcaster, %v", s.processes, s.mode)
	}
	return fmt.Sprintf("%d engines on a Store, %v", s.processes, s.mode)
}

func (w *walk) setUp() {
	w.ctx = context.Background()
	w.report = newReport()
	w.setup = newSetup(w.seed, rand.New(rand.NewPCG(w.seed, 0)), w.sim.Open != nil)
	if w.sim.Calm {
		w.faulty = false
	}
	w.weather = &weather{seed: w.seed, faulty: w.faulty, step: -1, nth: map[Call]int{}, hits: w.report.Faults}
	w.full = math.MaxInt
	w.now, w.model, w.dealings = simStart, newModel(), newDealings()
	w.policies, w.acts = simPolicies(), map[string]bool{}
	w.open()
	for range w.setup.processes {
		p := &process{n: len(w.processes), policy: w.setup.policy, shadows: w.shadows(w.setup.policy)}
		w.processes = append(w.processes, p)
		w.start(p)
	}
}

// open makes the store, or another one after a move.
func (w *walk) open() {
	if w.memory > 0 {
		w.mem = policy.NewMemory(w.memory)
		return
	}
	var inner policy.Store
	if w.sim.Open != nil {
		inner = w.sim.Open(w.t)
	}
	w.store = newSimStore(inner, w.weather)
	w.store.careless = w.sim.careless
}

// tenant is whose engines they are, in a third of the histories. Of tenants a Keeper
// keeps nothing beside the records.
func (w *walk) tenant() string {
	if w.seed%3 == 1 && !w.keeper {
		return "one"
	}
	return ""
}

// start makes the engine of a process.
func (w *walk) start(p *process) {
	cfg := policy.Config{
		Policy: w.policies[p.policy], Shadow: p.shadows, Secret: []byte("of the simulation, 32 bytes long"), Tenant: w.tenant(), Logger: slog.New(slog.DiscardHandler), Store: w.mem, Compiler: comparer.Compiler{},
		Now: func() time.Time { return w.clockOf(p) }, OnFault: w.mode, Timeout: simTimeout,
		Index: similarity.IndexConfig{MaxClusters: 512, SnapshotText: true},
		Hooks: policy.Hooks{
			Lifted:   func(_ context.Context, s *policy.Sanction) { w.model.changed[s.ID] = true },
			Reported: func(_ context.Context, o *policy.ReportOutcome) { w.reported(o) },
		},
	}
	if w.audited {
		n := uint64(0)
		cfg.Hooks.Acted = func(_ context.Context, a *policy.Act) {
			n++
			w.actTold(a, n)
		}
	}
	if w.mem == nil {
		faulty := NewFaulty(w.store)
		faulty.Break(w.weather.fault)
		whole := &simProcess{Faulty: faulty, simStore: w.store, me: p.n}
		switch {
		case w.keeper && w.peers:
			cfg.Store = whole
		case w.keeper:
			cfg.Store = struct{ policy.Keeper }{whole}
		case w.peers:
			cfg.Store = struct{ policy.Broadcaster }{whole}
		default:
			cfg.Store = struct{ policy.Store }{whole}
		}
	}
	e, err := policy.New(cfg)
	if err != nil {
		w.fail(invStart, "New: %v", err)
	}
	w.count("New")
	p.engine, p.refuses = e, false
}

// shadows are the policies that are judged beside one.
func (w *walk) shadows(enforced int) (all []*policy.Policy) {
	if w.variant == unshadowed {
		return nil
	}
	for i, p := range w.policies {
		if i != enforced && i != 0 {
			all = append(all, p)
		}
	}
	return all[:2]
}

// simPolicies are the default, a strict one with limits for a month that keeps nothing
// when somebody is forgotten, one with a short ladder and a small budget, and one that only observes.
func simPolicies() []*policy.Policy {
	strict, short, observe := policy.Default(), policy.Default(), policy.Observe()
	strict.Name, strict.KeepSanctionsOnForget = "strict", false
	m := strict.Classes[policy.Member]
	m.Score.Prior, m.Score.Warn, m.Score.Act = .008, .02, .06
	m.Limits.People = append(m.Limits.People, limiter.Limit{N: 40, Per: limiter.MaxPer})
	m.Limits.Messages = append(m.Limits.Messages, limiter.Limit{N: 400, Per: 30 * 24 * time.Hour})
	short.Name, short.Budget = "short", policy.Budget{PerHour: 1}
	m = short.Classes[policy.Member]
	m.Score.Prior, m.Score.Warn, m.Score.Act = .008, .05, .1
	m.Ladder = []policy.Step{
		{Strikes: .9, Kind: policy.Block, Scope: policy.Outreach, For: policy.Duration(24 * time.Hour)},
		{Strikes: 1.4, Kind: policy.Suspension, Scope: policy.WholeAccount, For: policy.Duration(30 * 24 * time.Hour), Review: policy.Duration(30 * 24 * time.Hour)},
	}
	return []*policy.Policy{withRules(policy.Default()), withRules(strict), withRules(short), withRules(observe)}
}
