#!/usr/bin/env bash
# Called by .ci/run in this folder: simulated people and programs, piped into
# replay with a page, and the zoo with its bars over some seeds. It fails where
# a bar is missed clearly. Less than a minute on two cores.
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
"$tmp/replay" -zoo -check -seeds 20 -actors "$others,recruiter:hours=2:longest=2,recruiter:wait=24,rotator:letters=0,campaign:days=1,campaign:days=7"
