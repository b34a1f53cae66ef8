# shellcheck shell=bash
# Sourced by scripts/test and scripts/demo: finds a Python that can make virtual environments, installing Debian's as
# root where there is none, and runs the module that it is given in it.

find_python() {
  local name
  for name in "${STOCKADE_PYTHON:-}" python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if [[ -n "$name" ]] && "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}

run_module() {
  local module="$1" python
  shift
  if ! python="$(find_python)"; then
    if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
      echo "installing Debian's python3 and python3-venv" >&2
      apt-get update -qq
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
    fi
    if ! python="$(find_python)"; then
      echo "this needs Python 3.11 or later with venv and ensurepip (Debian: apt-get install python3-venv)" >&2
      exit 1
    fi
  fi
  cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
  exec "$python" -m "$module" "$@"
}
