package policy_test

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"strings"
	"time"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy"
	"github.com/decorum-go/decorum/scoring"
	"github.com/decorum-go/decorum/similarity"
)

// Names and shapes stay: this file compiles as long as programs that use them do.
// It has nothing to run.

var _ func(policy.Config) (*policy.Engine, error) = policy.New
var _ func(*policy.Engine) error = (*policy.Engine).Close
var _ func(*policy.Engine, context.Context, policy.Message) (policy.Decision, error) = (*policy.Engine).Evaluate
var _ func(*policy.Engine, context.Context, policy.Message) (policy.Decision, error) = (*policy.Engine).Preview
var _ func(*policy.Engine, *policy.Prepared, policy.Message) error = (*policy.Engine).Prepare
var _ func(*policy.Engine, context.Context, *policy.Prepared) (policy.Decision, error) = (*policy.Engine).EvaluatePrepared
var _ func(*policy.Engine, context.Context, policy.Message) error = (*policy.Engine).Learn
var _ func(*policy.Engine, context.Context, policy.Event) error = (*policy.Engine).Record
var _ func(*policy.Engine, context.Context, policy.Sanction) (policy.Sanction, error) = (*policy.Engine).Impose
var _ func(*policy.Engine, context.Context, string, string, policy.Lifting) error = (*policy.Engine).Lift
var _ func(*policy.Engine, context.Context, policy.Appeal) (policy.Appeal, error) = (*policy.Engine).Appeal
var _ func(*policy.Engine, context.Context, string, string, policy.Ruling) error = (*policy.Engine).Resolve
var _ func(*policy.Engine, context.Context, policy.Override) error = (*policy.Engine).Override
var _ func(*policy.Engine, context.Context, string) error = (*policy.Engine).ClearOverride
var _ func(*policy.Engine, context.Context, string, policy.Lifting) error = (*policy.Engine).EndOverride
var _ func(*policy.Engine, context.Context, policy.ActFilter) iter.Seq2[policy.Act, error] = (*policy.Engine).Acts
var _ func(*policy.Engine, context.Context) (int, error) = (*policy.Engine).TellActs
var _ func(*policy.Engine, context.Context, string) (policy.Account, error) = (*policy.Engine).Account
var _ func(*policy.Engine, context.Context, string) (policy.Remains, error) = (*policy.Engine).Forget
var _ func(*policy.Engine, context.Context, ...policy.SanctionFilter) iter.Seq2[policy.Sanction, error] = (*policy.Engine).Sanctions
var _ func(*policy.Engine) *policy.Policy = (*policy.Engine).Policy
var _ func(*policy.Engine, *policy.Policy, ...*policy.Policy) error = (*policy.Engine).SetPolicy
var _ func(*policy.Engine, context.Context, io.Writer) error = (*policy.Engine).Snapshot
var _ func(*policy.Engine, context.Context, io.Reader) error = (*policy.Engine).Restore

var _ policy.SignalFunc = (func(dst []scoring.Evidence, m *policy.Message, f *policy.Facts) []scoring.Evidence)(nil)

var _ = policy.Config{
	Policy: (*policy.Policy)(nil), Shadow: []*policy.Policy{policy.Default()}, Store: policy.Store(policy.NewMemory(0)), Secret: []byte("x"),
	Signals: []policy.SignalFunc{nil}, Hooks: policy.Hooks{}, OnFault: policy.Static, Timeout: time.Second, MaxSkew: time.Minute,
	Resolution: time.Second, Logger: (*slog.Logger)(nil), Now: time.Now,
}
var _ = []policy.FaultMode{policy.Static, policy.AllowAll, policy.HoldAll}
var _ = policy.Message{ID: "", Sender: "a", Recipients: []policy.Recipient{{ID: "b", Relation: policy.Stranger}}, Thread: "", Group: "", Reply: false, Channel: "request", Text: "", At: time.Time{},
	Class: policy.Member, Joined: time.Time{}, Composed: time.Second, Origin: "", Evidence: []scoring.Evidence{}}
var _ func(...string) []policy.Recipient = policy.To
var _ = [6]policy.Relation{policy.UnknownRelation, policy.Connection, policy.Follower, policy.SecondDegree, policy.Stranger, policy.Invited}
var _ = [4]policy.Class{policy.Member, policy.Page, policy.Service, policy.Staff}
var _ = [5]policy.Verdict{policy.Allow, policy.Flag, policy.Defer, policy.Hold, policy.Reject}
var _ = [5]policy.Kind{policy.Warning, policy.Block, policy.Restriction, policy.Suspension, policy.Referral}
var _ = [3]policy.Scope{policy.Outreach, policy.Messaging, policy.WholeAccount}
var _ [1]int = [policy.Allow]int{}
var _ [1]int = [policy.Warning]int{}
var _ [1]int = [policy.Upheld]int{}
var _ = policy.Decision{Message: "", Verdict: policy.Allow, Score: 0.5, Reasons: []policy.Reason{}, Imposed: []policy.Sanction{}, Standing: []policy.Sanction{}, RetryAfter: time.Second, Shadow: []policy.Outcome{}, Policy: "", At: time.Time{}, Repeat: false, First: 0, Degraded: false}
var _ func(*policy.Decision) bool = (*policy.Decision).Delivered
var _ func(*policy.Decision) policy.Notice = (*policy.Decision).Notice
var _ func(*policy.Account) policy.Notice = (*policy.Account).Notice
var _ = policy.Reason{Code: policy.Code("x"), Value: 1., Limit: 1., N: 1, Share: 1.}
var _ func(policy.Reason) string = policy.Reason.String
var _ = policy.Sanction{ID: "", Account: "", Kind: policy.Block, Scope: policy.Outreach, PerDay: 1, From: time.Time{}, Until: time.Time{}, Review: time.Time{}, Reasons: []policy.Reason{}, Policy: "", Message: "", By: "", Appeal: &policy.Appeal{}, Lifted: &policy.Lifting{}}
var _ = []policy.Event{
	policy.Reply{From: "", To: "", Message: "", At: time.Time{}},
	policy.Complaint{ID: "", From: "", Against: "", Message: "", Category: policy.Spam, Joined: time.Time{}, At: time.Time{}},
	policy.BlockedBy{From: "", Against: "", At: time.Time{}},
	policy.Unblocked{From: "", Against: "", At: time.Time{}},
	policy.Accepted{From: "", To: "", At: time.Time{}},
	policy.Withdrawn{From: "", To: "", At: time.Time{}},
	policy.Review{Account: "", Message: "", Complaint: "", Abusive: true, Impersonated: policy.Staff, By: "", At: time.Time{}},
	policy.Retraction{Sender: "", Message: "", At: time.Time{}},
}
var _ = []policy.Category{policy.Spam, policy.Harassment, policy.Fraud, policy.Impersonation, policy.Unlawful, policy.Other}
var _ = policy.Appeal{ID: "", Account: "", Sanction: "", Statement: "", Pledge: true, At: time.Time{}, Ruling: &policy.Ruling{}}
var _ = policy.Ruling{Outcome: policy.RulingOutcome(policy.Upheld), Pledge: true, By: "", Note: "", At: time.Time{}}
var _ = []policy.RulingOutcome{policy.Upheld, policy.Reduced, policy.Overturned}
var _ = policy.Lifting{By: "", Note: "", At: time.Time{}}
var _ = policy.Override{Account: "", Verdict: policy.Hold, Until: time.Time{}, By: "", Note: ""}
var _ = policy.Outcome{Policy: "", Verdict: policy.Allow, Score: 1., Reasons: []policy.Reason{}, Imposed: []policy.Sanction{}}
var _ = policy.Hooks{
	Decided:  func(context.Context, *policy.Message, *policy.Decision) {},
	Recorded: func(context.Context, policy.Event) {},
	Imposed:  func(context.Context, *policy.Sanction) {}, Lifted: func(context.Context, *policy.Sanction) {},
	Appealed: func(context.Context, *policy.Appeal) {}, Resolved: func(context.Context, *policy.Appeal) {},
	Fault: func(context.Context, error) {},
}
var _ func(...policy.Hooks) policy.Hooks = policy.JoinHooks
var _ func(*slog.Logger) policy.Hooks = policy.LogHooks
var _ func() *policy.Policy = policy.Default
var _ func() *policy.Policy = policy.Observe
var _ func(io.Reader) (*policy.Policy, error) = policy.ReadPolicy
var _ func(*policy.Policy) error = (*policy.Policy).Validate
var _ func(int) *policy.Memory = policy.NewMemory
var _ policy.Store = (*policy.Memory)(nil)
var _ policy.Loader = (*policy.Memory)(nil)
var _ func(context.Context, policy.Store, policy.Store, policy.CopyOptions) iter.Seq2[policy.Progress, error] = policy.Copy
var _ = policy.Entry{Key: policy.Key{}, Data: nil, Expires: time.Time{}, Written: time.Time{}, Rank: 0, Listed: false, Pinned: false}
var _ = policy.CopyOptions{Since: time.Time{}}
var _ = []error{policy.ErrNotFound, policy.ErrSettled, policy.ErrSnapshot, policy.ErrConflict, policy.ErrHistory, policy.ErrClosed, &policy.FieldError{Field: "", Problem: ""}, &policy.FaultError{Op: "", Err: io.EOF}}

// limiter
var _ = limiter.Limit{N: 1, Per: time.Minute}
var _ func(*limiter.Windows, time.Time, []limiter.Limit, int) limiter.Result = (*limiter.Windows).Take
var _ func(*limiter.Windows, time.Time, []limiter.Limit, int) limiter.Result = (*limiter.Windows).Check
var _ func(*limiter.Windows, time.Time, int) = (*limiter.Windows).Refund
var _ func(*limiter.Windows, time.Time, time.Duration) int = (*limiter.Windows).Count
var _ func(limiter.Windows, []byte) ([]byte, error) = limiter.Windows.AppendBinary
var _ func(*limiter.Windows, []byte) error = (*limiter.Windows).UnmarshalBinary
var _ = limiter.Result{OK: true, Remaining: 1, RetryAfter: time.Second, Limit: limiter.Limit{}}
var _ func(int, ...limiter.Limit) *limiter.Limiter[string] = limiter.New[string]
var _ func(*limiter.Limiter[string], string) bool = (*limiter.Limiter[string]).Allow
var _ func(*limiter.Limiter[string], time.Time, string, int) limiter.Result = (*limiter.Limiter[string]).Take
var _ func(*limiter.Limiter[string], time.Time, string, int) limiter.Result = (*limiter.Limiter[string]).Check
var _ func(*limiter.Limiter[string], time.Time, string, int) = (*limiter.Limiter[string]).Refund
var _ func(*limiter.Limiter[string]) int = (*limiter.Limiter[string]).Len

// similarity
var _ func([]byte) *similarity.Hasher = similarity.NewHasher
var _ func(*similarity.Hasher, *similarity.Sketch, string) = (*similarity.Hasher).Sketch
var _ = similarity.Sketch{Bins: [128]uint8{}, Grams: uint16(1), Exact: uint64(1)}
var _ func(*similarity.Sketch, *similarity.Sketch) float64 = (*similarity.Sketch).Jaccard
var _ func(*similarity.Sketch, *similarity.Sketch) float64 = (*similarity.Sketch).Containment
var _ func(similarity.Sketch, []byte) ([]byte, error) = similarity.Sketch.AppendBinary
var _ func(*similarity.Sketch, []byte) error = (*similarity.Sketch).UnmarshalBinary
var _ func([]byte, string) []byte = similarity.Fold
var _ = similarity.IndexConfig{MaxClusters: 1, Window: time.Hour, MinSimilarity: .4, MinGrams: 1}
var _ func(similarity.IndexConfig) *similarity.Index = similarity.NewIndex
var _ func(*similarity.Index, time.Time, *similarity.Sketch, uint64, ...uint64) similarity.Cluster = (*similarity.Index).Observe
var _ func(*similarity.Index, time.Time, *similarity.Sketch, uint64, ...uint64) (similarity.Cluster, bool) = (*similarity.Index).Preview
var _ func(*similarity.Index, io.Writer) error = (*similarity.Index).Snapshot
var _ func(*similarity.Index, io.Reader) error = (*similarity.Index).Restore
var _ = similarity.Cluster{ID: uint64(1), Messages: 1, Senders: 1, Recipients: 1, First: time.Time{}, Last: time.Time{}, Similarity: 1.}
var _ func(*similarity.Template, string) bool = (*similarity.Template).Add
var _ func(*similarity.Template) string = (*similarity.Template).String

// scoring

var _ = scoring.Evidence{Code: strings.ToLower("MINE"), Family: scoring.Content, LogOdds: 1., Value: 1., Limit: 1., N: 1}
var _ = []scoring.Family{scoring.Volume, scoring.Content, scoring.Contact, scoring.Reception, scoring.Automation, scoring.Network, scoring.Standing}
var _ = scoring.Scorecard{Prior: .1, Cap: 3.}
var _ func(*scoring.Scorecard, []scoring.Evidence) scoring.Score = (*scoring.Scorecard).Score
var _ = scoring.Score{Probability: 1., LogOdds: 1., Families: 1, Evidence: []scoring.Evidence{}}
var _ func(float64, float64, float64, scoring.Beta) float64 = scoring.Below
var _ func(float64, float64, float64, scoring.Beta) float64 = scoring.Above
var dd scoring.Decayed
var rr scoring.Responses
var ry scoring.Rhythm
var di scoring.Distinct
var _ func([]float64, []bool) (scoring.Calibration, error) = scoring.FitPlatt
var _ func([]float64, []bool) (scoring.Calibration, error) = scoring.FitIsotonic

// plain says that values can be compared, as those without pointers can.
func plain[T comparable](T) bool { return true }

var _ = plain(rr) && plain(ry) && plain(di) && plain(dd) && plain(limiter.Windows{}) && plain(similarity.Sketch{})

var _ = policy.Notice{Code: policy.NoticeCode(""), Kind: policy.Block, Until: time.Time{}, PerDay: 1, Appeal: ""}
var _ func(policy.Notice) string = policy.Notice.String
