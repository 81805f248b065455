package main

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/actors"
	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy"
)

// A wave is an actor of the zoo, played against this service: what it did over the last
// hours or days, handed in within seconds, as a queue is after an outage. Each message
// has its own time, and says that it waited (Message.Delayed): so honest actors are
// judged by the pace that they have, and nobody waits for three hours.
const (
	waveSpan  = 6 * 24 * time.Hour // what waited for longer than a week would count as now
	mostWaves = 4                  // at a time
)

// startWave plays an actor.
func (s *service) startWave(w http.ResponseWriter, r *http.Request) {
	roles, err := actors.Parse(r.FormValue("actor"))
	if err == nil && len(roles) != 1 {
		err = fmt.Errorf("choose one actor, not %d", len(roles))
	}
	if err != nil {
		s.failed(w, r, http.StatusBadRequest, err)
		return
	}
	if s.playing.Add(1) > mostWaves {
		s.playing.Add(-1)
		s.failed(w, r, http.StatusTooManyRequests, fmt.Errorf("%d waves at a time: wait for one to end", mostWaves))
		return
	}
	people, err := s.chat.people(r.Context())
	n := 0
	if err == nil {
		n, err = s.chat.newWave(r.Context(), roles[0].Name)
	}
	if err != nil {
		s.playing.Add(-1)
		s.failed(w, r, http.StatusInternalServerError, err)
		return
	}
	s.running.Go(func() {
		defer s.playing.Add(-1)
		s.play(roles[0], people, n)
	})
	http.Redirect(w, r, "/waves", http.StatusSeeOther)
}

// play hands in what an actor does. Members of the chat are among those whom it writes
// to, but they speak for themselves: what the actor would have them do is left out.
func (s *service) play(role actors.Role, people []string, n int) {
	now := time.Now()
	all := role.Play(actors.World{From: now.Add(-waveSpan), Until: now, People: slices.Clone(people)}, uint64(n), n)
	all = all[:min(len(all), s.wave)]
	if len(all) == 0 {
		return
	}
	shift := now.Sub(all[len(all)-1].At) // the last one is now
	for i := range all {
		e := &all[i]
		if !slices.Contains(people, e.From) {
			if err := s.happens(e, shift, n); err != nil {
				s.log.Error("a wave ends", "wave", n, "error", err)
				return
			}
		}
		select {
		case <-s.ending:
			return
		case <-time.After(s.pace):
		}
	}
}

// happens has one event of a wave happen.
func (s *service) happens(e *events.Event, shift time.Duration, n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if e.Kind == events.Message {
		m, err := message(e, shift, n)
		if err == nil {
			_, err = s.send(ctx, m, n)
		}
		return err
	}
	for _, event := range feedback(e, n) {
		if err := s.engine.Record(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// message is the message that an event of a wave is.
func message(e *events.Event, shift time.Duration, n int) (policy.Message, error) {
	var relation policy.Relation
	var accepts policy.Accepts
	if err := cmp.Or(relation.UnmarshalText([]byte(e.Relation)), accepts.UnmarshalText([]byte(e.Accepts))); err != nil {
		return policy.Message{}, err
	}
	m := policy.Message{
		ID: waveID(n, e.ID), Sender: e.From, Thread: e.Thread, Group: e.Group, Reply: e.Answer, Channel: e.Channel, Text: e.Text,
		At: e.At.Add(shift), Delayed: true, Class: policy.Class(e.Class), Composed: e.Composed, Origin: e.Origin, Edit: e.Edit, Media: e.Media, Attributes: e.Attributes,
	}
	if !e.Joined.IsZero() {
		m.Joined = e.Joined.Add(shift)
	}
	for _, id := range e.To {
		m.Recipients = append(m.Recipients, policy.Recipient{ID: id, Relation: relation, Accepts: accepts, Protected: e.Protected})
	}
	return m, nil
}

// feedback are the events that people bring about. What moderators do is left to you.
func feedback(e *events.Event, n int) (all []policy.Event) {
	switch e.Kind {
	case events.Complaint:
		var category policy.Category
		_ = category.UnmarshalText([]byte(e.Category)) // the zoo has none that is not known
		all = append(all, policy.Complaint{From: e.From, Against: e.Against, Message: waveID(n, e.Message), Category: category})
	case events.Blocked:
		all = append(all, policy.BlockedBy{From: e.From, Against: e.Against})
	case events.Contacts:
		for with := range slices.Chunk(e.To, policy.MaxContacts) {
			all = append(all, policy.Contacts{Of: e.From, With: with})
		}
	}
	for _, to := range e.To {
		switch e.Kind {
		case events.Reply:
			all = append(all, policy.Reply{From: e.From, To: to, Message: waveID(n, e.Message)})
		case events.Accepted:
			all = append(all, policy.Accepted{From: e.From, To: to})
		case events.Withdrawn:
			all = append(all, policy.Withdrawn{From: e.From, To: to})
		}
	}
	return all
}

// waveID makes an ID of a wave one of the chat.
func waveID(n int, id string) string {
	if id == "" {
		return ""
	}
	return fmt.Sprintf("wave%d.%s", n, id)
}

// A sender is what became of what one account sent in a wave.
type sender struct {
	Wave                               int
	Actor, Name                        string
	Sent, Delivered, Deferred, Waiting int
	Refused                            int
}

// newWave numbers a wave: accounts of a later one have other names.
func (c *chat) newWave(ctx context.Context, actor string) (n int, err error) {
	err = c.db.QueryRowContext(ctx, `INSERT INTO chat_waves (n, actor) SELECT coalesce(max(n), 0) + 1, $1 FROM chat_waves RETURNING n`, actor).Scan(&n)
	return n, err
}

// senders are those of the newest waves, who sent most first.
func (c *chat) senders(ctx context.Context) (all []sender, err error) {
	err = c.each(ctx, func(rows *sql.Rows) error {
		var x sender
		err := rows.Scan(&x.Wave, &x.Actor, &x.Name, &x.Sent, &x.Delivered, &x.Deferred, &x.Waiting, &x.Refused)
		all = append(all, x)
		return err
	}, `SELECT w.n, w.actor, m.sender, count(DISTINCT m.id), count(DISTINCT CASE m.state WHEN 'delivered' THEN m.id END),
		count(DISTINCT CASE m.state WHEN 'deferred' THEN m.id END), count(DISTINCT CASE m.state WHEN 'waiting' THEN m.id END),
		count(DISTINCT CASE m.state WHEN 'refused' THEN m.id END)
		FROM chat_waves w JOIN chat_messages m ON m.wave = w.n GROUP BY w.n, w.actor, m.sender ORDER BY w.n DESC, 4 DESC, m.sender LIMIT 100`)
	return all, err
}

// waves is the page on which waves are sent, and what became of them.
func (s *service) waves(w http.ResponseWriter, r *http.Request) {
	all, err := s.chat.senders(r.Context())
	if err != nil {
		s.failed(w, r, http.StatusInternalServerError, err)
		return
	}
	s.show(w, http.StatusOK, "waves", map[string]any{"Title": "Waves", "Senders": all, "Actors": actors.All()})
}
