package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// A packed is a file of a module, and where it lies.
type packed struct{ name, at string }

func (p packed) Path() string                 { return p.name }
func (p packed) Lstat() (os.FileInfo, error)  { return os.Lstat(p.at) }
func (p packed) Open() (io.ReadCloser, error) { return os.Open(p.at) }

// proxy writes the modules of a tree into a folder as "go help goproxy" says.
func proxy(root, dir, version, core string) error {
	all, err := released(root)
	if err != nil {
		return err
	}
	for _, m := range all {
		if err := m.pack(root, dir, version, core); err != nil {
			return err
		}
	}
	return nil
}

func (m *mod) pack(root, dir, version, core string) error {
	escaped, err := module.EscapePath(m.path)
	if err != nil {
		return err
	}
	base := filepath.Join(dir, escaped, "@v")
	if err := os.MkdirAll(base, 0o755); err != nil {
		return err
	}
	base = filepath.Join(base, version)
	gomod, err := m.at(version, core)
	if err != nil {
		return err
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{version, time.Now().UTC()})
	if err != nil {
		return err
	}
	if err := os.WriteFile(base+".mod", gomod, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(base+".info", info, 0o644); err != nil {
		return err
	}
	list, err := os.OpenFile(filepath.Join(filepath.Dir(base), "list"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = list.WriteString(version + "\n")
	if err := errors.Join(err, list.Close()); err != nil {
		return err
	}
	f, err := os.Create(base + ".zip")
	if err != nil {
		return err
	}
	err = zip.Create(f, module.Version{Path: m.path, Version: version}, m.contents(root, base+".mod"))
	return errors.Join(err, f.Close())
}

// contents are the files of the zip. A module without a license of its own gets the
// repository's, as it does when it is fetched from the repository.
func (m *mod) contents(root, gomod string) (files []zip.File) {
	for _, name := range m.files {
		at, in := filepath.Join(root, name), name
		if m.dir != "." {
			in = strings.TrimPrefix(name, m.dir+"/")
		}
		if in == "go.mod" {
			at = gomod
		}
		files = append(files, packed{in, at})
	}
	if !slices.Contains(m.files, path.Join(m.dir, "LICENSE")) {
		files = append(files, packed{"LICENSE", filepath.Join(root, "LICENSE")})
	}
	return files
}
