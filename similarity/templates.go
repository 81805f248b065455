package similarity

import (
	"encoding/binary"
	"slices"
	"sync"
)

// templates are those of the clusters of an Index: a bounded ring of them. They have
// locks of their own: a text is aligned while the Index looks for others.
type templates struct {
	mu    sync.Mutex // of the ring; each template has its own
	list  []clusterTemplate
	where map[uint64]int // cluster to place in the list
	next  int            // place that is given away next
}

type clusterTemplate struct {
	cluster uint64
	*sharedTemplate
}

type sharedTemplate struct {
	mu sync.Mutex
	Template
}

// templateTexts is how many messages shape the template of a cluster; more
// would cost time and change nothing.
const templateTexts = 64

func (l *templates) of(cluster uint64) *sharedTemplate {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, ok := l.where[cluster]; ok {
		return l.list[i].sharedTemplate
	}
	return nil
}

// put keeps t for a cluster that has none, in the place of the oldest if all are
// taken. It returns the one that the cluster has.
func (l *templates) put(cluster uint64, t *sharedTemplate, limit int) *sharedTemplate {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, ok := l.where[cluster]; ok {
		return l.list[i].sharedTemplate
	}
	if l.where == nil {
		l.where = map[uint64]int{}
	}
	if len(l.list) < limit {
		l.where[cluster] = len(l.list)
		l.list = append(l.list, clusterTemplate{cluster, t})
		return t
	}
	l.next %= len(l.list)
	delete(l.where, l.list[l.next].cluster)
	l.list[l.next] = clusterTemplate{cluster, t}
	l.where[cluster] = l.next
	l.next++
	return t
}

// frozen returns the ring as it stands, for appendBinary.
func (l *templates) frozen() *templates {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &templates{list: slices.Clone(l.list), next: l.next}
}

// appendBinary appends all templates. One is locked while it is written.
func (l *templates) appendBinary(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(l.next))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(l.list)))
	for _, c := range l.list {
		b = binary.LittleEndian.AppendUint64(b, c.cluster)
		c.mu.Lock()
		b = c.appendBinary(b)
		c.mu.Unlock()
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
		l.put(cluster, &sharedTemplate{Template: *readTemplate(r)}, limit)
	}
}

// AddText adds a message to the template of the cluster that Observe put it
// into. The words are kept as hashes keyed by h, never in the clear. It is not
// part of Observe because it costs some microseconds and only clusters with
// copies need it: call it from the second message of a cluster on. It reports
// whether the text went in; the first 64 do that fit.
func (x *Index) AddText(h *Hasher, id uint64, text string) bool {
	templates := x.templatesOf(id)
	if templates == nil {
		return false
	}
	t := templates.of(id)
	if t == nil {
		first := &sharedTemplate{Template: Template{key: h.exact, blind: true}}
		if !first.Add(text) {
			return false
		}
		if t = templates.put(id, first, x.cfg.MaxTemplates); t == first {
			return true
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.key == h.exact && t.messages < templateTexts && t.Add(text)
}

// templatesOf returns the templates, nil if a cluster cannot have one.
func (x *Index) templatesOf(id uint64) *templates {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.cfg.MaxTemplates < 0 || x.slotOf(id) < 0 {
		return nil
	}
	return x.templates
}

// Template returns the template of a cluster, its fixed words written as text
// has them, which is a message of that cluster. It reports whether there is a
// valid one. The Template is the caller's own.
func (x *Index) Template(id uint64, text string) (*Template, bool) {
	templates := x.templatesOf(id)
	if templates == nil {
		return nil, false
	}
	t := templates.of(id)
	if t == nil {
		return nil, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.Valid() {
		return nil, false
	}
	return t.fill(text), true
}
