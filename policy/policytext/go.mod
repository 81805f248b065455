module github.com/decorum-go/decorum/policy/policytext

go 1.26.0

require (
	github.com/decorum-go/decorum v0.0.0
	golang.org/x/text v0.43.0
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace github.com/decorum-go/decorum => ../..
