module github.com/decorum-go/decorum/policy/storetest/linear

go 1.26

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/decorum-go/decorum v0.0.0
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace github.com/decorum-go/decorum => ../../..
