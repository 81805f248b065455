package policy

import (
	"context"
	"log/slog"
)

// Hooks are told what happened, after all locks are released. A nil hook is not
// called; the zero Hooks tell nobody. What the engine does never depends on them.
//
// A hook runs on the goroutine that called the engine, but for some Faults and Acted: a
// slow hook makes a slow Evaluate. Several run at a time, but for Acted, which is called
// one act at a time, so they must be safe for concurrent use. What a hook is handed is
// valid during the call only.
type Hooks struct {
	Decided  func(context.Context, *Message, *Decision) // after Evaluate
	Recorded func(context.Context, Event)               // after Record, also of what counted nothing
	Reported func(context.Context, *ReportOutcome)      // what somebody learns who filed a Complaint, then and later
	Imposed  func(context.Context, *Sanction)           // by the ladder or by Impose
	Lifted   func(context.Context, *Sanction)           // by Lift or a ruling; of one that a ruling made milder, as it is now
	Appealed func(context.Context, *Appeal)             // with the Statement, which is not kept
	Resolved func(context.Context, *Appeal)             // with its Ruling
	// Acted is told of every act: in order, one at a time, numbered, and at least once. The
	// record of an account holds an act until Acted was told, so after a crash nothing is
	// lost: see TellActs. It may run on another goroutine that is telling one, a moment
	// after the call that brought the act returned. Each costs two more calls of the store.
	Acted func(context.Context, *Act)
	Fault func(context.Context, error) // a *FaultError: the store failed, is another one, or was emptied; or a clock is wrong
}

// tell hands each of what happened to a hook, if there is one.
func tell[T any](ctx context.Context, hook func(context.Context, *T), all []T) {
	if hook == nil {
		return
	}
	for i := range all {
		hook(ctx, &all[i])
	}
}

// JoinHooks makes hooks that call all of the given ones, in order. Without any it
// returns the zero Hooks.
func JoinHooks(all ...Hooks) Hooks {
	var j Hooks
	for _, h := range all {
		j.Decided = join2(j.Decided, h.Decided)
		j.Recorded = join(j.Recorded, h.Recorded)
		j.Reported = join(j.Reported, h.Reported)
		j.Imposed = join(j.Imposed, h.Imposed)
		j.Lifted = join(j.Lifted, h.Lifted)
		j.Appealed = join(j.Appealed, h.Appealed)
		j.Resolved = join(j.Resolved, h.Resolved)
		j.Acted = join(j.Acted, h.Acted)
		j.Fault = join(j.Fault, h.Fault)
	}
	return j
}

func join[T any](a, b func(context.Context, T)) func(context.Context, T) {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func(ctx context.Context, v T) { a(ctx, v); b(ctx, v) }
}

func join2[T, U any](a, b func(context.Context, T, U)) func(context.Context, T, U) {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func(ctx context.Context, v T, w U) { a(ctx, v, w); b(ctx, v, w) }
}

// LogHooks writes one structured line for every decision that does more than
// allow, and for every event, sanction, appeal, act and fault: what it takes to reproduce
// it, no text and no account's name. A decision to allow, a duplicate, an act and an
// event are of level debug, a fault of level error, the rest of level info. A nil logger logs nothing.
func LogHooks(l *slog.Logger) Hooks {
	if l == nil {
		return Hooks{}
	}
	sanction := func(ctx context.Context, what string, s *Sanction) {
		attrs := []slog.Attr{
			slog.String("id", s.ID), slog.String("kind", s.Kind.String()), slog.String("scope", s.Scope.String()), slog.Time("from", s.From),
			slog.String("policy", s.Policy), slog.String("message", s.Message), slog.Bool("by_hand", s.By != ""),
		}
		if !s.Until.IsZero() {
			attrs = append(attrs, slog.Time("until", s.Until))
		}
		if end := s.Lifted; end != nil {
			attrs = append(attrs, slog.Time("lifted", end.At), slog.Bool("lifted_by_hand", end.By != ""))
		}
		if !s.Pledge.IsZero() {
			attrs = append(attrs, slog.Time("pledge", s.Pledge))
		}
		if s.Appeal != nil && s.Appeal.Ruling != nil {
			attrs = append(attrs, slog.String("outcome", s.Appeal.Ruling.Outcome.String()))
		}
		l.LogAttrs(ctx, slog.LevelInfo, what, attrs...)
	}
	appeal := func(ctx context.Context, what string, a *Appeal) {
		attrs := []slog.Attr{slog.String("id", a.ID), slog.String("sanction", a.Sanction)}
		if a.Ruling != nil {
			attrs = append(attrs, slog.String("outcome", a.Ruling.Outcome.String()))
		}
		l.LogAttrs(ctx, slog.LevelInfo, what, attrs...)
	}
	return Hooks{
		Decided: func(ctx context.Context, m *Message, d *Decision) {
			level := slog.LevelInfo
			if d.Verdict == Allow || d.Verdict == Duplicate {
				level = slog.LevelDebug
			}
			if !l.Enabled(ctx, level) {
				return
			}
			attrs := []slog.Attr{
				slog.String("message", d.Message), slog.String("verdict", d.Verdict.String()), slog.Float64("score", d.Score),
				slog.String("policy", d.Policy), slog.Time("at", d.At), slog.Int("recipients", len(m.Recipients)),
				slog.Bool("repeat", d.Repeat), slog.Bool("degraded", d.Degraded),
			}
			if d.Cluster != 0 {
				attrs = append(attrs, slog.Uint64("cluster", d.Cluster))
			}
			for _, r := range d.Reasons {
				attrs = append(attrs, slog.Group(r.Code, "value", r.Value, "limit", r.Limit, "n", r.N, "points", r.Share))
			}
			for _, o := range d.Shadow {
				attrs = append(attrs, slog.Group("shadow", "policy", o.Policy, "verdict", o.Verdict.String(), "score", o.Score, "imposed", len(o.Imposed)))
			}
			l.LogAttrs(ctx, level, "decided", attrs...)
		},
		Recorded: func(ctx context.Context, ev Event) {
			l.LogAttrs(ctx, slog.LevelDebug, "recorded", slog.String("event", ev.name()))
		},
		Reported: func(ctx context.Context, o *ReportOutcome) {
			l.LogAttrs(ctx, slog.LevelDebug, "reported", slog.String("report", o.Report), slog.String("outcome", o.Outcome.String()), slog.Bool("limited", o.Limited))
		},
		Imposed:  func(ctx context.Context, s *Sanction) { sanction(ctx, "imposed", s) },
		Lifted:   func(ctx context.Context, s *Sanction) { sanction(ctx, "lifted", s) },
		Appealed: func(ctx context.Context, a *Appeal) { appeal(ctx, "appealed", a) },
		Resolved: func(ctx context.Context, a *Appeal) { appeal(ctx, "resolved", a) },
		Acted: func(ctx context.Context, a *Act) {
			l.LogAttrs(ctx, slog.LevelDebug, "acted", slog.String("id", a.ID), slog.Uint64("n", a.N), slog.String("start", a.Start),
				slog.String("what", a.What.String()), slog.Bool("by_hand", a.By != ""), slog.String("key", a.Key), slog.String("sanction", a.Sanction))
		},
		Fault: func(ctx context.Context, err error) {
			l.LogAttrs(ctx, slog.LevelError, "fault", slog.String("error", err.Error()))
		},
	}
}
