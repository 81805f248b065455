package redisstore

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// A listener reads the stream.
type listener struct {
	s     *Store
	n     *notes
	from  string  // the last batch that was read; "": not known yet
	leads bool    // the first one: a position that is kept is its
	vain  int     // looks since there was one
	mean  float64 // length of a batch
}

func (l *listener) run(ctx context.Context) {
	tick := time.NewTicker(notesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			_ = l.s.send(context.WithoutCancel(ctx), notesLast)
			return
		case <-l.n.Full():
			_ = l.s.send(ctx, notesWait)
		case <-tick.C:
			_ = l.s.send(ctx, notesWait)
			if l.begin(ctx) {
				l.read(ctx)
			}
		}
	}
}

// begin finds the end of the stream, if that is where to begin, and reports
// whether it is known.
func (l *listener) begin(ctx context.Context) bool {
	if l.from != "" {
		return true
	}
	end, err := l.end(ctx)
	if err != nil {
		return false
	}
	l.at(end)
	return true
}

// end returns the name of the newest batch.
func (l *listener) end(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, notesWait)
	defer cancel()
	last, err := l.s.client.Do(ctx, l.s.client.B().Xrevrange().Key(l.n.key).End("+").Start("-").Count(1).Build()).AsXRange()
	if err != nil {
		return "", err
	}
	if len(last) == 0 {
		return "0-0", nil
	}
	return last[0].ID, nil
}

func (l *listener) at(id string) {
	l.from = id
	if l.leads {
		l.n.mu.Lock()
		l.n.position = id
		l.n.mu.Unlock()
	}
}

// read hands on what others appended.
func (l *listener) read(ctx context.Context) {
	for ctx.Err() == nil {
		wait, cancel := context.WithTimeout(ctx, notesWait)
		page, err := l.s.client.Do(wait, l.s.client.B().Xrange().Key(l.n.key).Start("("+l.from).End("+").Count(notesPage).Build()).AsXRange()
		cancel()
		if err != nil {
			return
		}
		for i := range page {
			if ctx.Err() != nil {
				return
			}
			l.take(&page[i])
		}
		if len(page) == 0 {
			l.rewind(ctx)
		} else {
			l.vain = 0
		}
		if len(page) < notesPage {
			return
		}
	}
}

// take hands on one batch.
func (l *listener) take(e *rueidis.XRangeEntry) {
	batch := e.FieldValues["notes"]
	l.learn(len(batch))
	if e.FieldValues["from"] != l.n.process {
		if !l.n.Hear([]byte(batch)) {
			l.n.refused.Add(1)
		}
	}
	l.at(e.ID)
}

// learn keeps the stream within notesBytes, by the mean length of a batch.
func (l *listener) learn(length int) {
	if l.mean == 0 {
		l.mean = float64(length)
	}
	l.mean += (float64(length) - l.mean) / 32
	l.n.limit.Store(min(max(int64(notesBytes/max(l.mean, 1)), notesLeast), notesMost))
}

// rewind looks after a while whether the stream ends before what was read last:
// a server that lost it begins anew, and its clock may be behind.
func (l *listener) rewind(ctx context.Context) {
	if l.vain++; l.vain < notesRewind {
		return
	}
	l.vain = 0
	if end, err := l.end(ctx); err == nil && before(end, l.from) {
		l.at(end)
	}
}

// before compares two names of entries, "milliseconds-number".
func before(a, b string) bool {
	at, an, _ := strings.Cut(a, "-")
	bt, bn, _ := strings.Cut(b, "-")
	x, _ := strconv.ParseUint(at, 10, 64)
	y, _ := strconv.ParseUint(bt, 10, 64)
	if x != y {
		return x < y
	}
	x, _ = strconv.ParseUint(an, 10, 64)
	y, _ = strconv.ParseUint(bn, 10, 64)
	return x < y
}
