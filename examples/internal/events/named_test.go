package events

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAttributeColumns: attributes from columns, and from paths of JSON.
func TestAttributeColumns(t *testing.T) {
	got, faults, notes, err := readFiles(t,
		mapped(t, `at=at,attributes.app=app,attributes.paid(bool)=paid,attributes.level(int)=level,attributes.score(double)=score,attributes.links(list(string))=links,attributes.shop:=north,attributes.ip=origin,attributes.tier=plan{gold:high,free:low,test:-}`,
			`x.jsonl:at=at,attributes.app=client.app,attributes.links(list(string))=links.host,attributes.paid(bool)=paid`),
		[2]string{"m.csv", "at,from,to,app,paid,level,score,links,origin,plan,more\n" +
			"2026-11-23 12:00,a,b,web,yes,3,1.5,x.example;y.example,9.9.9.9,Gold,1\n" +
			"2026-11-23 12:01,a,b,7,no,0,-2,,,,2\n" +
			"2026-11-23 12:02,a,b,,,,,,,test,3\n" +
			"2026-11-23 12:03,a,b,,maybe,,,,,,4\n" +
			"2026-11-23 12:04,a,b,,,1.5,,,,,5\n" +
			"2026-11-23 12:05,a,b,,,,much,,,,6\n"},
		[2]string{"x.jsonl", `{"at":1795435560,"from":"a","to":"b","client":{"app":"ios"},"links":[{"host":"p.example"},{"host":"q.example"}],"paid":true}` + "\n" +
			`{"at":1795435620,"from":"a","to":"b","client":{"app":["x","y"]}}` + "\n"},
	)
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	for _, e := range got {
		all = append(all, e.Attributes)
	}
	want := []map[string]any{
		{"app": "web", "paid": true, "level": 3., "score": 1.5, "links": []any{"x.example", "y.example"}, "shop": "north", "ip": "9.9.9.9", "tier": "high"},
		{"app": "7", "paid": false, "level": 0., "score": -2., "shop": "north"},
		{"app": "ios", "paid": true, "links": []any{"p.example", "q.example"}},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got[0].Origin != "9.9.9.9" {
		t.Errorf("a column that is an attribute is no field any more: origin %q", got[0].Origin)
	}
	if diff := cmp.Diff([]string{
		`m.csv:5: attributes.paid: "maybe" is neither true nor false`,
		`m.csv:6: attributes.level: "1.5" is no whole number: write attributes.level(double)=…`,
		`m.csv:7: attributes.score: "much" is no number`,
		`x.jsonl:2: attributes.app: a list of 2 is not expected here: write attributes.app(list(string))=…`,
	}, faults); diff != "" {
		t.Errorf("faults (-want +got)\n%s", diff)
	}
	if all := strings.Join(notes, "\n"); !strings.Contains(all, "m.csv: columns that are not read: more\n") || strings.Contains(all, "x.jsonl: fields that are not read") {
		t.Errorf("notes: %s", all)
	}
}

func TestAttributeColumnsFaults(t *testing.T) {
	for text, want := range map[string]string{
		"attributes.=app":                    "write attributes.NAME=column",
		"attributes.x(number)=app":           "where KIND is string, bool, int, double or list(string)",
		"attributes.x(int=app":               "write attributes.NAME=column",
		"attributes.x=a,attributes.x(int)=b": `attribute "x" stands twice: "a" and "b"`,
	} {
		if err := (&Mappings{}).Add(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	_, _, _, err := readFiles(t, mapped(t, "attributes.app=client"), [2]string{"m.csv", "at,from,to,app\n2026-11-23 12:00,a,b,web\n"})
	if err == nil || !strings.Contains(err.Error(), `no column "client" for attributes.app; it has at, from, to, app`) {
		t.Errorf("a column that is not there: %v", err)
	}
}
