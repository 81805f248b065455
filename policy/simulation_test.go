package policy_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/policy/internal/raced"
	"github.com/decorum-go/decorum/policy/storetest"
)

var (
	simSeeds  = flag.Int("simulate", 50, "seeds that TestSimulation plays; 0: as many as -simulate-for has time for")
	simFrom   = flag.Uint64("simulate-from", 0, "first seed of TestSimulation")
	simFor    = flag.Duration("simulate-for", 2*time.Minute, "how long TestSimulation goes on, with -simulate 0")
	simReplay = flag.String("simulate-replay", "", "a history that a failure printed, to be played again by TestSimulation")
)

// TestSimulation plays seeds, and sees to it that nothing is left out of them: no
// method of Engine, no event, and in a long run no kind of fault.
func TestSimulation(t *testing.T) {
	seeds := *simSeeds
	if raced.On() && seeds == 50 {
		seeds = 10
	}
	r := storetest.Simulate(t, storetest.Simulation{Seed: *simFrom, Seeds: seeds, For: *simFor, Replay: *simReplay})
	t.Log(r)
	if r.Seeds < 50 || t.Failed() {
		return
	}
	engine := reflect.TypeFor[*policy.Engine]()
	for method := range engine.Methods() {
		if name := method.Name; r.Calls[name] == 0 && name != "Rekey" { // which storetest.Secrets plays: it takes a second
			t.Errorf("the simulation never calls Engine.%s: add it to policy/storetest", name)
		}
	}
	for _, name := range events(t) {
		if r.Calls["Record policy."+name] == 0 {
			t.Errorf("the simulation never records a %s: add it to policy/storetest", name)
		}
	}
	for fault, n := range r.Faults {
		if r.Seeds >= 10_000 && n < 1000 {
			t.Errorf("%d times in %d seeds: %s; want 1,000", n, r.Seeds, fault)
		}
	}
}

// events are the names of all types that Record takes.
func events(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "policy" || fn.Recv == nil || fn.Name.Name != "apply" {
				continue
			}
			if event, value := fn.Recv.List[0].Type.(*ast.Ident); value {
				names = append(names, event.Name)
			}
		}
	}
	if len(names) < 5 {
		t.Fatalf("only %d events: %v", len(names), names)
	}
	return names
}
