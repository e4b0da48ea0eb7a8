#!/bin/sh
# Makes the executable that needs neither Node.js nor node_modules:
#
#   sh scripts/build-executable.sh [amd64|arm64 [FILE [VERSION]]]
#
# for this machine's architecture, as dist/plexus, and of the version in package.json unless told otherwise.
set -eu
cd "$(dirname "$0")/.."

# The baseline build runs on processors without AVX2, and starts no slower.
case ${1:-$(uname -m)} in
  amd64 | x86_64) target=bun-linux-x64-baseline ;;
  arm64 | aarch64) target=bun-linux-arm64 ;;
  *) echo "build-executable: no Bun for ${1:-$(uname -m)}" >&2; exit 1 ;;
esac

file=${2:-dist/plexus}
version=${3:-$(node --print 'require("./package.json").version')}

# Without the --no-compile-autoload flags the executable would run what a bunfig.toml names, and take the variables of a
# .env, in whatever folder it is started: as root.
no_autoload='--no-compile-autoload-bunfig --no-compile-autoload-dotenv'
# A call of a runtime loads what it needs and nothing else: what is imported late is a chunk of its own. And it ends
# before compiled code could pay for itself; the agent, which does not, turns that off.
fast='--bytecode --minify --splitting --format=esm --compile-jit-policy=1000'

node_modules/.bin/bun build src/main.ts --outfile "$file" --target="$target" --compile $fast $no_autoload \
  --define PLEXUS_VERSION="\"$version\""

# Bun takes orders from these variables before Plexus has begun, or beside it: to be the whole of Bun, to load a file, to
# open a debugger, to print every request with its token, to write a file. There is no flag against it, so the executable
# looks for names that no variable can have. Equally long, so that everything stays where it is.
for order in BE_BUN OPTIONS INSPECT CONFIG_VERBOSE_FETCH BYTECODE_ TRACE; do
  LC_ALL=C sed -i "s/BUN_$order/\x00UN_$order/g" "$file"
done
