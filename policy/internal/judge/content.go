package judge

import "github.com/decorum-go/decorum/similarity"

// A Content is the text of a message, or one of its pictures. A message is judged by
// one of its contents; the campaign index counts all. So a picture is known under another
// caption, and a text beside another picture.
type Content struct {
	Sketch    similarity.Sketch
	Cluster   similarity.Cluster
	Reception Reception
	Picture   bool
}

// gravity says how much is known of a content, from the least.
func (c *Content) gravity() int {
	switch {
	case c.Cluster.Flagged > 0 || c.Reception.Crowd == Unwelcome:
		return 3
	case c.Cluster.Messages > 1:
		return 2
	case !c.Picture:
		return 1
	}
	return 0
}

// Choose returns the content that a message is judged by: one that others were sanctioned
// for, or that nobody wants; else what was sent before, to the most people, or a line
// that somebody wrote once would hide the picture of a campaign; else the text. What is
// welcome clears a message only where nothing else in it is as widespread, or nobody
// could tell: or whoever adds a welcome picture could send anything.
func Choose(all []Content) *Content {
	var best, welcome *Content
	for i := range all {
		c := &all[i]
		if c.Reception.Crowd == Welcome {
			if welcome == nil || c.Cluster.Recipients > welcome.Cluster.Recipients {
				welcome = c
			}
			continue
		}
		if best == nil || c.gravity() > best.gravity() || c.gravity() == best.gravity() && c.Cluster.Recipients > best.Cluster.Recipients {
			best = c
		}
	}
	switch {
	case best == nil:
		return welcome
	case welcome == nil:
		return best
	}
	switch best.gravity() {
	case 0:
		return welcome
	case 2: // what always travels with it is welcome as well
		if 2*best.Cluster.Recipients >= welcome.Cluster.Recipients {
			return welcome
		}
	}
	return best
}

// Beside is the cluster, and the people reached, of the most widespread of the contents
// that a message is not judged by and that others send, if there is one: people answer
// and complain about all of it. A line of each sender's own would keep a picture welcome
// for ever.
func Beside(all []Content, judged *Content, others int) (id uint64, people int) {
	for i := range all {
		if c := &all[i]; c != judged && c.Cluster.Senders >= others && c.Cluster.Recipients > people {
			id, people = c.Cluster.ID, c.Cluster.Recipients
		}
	}
	return id, people
}

// PickNew is a content that nobody sent before, the text or any picture: none is picked
// sooner for its place. nil: there is none.
func PickNew(all []Content, in *Input) (new *Content) {
	order := func(c *Content) uint64 {
		if !c.Picture {
			return 0
		}
		return (c.Sketch.Exact ^ in.Me ^ in.To[0].Who) * 0x9e3779b97f4a7c15
	}
	for i := range all {
		c := &all[i]
		if c.Cluster.Messages == 1 && !c.Sketch.Same(&in.Sketch) && (new == nil || order(c) < order(new)) {
			new = c
		}
	}
	return new
}
