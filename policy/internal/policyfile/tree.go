// Package policyfile reads a JSON file into Go values and says of everything that
// is wrong with it where it stands and what would be right. It knows no policy:
// Parse makes a tree of the file, Merge lays one over another, and a Decoder
// goes through tree and types together. Copy makes the canonical form, in which
// equal content has equal bytes.
package policyfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/decorum-go/decorum/policy/internal/wire"
)

// A Node is a value of a file as it stands there, before anything is known of its
// type. The zero Node is null.
type Node struct {
	Kind    Kind
	Text    string           // of a text, a number, a bool
	Names   []string         // of an object's members, in the order of the file
	Members map[string]*Node // of an object
	items   []*Node          // of a list
}

// A Kind says what a Node is.
type Kind uint8

// The kinds of JSON values.

const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Object
)

// String says what the node is, for "must be …, is …".
func (n *Node) String() string {
	switch n.Kind {
	case Null:
		return "null"
	case Bool:
		return n.Text
	case Number:
		return "the number " + wire.Clip(n.Text, 40)
	case Text:
		return "the text " + strconv.Quote(wire.Clip(n.Text, 40))
	case List:
		return "a list"
	default:
		return "an object"
	}
}

// Set adds a member or replaces it.
func (n *Node) Set(name string, value *Node) {
	if _, ok := n.Members[name]; !ok {
		n.Names = append(n.Names, name)
	}
	n.Members[name] = value
}

// NewObject returns an object without members.
func NewObject() *Node { return &Node{Kind: Object, Members: map[string]*Node{}} }

// Clone returns a copy that shares no object with n.
func (n *Node) Clone() *Node {
	if n.Kind != Object {
		return n
	}
	c := NewObject()
	for _, name := range n.Names {
		c.Set(name, n.Members[name].Clone())
	}
	return c
}

// Merge lays over on base: objects deeply, everything else replaces. It
// changes base.
func Merge(base, over *Node) *Node {
	if base == nil || base.Kind != Object || over.Kind != Object {
		return over
	}
	for _, name := range over.Names {
		base.Set(name, Merge(base.Members[name], over.Members[name]))
	}
	return base
}

// maxDepth of a file; a valid policy is 7 deep.
const maxDepth = 32

// Parse reads one JSON text and nothing else. A fault of syntax is the only one
// then, named by line and column, and Parse returns nil. Names that stand twice
// are reported, and the last one is used.
func Parse(data []byte, f *Faults) *Node {
	if at, problem := syntaxFault(data); problem != "" {
		before := data[:at]
		line := 1 + bytes.Count(before, []byte("\n"))
		column := 1 + utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):])
		f.Add(fmt.Sprintf("line %d, column %d", line, column), "%s", problem)
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return parseNode(d, "", 0, f)
}

// syntaxFault returns where data is not JSON, and why.
func syntaxFault(data []byte) (at int, problem string) {
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return 0, "a byte order mark; write the file without one"
	}
	if !utf8.Valid(data) {
		for at < len(data) {
			r, size := utf8.DecodeRune(data[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		return at, "not valid UTF-8"
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return 0, "the file is empty"
	}
	var raw json.RawMessage
	err := json.Unmarshal(data, &raw)
	if err == nil {
		return 0, ""
	}
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return 0, err.Error()
	}
	problem = strings.TrimPrefix(syntax.Error(), "json: ")
	at = min(max(int(syntax.Offset)-1, 0), len(data))
	if problem == "unexpected end of JSON input" {
		return len(data), "the file ends too early"
	}
	rest := data[at:]
	switch {
	case bytes.HasPrefix(rest, []byte("//")), bytes.HasPrefix(rest, []byte("/*")), bytes.HasPrefix(rest, []byte("#")):
		problem = "comments are not allowed in JSON"
	case strings.HasSuffix(problem, "after top-level value"):
		problem = "nothing may follow the policy"
	case strings.HasSuffix(problem, "looking for beginning of object key string") && rest[0] == '}',
		strings.HasSuffix(problem, "looking for beginning of value") && rest[0] == ']':
		problem = "no comma may stand before the closing bracket"
	}
	return at, problem
}

// parseNode reads the next value of a text that is known to be JSON.
func parseNode(d *json.Decoder, path string, depth int, f *Faults) *Node {
	token, err := d.Token()
	if err != nil { // a number that only the scanner took for one, a lone surrogate: never seen
		f.Add(orFile(path), "%v", err)
		return &Node{}
	}
	switch t := token.(type) {
	case bool:
		return &Node{Kind: Bool, Text: strconv.FormatBool(t)}
	case json.Number:
		return &Node{Kind: Number, Text: t.String()}
	case string:
		return &Node{Kind: Text, Text: t}
	case json.Delim:
		if depth == maxDepth {
			f.Add(orFile(path), "is nested too deeply")
			skipValue(d)
			return &Node{}
		}
		if t == '[' {
			n := &Node{Kind: List}
			for d.More() {
				n.items = append(n.items, parseNode(d, Index(path, len(n.items)), depth+1, f))
			}
			_, _ = d.Token() // ]
			return n
		}
		n := NewObject()
		for d.More() {
			token, _ := d.Token()
			name, _ := token.(string)
			at := Join(path, name)
			if _, ok := n.Members[name]; ok {
				f.note(at, "stands twice")
			}
			n.Set(name, parseNode(d, at, depth+1, f))
		}
		_, _ = d.Token() // }
		return n
	}
	return &Node{} // null
}

// skipValue reads to the end of the list or object that was opened.
func skipValue(d *json.Decoder) {
	for open := 1; open > 0; {
		token, err := d.Token()
		if err != nil {
			return
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			open++
		case json.Delim(']'), json.Delim('}'):
			open--
		}
	}
}

// Join names a member: "classes.member", or classes["my class"] where the
// name would not be clear in a path.
func Join(path, name string) string {
	plain := name != "" && len(name) <= 64
	for _, c := range []byte(name) {
		plain = plain && (c == '_' || c == '-' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z')
	}
	switch {
	case !plain:
		return path + "[" + strconv.Quote(wire.Clip(name, 64)) + "]"
	case path == "":
		return name
	default:
		return path + "." + name
	}
}

// Index names an item of a list: "ladder[2]".
func Index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// orFile names the file itself, whose path is empty.
func orFile(path string) string {
	if path == "" {
		return "file"
	}
	return path
}
