package similarity

import (
	"io"
	"slices"
	"sync"
	"testing"
	"time"
)

// fullIndex is an Index of which every place is taken.
func fullIndex(b *testing.B, cfg IndexConfig) *Index {
	b.Helper()
	x := NewIndex(cfg)
	for i := range uint64(x.cfg.MaxClusters) {
		s := unlike(i)
		x.Observe(t0, s, i, i, i+1, i+2)
		if i%16 == 0 {
			x.Observe(t0, s, i+1, i+3, i+4, i+5)
			x.Observe(t0, s, i+2, i+3, i+4, i+5)
		}
	}
	return x
}

// unlike is a sketch of a text that shares nothing with those of other i.
func unlike(i uint64) *Sketch {
	s := &Sketch{Grams: fullLikely, Information: fullLikely, Filled: numBins, Exact: mix64(i)}
	for k := range s.Bins {
		s.Bins[k] = uint8(max(mix64(i<<8|uint64(k)), 1))
	}
	for k := range s.Anchors {
		s.Anchors[k] = uint32(mix64(i<<16 | uint64(k)))
	}
	return s
}

// BenchmarkSnapshot writes a full index, while another goroutine changes it. stall-ms
// is what that waits at the longest for one Snapshot, the median of all.
func BenchmarkSnapshot(b *testing.B) {
	x := fullIndex(b, IndexConfig{})
	var waits []time.Duration
	for b.Loop() {
		over := make(chan struct{})
		var worst time.Duration
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				start := time.Now()
				x.Flag(t0, 1, 1) // of no cluster
				worst = max(worst, time.Since(start))
			}
		})
		if err := x.Snapshot(io.Discard); err != nil {
			b.Fatal(err)
		}
		close(over)
		wg.Wait()
		waits = append(waits, worst)
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "stall-ms")
}
