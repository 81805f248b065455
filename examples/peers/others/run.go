package main

import (
	"errors"
	"runtime"
	"sync"
)

// A run is what became of all sources under one system.
type run struct {
	maker
	outcomes []*outcome
	total    total
}

// playAll plays every source before every system, some sources at a time.
func playAll(all []maker, sources []opener) ([]run, error) {
	lives := make([][][]*life, len(sources))
	errs := make([]error, len(sources))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				lives[i], errs[i] = playOne(all, sources[i])
			}
		})
	}
	for i := range sources {
		next <- i
	}
	close(next)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	runs := make([]run, len(all))
	for i := range all {
		var list []*life
		for _, l := range lives {
			list = append(list, l[i]...)
		}
		runs[i] = run{maker: all[i], outcomes: outcomes(list)}
		runs[i].total = totalOf(runs[i].outcomes)
	}
	return runs, nil
}

// playOne plays a source before every system.
func playOne(all []maker, open opener) ([][]*life, error) {
	from, err := open()
	if err != nil {
		return nil, err
	}
	list := make([][]*life, len(all))
	for i := range all {
		if list[i], err = play(&all[i], from); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// of returns what became of a kind, nil if there was none.
func (r *run) of(k kind) *outcome {
	for _, o := range r.outcomes {
		if o.kind == k {
			return o
		}
	}
	return nil
}
