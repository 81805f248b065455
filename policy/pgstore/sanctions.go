package pgstore

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
	"time"

	"github.com/decorum-go/decorum/policy"
)

// sanctionSQL writes what is known of a sanction; what is known of its lifting
// and appeal, and not told again, stays.
const sanctionSQL = `
INSERT INTO %sanctions AS s (id, account, kind, scope, per_day, from_at, until_at, review_at, reasons, policy, message, imposed_by,
	lifted_at, lifted_by, lifted_note, appeal, appealed_at, appeal_outcome, resolved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
ON CONFLICT (id) DO UPDATE SET
	kind = excluded.kind, scope = excluded.scope, per_day = excluded.per_day,
	from_at = excluded.from_at, until_at = excluded.until_at, review_at = excluded.review_at,
	lifted_at = coalesce(excluded.lifted_at, s.lifted_at), lifted_by = coalesce(excluded.lifted_by, s.lifted_by),
	lifted_note = coalesce(excluded.lifted_note, s.lifted_note),
	appeal = coalesce(excluded.appeal, s.appeal), appealed_at = coalesce(excluded.appealed_at, s.appealed_at),
	appeal_outcome = coalesce(excluded.appeal_outcome, s.appeal_outcome), resolved_at = coalesce(excluded.resolved_at, s.resolved_at)`

// appealSQL writes what became of an appeal.
const appealSQL = `
UPDATE %sanctions SET appeal = $2, appealed_at = coalesce($3, appealed_at),
	appeal_outcome = coalesce($4, appeal_outcome), resolved_at = coalesce($5, resolved_at)
WHERE id = $1`

// Hooks write sanctions, liftings and appeals to the table of sanctions, for
// people who ask in SQL. They run within Evaluate and the calls of moderators,
// and cost one statement each, on sanctions only. What cannot be written is
// told to Config.Fault; SyncSanctions makes up for it. Join them with others by
// policy.JoinHooks.
func (s *Store) Hooks() policy.Hooks {
	sanction := func(ctx context.Context, x *policy.Sanction) {
		if err := s.writeSanction(ctx, x); err != nil {
			s.fault(err)
		}
	}
	appeal := func(ctx context.Context, a *policy.Appeal) {
		var outcome *string
		var resolved *time.Time
		if a.Ruling != nil {
			outcome, resolved = new(a.Ruling.Outcome.String()), moment(a.Ruling.At)
		}
		if _, err := s.conns.exec(ctx, "sanction", s.conns.sql(appealSQL), words(a.Sanction), words(a.ID), moment(a.At), outcome, resolved); err != nil {
			s.fault(err)
		}
	}
	return policy.Hooks{Imposed: sanction, Lifted: sanction, Appealed: appeal, Resolved: appeal}
}

// SyncSanctions writes all that a sequence yields, such as
// Engine.Sanctions(ctx), to the table of sanctions: after the hooks failed, or
// a process ended between a decision and its hook.
func (s *Store) SyncSanctions(ctx context.Context, all iter.Seq2[policy.Sanction, error]) error {
	for x, err := range all {
		if err == nil {
			err = s.writeSanction(ctx, &x)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) writeSanction(ctx context.Context, x *policy.Sanction) error {
	reasons := x.Reasons
	if reasons == nil {
		reasons = []policy.Reason{}
	}
	why, err := json.Marshal(reasons)
	if err != nil {
		return &ServerError{Op: "sanction", Kind: ErrServer, Err: err}
	}
	args := []any{
		words(x.ID), words(x.Account), x.Kind.String(), x.Scope.String(), x.PerDay, x.From, moment(x.Until), moment(x.Review),
		strings.ReplaceAll(string(why), `\u0000`, `\ufffd`), words(x.Policy), words(x.Message), words(x.By),
		nil, nil, nil, nil, nil, nil, nil,
	}
	if l := x.Lifted; l != nil {
		args[12], args[13], args[14] = moment(l.At), words(l.By), words(l.Note)
	}
	if a := x.Appeal; a != nil {
		args[15], args[16] = words(a.ID), moment(a.At)
		if a.Ruling != nil {
			args[17], args[18] = a.Ruling.Outcome.String(), moment(a.Ruling.At)
		}
	}
	_, err = s.conns.exec(ctx, "sanction", s.conns.sql(sanctionSQL), args...)
	return err
}

// words is a text as a column can have it.
func words(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}

// moment is a time that may be missing.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
