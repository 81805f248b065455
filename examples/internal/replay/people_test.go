package replay

import (
	"strings"
	"testing"
)

// TestPeople: of the honest people in testdata/people.jsonl.gz, and of all with
// whom they talk, nobody is so much as warned, alone in the log or among those
// who abuse messaging. It is always there, as the real streams are not. The
// accounts that copy a letter there are the only ones that may be sanctioned.
// Every message of the honest goes out, but for those of a backlog: forty of
// sixty within a minute are deferred, and tried again all at once.
//
//	simulate -seed 1 -count 2 -days 60 -o testdata/people.jsonl.gz -actors member:days=14,recruiter:days=5,greeter,victim:days=5,organiser,page:followers=150:posts=2,newcomer,jobseeker:days=12,copied:days=8,retries:messages=20,backlog,target:days=5
func TestPeople(t *testing.T) {
	const file = "testdata/people.jsonl.gz"
	worse := write(t, "worse.jsonl", lined(played(t, "blaster:hours=1,filler:days=1,disguiser:hours=1,campaign:accounts=10,harasser", 2)))
	for _, files := range [][]string{{file}, {file, worse}} {
		lines, _ := listing(t, files...)
		var honest, known, sanctioned int
		for name, l := range lines {
			if l.Abuse != nil && !*l.Abuse {
				honest++
				known += l.Messages
				if lost := l.Messages - l.Delivered; lost > 0 && !strings.HasPrefix(name, "sim.backlog.") {
					t.Errorf("%s: %d of %d messages not delivered", name, lost, l.Messages)
				}
			}
			copies := strings.Contains(name, ".throwaway")
			if l.Gravest != "" && (l.Abuse == nil || !*l.Abuse) && !copies {
				t.Errorf("%s: a %s, for %v", name, l.Gravest, l.Reasons)
			}
			if l.Gravest != "" {
				sanctioned++
			}
		}
		if honest != 24 || known < 2400 || sanctioned < 2 || len(files) > 1 && sanctioned < 20 {
			t.Errorf("%d honest people, %d messages of theirs; %d accounts were sanctioned: the test shows little", honest, known, sanctioned)
		}
	}
}
