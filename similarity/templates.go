package similarity

import (
	"encoding/binary"
	"sync"
)

// templates are those of the clusters of an Index: a bounded ring of them.
type templates struct {
	list  []clusterTemplate
	where map[uint64]int // cluster to place in the list
	next  int            // place that is given away next
}

type clusterTemplate struct {
	cluster  uint64
	template *Template
}

// templateTexts is how many messages shape the template of a cluster; more
// would cost time and change nothing.
const templateTexts = 64

func (l *templates) of(cluster uint64) *Template {
	if i, ok := l.where[cluster]; ok {
		return l.list[i].template
	}
	return nil
}

// put keeps t for a cluster, in the place of the oldest if all are taken.
func (l *templates) put(cluster uint64, t *Template, limit int) {
	if l.where == nil {
		l.where = map[uint64]int{}
	}
	if len(l.list) < limit {
		l.where[cluster] = len(l.list)
		l.list = append(l.list, clusterTemplate{cluster, t})
		return
	}
	l.next %= len(l.list)
	delete(l.where, l.list[l.next].cluster)
	l.list[l.next] = clusterTemplate{cluster, t}
	l.where[cluster] = l.next
	l.next++
}

// appendBinary appends all templates. One is locked while it is written.
func (l *templates) appendBinary(b []byte, lock *sync.RWMutex) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(l.next))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(l.list)))
	for _, c := range l.list {
		b = binary.LittleEndian.AppendUint64(b, c.cluster)
		lock.RLock()
		b = c.template.appendBinary(b)
		lock.RUnlock()
	}
	return b
}

func (l *templates) read(r *reader, limit int) {
	limit = max(limit, 0)
	l.next = r.less(int(r.u32()), limit+1)
	for range r.less(int(r.u32()), limit+1) {
		if r.bad {
			return
		}
		cluster := r.u64()
		r.bad = r.bad || l.of(cluster) != nil
		l.put(cluster, readTemplate(r), limit)
	}
}

// AddText adds a message to the template of the cluster that Observe put it
// into. The words are kept as hashes keyed by h, never in the clear. It is not
// part of Observe because it costs some microseconds and only clusters with
// copies need it: call it from the second message of a cluster on. It reports
// whether the text went in; the first 64 do that fit.
func (x *Index) AddText(h *Hasher, id uint64, text string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.slotOf(id) < 0 || x.cfg.MaxTemplates < 0 {
		return false
	}
	t := x.templates.of(id)
	if t == nil {
		t = &Template{key: h.exact, blind: true}
		if !t.Add(text) {
			return false
		}
		x.templates.put(id, t, x.cfg.MaxTemplates)
		return true
	}
	return t.key == h.exact && t.messages < templateTexts && t.Add(text)
}

// Template returns the template of a cluster, its fixed words written as text
// has them, which is a message of that cluster. It reports whether there is a
// valid one. The Template is the caller's own.
func (x *Index) Template(id uint64, text string) (*Template, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := x.templates.of(id)
	if t == nil || x.slotOf(id) < 0 || !t.Valid() {
		return nil, false
	}
	return t.fill(text), true
}
