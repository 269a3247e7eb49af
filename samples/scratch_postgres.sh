# shellcheck shell=bash
# A PostgreSQL server that lives in one directory and nowhere else: reached by a Unix socket
# only, so that it never meets a server that runs already. To be sourced by bash scripts:
#
#   scratch_postgres_start DIR [postgres options…]   server in DIR; a missing PostgreSQL is an error
#   scratch_postgres_url DATABASE                     its URL, as the superuser "postgres"
#   scratch_postgres_restart                          with the same options, and nothing in its memory
#   scratch_postgres_stop                             for a trap; nothing happens when none runs

scratch_postgres_programs() {
  local directory
  for directory in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
    if [[ -x $directory/initdb && -x $directory/postgres ]]; then
      echo "$directory"
      return
    fi
  done
  echo "No PostgreSQL server programs below /usr/lib/postgresql; install the package postgresql." >&2
  return 1
}

# PostgreSQL refuses to run as root.
scratch_postgres_as_user() {
  if [[ $EUID -eq 0 ]]; then
    (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
  else
    "$@"
  fi
}

scratch_postgres_start() {
  local directory=$1
  shift
  SCRATCH_POSTGRES_PROGRAMS=$(scratch_postgres_programs) || return 1
  # A socket's path may have 107 bytes.
  if ((${#directory} > 80)); then
    echo "The path $directory is too long for a Unix socket; choose a shorter directory." >&2
    return 1
  fi
  mkdir -p "$directory"
  if [[ $EUID -eq 0 ]]; then chown postgres: "$directory"; fi
  SCRATCH_POSTGRES_DIRECTORY=$directory
  scratch_postgres_as_user "$SCRATCH_POSTGRES_PROGRAMS/initdb" --pgdata="$directory/data" --username=postgres \
    --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$directory/initdb.log" || return 1
  scratch_postgres_as_user "$SCRATCH_POSTGRES_PROGRAMS/pg_ctl" --pgdata="$directory/data" --log="$directory/server.log" \
    --wait --silent --options="-c listen_addresses='' -c unix_socket_directories='$directory' $*" start || {
    cat "$directory/server.log" >&2
    return 1
  }
}

scratch_postgres_url() {
  echo "postgresql:///$1?host=$SCRATCH_POSTGRES_DIRECTORY&user=postgres"
}

scratch_postgres_restart() {
  scratch_postgres_as_user "$SCRATCH_POSTGRES_PROGRAMS/pg_ctl" --pgdata="$SCRATCH_POSTGRES_DIRECTORY/data" \
    --log="$SCRATCH_POSTGRES_DIRECTORY/server.log" --wait --silent --mode=fast restart
}

scratch_postgres_stop() {
  if [[ -n ${SCRATCH_POSTGRES_DIRECTORY:-} && -f $SCRATCH_POSTGRES_DIRECTORY/data/postmaster.pid ]]; then
    scratch_postgres_as_user "$SCRATCH_POSTGRES_PROGRAMS/pg_ctl" --pgdata="$SCRATCH_POSTGRES_DIRECTORY/data" \
      --mode=immediate --silent stop || true
  fi
}
