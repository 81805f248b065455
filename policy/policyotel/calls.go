package policyotel

import (
	"context"
	"io"
	"iter"

	"github.com/decorum-go/decorum/policy"
)

// spanPrefix begins the name of each span; what follows is the operation.
const spanPrefix = "decorum."

// operations are what calls are called, in spans and in decorum.operation.
var operations = []string{
	"accept_emptied", "account", "acts", "appeal", "brake", "clear_override", "clear_text", "discard", "end_override",
	"evaluate", "evaluate_prepared", "export", "forget", "health", "impose", "learn", "lift", "lift_all", "override",
	"preview", "record", "rekey", "release", "resolve", "restore", "rule_text", "sanctions", "set_text", "snapshot",
	"statement", "tell_acts", "texts", "unbrake",
}

// AcceptEmptied is that of policy.Engine, as a span.
func (e *Engine) AcceptEmptied(ctx context.Context) (int, error) {
	c := e.begin(ctx, "accept_emptied")
	out, err := e.Engine.AcceptEmptied(c.ctx)
	return out, c.end(err)
}

// Account is that of policy.Engine, as a span.
func (e *Engine) Account(ctx context.Context, account string) (policy.Account, error) {
	c := e.begin(ctx, "account")
	out, err := e.Engine.Account(c.ctx, account)
	return out, c.end(err)
}

// Acts is that of policy.Engine, as a span.
func (e *Engine) Acts(ctx context.Context, f policy.ActFilter) iter.Seq2[policy.Act, error] {
	return traced(ctx, e, "acts", func(ctx context.Context) iter.Seq2[policy.Act, error] { return e.Engine.Acts(ctx, f) })
}

// Appeal is that of policy.Engine, as a span.
func (e *Engine) Appeal(ctx context.Context, a policy.Appeal) (policy.Appeal, error) {
	c := e.begin(ctx, "appeal")
	out, err := e.Engine.Appeal(c.ctx, a)
	return out, c.end(err)
}

// Brake is that of policy.Engine, as a span.
func (e *Engine) Brake(ctx context.Context, by, why string) error {
	c := e.begin(ctx, "brake")
	return c.end(e.Engine.Brake(c.ctx, by, why))
}

// ClearOverride is that of policy.Engine, as a span.
func (e *Engine) ClearOverride(ctx context.Context, account string) error {
	c := e.begin(ctx, "clear_override")
	return c.end(e.Engine.ClearOverride(c.ctx, account))
}

// ClearText is that of policy.Engine, as a span.
func (e *Engine) ClearText(ctx context.Context, id uint64, by, why string) error {
	c := e.begin(ctx, "clear_text")
	return c.end(e.Engine.ClearText(c.ctx, id, by, why))
}

// Discard is that of policy.Engine, as a span.
func (e *Engine) Discard(ctx context.Context, sender, message string, d policy.Discard) error {
	c := e.begin(ctx, "discard")
	return c.end(e.Engine.Discard(c.ctx, sender, message, d))
}

// EndOverride is that of policy.Engine, as a span.
func (e *Engine) EndOverride(ctx context.Context, account string, l policy.Lifting) error {
	c := e.begin(ctx, "end_override")
	return c.end(e.Engine.EndOverride(c.ctx, account, l))
}

// Evaluate is that of policy.Engine, as a span.
func (e *Engine) Evaluate(ctx context.Context, m policy.Message) (policy.Decision, error) {
	c := e.begin(ctx, "evaluate")
	out, err := e.Engine.Evaluate(c.ctx, m)
	c.decided(&m, &out)
	return out, c.end(err)
}

// EvaluatePrepared is that of policy.Engine, as a span.
func (e *Engine) EvaluatePrepared(ctx context.Context, p *policy.Prepared) (policy.Decision, error) {
	c := e.begin(ctx, "evaluate_prepared")
	out, err := e.Engine.EvaluatePrepared(c.ctx, p)
	c.decided(nil, &out)
	return out, c.end(err)
}

// Export is that of policy.Engine, as a span.
func (e *Engine) Export(ctx context.Context, account string) ([]byte, error) {
	c := e.begin(ctx, "export")
	out, err := e.Engine.Export(c.ctx, account)
	return out, c.end(err)
}

// Forget is that of policy.Engine, as a span.
func (e *Engine) Forget(ctx context.Context, account string) (policy.Remains, error) {
	c := e.begin(ctx, "forget")
	out, err := e.Engine.Forget(c.ctx, account)
	return out, c.end(err)
}

// Health is that of policy.Engine, as a span.
func (e *Engine) Health(ctx context.Context) (policy.Health, error) {
	c := e.begin(ctx, "health")
	out, err := e.Engine.Health(c.ctx)
	return out, c.end(err)
}

// Impose is that of policy.Engine, as a span.
func (e *Engine) Impose(ctx context.Context, s policy.Sanction) (policy.Sanction, error) {
	c := e.begin(ctx, "impose")
	out, err := e.Engine.Impose(c.ctx, s)
	return out, c.end(err)
}

// Learn is that of policy.Engine, as a span.
func (e *Engine) Learn(ctx context.Context, m policy.Message) error {
	c := e.begin(ctx, "learn")
	return c.end(e.Engine.Learn(c.ctx, m))
}

// Lift is that of policy.Engine, as a span.
func (e *Engine) Lift(ctx context.Context, account, id string, l policy.Lifting) error {
	c := e.begin(ctx, "lift")
	return c.end(e.Engine.Lift(c.ctx, account, id, l))
}

// LiftAll is that of policy.Engine, as a span.
func (e *Engine) LiftAll(ctx context.Context, f policy.SanctionFilter, l policy.Lifting) (int, error) {
	c := e.begin(ctx, "lift_all")
	out, err := e.Engine.LiftAll(c.ctx, f, l)
	return out, c.end(err)
}

// NotePolicy is that of policy.Engine, as a span.
func (e *Engine) NotePolicy(ctx context.Context, by, why, detail string) error {
	c := e.begin(ctx, "note_policy")
	return c.end(e.Engine.NotePolicy(c.ctx, by, why, detail))
}

// Override is that of policy.Engine, as a span.
func (e *Engine) Override(ctx context.Context, o policy.Override) error {
	c := e.begin(ctx, "override")
	return c.end(e.Engine.Override(c.ctx, o))
}

// Preview is that of policy.Engine, as a span.
func (e *Engine) Preview(ctx context.Context, m policy.Message) (policy.Decision, error) {
	c := e.begin(ctx, "preview")
	out, err := e.Engine.Preview(c.ctx, m)
	c.decided(&m, &out)
	return out, c.end(err)
}

// Record is that of policy.Engine, as a span.
func (e *Engine) Record(ctx context.Context, ev policy.Event) error {
	c := e.begin(ctx, "record")
	return c.end(e.Engine.Record(c.ctx, ev))
}

// Rekey is that of policy.Engine, as a span.
func (e *Engine) Rekey(ctx context.Context) iter.Seq2[policy.Progress, error] {
	return traced(ctx, e, "rekey", func(ctx context.Context) iter.Seq2[policy.Progress, error] { return e.Engine.Rekey(ctx) })
}

// Release is that of policy.Engine, as a span.
func (e *Engine) Release(ctx context.Context, m policy.Message, r policy.Release) (policy.Decision, error) {
	c := e.begin(ctx, "release")
	out, err := e.Engine.Release(c.ctx, m, r)
	c.decided(&m, &out)
	return out, c.end(err)
}

// Resolve is that of policy.Engine, as a span.
func (e *Engine) Resolve(ctx context.Context, account, id string, ruling policy.Ruling) error {
	c := e.begin(ctx, "resolve")
	return c.end(e.Engine.Resolve(c.ctx, account, id, ruling))
}

// Restore is that of policy.Engine, as a span.
func (e *Engine) Restore(ctx context.Context, r io.Reader) error {
	c := e.begin(ctx, "restore")
	return c.end(e.Engine.Restore(c.ctx, r))
}

// RuleText is that of policy.Engine, as a span.
func (e *Engine) RuleText(ctx context.Context, t policy.TextRuling) (policy.TextEffect, error) {
	c := e.begin(ctx, "rule_text")
	out, err := e.Engine.RuleText(c.ctx, t)
	return out, c.end(err)
}

// Sanctions is that of policy.Engine, as a span.
func (e *Engine) Sanctions(ctx context.Context, filter ...policy.SanctionFilter) iter.Seq2[policy.Sanction, error] {
	return traced(ctx, e, "sanctions", func(ctx context.Context) iter.Seq2[policy.Sanction, error] { return e.Engine.Sanctions(ctx, filter...) })
}

// SetText is that of policy.Engine, as a span.
func (e *Engine) SetText(ctx context.Context, t policy.TextRule) (policy.TextRule, error) {
	c := e.begin(ctx, "set_text")
	out, err := e.Engine.SetText(c.ctx, t)
	return out, c.end(err)
}

// Snapshot is that of policy.Engine, as a span.
func (e *Engine) Snapshot(ctx context.Context, w io.Writer) error {
	c := e.begin(ctx, "snapshot")
	return c.end(e.Engine.Snapshot(c.ctx, w))
}

// Statement is that of policy.Engine, as a span.
func (e *Engine) Statement(ctx context.Context, account, sanction string, l policy.Language) (policy.Statement, error) {
	c := e.begin(ctx, "statement")
	out, err := e.Engine.Statement(c.ctx, account, sanction, l)
	return out, c.end(err)
}

// TellActs is that of policy.Engine, as a span.
func (e *Engine) TellActs(ctx context.Context) (int, error) {
	c := e.begin(ctx, "tell_acts")
	out, err := e.Engine.TellActs(c.ctx)
	return out, c.end(err)
}

// Texts is that of policy.Engine, as a span.
func (e *Engine) Texts(ctx context.Context) iter.Seq2[policy.TextRule, error] {
	return traced(ctx, e, "texts", func(ctx context.Context) iter.Seq2[policy.TextRule, error] { return e.Engine.Texts(ctx) })
}

// Unbrake is that of policy.Engine, as a span.
func (e *Engine) Unbrake(ctx context.Context, by, why string) error {
	c := e.begin(ctx, "unbrake")
	return c.end(e.Engine.Unbrake(c.ctx, by, why))
}

// traced is a span from the first of what is yielded to the last, with what the caller
// does meanwhile.
func traced[T any](ctx context.Context, e *Engine, name string, all func(context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		c, last := e.begin(ctx, name), error(nil)
		defer func() { _ = c.end(last) }()
		for v, err := range all(c.ctx) {
			if last = err; !yield(v, err) {
				return
			}
		}
	}
}
