# shellcheck shell=bash
# Where a demo or a measurement works. To be sourced by bash scripts:
#
#   work_directory_parent MB     a tmpfs when it and the memory have this much room, unless TMPDIR
#                                says otherwise; else TMPDIR or /tmp
#   work_directory_has_room DIR MB
#   work_directory_kind DIR      its file system: "tmpfs", "ext4"

work_directory_has_room() { (($(df --output=avail --block-size=1M "$1" | tail -n 1) > $2)); }

work_directory_kind() { df --output=fstype "$1" | tail -n 1; }

# A tmpfs takes its room from memory, of which others need some too.
work_directory_memory_has_room() { (($(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo) > $1 + 3000)); }

work_directory_parent() {
  if [[ -z ${TMPDIR:-} && -w /dev/shm ]] && work_directory_has_room /dev/shm "$1" && work_directory_memory_has_room "$1"; then
    echo /dev/shm
  else
    echo "${TMPDIR:-/tmp}"
  fi
}
