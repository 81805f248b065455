// Package guides tests what is written for people: README.md and every other page in
// Markdown. Links lead somewhere, pages and paragraphs are short, words are those of the
// trade, programs compile, commands are run, figures have a command beside them, and
// pictures are drawn by the code that they show.
package guides
