module github.com/decorum-go/decorum/examples/cluster

go 1.26

require (
	github.com/decorum-go/decorum v0.0.0
	github.com/decorum-go/decorum/policy/boltstore v0.0.0-00010101000000-000000000000
	github.com/decorum-go/decorum/policy/pgstore v0.0.0-00010101000000-000000000000
	github.com/decorum-go/decorum/policy/redisstore v0.0.0
	github.com/jackc/pgx/v5 v5.12.0
	github.com/redis/rueidis v1.0.79
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	go.etcd.io/bbolt v1.5.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace (
	github.com/decorum-go/decorum => ../..
	github.com/decorum-go/decorum/policy/boltstore => ../../policy/boltstore
	github.com/decorum-go/decorum/policy/pgstore => ../../policy/pgstore
	github.com/decorum-go/decorum/policy/redisstore => ../../policy/redisstore
)
