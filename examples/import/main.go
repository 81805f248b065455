// Import reads exports of messaging services and writes the events that
// examples/replay reads: JSON lines, in order of time.
//
//	go run . [flags] KIND PATH... | go run ../replay -
//
// Without arguments it says which kinds there are. What could not be read is
// named with its place on standard error, and so is what such an export does
// not tell. README.md says how to export from each service. Nothing is sent
// anywhere.
package main

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // zones, also where the system has none

	"github.com/decorum-go/decorum/examples/internal/events"
)

// Exit statuses, as of replay.
const (
	exitOK     = 0
	exitFailed = 1 // something could not be read to its end, or written, or -strict found a broken message
	exitUsage  = 2 // a flag is wrong
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// options are the flags.
type options struct {
	zone    *time.Location // of times that name none
	zoned   bool           // -zone was given
	dates   order          // of WhatsApp; "": as the file has them
	grouped bool           // a chat of two is a group
	maps    events.Mappings
	query   string
	strict  bool
	temp    string // folder of what does not fit into memory
}

func (o *options) flags(fs *flag.FlagSet) {
	o.zone = time.UTC
	fs.Func("zone", "the time `ZONE` of times that name none, such as Europe/Berlin; without it, UTC", func(s string) (err error) {
		o.zone, err = time.LoadLocation(s)
		o.zoned = true
		return cmp.Or(err, o.maps.SetZone(s))
	})
	fs.Func("dates", "whatsapp, parquet and sql: how `DATES` are written that can be read in several ways: dmy, mdy or ymd; for tables also what replay takes; without it, that is found out, and asked where nothing tells", func(s string) error {
		o.dates = order(s)
		return o.maps.SetDates(s)
	})
	fs.Func("map", "parquet and sql: what columns mean, as `at=sent_at,from=user.id,kind:=message`: see replay", o.maps.Add)
	fs.Func("split", "parquet and sql: what `PARTS` several recipients in one field; without it, ;", o.maps.SetSplit)
	fs.StringVar(&o.query, "query", "", "sql: the `QUERY` whose rows are read")
	fs.BoolVar(&o.grouped, "room", false, "whatsapp: a chat in which only two wrote is a group all the same")
	fs.BoolVar(&o.strict, "strict", false, "exit with status 1 if a message is broken")
	fs.StringVar(&o.temp, "temp", "", "the `FOLDER` for what is sorted and does not fit into memory, about as large as the export; without it, the system's")
}

// A kind is one form of export.
type kind struct {
	name, what string
	read       func(*job, string) error // reads one path; an error ends it before its end
	silent     string                   // what such an export does not tell
}

const letterSilent = "who blocked or reported whom, what others wrote to each other, who got a blind copy, and when accounts were made"

var kinds = []kind{
	{"telegram", "result.json of Telegram Desktop, of one chat or of all", (*job).telegram,
		"who blocked or reported whom, who else read a group, when people joined Telegram, and the first text of an edited message"},
	{"slack", "the folder of an export of Slack, or its zip", (*job).slack,
		"who blocked or reported whom, who was in a channel when a message came, when accounts were made, the first text of an edited message, and when somebody reacted: that counts from the message on"},
	{"discord", "JSON of DiscordChatExporter: the file of a channel, or a folder or zip of many", (*job).discord,
		"who blocked or reported whom, who read a channel, when accounts were made, the first text of an edited message, and when somebody reacted: that counts from the message on"},
	{"matrix", "JSON that Element exports: the file of a room, or a folder or zip of many", (*job).matrix,
		"who ignored or reported whom, who was in the room when a message came, and when accounts were made"},
	{"whatsapp", "the text of an exported chat, or its zip", (*job).whatsapp,
		"who blocked or reported whom, who read a group, when accounts were made, the zone of its times, and to what a message answers"},
	{"mbox", "an mbox, as mail programs and Google Takeout write it, or a folder or zip of many", (*job).mbox, letterSilent},
	{"maildir", "a Maildir: a folder with cur and new in it", (*job).maildir, letterSilent},
	{"parquet", "a file of Parquet, and which column is which: -map at=sent_at,from=sender,to=recipient", (*job).parquet, ""},
	{"sql", "postgres://user@host/database, the file of an SQLite database, or env:NAME, and -query and -map", (*job).sql, ""},
}

func run(args []string, stdout, stderr io.Writer) int {
	var o options
	fs := flag.NewFlagSet("import", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {} // an error is a line, not a line above all flags
	o.flags(fs)
	var rest []string
	for { // flags may stand between the others
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				usage(stderr, fs)
				return exitOK
			}
			fmt.Fprintln(stderr, "import -h lists the flags")
			return exitUsage
		}
		if fs.NArg() == 0 {
			break
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
	if len(rest) == 0 {
		usage(stderr, fs)
		return exitUsage
	}
	for _, k := range kinds {
		if k.name != rest[0] {
			continue
		}
		if len(rest) == 1 {
			fmt.Fprintf(stderr, "import: %s of what? Give %s\n", k.name, k.what)
			return exitUsage
		}
		if k.name == "sql" && o.query == "" {
			fmt.Fprintln(stderr, "import: sql: which rows? Give -query 'SELECT …'")
			return exitUsage
		}
		return convert(&o, k, rest[1:], stdout, stderr)
	}
	fmt.Fprintf(stderr, "import: no kind %q; there are %s\n", rest[0], names())
	return exitUsage
}

func names() string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = k.name
	}
	return strings.Join(list, ", ")
}

func usage(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprint(w, "usage: import [flags] KIND PATH... | replay -\n\nKIND is one of\n")
	for _, k := range kinds {
		fmt.Fprintf(w, "  %-9s %s\n", k.name, k.what)
	}
	fmt.Fprint(w, "\nEvents go to standard output in order of time; what could not be read is named on standard error.\n\n")
	fs.PrintDefaults()
}

// convert reads all paths, and then writes the events in order.
func convert(o *options, k kind, paths []string, stdout, stderr io.Writer) int {
	j := &job{options: o, report: &report{w: stderr}, sorter: &sorter{dir: o.temp}}
	defer j.sorter.close()
	failed := false
	for _, path := range paths {
		if err := k.read(j, path); err != nil {
			if errors.Is(err, errSpill) { // the disk is full: nothing is whole any more
				fmt.Fprintln(stderr, "import:", err)
				return exitFailed
			}
			failed = true
			j.report.failed(err)
		}
	}
	out := bufio.NewWriterSize(stdout, 1<<16)
	err := j.write(out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		fmt.Fprintln(stderr, "import:", err)
		return exitFailed
	}
	j.report.end(k, failed)
	if failed || o.strict && j.report.faults > 0 || j.report.events == 0 {
		return exitFailed
	}
	return exitOK
}
