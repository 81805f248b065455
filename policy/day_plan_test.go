package policy_test

import (
	"math/bits"
	"math/rand/v2"
	"strings"
)

type dayKind uint8

const (
	dayConversation dayKind = iota
	dayStranger
	dayRoom
	dayRetry
	dayMany
)

// A planned is one message of a day.
type planned struct {
	from, to uint32 // accounts; of a retry, to is the place of the first try
	text     uint32
	kind     dayKind
}

// dayFriends are the accounts that an account talks with: each of them has it
// among its own. The first accounts are the busiest.
func dayFriends(account, accounts int) []int {
	n := 1
	switch {
	case account < accounts/256:
		n = 15
	case account < accounts/16:
		n = 7
	}
	list := make([]int, n)
	for i := range list {
		list[i] = account ^ (i + 1)
	}
	return list
}

// dayPlan draws as many messages as there are accounts.
func dayPlan(rng *rand.Rand, accounts int) []planned {
	zipf := rand.NewZipf(rng, 1.1, float64(accounts)/1000, uint64(accounts-1))
	plan := make([]planned, 0, accounts)
	many := planned{kind: dayMany}
	for left := 0; len(plan) < cap(plan); {
		i := len(plan)
		from := uint32(zipf.Uint64())
		p := planned{from: from, to: rng.Uint32N(uint32(accounts)), text: rng.Uint32N(dayTexts)}
		switch share := rng.IntN(100); {
		case share < 80:
			friends := dayFriends(int(from), accounts)
			p.to = uint32(friends[rng.IntN(len(friends))])
		case share < 90:
			p.kind = dayStranger
		case share < 95:
			p.kind = dayRoom
		case share < 98 && i > 0:
			p.kind, p.to = dayRetry, uint32(max(0, i-1-rng.IntN(200)))
			for plan[p.to].kind == dayRetry && p.to > 0 {
				p.to--
			}
		default:
			if left--; left < 0 {
				many.from, many.text, left = from, p.text, dayCopies-1
			}
			many.to = many.from ^ uint32(dayRoomOf-1-left)
			p = many
		}
		if p.to == p.from && p.kind != dayRetry {
			p.to ^= 1
		}
		plan = append(plan, p)
	}
	return plan
}

// Lengths of texts: this share of them has at most so many bytes.
var dayLengths = []struct {
	share float64
	bytes int
}{{0, 2}, {.05, 9}, {.25, 28}, {.5, 52}, {.75, 94}, {.9, 160}, {.95, 230}, {.99, 450}, {.999, 1200}, {1, 2500}}

func dayText(rng *rand.Rand, words []string) string {
	share, length := rng.Float64(), 0.0
	for i := 1; i < len(dayLengths); i++ {
		if a, b := dayLengths[i-1], dayLengths[i]; share <= b.share {
			length = float64(a.bytes) + float64(b.bytes-a.bytes)*(share-a.share)/(b.share-a.share)
			break
		}
	}
	zipf := rand.NewZipf(rng, 1.2, 20, uint64(len(words)-1))
	var t strings.Builder
	for t.Len() < int(length) {
		if t.Len() > 0 {
			t.WriteByte(' ')
		}
		t.WriteString(words[zipf.Uint64()])
	}
	return t.String()
}

// dayWords invents a language: the first words are short and frequent.
func dayWords(rng *rand.Rand) []string {
	const consonants, vowels = "bcdfghjklmnprstvwz", "aeiou"
	words := make([]string, 8000)
	for i := range words {
		var word []byte
		for range 1 + bits.Len(uint(i))/4 + rng.IntN(2) {
			word = append(word, consonants[rng.IntN(len(consonants))], vowels[rng.IntN(len(vowels))])
		}
		words[i] = string(word)
	}
	return words
}
