module github.com/decorum-go/decorum/policy/redisstore

go 1.26

require (
	github.com/decorum-go/decorum v0.0.0
	github.com/redis/rueidis v1.0.79
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace github.com/decorum-go/decorum => ../..
