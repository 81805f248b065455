package storetest

import (
	"fmt"
	"strings"

	"github.com/decorum-go/decorum/policy"
)

func (w *walk) comparePreview(p *process, m *policy.Message, d *policy.Decision, before *attempt) {
	w.stake(invPreview, before.previewed)
	if got := string(marshal(d)); before.previewed && got != before.preview {
		w.fail(invPreview, "%+v\nPreview  %s\nEvaluate %s", m, before.preview, got)
	}
}

// checkMemory: an account may have a record, a file, and an origin.
func (w *walk) checkMemory() {
	if w.mem == nil {
		return
	}
	w.stake(invMemory, true)
	s := w.mem.Stats()
	if s.Evictions > 0 && w.second == moved {
		w.full = min(w.full, len(w.outs)-1)
	}
	if most := w.memory*5/4 + 3*len(w.model.above); s.Records > most {
		w.fail(invMemory, "%d records in a Memory of %d, with %d accounts sanctioned above a warning: %+v", s.Records, w.memory, len(w.model.above), s)
	}
}

// compares is the invariant that a second variant is played for.
func (w *walk) compares() invariant {
	if w.variant == moved {
		return invRestart
	}
	return invShadow
}

// compare returns how what came out of the second variant differs. Once a full Memory had to
// drop somebody that may be: what is new and light goes by when it was written, which a
// snapshot says by the time of its newest event, and some of those came late. Nor is it
// compared on from where both were degraded and differ: what counters of a shadow need is
// looked up, too, so another call meets a fault, and another record is the last known.
func compare(first, second *walk) string {
	for i := range first.outs[:min(len(first.outs), first.full, second.full)] {
		if i < len(second.outs) && first.outs[i] == second.outs[i] {
			continue
		}
		got := ""
		if i < len(second.outs) {
			got = second.outs[i]
		}
		a, b := strings.Split(first.outs[i], "\n"), strings.Split(got, "\n")
		for k := range a {
			if k < len(b) && a[k] != b[k] && degraded(a[k]) && degraded(b[k]) {
				return ""
			}
			if k >= len(b) || a[k] != b[k] {
				return fmt.Sprintf("%v: step %s\n%s\n%s", second.compares(), first.history[i], a[k], strings.Join(b[min(k, len(b)-1):min(k+1, len(b))], ""))
			}
		}
	}
	return ""
}

func degraded(line string) bool { return strings.Contains(line, `"degraded":true`) }
