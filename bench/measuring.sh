# shellcheck shell=bash disable=SC2154
# (The variables are those of the script that sources this: work, measure, maintenance.)
# How the benches run what they measure.

tell() { printf '%s\n' "$*" >&2; }

# Runs a command and writes what it took to times/NAME; its output matters only when it fails.
timed() {
  local name=$1
  shift
  sync -f "$work"
  "$measure" "$work/times/$name" "$@" >"$work/output" 2>&1 || {
    tell "bench: $name failed:"
    tail -n 30 "$work/output" >&2
    exit 1
  }
  tell "    $(printf '%-34s' "$name") $(tail -n 1 "$work/times/$name" | awk '{printf "%7.2f s  %6.0f MiB", $1, $4 / 1048576}')"
}

stored_bytes() { find "$1" -type f -printf '%s\n' | awk '{sum += $1} END {printf "%.0f\n", sum}'; }

drop_database() {
  psql --no-psqlrc --quiet --dbname="$maintenance" --command="SET client_min_messages = warning" \
    --command="DROP DATABASE IF EXISTS $1"
}

# Runs two sides, the second first in every other round.
in_turns() {  # round, side, side
  if (($1 % 2 == 1)); then
    "$2"
    "$3"
  else
    "$3"
    "$2"
  fi
}

# Times so far were to warm up.
keep_times_from_now() {
  tell "    (that was to warm up)"
  rm -f "$work"/times/"$1"* "$work"/reports/"$1"*
}
