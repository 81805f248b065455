package policy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// TestExport: what is kept of a person is in the export: figures, messages, sanctions,
// appeals, how their complaints were ruled on; and nothing of who complained about them,
// nor of when, nor which moderator it was.
func TestExport(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.pass(17 * time.Minute)
	w.say("sam", "the-victim", "Hello, shall we talk about the flat?")
	w.pass(31 * time.Minute)
	w.tell(policy.Complaint{ID: "c1", From: "the-victim", Against: "sam", Category: policy.Harassment, At: w.now})
	complained := w.now
	w.pass(41 * time.Minute)
	w.tell(policy.BlockedBy{From: "the-victim", Against: "sam", At: w.now})
	w.say("bea", "sam", "hi")
	w.tell(policy.Complaint{ID: "c2", From: "sam", Against: "bea", Category: policy.Spam, At: w.now})
	w.tell(policy.Review{Account: "bea", Complaint: "c2", Abusive: true, By: "the-moderator", At: w.now})
	s := w.impose(policy.Sanction{Account: "sam", Kind: policy.Block, By: "the-moderator"})
	w.ruled("sam", s.ID, policy.Upheld)
	b, err := w.e.Export(t.Context(), "sam")
	w.must(err)
	var got struct {
		Account  policy.Account `json:"account"`
		Messages []struct{ Verdict policy.Verdict }
		Against  []struct {
			Category policy.Category
			N        int
		} `json:"complaints_about_the_account"`
		People struct {
			Refused int `json:"refused_by_the_account"`
		}
		Reporter struct {
			Ruled int `json:"ruled_on"`
			Right int `json:"found_right"`
		} `json:"complaints_by_the_account"`
	}
	w.must(json.Unmarshal(b, &got))
	if len(got.Messages) != 1 || got.Messages[0].Verdict != policy.Allow || len(got.Against) != 1 || got.Against[0].N != 1 || got.Against[0].Category != policy.Harassment || got.People.Refused != 1 ||
		got.Reporter.Ruled != 1 || got.Reporter.Right != 1 || len(got.Account.Standing) != 1 || got.Account.Standing[0].Appeal.Ruling.Outcome != policy.Upheld {
		t.Errorf("%s", b)
	}
	for _, secret := range []string{"the-victim", "the-moderator", "judge", complained.Format("15:04"), "c1", "flat"} {
		if strings.Contains(string(b), secret) {
			t.Errorf("the export says %q: %s", secret, b)
		}
	}
	if _, err := w.e.Export(t.Context(), "nobody"); !errors.Is(err, policy.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
	if _, err := w.e.Export(t.Context(), ""); err == nil {
		t.Error("of no account: no error")
	}
}

// TestRemains: Forget says what it leaves, and why; of somebody on whom nothing stands it
// leaves nothing.
func TestRemains(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.say("ann", "bea", "hello")
	if left, err := w.e.Forget(t.Context(), "ann"); err != nil || !left.Nothing() {
		t.Errorf("%+v, %v", left, err)
	}
	w.culprit(w.e, "mal")
	w.must(w.e.Override(t.Context(), policy.Override{Account: "mal", Verdict: policy.Hold, By: "ada"}))
	left, err := w.e.Forget(t.Context(), "mal")
	if err != nil || left.Nothing() || len(left.Sanctions) != 1 || left.Sanctions[0].Account != "" || left.Strikes < .9 || !left.Held || left.Reporter {
		t.Errorf("%+v, %v", left, err)
	}
	w.must(w.e.ClearOverride(t.Context(), "mal"))
	if left, err = w.e.Forget(t.Context(), "mal"); err != nil || left.Held || left.Until.IsZero() {
		t.Errorf("again: %+v, %v", left, err)
	}
	w.pass(left.Until.Sub(w.now) + 8*24*time.Hour)
	if left, err := w.e.Forget(t.Context(), "mal"); err != nil || !left.Nothing() {
		t.Errorf("after its time: %+v, %v", left, err)
	}
	w.say("eve", "kim", "hi")
	for range 3 {
		w.tell(policy.Complaint{ID: "c", From: "kim", Against: "eve", Category: policy.Fraud, At: w.now})
		w.tell(policy.Review{Account: "eve", Complaint: "c", By: "ada", At: w.now})
		w.pass(time.Hour)
	}
	if left, err := w.e.Forget(t.Context(), "kim"); err != nil || !left.Reporter {
		t.Errorf("of a reporter who was not believed: %+v, %v", left, err)
	}
}

// TestExportForgotten: an export does not tell what an inbox and a reporter's record have
// forgotten, whether the store has swept them or not.
func TestExportForgotten(t *testing.T) {
	w := newTown(t, policy.Config{})
	w.evaluate(policy.Message{ID: "a", Sender: "bea", Recipients: policy.To("sam"), Text: "hi", Joined: w.now.Add(-100 * aDay)})
	w.tell(policy.Complaint{ID: "c", From: "sam", Against: "bea", Category: policy.Spam})
	w.tell(policy.Review{Account: "bea", Complaint: "c", Abusive: true, By: "mo"})
	w.impose(policy.Sanction{Account: "sam", Kind: policy.Restriction, PerDay: 1, By: "mo"})
	read := func() (letters float64, ruled int) {
		var got struct {
			People struct {
				Letters float64 `json:"first_letters_received"`
			}
			Reporter struct {
				Ruled int `json:"ruled_on"`
			} `json:"complaints_by_the_account"`
		}
		b, err := w.e.Export(t.Context(), "sam")
		w.must(err)
		w.must(json.Unmarshal(b, &got))
		return got.People.Letters, got.Reporter.Ruled
	}
	if letters, ruled := read(); letters == 0 || ruled != 1 {
		t.Errorf("at first %v letters, %d rulings", letters, ruled)
	}
	w.pass(40 * aDay)
	if letters, ruled := read(); letters != 0 || ruled != 1 {
		t.Errorf("after 40 days %v letters, %d rulings", letters, ruled)
	}
	w.pass(340 * aDay)
	if letters, ruled := read(); letters != 0 || ruled != 0 {
		t.Errorf("after 380 days %v letters, %d rulings", letters, ruled)
	}
}
