#!/bin/sh
# Shows on a cluster that its pods' network is what Kubernetes requires
# (https://kubernetes.io/docs/concepts/services-networking/#the-kubernetes-network-model), with the pods of
# examples/requirements:
#
#   kubectl apply -f examples/requirements/
#   sh scripts/kubernetes-requirements.sh
#
# Asks the cluster that kubectl asks. The exit status is 1 when something is not as it should be.
set -eu

PORT=9376
broken=0

main() {
  kubectl wait --for=condition=Ready --timeout=120s pod/here pod/there pod/daemon >/dev/null

  echo '1. Pods reach each other without NAT: who is called sees the address that the caller has.'
  unchanged here there
  unchanged there here

  echo '2. A pod has the address by which others know it.'
  same_to_all here there
  same_to_all there here

  echo "3. The node's agents reach its pods, and the pods reach them."
  for pod in here there; do
    holds "the kubelet calls $pod at $(known_address "$pod"), and finds it ready" is_ready "$pod"
    of_the_node "$pod"
    unchanged "$pod" daemon
  done
  return $broken
}

unchanged() {
  own=$(own_address "$1")
  seen=$(seen_by "$2" "$1")
  holds "$1 ($own) calls $2 ($(known_address "$2")), which sees $seen" [ "$seen" = "$own" ]
}

same_to_all() {
  own=$(own_address "$1")
  known=$(known_address "$1")
  seen=$(seen_by "$2" "$1")
  holds "$1 has $own on eth0, the API server says $known, $2 sees $seen" [ "$own $own" = "$known $seen" ]
}

of_the_node() {
  seen=$(seen_by "$1" daemon)
  holds "a daemon of the node calls $1 ($(known_address "$1")), which sees $seen, the node's own" node_has "$seen"
}

# seen_by CALLEE CALLER: the address that the callee sees, called at the one by which it is known. A server of both
# families writes it as [::ffff:ADDRESS].
seen_by() {
  kubectl exec "$2" -- busybox timeout 10 wget -q -O - "http://$(known_address "$1"):$PORT/cgi-bin/caller" |
    sed 's|^\[::ffff:\(.*\)\]$|\1|' | grep . || echo nobody
}

own_address() {
  kubectl exec "$1" -- ip -4 -o address show dev eth0 | sed -n 's|.* inet \([0-9.]*\)/.*|\1|p' | head -n 1
}

known_address() {
  kubectl get pod "$1" -o jsonpath='{.status.podIP}'
}

is_ready() {
  [ "$(kubectl get pod "$1" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

node_has() {
  kubectl exec daemon -- ip -4 -o address | grep -q " inet $1/"
}

# holds WHAT COMMAND…
holds() {
  what=$1
  shift
  if "$@"; then
    echo "   ok      $what"
  else
    echo "   BROKEN  $what"
    broken=1
  fi
}

main
