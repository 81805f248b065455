package policy

// An offence under a Restriction may bring the same again, as the next step is
// still too far. Two alike would say nothing that one does not, and a person who
// lifts one would free nobody. So the later one replaces the earlier, which has
// ended then, and can be appealed against like any other.

// replacedBy is the note of a sanction that ended because of another one.
func replacedBy(id uint64) string { return "replaced by " + hex64(id) }

// replace ends the automatic Restrictions that say no more than s does.
func (r *record) replace(s *sanction, now uint32) {
	if s.kind != Restriction {
		return
	}
	for i := range r.sanctions {
		o := &r.sanctions[i]
		if o.kind == s.kind && o.by == "" && o.scope == s.scope && o.perDay >= s.perDay && o.until <= s.until && o.stands(now) {
			o.lifted = lifting{at: max(now, 1), note: replacedBy(s.id)}
		}
	}
}

// putBack undoes what s replaced, as far as no ruling has ended that. stood says
// that s was in force until now; if yet another one has replaced s, it is as if
// that one had replaced what s did.
func (r *record) putBack(s *sanction, stood bool) {
	for i := range r.sanctions {
		o := &r.sanctions[i]
		if o.lifted.by != "" || o.lifted.note != replacedBy(s.id) || o.appeal.outcome > Upheld {
			continue
		}
		if stood {
			o.lifted = lifting{}
		} else if s.lifted.at != 0 && s.lifted.by == "" {
			o.lifted.note = s.lifted.note
		}
	}
}
