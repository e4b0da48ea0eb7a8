#!/bin/sh
# Makes what a release consists of in an empty or new folder:
#
#   sh scripts/release.sh FOLDER
#
# the executables for amd64 and arm64, the image for this machine's architecture as an archive, the manifests, the manual
# page, the software bill of materials (CycloneDX), and the checksums of all of it. Needs `npm ci`, kubectl, and Debian's buildah for the image.
set -eu
cd "$(dirname "$0")/.."

[ $# -eq 1 ] || { echo 'usage: sh scripts/release.sh FOLDER' >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ -z "$(ls -A "$folder")" ] || { echo "release: $folder is not empty" >&2; exit 1; }
command -v buildah >/dev/null || { echo 'release: the image needs buildah (apt-get install buildah)' >&2; exit 1; }

version=$(node --print 'require("./package.json").version')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

npm run --silent generate
for architecture in amd64 arm64; do
  sh scripts/build-executable.sh "$architecture" "$folder/plexus-$version-linux-$architecture"
done

case $(uname -m) in x86_64) architecture=amd64 ;; aarch64) architecture=arm64 ;; esac
sh scripts/stage-image.sh "$folder/plexus-$version-linux-$architecture" "$scratch/dist/image"
cp Dockerfile "$scratch/"
# Storage of its own, and no engine: nothing of the machine's images is touched, and nothing is left.
buildah() { command buildah --root "$scratch/storage" --runroot "$scratch/run" --storage-driver vfs "$@"; }
buildah build --isolation chroot --layers --timestamp 0 --tag "docker.io/library/plexus:$version" "$scratch" >&2
buildah push --quiet "docker.io/library/plexus:$version" "docker-archive:$folder/plexus-$version-image-$architecture.tar:plexus:$version"

for overlay in deploy/overlays/* deploy/uninstall deploy/webhook; do
  name=$(basename "$overlay")
  # It warns of names that every kubectl understands.
  kubectl kustomize "$overlay" 2>/dev/null >"$folder/plexus-$version-$name.yaml"
done
"$folder/plexus-$version-linux-$architecture" manual >"$folder/plexus-$version.1"
cp deploy/webhook/certificate.sh "$folder/plexus-$version-webhook-certificate.sh"
cat crd/*.yaml >"$folder/plexus-$version-crds.yaml"
npx tsx scripts/sbom.ts >"$folder/plexus-$version-sbom.cdx.json"

cd "$folder"
sha256sum plexus-* >SHA256SUMS
