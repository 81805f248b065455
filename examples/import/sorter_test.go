package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestSorter: lines come in order of time, those of one time as they were given,
// however little fits into memory: a stable sort in memory says the same.
func TestSorter(t *testing.T) {
	for _, limit := range []int{1, 200, 4000, 0} {
		type item struct {
			at   time.Time
			line string
		}
		r := rand.New(rand.NewPCG(1, uint64(limit)))
		var all []item
		s := &sorter{dir: t.TempDir(), limit: limit}
		for i := range 500 {
			it := item{time.Unix(r.Int64N(40)-20, r.Int64N(2)), fmt.Sprint(i, bytes.Repeat([]byte("x"), r.IntN(9)))}
			all = append(all, it)
			if err := s.add(it.at, []byte(it.line)); err != nil {
				t.Fatal(err)
			}
		}
		if most := cmp.Or(limit, maxHeld) + 100; len(s.held) > most {
			t.Errorf("limit %d: holds %d bytes", limit, len(s.held))
		}
		slices.SortStableFunc(all, func(a, b item) int { return a.at.Compare(b.at) })
		i := 0
		err := s.each(func(at time.Time, line []byte) error {
			if i < len(all) && (!at.Equal(all[i].at) || string(line) != all[i].line) {
				t.Errorf("limit %d, line %d: %v %s, want %v %s", limit, i, at, line, all[i].at, all[i].line)
			}
			i++
			return nil
		})
		if err != nil || i != len(all) {
			t.Errorf("limit %d: %d of %d lines, %v", limit, i, len(all), err)
		}
		s.close()
	}
	s := &sorter{dir: "/dev/null", limit: 1}
	if err := s.add(time.Unix(1, 0), []byte("x")); err == nil {
		t.Error("no error where no file can be made")
	}
}
