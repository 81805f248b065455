package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

const corePath = "github.com/decorum-go/decorum"

// unreleased are modules that nobody requires: what tests the others, writes a table, or
// is there to be copied.
var unreleased = []string{
	"examples/cluster", "examples/peers", "examples/service",
	"policy/policyhttp/conform", "similarity/internal/gen",
}

// A mod is a module that is released, with the files of its folder that are in the
// repository or could be.
type mod struct {
	path, dir string // dir: below the root, "." for the core
	file      *modfile.File
	files     []string
}

// released lists the modules of a tree, the core first.
func released(root string) ([]mod, error) {
	cmd := exec.Command("git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files in %s: %w", root, err)
	}
	var files, dirs []string
	for name := range strings.SplitSeq(string(bytes.TrimRight(out, "\x00")), "\x00") {
		if _, err := os.Lstat(filepath.Join(root, name)); err != nil || strings.HasPrefix(name, ".") {
			continue // deleted and not committed yet; or of the repository, not of a module
		}
		files = append(files, name)
		if path.Base(name) == "go.mod" && !strings.Contains(name, "testdata/") {
			dirs = append(dirs, path.Dir(name))
		}
	}
	slices.Sort(dirs) // "." comes first
	var all []mod
	for _, dir := range dirs {
		if slices.Contains(unreleased, dir) {
			continue
		}
		m := mod{dir: dir}
		name := filepath.Join(root, dir, "go.mod")
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if m.file, err = modfile.Parse(name, b, nil); err != nil {
			return nil, err
		}
		m.path = m.file.Module.Mod.Path
		if want := path.Join(corePath, dir); m.path != want {
			return nil, fmt.Errorf("%s: module %s should be %s", name, m.path, want)
		}
		for _, name := range files {
			if owner(dirs, name) == dir {
				m.files = append(m.files, name)
			}
		}
		all = append(all, m)
	}
	return all, nil
}

// owner is the folder of the module that a file is in.
func owner(dirs []string, name string) string {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if dir == "." || slices.Contains(dirs, dir) {
			return dir
		}
	}
}

// at is go.mod as it is released: what is ours is required at a version, and nothing is
// replaced, so that also "go run MODULE@VERSION" takes it.
func (m *mod) at(version, core string) ([]byte, error) {
	for _, r := range slices.Clone(m.file.Require) {
		v := version
		switch {
		case r.Mod.Path == corePath && core != "":
			v = core
		case r.Mod.Path != corePath && !strings.HasPrefix(r.Mod.Path, corePath+"/"):
			continue
		}
		if err := m.file.AddRequire(r.Mod.Path, v); err != nil {
			return nil, err
		}
	}
	for _, r := range slices.Clone(m.file.Replace) {
		if r.Old.Path != corePath && !strings.HasPrefix(r.Old.Path, corePath+"/") {
			return nil, fmt.Errorf("%s replaces %s: nobody who requires the module would get that", m.path, r.Old.Path)
		}
		if err := m.file.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return nil, err
		}
	}
	m.file.Cleanup()
	return m.file.Format()
}

func modfiles(root, version, core string) error {
	all, err := released(root)
	if err != nil {
		return err
	}
	for _, m := range all {
		b, err := m.at(version, core)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(root, m.dir, "go.mod"), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
