#!/bin/sh
# Runs a command as if on a machine of its own, and gives its exit status:
#
#   sh scripts/isolated.sh COMMAND [ARGUMENT…]
#
# Mounts, network and processes are private: /run, /var/lib/cni, /var/lib/kubelet, /etc/cni and /opt/cni are empty, the
# only interface is a loopback that is up, and every process that is left when the command ends is killed. Needs root.
set -eu

if [ "${1-}" != --inside ]; then
  mkdir -p /var/lib/cni /var/lib/kubelet /etc/cni /opt/cni
  exec unshare --mount --net --pid --fork --kill-child --propagation private -- sh "$0" --inside "$@"
fi
shift

mount -t proc proc /proc
for folder in /run /var/lib/cni /var/lib/kubelet /etc/cni /opt/cni; do
  mount -t tmpfs -o mode=755 tmpfs "$folder"
done

# /sys/class/net shows the network namespace of the process that mounted it; the control groups below it are carried over.
mkdir /run/cgroup
mount --rbind /sys/fs/cgroup /run/cgroup
mount -t sysfs sysfs /sys
mount --rbind /run/cgroup /sys/fs/cgroup
umount -l /run/cgroup
rmdir /run/cgroup

ip link set lo up

# No exec: this shell is the first process of its namespace and reaps what the command's children leave behind.
set +e
"$@"
exit $?
