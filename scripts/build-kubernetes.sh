#!/bin/sh
# Finds or builds etcd, kube-apiserver, kubelet and kubectl for the tests, and prints the folder that has them: the one
# KUBEBUILDER_ASSETS names (envtest's convention), else a cache outside the checkout, filled from Debian's source
# package when it is empty. That takes some four minutes on two cores, once. Needs root.
set -eu

VERSION=1.20.2
CACHE="${XDG_CACHE_HOME:-/var/cache}/plexus/kubernetes-$VERSION"
WANTED='etcd kube-apiserver kubelet kubectl'

main() {
  for folder in "${KUBEBUILDER_ASSETS-}" "$CACHE"; do
    if [ -n "$folder" ] && has_all "$folder"; then
      echo "$folder"
      return
    fi
  done
  mkdir -p "$CACHE"
  # Two test runs at once build once.
  exec 9>"$CACHE/.lock"
  flock 9
  has_all "$CACHE" || build
  echo "$CACHE"
}

has_all() {
  for name in $WANTED; do [ -x "$1/$name" ] || return 1; done
}

build() {
  work=$(mktemp -d /var/tmp/plexus-kubernetes-XXXXXX)
  log=$work/log
  trap 'rm -rf "$work"' EXIT
  cd "$work"

  # A configuration of its own, made of the machine's, that knows where the sources are.
  mkdir -p sources lists/partial archives/partial
  for file in /etc/apt/sources.list.d/*.sources; do
    [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"sources/${file##*/}"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -e "$file" ] || sed -n 's/^deb /deb-src /p' "$file" >"sources/$(basename "$file" .list).list"
  done
  apt="-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$work/sources -o Dir::State::lists=$work/lists -o Dir::Cache::archives=$work/archives"

  step 'reading the list of sources' apt-get $apt update -q
  step 'fetching the source of Kubernetes' apt-get $apt source -q --download-only kubernetes
  export DEBIAN_FRONTEND=noninteractive
  [ -n "$(ls /var/lib/apt/lists/*Packages* 2>/dev/null)" ] || step 'reading the list of packages' apt-get update -q
  step 'installing what it is built with' apt-get install -q -y --no-install-recommends --no-remove \
    golang-1.19-go golang-github-modern-go-reflect2-dev dpkg-dev make rsync
  # Only their programs are wanted: as packages they would start services, or take the place of others.
  step 'fetching etcd and kubectl' apt-get download -q etcd-server kubernetes-client
  for package in etcd-server kubernetes-client; do dpkg-deb -x "$package"_*.deb programs; done
  step 'unpacking the source' dpkg-source -x --no-check kubernetes_*.dsc kubernetes

  # The copy of reflect2 it comes with crashes when it is built by a Go from 1.18 on.
  reflect2=kubernetes/vendor/github.com/modern-go/reflect2
  rm -f $reflect2/*.go $reflect2/*.s
  cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.go $reflect2/
  cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.s $reflect2/ 2>/dev/null || true
  rm -f $reflect2/*_test.go

  cd kubernetes
  mkdir -p .go/src/k8s.io
  ln -sfn ../../.. .go/src/k8s.io/kubernetes
  export GO111MODULE=off GOFLAGS= CGO_ENABLED=0 GOPATH="$PWD/.go" PATH="/usr/lib/go-1.19/bin:$PATH"
  step 'building kube-apiserver and kubelet' make WHAT='cmd/kube-apiserver cmd/kubelet'
  for program in _output/bin/kube-apiserver _output/bin/kubelet ../programs/usr/bin/etcd ../programs/usr/bin/kubectl; do
    install -m 755 "$program" "$CACHE/"
  done
  cd /
}

step() {
  echo "kubernetes: $1" >&2
  shift
  "$@" >"$log" 2>&1 </dev/null || {
    tail -n 50 "$log" >&2
    echo "kubernetes: failed: $*" >&2
    exit 1
  }
}

main
