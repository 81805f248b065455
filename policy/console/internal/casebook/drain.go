package casebook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const (
	batch      = 250
	sweepEvery = 10 * time.Minute
	dueEvery   = time.Minute
)

// keep does by itself what is due by the clock, until the Book is closed.
func (b *Book) keep(ctx context.Context) {
	due, sweep := time.NewTicker(dueEvery), time.NewTicker(sweepEvery)
	defer due.Stop()
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-due.C:
			err = b.fall(ctx)
		case <-sweep.C:
			err = b.Sweep(ctx)
		}
		if ctx.Err() == nil {
			b.kept.set(err, b.o.Now())
		}
	}
}

// drain brings records from the spool into the database until the Book is closed.
func (b *Book) drain(ctx context.Context) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	pause := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			b.countAllowed()
			return
		case <-b.spool.ready:
		case <-second.C:
			b.countAllowed()
		}
		for lines := b.spool.take(batch); len(lines) > 0 && ctx.Err() == nil; lines = b.spool.take(batch) {
			err := b.bring(ctx, lines)
			if ctx.Err() == nil {
				b.health.set(err, b.o.Now())
			}
			if err == nil {
				pause = 0
				continue
			}
			pause = min(2*pause+50*time.Millisecond, 2*time.Second)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
}

// bring brings lines into the database: all at once, and where it refuses that, each for
// itself, without those that it refuses.
func (b *Book) bring(ctx context.Context, lines []line) error {
	err := b.apply(ctx, lines)
	if err == nil || !refused(err) {
		return err
	}
	for i := range lines {
		switch err := b.apply(ctx, lines[i:i+1]); {
		case err == nil:
		case refused(err):
			b.health.Lock()
			b.health.refused++
			b.health.Unlock()
			if err := b.apply(ctx, []line{{n: lines[i].n}}); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return nil
}

// apply brings lines into the database, in one transaction, with how far that is.
func (b *Book) apply(ctx context.Context, lines []line) error {
	last := lines[len(lines)-1].n
	moved := false
	err := b.inTx(ctx, func(t *tx) error {
		// One process at a time, and none of an older version.
		version := 0
		if err := t.row(`SELECT version FROM %meta {lock}`).Scan(&version); err != nil {
			return err
		}
		if version != len(migrations) {
			return fmt.Errorf("%w: %d, this program knows %d: update it", ErrVersion, version, len(migrations))
		}
		c := &change{tx: t, b: b, cases: make(map[string]*Case), days: make(map[day]int64)}
		for i := range lines {
			var r record
			if len(lines[i].data) == 0 || json.Unmarshal(lines[i].data, &r) != nil {
				continue
			}
			if err := c.take(&r, lines[i].n); err != nil {
				return err
			}
		}
		if err := c.write(); err != nil {
			return err
		}
		moved = len(c.cases) > 0
		_, err := t.exec(`INSERT INTO %spools VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET n = $2, at = $3`, b.spool.id, int64(last), b.now())
		return err
	})
	if err != nil {
		return err
	}
	b.spool.has(last)
	if moved {
		b.tell()
	}
	return nil
}

// Flush returns when all that the hooks were told before is in the database.
func (b *Book) Flush(ctx context.Context) error {
	b.countAllowed()
	n := b.spool.last()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !b.spool.stored(n) {
		select {
		case <-tick.C:
		case <-b.done:
			return fmt.Errorf("casebook: the Book was closed")
		case <-ctx.Done():
			if err := b.Health().Err; err != nil {
				return fmt.Errorf("%w: %w", ctx.Err(), err)
			}
			return ctx.Err()
		}
	}
	return nil
}
