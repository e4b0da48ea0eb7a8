#!/bin/sh
# Runs a command under a Linux kernel of its own, which has what the machine's own kernel may lack: ipvlan, dummy, vlan,
# vrf, bonding. It is Debian's user-mode-linux, a kernel that is a process, up in two seconds.
#
#   sh scripts/uml-run.sh COMMAND [ARGUMENT…]
#
# The command has the caller's files, folder, environment, standard output, standard error, and its exit status is
# this script's; 125 where the kernel did not come up. Its network is its own, with a loopback that is up, and so are
# /run and /var/lib/cni, which are empty, and $TMPDIR. Standard input is empty. It ends when everything that writes to
# its streams has ended. Needs root; UML_MEMORY is 1G unless set.
set -eu

main() {
  [ $# -gt 0 ] || { echo 'usage: sh scripts/uml-run.sh COMMAND [ARGUMENT…]' >&2; exit 125; }
  # Not below /tmp or /run, which the caller may have made a file system the kernel has no sight of.
  folder=$(mktemp -d /var/tmp/plexus-uml-XXXXXX)
  kernel=
  exec 3>&1 4>&2
  trap 'finish' EXIT
  trap 'exit 143' HUP INT TERM

  mkdir -p /var/lib/cni
  write_init "$@" >"$folder/init"
  chmod +x "$folder/init"
  # The command's two streams are serial lines, so that they are seen while it runs and stay apart from the kernel's.
  # A session of its own, for the kernel is many processes, and to kill the first leaves the others.
  setsid linux.uml mem="${UML_MEMORY-1G}" root=/dev/root rootfstype=hostfs rootflags=/ rw init="$folder/init" quiet \
    con=null ssl=null ssl0=null,fd:3 ssl1=null,fd:4 >"$folder/kernel.log" 2>&1 </dev/null &
  kernel=$!
  wait "$kernel" || true
  kernel=

  if [ ! -s "$folder/status" ]; then
    echo 'uml-run: the kernel ended before the command did; it said:' >&2
    tail -n 30 "$folder/kernel.log" >&2
    exit 125
  fi
  exit "$(cat "$folder/status")"
}

finish() {
  [ -z "$kernel" ] || kill -s KILL -- "-$kernel" 2>/dev/null || true
  rm -rf "$folder"
}

# The first process under the new kernel: what a system does at boot, then the command.
write_init() {
  cat <<'END'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
ln -sf /proc/self/fd /dev/fd
for folder in /run /var/lib/cni; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
exec </dev/null >/dev/ttyS0 2>/dev/ttyS1
out=/dev/ttyS0 err=/dev/ttyS1
stty -F /dev/ttyS0 raw
stty -F /dev/ttyS1 raw
END
  export -p
  cat <<'END'
mkdir -p /run/tmp /run/bin /run/modules/lib/modules
export TMPDIR=/run/tmp PATH="/run/bin:$PATH"

# The kernel calls this program for whatever module it finds it needs.
ln -s "/usr/lib/uml/modules/$(uname -r)" /run/modules/lib/modules/
printf '#!/bin/sh\nexec modprobe -d /run/modules "$@"\n' >/run/modules/modprobe
chmod +x /run/modules/modprobe
echo /run/modules/modprobe >/proc/sys/kernel/modprobe
for module in ipv6 br_netfilter; do /run/modules/modprobe "$module"; done

# This kernel's nftables knows no IPv4: iptables must be the one that does without.
for program in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
  ln -s "$(command -v xtables-legacy-multi)" "/run/bin/$program"
done
ip link set lo up
END
  # A program takes a serial line for a terminal, which it should only where the caller has one.
  [ -t 3 ] || echo 'mkfifo /run/out; cat /run/out >/dev/ttyS0 & out=/run/out'
  [ -t 4 ] || echo 'mkfifo /run/err; cat /run/err >/dev/ttyS1 & err=/run/err'
  printf 'cd %s\n(exec' "$(quoted "$PWD")"
  for word in "$@"; do printf ' %s' "$(quoted "$word")"; done
  printf ') >"$out" 2>"$err"\nstatus=$?\nwait\n'
  # stty waits until what was written to the line has gone out.
  printf 'stty -F /dev/ttyS0 raw\nstty -F /dev/ttyS1 raw\necho "$status" >%s\nsync\nbusybox poweroff -f\n' "$(quoted "$folder/status")"
}

quoted() {
  printf "'"
  printf '%s' "$1" | sed "s/'/'\\\\''/g"
  printf "'"
}

main "$@"
