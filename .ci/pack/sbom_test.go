package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSBOM: what go list finds in the programs and tests of each module is in the bill of
// materials, in that version and with a license, and is reached from the module.
func TestSBOM(t *testing.T) {
	const root, version = "../..", "v1.2.3"
	b, err := sbom(root, version)
	if err != nil {
		t.Fatal(err)
	}
	licensed, depends := map[string]bool{}, map[string]bool{}
	for _, c := range append(b.Components, b.Meta.Component) {
		if licensed[c.Ref] {
			t.Errorf("%s is there twice", c.Ref)
		}
		licensed[c.Ref] = len(c.Licenses) > 0
	}
	for _, d := range b.Dependencies {
		for _, on := range d.DependsOn {
			depends[d.Ref+" "+on] = true
			if !licensed[on] {
				t.Errorf("%s depends on %s, which is not there or has no license", d.Ref, on)
			}
		}
	}
	all, err := released(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("%d modules", len(all))
	}
	for _, m := range all {
		ref := purl(m.path, version)
		if !licensed[ref] {
			t.Errorf("%s is not there or has no license", ref)
		}
		for _, used := range uses(t, filepath.Join(root, m.dir), version) {
			if used != ref && !depends[ref+" "+used] {
				t.Errorf("%s uses %s, which the bill of materials does not say", m.dir, used)
			}
		}
	}
}

// uses are the modules of which go list finds packages in the programs and tests of a
// folder.
func uses(t *testing.T, dir, version string) (all []string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-test", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", "./...")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	for line := range strings.Lines(string(out)) {
		path, v, _ := strings.Cut(strings.TrimSpace(line), " ")
		if path == corePath || strings.HasPrefix(path, corePath+"/") {
			v = version
		}
		if path != "" {
			all = append(all, purl(path, v))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
