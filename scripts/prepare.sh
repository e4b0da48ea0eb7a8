#!/bin/sh
# Makes a Debian 12 machine with Node.js ready for `npm run demo` and `npm test`: Debian packages, npm packages, the build.
# Silent when nothing is to be done, one line a step otherwise. Needs root, as the demo and the tests do.
set -eu
cd "$(dirname "$0")/.."

# What is used, and the Debian package that has it.
NEEDED='
ip                    iproute2
ping                  iputils-ping
unshare               util-linux
/usr/lib/cni/bridge   containernetworking-plugins
linux.uml             user-mode-linux
modprobe              kmod
containerd            containerd
runc                  runc
nft                   nftables
iptables              iptables
busybox               busybox-static
tmux                  tmux
strace                strace
ps                    procps
c++                   g++
openssl               openssl
groff                 groff-base
buildah               buildah
'

main() {
  [ "$(id -u)" -eq 0 ] || fail 'run this as root: it makes network namespaces, and installs what is missing for that'
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT

  packages=$(missing_packages)
  if [ -n "$packages" ]; then
    command -v apt-get >/dev/null || fail "this machine has no apt-get; install yourself what corresponds to:" $packages
    export DEBIAN_FRONTEND=noninteractive
    step 'reading the list of Debian packages' apt-get update -q
    # --no-remove: better to stop than to take another container engine off the machine.
    step "installing $(echo $packages)" apt-get install -q -y --no-install-recommends --no-remove $packages
    still_missing=$(missing_packages)
    [ -z "$still_missing" ] || fail 'installed, and yet not found:' $still_missing
  fi

  if is_stale node_modules/.package-lock.json package-lock.json; then
    step 'installing npm packages' npm ci --include=dev --no-audit --no-fund
    touch node_modules/.package-lock.json
  fi

  if is_stale dist/plexus src conformance scripts examples package.json package-lock.json tsup.config.ts tsconfig.types.json; then
    step 'building dist/plexus' npm run build
  fi
}

missing_packages() {
  echo "$NEEDED" | while read -r program package; do
    [ -z "$program" ] || command -v "$program" >/dev/null || echo "$package"
  done
}

# is_stale MADE SOURCE…: whether MADE is not there, or older than a source; generated sources do not count.
is_stale() {
  made=$1
  shift
  [ ! -e "$made" ] || [ -n "$(find "$@" -name generated -prune -o -newer "$made" -print | head -n 1)" ]
}

step() {
  echo "prepare: $1"
  shift
  "$@" >"$log" 2>&1 </dev/null || {
    tail -n 100 "$log" >&2
    fail "failed: $*"
  }
}

fail() {
  echo "prepare: $*" >&2
  exit 1
}

main
