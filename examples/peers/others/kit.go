package main

import (
	"crypto/sha256"
	"hash/fnv"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"github.com/dgryski/go-minhash"
	"golang.org/x/text/unicode/norm"

	"github.com/decorum-go/decorum/examples/internal/events"
)

// The kit's numbers.
var kitLimits = []limit{{20, time.Minute / 20}, {100, time.Hour / 100}, {250, 24 * time.Hour / 250}}

const (
	kitPeople  = 10 // who do not know the sender and get one text within 24 hours
	kitReports = 3  // people within 30 days
	kitBlock   = 24 * time.Hour
	kitRunes   = 20 // a shorter text is not compared
	nearTexts  = 16 // the last ones that a text is compared with
	nearHashes = 64
	nearEqual  = .6
)

// A kit is what a team writes in a day: limits, equal texts to many who do not know the
// sender, and complaints; a day, and then for good.
type kit struct {
	maker   *maker
	ties    ties
	bans    bans
	limits  map[string]limits
	reports complaints
	texts   map[string][]*kitText // by account, the newest last
	near    bool
}

// A kitText is a text of an account, and who got it when.
type kitText struct {
	hash      [sha256.Size]byte
	signature *minhash.MinWise // of kit+near
	people    map[string]time.Time
	last      time.Time
}

func openKit(m *maker, _ time.Duration, blocked func(string)) (system, error) {
	return &kit{maker: m, ties: ties{}, bans: newBans(blocked), limits: map[string]limits{}, reports: complaints{}, texts: map[string][]*kitText{}}, nil
}

func openNear(m *maker, r time.Duration, blocked func(string)) (system, error) {
	s, err := openKit(m, r, blocked)
	s.(*kit).near = true
	return s, err
}

func (k *kit) judge(e *events.Event) (answer, error) {
	if k.bans.standing(e.From, e.At) {
		return answer{blocked: true}, nil
	}
	if k.bans.vouched(e) {
		k.ties.hear(e)
		return answer{delivered: true}, nil
	}
	if k.limits[e.From] == nil {
		k.limits[e.From] = newLimits(kitLimits)
	}
	if !k.limits[e.From].allow(e.At) {
		return answer{}, nil
	}
	if k.reached(e) >= kitPeople {
		k.ban(e.From, e.At)
		return answer{blocked: true}, nil
	}
	k.ties.hear(e)
	return answer{delivered: true}, nil
}

// ban blocks an account, and counts anew.
func (k *kit) ban(account string, at time.Time) {
	delete(k.texts, account)

	k.bans.add(account, at, kitBlock)
}

func (k *kit) hear(e *events.Event) error {
	k.ties.hear(e)
	k.bans.hear(e)
	switch {
	case !k.maker.listens(e):
	case e.Kind == events.Complaint, e.Kind == events.Blocked:
		if k.reports.add(e, e.At.Add(-30*24*time.Hour)) >= kitReports && k.bans.accused(e) {
			k.ban(e.Against, e.At)
		}
	case e.Kind == events.Review && e.Abusive:
		k.ban(e.Against, e.At)
	}
	return nil
}

func (k *kit) close() error { return nil }

// reached returns how many people who do not know the sender got this text, or one that
// is nearly it, within 24 hours, with this message.
func (k *kit) reached(e *events.Event) int {
	text := fold(e.Text)
	if utf8.RuneCountInString(text) < kitRunes {
		return 0
	}
	t := &kitText{hash: sha256.Sum256([]byte(text)), people: map[string]time.Time{}, last: e.At}
	list := slices.DeleteFunc(k.texts[e.From], func(old *kitText) bool { return e.At.Sub(old.last) >= 24*time.Hour })
	if i := slices.IndexFunc(list, func(old *kitText) bool { return old.hash == t.hash }); i >= 0 {
		t = list[i]
		list = slices.Delete(list, i, i+1)
		t.last = e.At
	} else if k.near {
		t.signature = minhash.NewMinWise(xxhash.Sum64, fnvHash, nearHashes)
		for i, b := 0, []byte(text); i+4 <= len(b); i++ {
			t.signature.Push(b[i : i+4])
		}
	}
	for _, to := range k.ties.strangers(e) {
		t.people[to] = e.At
	}
	k.texts[e.From] = append(list, t)
	all := map[string]bool{}
	for i, old := range k.texts[e.From] {
		if old != t && (!k.near || len(list)-i > nearTexts || old.signature.Similarity(t.signature) < nearEqual) {
			continue
		}
		for to, at := range old.people {
			if e.At.Sub(at) < 24*time.Hour {
				all[to] = true
			}
		}
	}
	return len(all)
}

func fnvHash(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

// fold writes a text as Unicode's NFKC in lower case, without what cannot be seen, and
// with one space between words.
func fold(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
	return strings.Join(strings.Fields(text), " ")
}
