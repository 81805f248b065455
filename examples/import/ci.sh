#!/usr/bin/env bash
# Called by .ci/run in this folder: an export goes through import into replay, as
# README.md says, and help is printed where nothing is given.
set -euo pipefail
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

go build -o "$tmp/import" .
go -C ../.. build -o "$tmp/replay" ./examples/replay
"$tmp/import" 2>"$tmp/help" && exit 1
grep -q '^usage: import' "$tmp/help"
"$tmp/import" telegram testdata/telegram/result.json | "$tmp/replay" -strict -
