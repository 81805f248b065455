package storetest

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// A plain store is a map. Without a flaw it behaves; each flaw is one that the
// suite must find.
type plain struct {
	flaw string

	mu      sync.Mutex
	records map[policy.Key]policy.Record
}

func newPlain(flaw string) *plain {
	return &plain{flaw: flaw, records: make(map[policy.Key]policy.Record)}
}

func (p *plain) is(flaw string) bool { return p.flaw == flaw }

func (p *plain) at(k policy.Key) policy.Key {
	if p.is("mixes keys up") {
		k[15] &^= 1
	}
	return k
}

func (p *plain) copy(b []byte) []byte {
	if p.is("keeps the caller's buffer") {
		return b
	}
	return clone(b)
}

func (p *plain) Update(ctx context.Context, k policy.Key, fn func([]byte) (policy.Record, error)) error {
	if err := ctx.Err(); err != nil && !p.is("ignores the context") {
		return err
	}
	k = p.at(k)
	p.mu.Lock()
	old := clone(p.records[k].Data)
	if !p.is("stays locked after a panic") {
		defer p.mu.Unlock()
	}
	if p.is("loses updates") {
		p.mu.Unlock()
		time.Sleep(10 * time.Microsecond)
		defer p.mu.Lock()
	}
	if p.is("shows empty for missing") && old == nil {
		old = []byte{}
	}
	r, err := fn(old)
	if p.is("stays locked after a panic") {
		defer p.mu.Unlock()
	}
	if p.is("loses updates") {
		p.mu.Lock()
		defer p.mu.Unlock()
	}
	switch {
	case err != nil && p.is("swallows errors"):
		return nil
	case err != nil && p.is("wraps errors"):
		return errors.Join(err)
	case err != nil && !p.is("writes in spite of an error"):
		return err
	case p.is("keeps no proof") && bytes.HasPrefix(k[:], []byte("decorum proof")):
		return err
	case r.Data == nil && !p.is("keeps what nil deletes"):
		delete(p.records, k)
		return err
	}
	if p.is("deletes what is empty") && len(r.Data) == 0 {
		delete(p.records, k)
		return err
	}
	if p.is("cuts at 4096") && len(r.Data) > 4096 {
		r.Data = r.Data[:4096]
	}
	if p.is("takes never for now") && r.Expires.IsZero() || p.is("cannot count to 9999") && r.Expires.Year() > 2200 {
		return err
	}
	if p.is("writes what has expired halves") && r.Expires.Before(time.Now()) && !r.Expires.IsZero() {
		r.Data = r.Data[:len(r.Data)/2]
	}
	if was, ok := p.records[k]; ok && p.is("keeps old flags") {
		r.Listed = was.Listed
	}
	r.Data = p.copy(r.Data)
	p.records[k] = r
	return err
}

func (p *plain) View(ctx context.Context, k policy.Key, fn func([]byte) error) error {
	if err := ctx.Err(); err != nil && !p.is("ignores the context") {
		return err
	}
	p.mu.Lock()
	data := clone(p.records[p.at(k)].Data)
	p.mu.Unlock()
	if data == nil && p.is("does not view what is missing") {
		return nil
	}
	return fn(data)
}

func (p *plain) Delete(ctx context.Context, k policy.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.records[p.at(k)]; !ok && p.is("cannot delete what is missing") {
		return errors.New("not there")
	}
	if !p.is("does not delete") {
		delete(p.records, p.at(k))
	}
	return nil
}

func (p *plain) All(ctx context.Context, listed bool) iter.Seq2[policy.Entry, error] {
	return func(yield func(policy.Entry, error) bool) {
		p.mu.Lock()
		keys := slices.Collect(maps.Keys(p.records))
		if p.is("locks while it yields") {
			defer p.mu.Unlock()
		} else {
			p.mu.Unlock()
		}
		for i, k := range keys {
			if err := ctx.Err(); err != nil {
				if !p.is("ends without a word") {
					yield(policy.Entry{}, err)
				}
				return
			}
			if !p.is("locks while it yields") {
				p.mu.Lock()
			}
			r, ok := p.records[k]
			if !p.is("locks while it yields") {
				p.mu.Unlock()
			}
			if !ok || listed && !r.Listed && !p.is("lists everything") || i > 0 && i == len(keys)/2 && p.is("leaves one out") {
				continue
			}
			e := policy.Entry{Key: k, Data: r.Data}
			if !p.is("yields its own buffer") {
				e.Data = clone(r.Data)
			}
			if !yield(e, nil) {
				return
			}
			if p.is("yields twice") && i == 100 && !yield(e, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(policy.Entry{}, err)
		}
	}
}

// flaws says which check has to find which flaw.
var flaws = map[string]string{
	"mixes keys up":                  "keys_alike",
	"keeps the caller's buffer":      "buffers_are_copied",
	"yields its own buffer":          "buffers_are_copied",
	"ignores the context":            "an_ended_context",
	"ends without a word":            "all,_an_ended_context",
	"stays locked after a panic":     "a_panic_of_fn_changes_nothing",
	"loses updates":                  "no_update_is_lost",
	"shows empty for missing":        "a_missing_record",
	"does not view what is missing":  "a_missing_record",
	"cannot delete what is missing":  "a_missing_record",
	"swallows errors":                "an_error_of_fn_is_returned_as_it_is",
	"wraps errors":                   "an_error_of_fn_is_returned_as_it_is",
	"writes in spite of an error":    "an_error_of_fn_changes_nothing",
	"keeps what nil deletes":         "nil_data_deletes",
	"deletes what is empty":          "empty_is_not_missing",
	"cuts at 4096":                   "lengths",
	"takes never for now":            "expiry",
	"cannot count to 9999":           "expiry",
	"writes what has expired halves": "expiry",
	"keeps old flags":                "flags",
	"does not delete":                "deletion",
	"lists everything":               "listed",
	"leaves one out":                 "all_yields_each_once",
	"yields twice":                   "all_yields_each_once",
	"locks while it yields":          "all,_while_writing",
}

func TestRunPassesPlain(t *testing.T) {
	Run(t, func(*testing.T) policy.Store { return newPlain("") })
}

// TestRunFindsFlaws runs the suite over each flawed store in a process of its
// own, which has to fail.
func TestRunFindsFlaws(t *testing.T) {
	for flaw, check := range flaws {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			finds(t, flaw, "TestRunFlawed/"+check)
		})
	}
}

// finds requires that a test fails, in a process of its own, with a flawed store.
func finds(t *testing.T, flaw, test string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Skip("the test cannot find its own program: ", err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+strings.ReplaceAll(test, "/", "$/^")+"$")
	cmd.Env = append(os.Environ(), "STORETEST_FLAW="+flaw)
	out, err := cmd.CombinedOutput()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		t.Fatalf("the suite passes a store that %s: %v\n%s", flaw, err, out)
	}
	if !bytes.Contains(out, []byte(test)) {
		t.Fatalf("not %q failed:\n%s", test, out)
	}
}

// TestRunFlawed is what TestRunFindsFlaws runs.
func TestRunFlawed(t *testing.T) {
	flaw := os.Getenv("STORETEST_FLAW")
	if flaw == "" {
		t.Skip("run by TestRunFindsFlaws")
	}
	patience := time.Minute
	if strings.Contains(flaw, "lock") {
		patience = 200 * time.Millisecond
	}
	run(t, func(*testing.T) policy.Store { return newPlain(flaw) }, patience)
}

func TestAudited(t *testing.T) {
	Run(t, func(*testing.T) policy.Store { return NewAudited(policy.NewMemory(0)) })
}
