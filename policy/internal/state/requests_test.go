package state

import (
	"testing"
	"time"
)

// Requests by day have room in some bytes however long they go on, are as many as were
// sent, taken out of the day on which they were, and lapse after half a year.
func TestRequests(t *testing.T) {
	var r Record
	r.Touch(dawn)
	q := &r.Requests
	at := func(d int) uint32 { return uint32(dawn.AddDate(0, 0, d).Unix()) }
	for d := range 200 {
		q.Send(dawn.AddDate(0, 0, d))
		q.Send(dawn.AddDate(0, 0, d).Add(time.Hour))
	}
	if n, lapses := q.Outstanding(at(199)); n != 400 || lapses > at(400) || q.n != maxRequestDays {
		t.Errorf("%d are outstanding, the oldest until %d, on %d days", n, lapses, q.n)
	}
	if n := len(r.Encode(nil)); n > 200 {
		t.Errorf("%d bytes", n)
	}
	before := q.days[q.n-3].n
	if !q.close(at(197)) || q.days[q.n-3].n != before-1 {
		t.Errorf("one of day 197 was taken out elsewhere: %v", q.days[:q.n])
	}
	if n, _ := q.Outstanding(at(199 + 181)); n != 0 {
		t.Errorf("half a year later %d are outstanding", n)
	}
	q.age(at(199 + 181))
	if q.n != 0 || q.close(at(199)) {
		t.Errorf("%d days are left", q.n)
	}
}
