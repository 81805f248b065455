package events

// A Nesting is where in a JSON value a byte stands. The zero Nesting is before it.
type Nesting struct {
	depth           int
	quoted, escaped bool
}

// Step goes on by a byte of the value.
func (n *Nesting) Step(c byte) {
	switch {
	case n.escaped:
		n.escaped = false
	case n.quoted:
		n.escaped, n.quoted = c == '\\', c != '"'
	case c == '"':
		n.quoted = true
	case c == '{' || c == '[':
		n.depth++
	case c == '}' || c == ']':
		n.depth--
	}
}

// Over reports whether the value may end here: outside of brackets and quotation marks.
func (n *Nesting) Over() bool { return n.depth == 0 && !n.quoted }
