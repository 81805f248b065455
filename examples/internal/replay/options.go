package replay

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/decorum-go/decorum/examples/internal/events"
	"github.com/decorum-go/decorum/policy/rulekit"
)

// options are the flags.
type options struct {
	compiler    rulekit.Compiler // may be nil
	rule        string
	policy      string
	against     string
	ladder      bool
	svg         string
	json        bool
	decisions   string
	html        string
	title       string
	details     int
	sensitivity bool
	senders     string
	retry       bool
	sample      int
	sampleTo    string
	seed        uint64
	labels      string
	fit         string
	fitTo       string
	share       float64
	despite     []string
	strict      bool
	resolution  time.Duration
	accounts    int
	snapshotAt  int
	maps        events.Mappings
	zoo         zooOptions
	sharding    shardOptions
}

func (o *options) flags(fs *flag.FlagSet) {
	fs.StringVar(&o.policy, "policy", "", "`FILE` of the policy to judge by, or default, strict or observe; without it, the default")
	fs.StringVar(&o.rule, "rule", "", "try a rule: an `EXPRESSION` that is true or false of a message, in the words of policy/docs/rules.md; tells of which messages it is true, and changes nothing. Needs examples/replayx")
	fs.StringVar(&o.against, "against", "", "`FILE` of a second policy: judged beside the first, with everything that follows, and compared sender by sender")
	fs.BoolVar(&o.ladder, "ladder", false, "print what brings what under a policy: that of the file that is named in place of events, or default, strict or observe")
	fs.StringVar(&o.svg, "svg", "", "with -ladder: draw it to `FILE` instead; - is standard output")
	fs.BoolVar(&o.json, "json", false, "print one JSON object instead of a summary")
	fs.StringVar(&o.decisions, "decisions", "", "write one JSON line a message to `FILE`; - is standard output, and the summary goes to standard error")
	fs.StringVar(&o.html, "html", "", "write a page to `FILE`; it shows names and texts of the log; with -zoo, the table, drawn")
	fs.StringVar(&o.title, "title", "", "with -html: the page's title")
	fs.IntVar(&o.details, "details", 200, "with -html: show at most `N` sanctioned senders message by message")
	fs.BoolVar(&o.sensitivity, "sensitivity", true, "with -html: judge the log again under variants of the policy; takes some 12 times as long")
	fs.StringVar(&o.senders, "senders", "", "write one JSON line a sender to `FILE`, the gravest sanction first; CSV if its name ends in .csv; - is standard output, and the summary goes to standard error")
	fs.BoolVar(&o.retry, "retry", true, "try a deferred message once more when its RetryAfter has passed, as its sender would; it counts as delivered if it goes out then")
	fs.IntVar(&o.sample, "sample", 0, "write `N` near misses of the levels, and by chance a tenth of those with a sanction, at least 20, as CSV for people to label; of the near misses those without a label in -labels")
	fs.StringVar(&o.sampleTo, "sample-to", "sample.csv", "with -sample: the `FILE`; - is standard output, and the summary goes to standard error")
	fs.StringVar(&o.labels, "labels", "", "what people found: CSV `FILE` with sender and abusive (yes or no), such as -sample writes; for the estimate of how many of those with a sanction are honest")
	fs.StringVar(&o.fit, "fit", "", "move a level or a weight by a third at most, to what people found: `LABELS` is CSV with sender and abusive, such as -sample writes, or the word truth for the events' own abuse; refuses without enough near misses, and says whom to label")
	fs.StringVar(&o.fitTo, "fit-to", "fitted.json", "with -fit: write the policy to `FILE`, if it is better on senders that it was not fitted to")
	fs.Func("fit-despite", "with -fit: the policy may sanction the labelled honest sender `NAME`, or free the labelled abuser; may be given several times", func(name string) error {
		o.despite = append(o.despite, name)
		return nil
	})
	fs.Float64Var(&o.share, "share", 0, "with -fit: the share of abusive senders, where it is known: nobody is newly sanctioned who would make it more")
	fs.BoolVar(&o.strict, "strict", false, "exit with status 1 if a line is broken or out of order")
	o.resolution = -1
	fs.Func("resolution", "the `RESOLUTION` of the times, such as 1s; without it, whole minutes, hours and days are noticed", func(s string) (err error) {
		o.resolution, err = time.ParseDuration(s)
		return err
	})
	fs.IntVar(&o.accounts, "accounts", 1<<22, "accounts that the memory holds")
	fs.IntVar(&o.snapshotAt, "snapshot-at", 0, "after `N` messages take a snapshot and go on from it in a new engine; for tests: it changes nothing")
	fs.Func("map", "what columns of CSV, or fields of JSON, mean: `at=sent_at,from=user.id,kind:=complaint`; field:=value is the same in every row, kind=type{msg:message,abuse:complaint,*:-} says what values mean. Behind FILE: or a pattern for those files alone; may be given several times", o.maps.Add)
	fs.Func("dates", "how `DATES` are written that can be read in several ways: dmy, mdy, ymd, unix, s, ms, us, ns, excel, or a layout in Go's notation such as 02.01.2006 15:04; without it, that is found out, and asked where nothing tells", o.maps.SetDates)
	fs.Func("zone", "the time `ZONE` of dates that name none, such as Europe/Berlin; without it, UTC", o.maps.SetZone)
	fs.Func("split", "what parts several recipients in one field; without it, ;", o.maps.SetSplit)
	fs.Uint64Var(&o.seed, "seed", 1, "seed of -sample and -fit; with -zoo: the first seed")
	fs.IntVar(&o.sharding.shards, "shards", 1, "judge in `N` shards that tell each other what they saw, once in five minutes of the log's time; with -zoo, each play")
	fs.StringVar(&o.sharding.shard, "shard", "", "judge shard `i/n` alone, such as 1/4: this process is one of n that read the same events, on one machine or on many. Needs -notes")
	fs.StringVar(&o.sharding.notes, "notes", "", "with -shard: where the shards tell each other what they saw, a `DIR` that all of them see, or, with examples/replayx, nats://HOST:4222/STREAM")
	fs.StringVar(&o.sharding.merge, "merge", "", "sum up what the shards have left in `NOTES`")
	o.zoo.flags(fs)
}

// check refuses flags that do not go together.
func (o *options) check(files []string) error {
	o.zoo.first = o.seed
	switch {
	case o.fit != "" && o.against != "":
		return errors.New("-fit compares with what it fits: leave out -against")
	case o.fit != "" && o.labels != "":
		return errors.New("-fit reads labels of its own: leave out -labels")
	case o.sample < 0 || o.details < 0:
		return errors.New("-sample and -details want a number that is not negative")
	case !(o.share >= 0 && o.share < 1):
		return errors.New("-share wants a share from 0 to 1")
	case o.accounts < 1:
		return errors.New("-accounts wants at least 1")
	}
	if err := cmp.Or(o.checkRule(), o.checkShards(files), o.checkZoo(files), o.checkLadder(files)); err != nil {
		return err
	}
	return o.checkOutputs(files)
}

// checkZoo refuses what does not go with -zoo.
func (o *options) checkZoo(files []string) error {
	switch {
	case o.zoo.on && len(files) > 0:
		return errors.New("-zoo makes its own events; give a background with -background")
	case o.zoo.on && o.zoo.seeds < 1:
		return errors.New("-seeds wants at least 1: without a play no bar is missed")
	case o.zoo.on && o.zoo.workers < 1:
		return errors.New("-workers wants at least 1")
	case o.zoo.on && (o.against+o.labels+o.fit+o.senders != "" || o.sample > 0):
		return errors.New("-zoo prints a table; -against, -labels, -fit, -sample and -senders are for events")
	case o.zoo.moderator != "" && (!o.zoo.on || !slices.Contains([]string{"truth", "mistaken"}, o.zoo.moderator)):
		return errors.New("-moderator wants -zoo, and truth or mistaken")
	}
	return nil
}

// checkOutputs refuses to write two things to one file, or over what is read.
func (o *options) checkOutputs(files []string) error {
	inputs := append(slices.Clone(files), o.policy, o.against, o.labels, o.fit)
	outputs := map[string]string{}
	for _, out := range []struct{ flag, name string }{{"-decisions", o.decisions}, {"-senders", o.senders}, {"-html", o.html}, {"-sample-to", o.sampled()}, {"-fit-to", o.fitted()}} {
		if out.name == "" {
			continue
		}
		if out.name != "-" && slices.ContainsFunc(inputs, func(name string) bool { return name != "" && events.Same(name, out.name) }) {
			return fmt.Errorf("%s %s would overwrite what is read from it", out.flag, out.name)
		}
		path := out.name
		if abs, err := filepath.Abs(path); err == nil && path != "-" {
			path = abs
		}
		if other, ok := outputs[path]; ok {
			return fmt.Errorf("%s and %s would both write to %s", other, out.flag, out.name)
		}
		outputs[path] = out.flag
	}
	if o.html == "-" || o.fitted() == "-" {
		return errors.New("-html and -fit-to want a file")
	}
	return nil
}

// sampled and fitted name the files that will be written; "" is none.
func (o *options) sampled() string {
	if o.sample == 0 {
		return ""
	}
	return o.sampleTo
}

func (o *options) fitted() string {
	if o.fit == "" {
		return ""
	}
	return o.fitTo
}
