module github.com/decorum-go/decorum/policy/boltstore

go 1.26

require (
	github.com/decorum-go/decorum v0.0.0
	github.com/google/go-cmp v0.7.0
	go.etcd.io/bbolt v1.5.0
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	golang.org/x/sys v0.45.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace github.com/decorum-go/decorum => ../..
