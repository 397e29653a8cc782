#!/usr/bin/env bash
# Install the programs that pip and npm cannot: `system.sh run` for the demo, `system.sh test` for the tests too.
# As root on Debian or Ubuntu it installs what is missing; elsewhere it says what to install and fails.
set -euo pipefail

declare -A package_of=()
if [ "${1:-run}" = test ]; then
  package_of[chromium]=chromium
  package_of[redis-server]=redis-server
  package_of[caddy]=caddy
fi

missing=()
for program in "${!package_of[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package_of[$program]}")
done
"${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "Please install: ${missing[*]} (on Debian or Ubuntu: sudo apt-get install ${missing[*]}), then try again." >&2
    exit 1
  fi
fi

"${PYTHON:-python3}" - <<'PY'
import sys

if sys.version_info < (3, 11):
    sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11 …")
PY
