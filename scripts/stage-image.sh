#!/bin/sh
# Lays out what the image holds, for this machine's architecture:
#
#   sh scripts/stage-image.sh [EXECUTABLE [FOLDER]]
#
# dist/plexus and dist/image unless told otherwise. FOLDER/libraries has the C library and its loader, where the executable
# looks for them, and sleep; FOLDER/executable the executable: the first is a layer that seldom changes.
set -eu
cd "$(dirname "$0")/.."

executable=${1:-dist/plexus}
folder=${2:-dist/image}

rm -rf "$folder"
mkdir -p "$folder/libraries" "$folder/executable/usr/local/bin"
cp "$executable" "$folder/executable/usr/local/bin/plexus"
chmod 755 "$folder/executable/usr/local/bin/plexus"

# The one other program that deploy/ runs: what deploy/uninstall leaves behind waits with it, and a webhook that ends.
mkdir -p "$folder/libraries/bin"
cp --dereference "$(command -v sleep)" "$folder/libraries/bin/sleep"

# A line of ldd is 'NAME => PATH (ADDRESS)', the loader's 'PATH (ADDRESS)', and the kernel's own has no path.
ldd "$executable" | sed -n 's|.* => ||; s|^[[:space:]]*||; s|^\(/[^ ]*\) (.*|\1|p' | while read -r library; do
  mkdir -p "$folder/libraries$(dirname "$library")"
  cp --dereference "$library" "$folder/libraries$library"
done
