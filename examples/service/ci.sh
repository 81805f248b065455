#!/usr/bin/env bash
# Called by .ci/run in this folder: begins as README.md says, but on a free port, waits
# until the service is ready, and ends it. What it does is in its tests; that of gRPC, which
# the default build does not have, is run here.
set -euo pipefail
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

SECONDS=0
go build -o "$tmp/service" .
echo "built in $SECONDS s"
SECONDS=0
: >"$tmp/out"
"$tmp/service" -listen 127.0.0.1:0 -dir "$tmp/data" >"$tmp/out" &
pid=$!
until grep -q '^chat ' "$tmp/out"; do
	kill -0 "$pid"
	[ "$SECONDS" -lt 20 ] || exit 1
	sleep 0.1
done
cat "$tmp/out"
kill -TERM "$pid"
wait "$pid"

go vet -tags grpc .
go test -tags grpc -run GRPC .
