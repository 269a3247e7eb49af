# shellcheck shell=bash disable=SC2154
# (The variables are those of bench/run.)
# The report of bench/run: medians, ratios, targets, and where the time went. Reads the files
# that bench_measure wrote below $work/times: wall seconds, processor seconds, and peak bytes
# of the largest process and of all, a line a round.

column() { awk -v number="$2" '{print $number}' "$1"; }

median() { sort -n | awk '{value[NR] = $1} END {print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2}'; }

largest() { sort -n | tail -n 1; }

# Sums the files' columns round by round: what one round of all of them took.
rounds_of() {  # column, name…
  local number=$1 name files=()
  shift
  for name in "$@"; do files+=("$work/times/$name"); done
  paste -d' ' "${files[@]}" | awk -v number="$number" '{sum = 0; for (at = number; at <= NF; at += 4) sum += $at; print sum}'
}

median_seconds() { rounds_of 1 "$@" | median; }

spread() { rounds_of 1 "$@" | sort -n | awk '{value[NR] = $1} END {printf "%.2f–%.2f", value[1], value[NR]}'; }

# One row: what, ours, theirs, unit, target, our spread, their spread.
row() {
  awk -v what="$1" -v ours="$2" -v theirs="$3" -v unit="$4" -v target="$5" -v our_spread="${6:-}" -v their_spread="${7:-}" 'BEGIN {
    ratio = ours / theirs
    printf "| %s | %.2f %s%s | %.2f %s%s | **%.2f** | %.2f | %s |\n", what, ours, unit,
      our_spread == "" ? "" : " (" our_spread ")", theirs, unit, their_spread == "" ? "" : " (" their_spread ")",
      ratio, target, ratio <= target ? "met" : "MISSED"
  }'
}

seconds_row() {  # what, target, our name, their names…
  local what=$1 target=$2 ours=$3
  shift 3
  row "$what" "$(median_seconds "$ours")" "$(median_seconds "$@")" s "$target" "$(spread "$ours")" "$(spread "$@")"
}

median_megabytes() { awk '{print $1 / 1e6}' "$work/added.$1" | median; }

first_rows() {
  [[ -f $work/times/first.skyhold ]] || return 0
  seconds_row "First backup into three stores; pg_dump \\| restic, files, two copies" 0.4 first.skyhold first.restic first.restic_copies
  seconds_row "First backup into three stores; pg_dump -Fd -j2 -Z0 and reading the files" 1.4 first.skyhold first.floor
}

second_rows() {
  local pattern
  for pattern in workday scattered; do
    [[ -f $work/times/second.$pattern.skyhold ]] || continue
    seconds_row "Next backup, $pattern: three stores; restic, one copy" 0.8 "second.$pattern.skyhold" "second.$pattern.restic"
    row "Next backup, $pattern: bytes added to a copy" "$(median_megabytes "$pattern.skyhold")" \
      "$(median_megabytes "$pattern.restic")" MB 0.333
  done
}

restore_rows() {
  [[ -f $work/times/restore.skyhold ]] || return 0
  seconds_row "Restore; restic dump, pg_restore -j2, restic restore" 0.7 restore.skyhold restore.restic
}

interchange_rows() {
  if [[ -f $work/times/interchange.export.skyhold ]]; then
    seconds_row "Odoo zip of a backup; restic restore, pg_dump, zip" 1.25 interchange.export.skyhold interchange.export.hand
  fi
  if [[ -f $work/times/interchange.import.skyhold ]]; then
    seconds_row "Odoo zip as a backup, three stores; unzip, psql, restic with one" 1.25 interchange.import.skyhold \
      interchange.import.hand
  fi
}

# What a command may take at its peak, in mebibytes.
memory_limit() { if [[ $1 == interchange.* ]]; then echo 256; else echo 512; fi; }

mebibytes() { awk '{print $1 / 1048576}'; }

# The largest of all rounds, not the median: a peak is a peak.
memory_rows() {
  local name
  for name in first.skyhold second.workday.skyhold second.scattered.skyhold restore.skyhold interchange.export.skyhold \
    interchange.import.skyhold memory.once.backup \
    memory.once.restore memory.twice.backup memory.twice.restore first.restic restore.restic; do
    [[ -f $work/times/$name ]] || continue
    printf '| %s | %.0f | %.0f | %s |\n' "$name" "$(column "$work/times/$name" 3 | largest | mebibytes)" \
      "$(column "$work/times/$name" 4 | largest | mebibytes)" \
      "$([[ $name == *restic* ]] || column "$work/times/$name" 4 | largest | mebibytes |
        awk -v limit="$(memory_limit "$name")" '{print $1 <= limit ? "met" : "MISSED"}')"
  done
}

# Medians of each stage over the rounds, longest first.
profile() {  # name
  local reports=("$work/reports/$1".*.json)
  [[ -f ${reports[0]} ]] || return 0
  printf '\n**%s**: %.2f s of wall time, %.2f s of processor time\n\n| stage | seconds |\n| --- | ---: |\n' "$1" \
    "$(median_seconds "$1")" "$(rounds_of 2 "$1" | median)"
  jq -rs 'def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
    [.[].stage_seconds | to_entries[]] | group_by(.key) | map({stage: .[0].key, seconds: (map(.value) | median)})
    | sort_by(-.seconds)[] | "| \(.stage) | \(.seconds * 1000 | round / 1000) |"' "${reports[@]}"
}

other_facts() {
  if [[ -f $work/times/first.restic ]]; then
    printf -- '- restic alone, one copy: %.2f s; its two copies: %.2f s\n' "$(median_seconds first.restic)" \
      "$(median_seconds first.restic_copies)"
  fi
  local pattern
  for pattern in workday scattered; do
    [[ -f $work/change.$pattern ]] || continue
    printf -- '- %s, last round: %s\n' "$pattern" "$(cat "$work/change.$pattern")"
  done
}

report() {
  printf '# Skyhold beside Debian'"'"'s tools, %s\n\n' "$(date +%F)"
  printf -- '- project: %s\n' "$(cat "$work/measured_project")"
  printf -- '- %s; %d cores; everything on %s%s; %d rounds after one to warm up; load before it %s\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
    "$(work_directory_kind "$work")" "$(if [[ $warm == no ]]; then echo ', nothing of it in memory before a measurement'; fi)" \
    "$rounds" "$load_before"
  printf -- '- %s, %s, %s\n' "$("$skyhold" --version)" "$("$SCRATCH_POSTGRES_PROGRAMS/postgres" --version)" \
    "$(restic version | cut -d' ' -f1-2)"
  other_facts
  printf '\n| measurement (medians, least–most) | Skyhold | today | ratio | target | |\n| --- | ---: | ---: | ---: | ---: | --- |\n'
  first_rows
  second_rows
  restore_rows
  interchange_rows
  printf '\n| peak memory, MiB | largest process | all together | target 512, of interchange 256 |\n| --- | ---: | ---: | --- |\n'
  memory_rows
  printf '\nWhere the time goes: seconds of each stage, summed over its threads (a restore'"'"'s are wall time and overlap).\n'
  profile first.skyhold
  profile second.workday.skyhold
  profile second.scattered.skyhold
  profile restore.skyhold
}
