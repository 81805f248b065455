package replay

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/decorum-go/decorum/policy"
)

// TestPageAnswers counts what the page answers once more, from what -decisions and
// -senders write of the same log.
func TestPageAnswers(t *testing.T) {
	list := played(t, "member:days=10,recruiter:days=2,blaster:hours=1,filler:days=1,disguiser:hours=1,campaign:days=1", 2)
	file := write(t, "log.jsonl", lined(list))
	to := map[string][]string{} // recipients by ID
	for i := range list {
		to[list[i].ID] = list[i].To
	}
	html := filepath.Join(t.TempDir(), "report.html")
	lines, decisions := listing(t, "-html", html, "-sensitivity=false", "-retry=false", file)

	acted := map[string]policy.Kind{}
	messages, stopped, before := [2]int{}, [2]int{}, [2]int{} // from the first warning on, from the first block on
	wrote, reached := [2]map[string]bool{{}, {}}, [2]map[string]bool{{}, {}}
	flags, blocks := map[string]int{}, map[string]int{} // by day
	for _, a := range answers(t, decisions) {
		kind := acted[a.From]
		for _, s := range a.Imposed {
			var k policy.Kind
			if err := k.UnmarshalText([]byte(s.Kind)); err != nil {
				t.Fatal(err)
			}
			if kind = max(kind, k); k >= policy.Block {
				blocks[a.At.Format("2 Jan 2006")]++
			}
		}
		acted[a.From] = kind
		out := a.Verdict == "allow" || a.Verdict == "flag"
		if a.Verdict == "flag" {
			flags[a.At.Format("2 Jan 2006")]++
		}
		for i, least := range []policy.Kind{policy.Warning, policy.Block} {
			if kind < least {
				continue
			}
			messages[i]++
			if !out {
				stopped[i]++
			}
			for _, person := range to[a.ID] {
				wrote[i][person] = true
				reached[i][person] = reached[i][person] || out
			}
		}
	}
	senders := [2]int{}
	for _, l := range lines {
		for i, after := range []*int{l.WarnedAfter, l.BlockedAfter} {
			if after != nil {
				senders[i]++
				before[i] += *after
			}
		}
	}
	page := words(read(t, html))
	for i, what := range []string{"a warning or worse", "a block or worse"} {
		left := 0
		for person := range wrote[i] {
			if !reached[i][person] {
				left++
			}
		}
		want := fmt.Sprintf("From %s on, the %s senders who got it wrote %s more messages to %s people. %s of these would not have gone out; %s people would have heard nothing more from any of them. %s messages had been delivered before",
			what, thousands(senders[i]), thousands(messages[i]), thousands(len(wrote[i])), thousands(stopped[i]), thousands(left), thousands(before[i]))
		if messages[i] < 100 || left < 50 || !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page[:3000])
		}
	}
	for what, days := range map[string]map[string]int{"messages flagged: a person may look": flags, "blocks, or worse, imposed": blocks} {
		most, all := 0, 0
		for _, n := range days {
			most, all = max(most, n), all+n
		}
		found := regexp.MustCompile(what + `([\d,]+?) *(` + thousands(most) + `)(\d+ [A-Z][a-z]+ 2026)` + thousands(all) + `\D`).FindStringSubmatch(strings.ReplaceAll(page, " "+what, "\n"+what))
		if most == 0 || found == nil || days[found[3]] != most {
			t.Errorf("%s: %d at most, %d in all; the page has %q", what, most, all, found)
		}
	}
	groups := regexp.MustCompile(`(?s)<caption>Senders by (.*?)</caption>.*?</table>`).FindAllStringSubmatch(read(t, html), -1)
	for _, group := range groups {
		sum := [2]int{}
		for _, row := range regexp.MustCompile(`</bdi></th><td>(\d+)</td><td>(\d+)</td>`).FindAllStringSubmatch(group[0], -1) {
			var n, warned int
			fmt.Sscan(row[1]+" "+row[2], &n, &warned)
			sum[0], sum[1] = sum[0]+n, sum[1]+warned
		}
		if sum != [2]int{len(lines), senders[0]} {
			t.Errorf("senders by %s: %v, want %d and %d", group[1], sum, len(lines), senders[0])
		}
	}
	if len(groups) == 0 {
		t.Error("the page groups senders by nothing")
	}
	shares := 0.0
	for _, row := range regexp.MustCompile(`<th scope="row"><b>[a-z._]+</b>.*?<td>(\d+)%</td>`).FindAllStringSubmatch(read(t, html), -1) {
		var n float64
		json.Unmarshal([]byte(row[1]), &n)
		shares += n
	}
	if shares < 95 || shares > 105 {
		t.Errorf("the shares of reasons are %v%% together", shares)
	}
	// The accounts of a campaign are one row.
	row := regexp.MustCompile(`<th scope="row" class="text">1\. (?:<i>[^<]*</i> )?<bdi>([^<]*)</bdi></th><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>`).FindStringSubmatch(read(t, html))
	var n, blocked, sent int
	if row != nil {
		fmt.Sscan(row[2]+" "+row[3]+" "+row[4], &n, &blocked, &sent)
	}
	clusters := map[string][]senderLine{}
	for _, l := range lines {
		if l.Gravest != "" && l.Cluster != "" {
			clusters[l.Cluster] = append(clusters[l.Cluster], l)
		}
	}
	largest := []senderLine{}
	for _, c := range clusters {
		if len(c) > len(largest) {
			largest = c
		}
	}
	written := 0
	for _, l := range largest {
		written += l.Messages
	}
	if n < 40 || n != len(largest) || blocked > n || sent != written || !strings.Contains(row[1], "{") {
		t.Errorf("the first campaign is %q; the largest cluster has %d senders and %d messages", row, len(largest), written)
	}
	if told := regexp.MustCompile(`<summary><bdi>(sim\.campaign[^<]*)</bdi>`).FindAllStringSubmatch(read(t, html), -1); len(told) == 0 || slices.Equal(told[0], told[len(told)-1]) {
		t.Errorf("of the campaigns %v are told", told)
	}
}
