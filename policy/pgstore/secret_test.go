package pgstore

import (
	"errors"
	"testing"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// An engine with another Secret than the one that the records were written under
// is refused, and leaves them as they are.
func TestAnotherSecret(t *testing.T) {
	s := opened(t)
	engine := func(secret string) (*policy.Engine, error) {
		return policy.New(policy.Config{Store: s, Secret: []byte(secret), Timeout: 10 * time.Second})
	}
	e, err := engine("one")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	if _, err := e.Impose(t.Context(), policy.Sanction{Account: "sam", Kind: policy.Suspension, By: "mod"}); err != nil {
		t.Fatal(err)
	}
	if _, err := engine("two"); !errors.Is(err, policy.ErrSecret) {
		t.Errorf("another Secret: %v, want ErrSecret", err)
	}
	again, err := engine("one")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	listed := 0
	for s, err := range again.Sanctions(t.Context()) {
		if err != nil || s.Account != "sam" {
			t.Errorf("%+v, %v", s, err)
		}
		listed++
	}
	if listed != 1 {
		t.Errorf("%d sanctions, want 1", listed)
	}
}
