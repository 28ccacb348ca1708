#!/usr/bin/env bash
# Runs the commands of the README's sh blocks, line by line; a line that fails, or prints nothing, fails the script.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
status=0
# An index that an older model made would rightly be refused.
rm -f artifacts/samples.db*
while IFS= read -r line; do
  case "$line" in "" | "#"* | "git clone"* | "cd "* | "./test"*) continue ;; esac
  echo "\$ $line"
  if ! output="$(bash -c "$line" 2>&1)"; then
    echo "FAILED: $output"
    status=1
  elif [ -z "$output" ]; then
    echo "FAILED: it printed nothing"
    status=1
  else
    echo "$output" | head -n 5
  fi
done < <(awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' README.md)
exit $status
