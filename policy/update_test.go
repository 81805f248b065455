package policy

import "flag"

// update rewrites what the tests compare with: go test ./policy -update.
var update = flag.Bool("update", false, "rewrite the golden files in testdata")
