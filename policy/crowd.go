package policy

import (
	"encoding/binary"
	"time"

	"github.com/decorum-go/decorum/policy/internal/gossip"
	"github.com/decorum-go/decorum/policy/internal/judge"
	"github.com/decorum-go/decorum/policy/internal/reception"
	"github.com/decorum-go/decorum/policy/internal/stamp"
)

// crowd is from how many senders on it is counted what becomes of a text.
const crowd = 2

// receivedOf is what became of the text of the message, if several send it.
func (e *Engine) receivedOf(w *work) judge.Reception {
	if w.in.Cluster.Senders < crowd {
		return judge.Reception{}
	}
	return e.received.Of(&w.in.Policy.Crowd, w.in.Cluster.ID, w.out.Now)
}

// A word is what somebody let a text know: an answer, or a complaint.
type word struct {
	kind    gossip.Kind // 0: none
	cluster uint64
	who     uint64
	origin  Key
	weight  float64
	asked   uint32 // of an answer
}

// takeWord counts a word about a text, here and elsewhere.
func (e *Engine) takeWord(w *work, said *word, at time.Time) {
	if said.kind == 0 || said.cluster == 0 {
		return
	}
	n := &w.note
	n.Kind, n.Who, n.Cluster, n.At = said.kind, said.who, said.cluster, at.UnixNano()
	n.Origin, n.Weight, n.Asked = binary.LittleEndian.Uint64(said.origin[:]), uint8(100*min(said.weight, 1)+.5), said.asked
	e.hear(n)
	if e.peers != nil {
		e.tellPeers(w)
	}
}

// hear counts what a note says of a text.
func (e *Engine) hear(n *gossip.Note) {
	cluster, at, rules := n.Cluster, time.Unix(0, n.At), &e.settings.Load().enforced.Crowd
	if e.peers != nil {
		cluster = e.peers.names.Get(cluster)
	}
	by := reception.Person{Who: n.Who, Origin: uint32(n.Origin)}
	if n.Kind == gossip.Answered {
		e.received.Answered(rules, cluster, stamp.Time(n.Asked), at, by, float64(n.Weight)/100)
		return
	}
	e.received.Complained(rules, cluster, at, by, float64(n.Weight)/100)
}
