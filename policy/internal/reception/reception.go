// Package reception counts what becomes of the copies of a text, over all who send
// it: people whom it reached, answers, complaints. It is the evidence that tells a
// notice that is passed on from a campaign.
package reception

import (
	"sync"
	"time"

	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/scoring"
)

// maxTexts is how many texts are counted.
const maxTexts = 4096

const complaintHalf = 30 * 24 * time.Hour

type text struct {
	copies     scoring.Responses
	complaints scoring.Decayed
	last       time.Time
	crowd      judge.Crowd
	answerers  [16]uint64
	n          int
}

// A Table is safe for concurrent use. The zero Table is empty.
type Table struct {
	mu    sync.Mutex
	texts map[uint64]*text
}

func (t *Table) at(id uint64, now time.Time) *text {
	if t.texts == nil {
		t.texts = map[uint64]*text{}
	}
	x := t.texts[id]
	if x == nil {
		if len(t.texts) >= maxTexts {
			var oldest uint64
			var when time.Time
			for k, v := range t.texts {
				if when.IsZero() || v.last.Before(when) || v.last.Equal(when) && k < oldest {
					oldest, when = k, v.last
				}
			}
			delete(t.texts, oldest)
		}
		x = &text{}
		t.texts[id] = x
	}
	if now.After(x.last) {
		x.last = now
	}
	return x
}

// Delivered counts n people whom a copy reached.
func (t *Table) Delivered(id uint64, now time.Time, n int) {
	if id == 0 || n == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.at(id, now)
	x.copies.Add(now, float64(n))
	x.judge(now)
}

// Answered counts an answer by who to a copy that they got at asked.
func (t *Table) Answered(id uint64, asked, now time.Time, who uint64, weight float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.texts[id]
	if x == nil {
		return
	}
	for _, w := range x.answerers {
		if w == who {
			return
		}
	}
	x.answerers[x.n%len(x.answerers)] = who
	x.n++
	x.copies.Answer(asked, now, weight)
	x.judge(now)
}

// Complained counts a complaint.
func (t *Table) Complained(id uint64, now time.Time, weight float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x := t.texts[id]; x != nil {
		x.complaints.Add(now, weight, complaintHalf)
		x.judge(now)
	}
}

// Of returns what became of a text.
func (t *Table) Of(id uint64, now time.Time) (r judge.Reception) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.texts[id]
	if x == nil {
		return r
	}
	return x.judge(now)
}

func (x *text) judge(now time.Time) (r judge.Reception) {
	r.Answers, r.Exposure = x.copies.Counts(now)
	r.Copies = x.copies.Attempts(now)
	r.Complaints = x.complaints.At(now, complaintHalf)
	r.Crowd = x.crowd
	r.Judge()
	x.crowd = r.Crowd
	return r
}
