package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/licensecheck"
	"golang.org/x/mod/module"
)

// A bom is a bill of materials in CycloneDX 1.6, of which this is what we have to say.
type bom struct {
	Format  string `json:"bomFormat"`
	Spec    string `json:"specVersion"`
	Version int    `json:"version"`
	Meta    struct {
		Component component `json:"component"`
	} `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type component struct {
	Type     string    `json:"type"`
	Ref      string    `json:"bom-ref"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Purl     string    `json:"purl"`
	Licenses []license `json:"licenses"`
}

type license struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

func purl(path, version string) string { return "pkg:golang/" + path + "@" + version }

// sbom tells of the released modules of a tree and of each module that one of them
// requires, directly or not, in the version that it requires. What the modules of
// others are must be in the module cache.
func sbom(root, version string) (*bom, error) {
	all, err := released(root)
	if err != nil {
		return nil, err
	}
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return nil, err
	}
	cache := strings.TrimSpace(string(out))
	b := &bom{Format: "CycloneDX", Spec: "1.6", Version: 1}
	others := map[module.Version]bool{}
	for _, m := range all {
		c, err := describe(module.Version{Path: m.path, Version: version}, filepath.Join(root, "LICENSE"))
		if err != nil {
			return nil, err
		}
		d := dependency{Ref: c.Ref}
		for _, r := range m.file.Require {
			required := r.Mod
			if required.Path == corePath || strings.HasPrefix(required.Path, corePath+"/") {
				required.Version = version
			} else {
				others[required] = true
			}
			d.DependsOn = append(d.DependsOn, purl(required.Path, required.Version))
		}
		b.Dependencies = append(b.Dependencies, d)
		if m.path == corePath {
			b.Meta.Component = c
		} else {
			b.Components = append(b.Components, c)
		}
	}
	for required := range others {
		escaped, err := module.EscapePath(required.Path)
		if err != nil {
			return nil, err
		}
		dir := filepath.Join(cache, escaped+"@"+required.Version)
		found, _ := filepath.Glob(filepath.Join(dir, "LICEN[CS]E*"))
		c, err := describe(required, found...)
		if err != nil {
			return nil, err
		}
		b.Components = append(b.Components, c)
	}
	slices.SortFunc(b.Components, func(a, b component) int { return strings.Compare(a.Ref, b.Ref) })
	return b, nil
}

// describe is a module under the licenses in files, of which the first must be known.
func describe(m module.Version, files ...string) (component, error) {
	ref := purl(m.Path, m.Version)
	c := component{Type: "library", Ref: ref, Name: m.Path, Version: m.Version, Purl: ref}
	if len(files) == 0 {
		return c, fmt.Errorf("no license of %s in the module cache: run go mod download where it is required", m)
	}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return c, err
		}
		found := licensecheck.Scan(text)
		if i == 0 && found.Percent < 75 {
			return c, fmt.Errorf("%s: no known license (%.0f%% of it is)", file, found.Percent)
		}
		for _, match := range found.Match {
			var l license
			if l.License.ID = match.ID; !match.IsURL && !slices.Contains(c.Licenses, l) {
				c.Licenses = append(c.Licenses, l)
			}
		}
	}
	return c, nil
}

func printSBOM(root, version string) error {
	b, err := sbom(root, version)
	if err != nil {
		return err
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", " ")
	return e.Encode(b)
}
