package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestFileGivesBack: a sanction that stands again, since what replaced it was
// overturned, is told with its reasons, though its details had gone to the file.
func TestFileGivesBack(t *testing.T) {
	w := newTown(t, policy.Config{})
	was := map[string]policy.Sanction{}
	for i := range 12 {
		m := policy.Message{ID: fmt.Sprint("offence ", i), Sender: "sam", Recipients: policy.To(fmt.Sprint("prey", i)), Text: spam, Evidence: damning}
		for _, s := range w.evaluate(m).Imposed {
			was[s.ID] = s
		}
		w.pass(49 * time.Hour)
		if newest := w.standing("sam", policy.Restriction); len(was) < 5 || len(newest) != 1 || len(w.records()) < 2 {
			continue
		}
		newest := w.standing("sam", policy.Restriction)[0]
		pastOf(w, "sam", 3) // what it replaced goes to the file
		w.overturned("sam", newest)
		again := w.standing("sam", policy.Restriction)
		if len(again) == 0 {
			continue // it had replaced nothing
		}
		for s, err := range w.e.Sanctions(t.Context()) {
			w.must(err)
			if want := was[s.ID]; s.Policy != want.Policy || s.Message != want.Message || len(s.Reasons) != len(want.Reasons) {
				t.Errorf("listed as %+v; was imposed as %+v", s, want)
			}
		}
		return
	}
	t.Fatal("no Restriction replaced another")
}
