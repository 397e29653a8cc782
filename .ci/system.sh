#!/usr/bin/env bash
# Install the programs that pip and npm cannot: `system.sh run` for the demo, `system.sh test` for the tests too.
# As root on Debian or Ubuntu it installs what is missing; elsewhere it says what to install and fails.
# What only saves time is installed where the distribution has it, and nothing fails for want of it.
set -euo pipefail

declare -A package_of=()
quicker=()
if [ "${1:-run}" = test ]; then
  package_of[chromium]=chromium
  package_of[redis-server]=redis-server
  package_of[caddy]=caddy
  # Chromium's engine without the browser around it; Debian has it from 12 on, Ubuntu does not. See tests/chromium.py.
  command -v chromium-headless-shell >/dev/null || quicker+=(chromium-headless-shell)
fi

missing=()
for program in "${!package_of[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package_of[$program]}")
done
"${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)

if [ "$((${#missing[@]} + ${#quicker[@]}))" -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq || [ "${#missing[@]}" -eq 0 ]
  wanted=("${missing[@]}")
  for package in "${quicker[@]}"; do
    if apt-cache show "$package" >/dev/null 2>&1; then wanted+=("$package"); fi
  done
  if [ "${#wanted[@]}" -gt 0 ]; then
    echo "Installing ${wanted[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null ||
      [ "${#missing[@]}" -eq 0 ]
  fi
elif [ "${#missing[@]}" -gt 0 ]; then
  echo "Please install: ${missing[*]} (on Debian or Ubuntu: sudo apt-get install ${missing[*]}), then try again." >&2
  exit 1
fi

"${PYTHON:-python3}" - <<'PY'
import sys

if sys.version_info < (3, 11):
    sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11 …")
PY
