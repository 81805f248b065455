#!/usr/bin/env bash
# Called by .ci/run in this folder, and what takes too long for go test:
# simulated people and programs, piped into replay with a page; the zoo with its
# bars over some seeds, alone and over real traffic; real streams with one
# processor, and with a snapshot in the middle. It fails where a bar is missed
# clearly, or a decision differs. Less than two minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

go build -o "$tmp" ../simulate .
"$tmp/simulate" -actors all -days 60 |
	"$tmp/replay" -strict -json -sensitivity=false -html "$tmp/report.html" - >"$tmp/report.json"
grep -q '"abusive_senders"' "$tmp/report.json"
grep -q 'Against the truth' "$tmp/report.html"

# Each play of keyflood makes 20,000 accounts: the others get more seeds.
"$tmp/replay" -zoo -check -seeds 3 -actors keyflood
others=$("$tmp/simulate" -list | awk '$1 != "keyflood" { printf "%s%s", sep, $1; sep = "," }')
"$tmp/replay" -zoo -check -seeds 20 -actors "$others,recruiter:hours=2:longest=2,recruiter:wait=24,rotator:letters=0,campaign:days=1,campaign:days=7,campaign:puppets=10,button:long=1,bulletin:doubt=0.003,agents:told=1,throwaways:accounts=35:complaints=0,barker:complaints=0,swapper:complaints=0.03"

real=${DECORUM_DATA:-$PWD/../../../shared/data}/events
if [ ! -e "$real/collegemsg.jsonl.gz" ] || [ ! -e "$real/nus-dev.jsonl.gz" ]; then
	if [ "${CI:-}" = true ]; then
		echo "replay/ci.sh: the real streams are not in $real" >&2
		exit 1
	fi
	echo "NOT CHECKED: the real streams are not in $real (set DECORUM_DATA; a failure where CI=true)"
	exit
fi
"$tmp/replay" -zoo -check -seeds 20 -seed 100 -background "$real/collegemsg.jsonl.gz" -background-reach 48h -actors recruiter,greeter,victim,blaster,filler
for stream in collegemsg nus-dev; do
	"$tmp/replay" -decisions "$tmp/two" "$real/$stream.jsonl.gz" >"$tmp/out"
	GOMAXPROCS=1 "$tmp/replay" -decisions "$tmp/one" "$real/$stream.jsonl.gz" >"$tmp/out"
	"$tmp/replay" -decisions "$tmp/snapshot" -snapshot-at 9999 "$real/$stream.jsonl.gz" >"$tmp/out"
	cmp "$tmp/two" "$tmp/one"
	cmp "$tmp/two" "$tmp/snapshot"
done
