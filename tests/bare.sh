#!/usr/bin/env bash
# What a newcomer sees: `make demo` and `make test` with an empty HOME, an empty font path and a PATH of the system's own folders.
#   tests/bare.sh FRESH [TEST…]    FRESH=1 copies the tree and installs it anew; else the venv that is there is used
# Fontconfig is told that there are no fonts, and Matplotlib, which also looks into the system's font folders by itself, is
# shown a machine without them where that is permitted (a mount namespace of our own), else it is said.
set -euo pipefail
cd "$(dirname "$0")/.."
fresh=$1
shift
bare=$(mktemp -d)
trap 'rm -rf "$bare"' EXIT
mkdir -p "$bare/home" "$bare/fonts" "$bare/tmp" "$bare/bin"
printf '<?xml version="1.0"?><fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>' "$bare/fonts" "$bare/tmp" > "$bare/fonts.conf"
for word in bash sh env make rm mkdir touch cat uname dirname mktemp; do ln -s "$(command -v "$word")" "$bare/bin/$word"; done

tree=$PWD
python=$PWD/.venv/bin/python
if [ "$fresh" = 1 ]; then
  cache=$("$python" -m pip cache dir 2>/dev/null || true)
  tree=$bare/tree
  git clone -q . "$tree"
  python=$("$python" -c 'import sys; print(sys._base_executable)')
fi

run() {  # run COMMAND… on the bare machine
  local words=(env -i "HOME=$bare/home" "PATH=$bare/bin" "TMPDIR=$bare/tmp" "PYTHONPATH=$tree/src" "FONTCONFIG_FILE=$bare/fonts.conf" LANG=C.UTF-8)
  [ -z "${cache:-}" ] || words+=("PIP_CACHE_DIR=$cache")
  local setting
  while read -r setting; do words+=("$setting=${!setting}"); done < <(compgen -e PIP_ || true)  # which index serves is not ours to say
  if unshare -m true 2>/dev/null && [ -d /usr/share/fonts ]; then
    (cd "$tree" && unshare -m sh -c 'mount --bind "$0" /usr/share/fonts && exec "$@"' "$bare/fonts" "${words[@]}" "$@")
  else
    (cd "$tree" && "${words[@]}" "$@")
  fi
}

if [ "$fresh" = 1 ]; then
  run make demo PYTHON="$python"
  run make test PYTHON="$python"
else
  run "$python" -c 'import sys; from evolaw.cli.main import run; raise SystemExit(run(sys.argv[1:]))' \
    demo --report "$bare/report.html" --runs "$bare/runs"
  run env XLA_FLAGS= "$python" -m pytest -q -p no:cacheprovider "$@"  # compiled as users have it
fi
echo "a bare machine passes"
