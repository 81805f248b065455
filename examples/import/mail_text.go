package main

import (
	"strings"

	"golang.org/x/net/html"
)

// hidden are the elements whose text nobody reads, or that quote.
var hidden = map[string]bool{"script": true, "style": true, "head": true, "title": true, "blockquote": true}

// lines are the elements that begin a line.
var lines = map[string]bool{"p": true, "div": true, "br": true, "tr": true, "li": true, "h1": true, "h2": true, "h3": true, "table": true}

// fromHTML is the text of a page.
func fromHTML(page string) string {
	var b strings.Builder
	depth := 0 // of hidden elements
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if depth == 0 {
				b.WriteString(strings.Join(strings.Fields(" "+string(z.Text())+" "), " ") + " ")
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch hide := hidden[string(name)]; {
			case lines[string(name)]:
				b.WriteByte('\n')
			case hide && kind == html.StartTagToken:
				depth++
			case hide && kind == html.EndTagToken && depth > 0:
				depth--
			}
		}
	}
}

// unquoted takes away what a letter quotes, the line that says of whom, and what
// stands below the line of a signature.
func unquoted(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "-- " || strings.HasPrefix(line, "-----Original Message-----") {
			break
		}
		if strings.HasPrefix(line, ">") {
			for len(kept) > 0 && strings.TrimSpace(kept[len(kept)-1]) == "" {
				kept = kept[:len(kept)-1]
			}
			if n := len(kept); n > 0 && strings.HasSuffix(strings.TrimSpace(kept[n-1]), ":") {
				kept = kept[:n-1]
			}
			continue
		}
		kept = append(kept, strings.TrimRight(line, " \t"))
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
