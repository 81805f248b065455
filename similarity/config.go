package similarity

import (
	"cmp"
	"time"
)

// An IndexConfig says how much an Index remembers and what it takes for a
// copy. The zero value has the defaults given with each field. It is a plain value.
type IndexConfig struct {
	// MaxClusters is how many different texts are remembered; 0: 65,536. At
	// most 16,777,214. Each costs less than 300 bytes, all of them together
	// never more. The oldest go first that nobody copied. Raise it, and a
	// campaign that is slow or hides among many texts stays known for longer.
	MaxClusters int
	// Window is how long a text is remembered that nobody sends; 0: 7 days.
	// Raise it, and a pause does not make a campaign new.
	Window time.Duration
	// MinSimilarity is the Jaccard similarity, from 0 to 1, to its first message
	// from which a message joins a cluster; 0: 0.35. Once a cluster has three
	// messages of two senders, 27/35 of it are enough, where both texts say a third
	// more than MinGrams; between, in proportion. Raise it, and edited copies
	// escape; lower it, and unrelated texts share a cluster.
	MinSimilarity float64
	// MinGrams is how much a text must say, by [Sketch.Information], for
	// MinSimilarity to be enough; 0: 32. Down to a third of it, it must be more
	// similar, in proportion; below, it belongs to no cluster. Raise it, and short
	// texts are no longer compared; lower it, and unrelated short ones share a
	// cluster.
	MinGrams int
	// Quota is how many clusters one sender may start in a day (UTC); 0: 64.
	// Messages that join a cluster are never refused. Raise it, and one sender
	// can push more of the others' texts out.
	Quota int
	// MaxTemplates is how many clusters have their template kept, at most a few
	// dozen KB each, see [Index.AddText]; 0: 1,024. Negative: none.
	MaxTemplates int
	// SnapshotText says that Snapshot also writes the templates, which hold
	// hashes of words. They are lost in a restart otherwise.
	SnapshotText bool
}

func (c IndexConfig) withDefaults() IndexConfig {
	c.MaxClusters = min(max(cmp.Or(max(c.MaxClusters, 0), 1<<16), 16), maxSlots)
	c.Window = cmp.Or(max(c.Window, 0), 7*24*time.Hour)
	if !(c.MinSimilarity > 0) { // also NaN
		c.MinSimilarity = 0.35
	}
	c.MinSimilarity = min(c.MinSimilarity, 1)
	c.MinGrams = cmp.Or(max(c.MinGrams, 0), fullLikely)
	c.Quota = cmp.Or(max(c.Quota, 0), 64)
	c.MaxTemplates = cmp.Or(c.MaxTemplates, 1024)
	return c
}

// established is the part of MinSimilarity that is enough to join a cluster of
// several messages and senders: 0.27 of 0.35. That several senders wrote nearly the
// same already makes it unlikely that one more did so by chance. It takes more of a
// text, though: short ones that several write are often a phrase that everybody has.
const (
	established      = 27.0 / 35
	establishedGrams = 4.0 / 3 // of MinGrams
)
