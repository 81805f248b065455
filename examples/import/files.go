package main

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// openFolder opens a folder, or a zip as if it were one.
func openFolder(name string) (fs.FS, func() error, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return os.DirFS(name), func() error { return nil }, nil
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: neither a folder nor a zip that can be read: %w", name, err)
	}
	return z, z.Close, nil
}

// openIn opens a file of a folder. What is none, such as a pipe that nobody writes to, is
// not waited for.
func openIn(files fs.FS, name string) (fs.File, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("no regular file")}
	}
	return files.Open(name)
}

// An opener opens a file of an export, as often as it is called.
type opener func() (fs.File, error)

// json goes through a file that is an object.
func (open opener) json(name string, f func(w *walker, key string) error) error {
	in, err := open()
	if err != nil {
		return err
	}
	defer in.Close()
	w := newWalker(name, in)
	return w.wrap(w.object(func(key string) error { return f(w, key) }))
}

// within reads a file by f, or every file of a folder or a zip whose name want
// takes. An error that ends one of them is named, and the next is read.
func (j *job) within(name string, want func(base string) bool, f func(name string, open opener) error) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() && !strings.EqualFold(path.Ext(name), ".zip") {
		return f(name, func() (fs.File, error) { return os.Open(name) })
	}
	files, closed, err := openFolder(name)
	if err != nil {
		return err
	}
	defer closed()
	found := false
	var broken error
	err = fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "__MACOSX" {
			return fs.SkipDir
		}
		if d.IsDir() || !want(d.Name()) {
			return nil
		}
		found = true
		err = f(name+"/"+file, func() (fs.File, error) { return openIn(files, file) })
		if err != nil && !errors.Is(err, errSpill) {
			j.report.failed(err)
			broken, err = fmt.Errorf("%s: not all of its files could be read", name), nil
		}
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("%s: no file of this kind in it", name)
	}
	return cmp.Or(err, broken)
}

// isJSON reports whether a file is JSON by its name.
func isJSON(base string) bool { return strings.EqualFold(path.Ext(base), ".json") }
