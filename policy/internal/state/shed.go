package state

import (
	"slices"

	"github.com/decorum-go/decorum/limiter"
	"github.com/decorum-go/decorum/policy/internal/ladder"
	"github.com/decorum-go/decorum/policy/internal/stamp"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"github.com/decorum-go/decorum/scoring"
)

// shed drops the least valuable part; it reports whether there was any. Strikes,
// complaints and standing sanctions are never dropped: only what is said of them
// besides.
func (r *Record) shed(round int) bool {
	if round >= len(sheds) {
		return false
	}
	sheds[round](r)
	return true
}

// sheds is in rising order of what it costs to lose a part. Shadows go first: for
// one of them nothing may go that is enforced.
var sheds = [...]func(*Record){
	func(r *Record) {
		for i := range r.NShadows {
			r.Shadows[i].Baseline.Texts = [MaxTexts]TextBaseline{}
		}
	},
	func(r *Record) { r.NShadows = 0 },
	func(r *Record) { r.Gone.keep(MaxGone / 2) },
	func(r *Record) { r.Gone.keep(MaxGone / 4) },
	func(r *Record) { r.Gone.keep(0) },
	func(r *Record) { r.Contacts.told.keep(0) }, // the host can tell again
	func(r *Record) { r.asleep = nil },
	func(r *Record) {
		for i := range r.Texts.N {
			r.Texts.Ring[i].Beside = 0
		}
	},
	func(r *Record) { r.Contacts.approached.keep(0) },
	func(r *Record) { r.Recent.drop(min(r.Recent.N, MaxRecent/2)) },
	func(r *Record) { r.Contacts.gen, r.Evicted[1] = generations{}, evictedOnes{} },
	func(r *Record) { r.Pending.drop(r.Pending.N / 2) },
	func(r *Record) { r.NTurns = 0 },
	func(r *Record) { r.Requests.keep(4) },
	(*Record).dropMonths,
	(*Record).shortenPast,
	func(r *Record) { r.Contacts.approached.reset(); r.Evicted = Evicted{} },
	func(r *Record) { r.Recent.N = 0 },
	func(r *Record) { r.unknown = r.unknown[:0] },
	shedText, shedText, shedText, shedText, shedText, shedText,
	(*Record).shortenNotes,
	shedPast, shedPast, shedPast, shedPast, shedPast, shedPast, shedPast, shedPast,
	func(r *Record) { r.Pending.drop(r.Pending.N); r.Channels = limiter.Windows{} },
	func(r *Record) { r.Contacts.told.reset() },
	func(r *Record) { r.Cleared, r.Echoes, r.Rhythm = scoring.Decayed{}, Echoes{}, scoring.Rhythm{} },
	func(r *Record) { r.Contacts.contacts.keep(200) },
	func(r *Record) { r.Contacts.contacts.reset() },
	func(r *Record) { r.Refuses.keep(MaxRefuses / 8) },
	func(r *Record) { r.Requests.n, r.Requests.Rate = 0, scoring.Responses{} },
	(*Record).shortenDetails,
	func(r *Record) { r.Enforced.Ladder.Conduct = ladder.Conduct{} },
	func(r *Record) { r.RefusedBy.DropComplaints(stamp.Forever) },
	func(r *Record) { r.RefusedBy.keep(manyRefuse) },
	func(r *Record) { r.Full = Full{} }, // the next letter says it again
	func(r *Record) { r.Owed = r.Owed[:min(len(r.Owed), 1)] },
	func(r *Record) { r.Owed = nil },
}

func shedText(r *Record) {
	if r.Texts.N > 2 {
		r.dropText(r.Texts.N - 1)
	}
}

// past reports whether a sanction has ended.
func (r *Record) past(d *Details) bool {
	e := r.Enforced.Ladder.Find(d.ID)
	return e == nil || e.Ended != 0 || e.Until <= stamp.OfMilli(r.Newest)
}

func (r *Record) shortenPast() {
	for i := range r.Details {
		if d := &r.Details[i]; r.past(d) {
			d.NReasons, d.Message = min(d.NReasons, 1), ""
		}
	}
}

func (r *Record) shortenNotes() {
	r.Order.Note = ""
	for i := range r.Details {
		d := &r.Details[i]
		d.Note, d.Appeal.Note = "", ""
		d.NReasons = min(d.NReasons, 2)
	}
}

func (r *Record) shortenDetails() {
	for i := range r.Details {
		d := &r.Details[i]
		d.Message, d.EndedBy, d.Appeal.By = "", "", ""
		d.By, d.NReasons = wire.Clip(d.By, 16), 0
	}
}

// shedPast drops the details of the oldest past sanction about which nothing is
// open.
func shedPast(r *Record) {
	i := slices.IndexFunc(r.Details, func(d Details) bool {
		return r.past(&d) && d.settled()
	})
	if i >= 0 {
		r.Details = slices.Delete(r.Details, i, i+1)
	}
}
