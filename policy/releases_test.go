package policy_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/decorum-go/decorum/policy"
)

// During a rolling update engines of two releases work on one store. This file is all
// that the test needs, and uses nothing that only one of them has, so that it runs in
// both: .ci/releases has them take turns. What the last release left is in
// testdata/last_release.json; a release writes it anew by
//
//	go test ./policy -run TestTwoReleases -update
const lastRelease = "testdata/last_release.json"

// A relay is what one engine hands to the next: the records, and what it says of the
// accounts.
type relay struct {
	Turn     int                        `json:"turn"`
	Records  map[string]relayed         `json:"records"`
	Accounts map[string]json.RawMessage `json:"accounts"`
}

type relayed struct {
	Data    string    `json:"data"`
	Expires time.Time `json:"expires"`
	Listed  bool      `json:"listed,omitempty"`
	Pinned  bool      `json:"pinned,omitempty"`
}

// A relayStore is a store outside the process, which has no clock.
type relayStore struct {
	*policy.Memory
	meta map[policy.Key]relayed
}

func (s *relayStore) Update(ctx context.Context, key policy.Key, fn func([]byte) (policy.Record, error)) error {
	return s.Memory.Update(ctx, key, func(old []byte) (policy.Record, error) {
		rec, err := fn(old)
		if err == nil {
			s.meta[key] = relayed{"", rec.Expires, rec.Listed, rec.Pinned}
		}
		return rec, err
	})
}

// relayAccounts are judged in every turn.
var relayAccounts = []string{"ann", "bea", "cem", "dora", "seller", "drummer", "eve", "moderated", "pardoned"}

// standing is what the next release must know of an account.
func standing(t *testing.T, e *policy.Engine, name string) json.RawMessage {
	t.Helper()
	a, err := e.Account(t.Context(), name)
	if errors.Is(err, policy.ErrNotFound) {
		return json.RawMessage("null")
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	type sanction struct {
		ID, By      string
		Kind        policy.Kind
		Scope       policy.Scope
		From, Until time.Time
		Appeal      *policy.Appeal
		Lifted      *policy.Lifting
		Reasons     int
	}
	said := struct {
		First, Last        time.Time
		Weight, Complaints float64
		Offences           int
		Standing, History  []sanction
		Override           *policy.Override
		Reached, Answered  float64
	}{a.First, a.Last, a.Strikes, a.ComplaintWeight, len(a.Offences), nil, nil, a.Override, a.Reached, a.Answered}
	short := func(list []policy.Sanction) (out []sanction) {
		for _, s := range list {
			out = append(out, sanction{s.ID, s.By, s.Kind, s.Scope, s.From, s.Until, s.Appeal, s.Lifted, len(s.Reasons)})
		}
		return out
	}
	said.Standing, said.History = short(a.Standing), short(a.History)
	b, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// weighed is what was said, but for how much of an offence has faded: that says only that
// there is some. Since strikes do not fade while a sanction refuses, the last release
// reads less from the same log.
func weighed(t *testing.T, said json.RawMessage) (all map[string]any) {
	t.Helper()
	if err := json.Unmarshal(said, &all); err != nil {
		t.Fatal(err)
	}
	if weight, ok := all["Weight"].(float64); ok {
		all["Weight"] = weight > 0
	}
	return all
}

// turn reads what the last one left, checks it, lets a day happen, and says what it
// leaves.
func (r *relay) turn(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	store := &relayStore{policy.NewMemory(0), map[policy.Key]relayed{}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, rec := range r.Records {
		var key policy.Key
		data, err := hex.DecodeString(rec.Data)
		must(err)
		_, err = hex.Decode(key[:], []byte(name))
		must(err)
		must(store.Update(ctx, key, func([]byte) (policy.Record, error) {
			return policy.Record{Data: data, Expires: rec.Expires, Listed: rec.Listed, Pinned: rec.Pinned}, nil
		}))
	}
	now := dawn.Add(time.Duration(r.Turn) * 24 * time.Hour)
	e, err := policy.New(policy.Config{Store: store, Secret: []byte("two releases"), Timeout: time.Minute, Now: func() time.Time { return now }})
	must(err)
	defer func() { must(e.Close()) }()
	for name, want := range r.Accounts {
		was, is := weighed(t, want), weighed(t, standing(t, e, name))
		if diff := cmp.Diff(was, is); diff != "" {
			t.Errorf("turn %d: of %s the last one said something else (-last +now):\n%s", r.Turn, name, diff)
		}
	}
	n := 0
	say := func(from, to, text string) policy.Decision {
		n++
		d, err := e.Evaluate(ctx, policy.Message{ID: fmt.Sprint(r.Turn, "-", n), Sender: from, Recipients: policy.To(to), Text: text, Origin: "device of " + from})
		must(err)
		now = now.Add(time.Minute)
		return d
	}
	if r.Turn > 0 && say("eve", "ann", "let me in").Verdict != policy.Reject {
		t.Errorf("turn %d: a suspended account is let in", r.Turn)
	}
	for i := range 30 {
		from, to := relayAccounts[i%4], relayAccounts[(i+1)%4]
		say(from, to, fmt.Sprint("shall we meet at ", i, " by the harbour?"))
		say(to, from, fmt.Sprint("gladly, not before ", i))
		to = fmt.Sprint("stranger ", r.Turn, "-", i)
		say("seller", to, fmt.Sprint("A bargain that you must not miss, only today: watches of gold for the price of brass, write to me now, ", to))
		say("drummer", to, fmt.Sprint("Hello ", to, ", our band needs a drummer for the summer tour, might you know somebody?"))
		if i%5 == 0 {
			must(e.Record(ctx, policy.Reply{From: to, To: "drummer"}))
			must(e.Record(ctx, policy.Complaint{ID: fmt.Sprint("c", r.Turn, i), From: to, Against: "seller", Category: policy.Spam}))
		}
	}
	if r.Turn == 0 {
		_, err := e.Impose(ctx, policy.Sanction{Account: "eve", Kind: policy.Suspension, By: "mod"})
		must(err)
		must(e.Override(ctx, policy.Override{Account: "moderated", Verdict: policy.Hold, By: "mod", Until: now.AddDate(0, 1, 0)}))
	}
	s, err := e.Impose(ctx, policy.Sanction{Account: "pardoned", Kind: policy.Block, By: "mod", Until: now.AddDate(0, 0, 3)})
	must(err)
	appeal, err := e.Appeal(ctx, policy.Appeal{Account: "pardoned", Sanction: s.ID})
	must(err)
	if r.Turn%2 == 1 {
		must(e.Resolve(ctx, "pardoned", appeal.ID, policy.Ruling{Outcome: policy.Overturned, By: "judge"}))
	}
	r.Turn++
	now = dawn.Add(time.Duration(r.Turn) * 24 * time.Hour)
	r.Records, r.Accounts = map[string]relayed{}, map[string]json.RawMessage{}
	for entry, err := range store.All(ctx, false) {
		must(err)
		rec := store.meta[entry.Key]
		rec.Data = hex.EncodeToString(entry.Data)
		r.Records[hex.EncodeToString(entry.Key[:])] = rec
	}
	for _, name := range relayAccounts {
		r.Accounts[name] = standing(t, e, name)
	}
}

// TestTwoReleases: what the last release left this one knows, and goes on with.
func TestTwoReleases(t *testing.T) {
	file, relays := os.Getenv("DECORUM_RELAY"), 1
	if file == "" {
		file, relays = lastRelease, 4
	}
	var r relay
	switch b, err := os.ReadFile(file); {
	case err == nil && !*update:
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatal(err)
		}
		if r.Turn == 0 || len(r.Records) < len(relayAccounts) {
			t.Fatalf("%s shows little", file)
		}
	case err != nil && !errors.Is(err, os.ErrNotExist):
		t.Fatal(err)
	case file == lastRelease && !*update:
		t.Fatal(err)
	}
	for range relays {
		r.turn(t)
		if *update {
			break
		}
	}
	if file == lastRelease && !*update {
		return
	}
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNewerPolicy: a policy file with fields that a release does not know is refused by
// the name of each, so that nobody is judged by half a policy. .ci/releases has the last
// release read a file of this one.
func TestNewerPolicy(t *testing.T) {
	file, given := os.LookupEnv("DECORUM_NEWER_POLICY")
	if !given {
		file = "testdata/policies/good/rules.json"
	}
	fields := strings.Fields(os.Getenv("DECORUM_NEWER_FIELDS"))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !given {
		if _, err := policy.ReadPolicy(bytes.NewReader(text)); err != nil {
			t.Error(err)
		}
		text = bytes.ReplaceAll(text, []byte(`"rules":`), []byte(`"of_a_later_release":`))
		fields = []string{"of_a_later_release"}
	}
	p, err := policy.ReadPolicy(bytes.NewReader(text))
	if err == nil || p != nil {
		t.Fatalf("it is taken: %v, %v", p, err)
	}
	for _, field := range fields {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("nothing is said of %s: %v", field, err)
		}
	}
}
