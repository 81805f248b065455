// Command pack makes what a release consists of.
//
//	pack [-core VERSION] proxy VERSION ROOT DIR   writes the modules of the tree ROOT at
//	                                              VERSION into DIR, a file proxy; the modules
//	                                              around the core require it at -core
//	pack [-core VERSION] modfiles VERSION ROOT    rewrites their go.mod in place, for the commit
//	                                              that is tagged
//	pack modules ROOT                             lists the modules, each with its folder
//	pack tags VERSION ROOT                        lists the tags of a release
//	pack sbom VERSION ROOT                        prints the bill of materials, CycloneDX 1.6
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
)

func main() {
	core := flag.String("core", "", "the version of the core that the other modules require; VERSION unless set")
	flag.Parse()
	if err := run(*core, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(core string, args []string) error {
	switch {
	case len(args) == 4 && args[0] == "proxy":
		return proxy(args[2], args[3], args[1], core)
	case len(args) == 3 && args[0] == "modfiles":
		return modfiles(args[2], args[1], core)
	case len(args) == 3 && args[0] == "sbom":
		return printSBOM(args[2], args[1])
	case len(args) == 2 && args[0] == "modules":
		all, err := released(args[1])
		for _, m := range all {
			fmt.Println(m.path, m.dir)
		}
		return err
	case len(args) == 3 && args[0] == "tags":
		all, err := released(args[2])
		for _, m := range all {
			fmt.Println(path.Join(m.dir, args[1]))
		}
		return err
	}
	return errors.New("see the comment at the top of .ci/pack/main.go")
}
