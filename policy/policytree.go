package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/decorum-go/decorum/policy/internal/wire"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A treeNode is a value of a policy file as it stands there, before anything is
// known of its type. Objects keep the order of their members.
type treeNode struct {
	kind    nodeKind
	text    string // of a string, a number, a bool
	names   []string
	members map[string]*treeNode
	items   []*treeNode
}

type nodeKind uint8

const (
	isNull nodeKind = iota
	isBool
	isNumber
	isString
	isList
	isObject
)

// String says what the node is, for "must be …, is …".
func (n *treeNode) String() string {
	switch n.kind {
	case isNull:
		return "null"
	case isBool:
		return n.text
	case isNumber:
		return "the number " + wire.Clip(n.text, 40)
	case isString:
		return "the text " + strconv.Quote(wire.Clip(n.text, 40))
	case isList:
		return "a list"
	default:
		return "an object"
	}
}

// set adds a member or replaces it.
func (n *treeNode) set(name string, value *treeNode) {
	if _, ok := n.members[name]; !ok {
		n.names = append(n.names, name)
	}
	n.members[name] = value
}

func newObject() *treeNode { return &treeNode{kind: isObject, members: map[string]*treeNode{}} }

// clone returns a copy that shares no object with n.
func (n *treeNode) clone() *treeNode {
	if n.kind != isObject {
		return n
	}
	c := newObject()
	for _, name := range n.names {
		c.set(name, n.members[name].clone())
	}
	return c
}

// maxDepth of a policy file; a valid one is 7 deep.
const maxDepth = 32

// parseTree reads one JSON text and nothing else. A fault of syntax is the
// only one then; names that stand twice are reported and the last one used.
func parseTree(data []byte, f *faultList) *treeNode {
	if at, problem := syntaxFault(data); problem != "" {
		before := data[:at]
		line := 1 + bytes.Count(before, []byte("\n"))
		column := 1 + utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):])
		f.add(fmt.Sprintf("line %d, column %d", line, column), "%s", problem)
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
func parseNode(d *json.Decoder, path string, depth int, f *faultList) *treeNode {
	token, err := d.Token()
	if err != nil { // a number that only the scanner took for one, a lone surrogate: never seen
		f.add(orFile(path), "%v", err)
		return &treeNode{}
	}
	switch t := token.(type) {
	case bool:
		return &treeNode{kind: isBool, text: strconv.FormatBool(t)}
	case json.Number:
		return &treeNode{kind: isNumber, text: t.String()}
	case string:
		return &treeNode{kind: isString, text: t}
	case json.Delim:
		if depth == maxDepth {
			f.add(orFile(path), "is nested too deeply")
			skipValue(d)
			return &treeNode{}
		}
		if t == '[' {
			n := &treeNode{kind: isList}
			for d.More() {
				n.items = append(n.items, parseNode(d, indexPath(path, len(n.items)), depth+1, f))
			}
			d.Token() // ]
			return n
		}
		n := newObject()
		for d.More() {
			token, _ := d.Token()
			name, _ := token.(string)
			at := joinPath(path, name)
			if _, ok := n.members[name]; ok {
				f.note(at, "stands twice")
			}
			n.set(name, parseNode(d, at, depth+1, f))
		}
		d.Token() // }
		return n
	}
	return &treeNode{} // null
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

// joinPath names a member: "classes.member", or classes["my class"] where the
// name would not be clear in a path.
func joinPath(path, name string) string {
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

func indexPath(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// orFile names the file itself, whose path is empty.
func orFile(path string) string {
	if path == "" {
		return "file"
	}
	return path
}
