#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the stages of the scenarios share: machines as network namespaces, wires,
# servers. A stage is a script beside a page; as root it makes the page's world,
# `STAGE down` takes it away. The name of a machine is that of its namespace,
# with "ep-" in front: `ip netns exec ep-host bash` is a shell on the host.

set -u
export LC_ALL=C.UTF-8
prefix=ep-

die() {
	echo "stage: $*" >&2
	exit 1
}

down() {
	local ns
	for ns in $(ip netns list | awk '{ print $1 }'); do
		case $ns in
		"$prefix"*)
			ip netns pids "$ns" | xargs -r kill -KILL 2>/dev/null
			ip netns del "$ns" ;;
		esac
	done
	rm -rf /etc/netns/"$prefix"* /run/"$prefix"strongswan
}

[ "$(id -u)" = 0 ] || die 'needs root'
if [ "${1-}" = down ]; then
	down
	exit 0
fi
ip netns list | grep -q "^$prefix" && die "there is a stage already: $0 down"

# on MACHINE COMMAND...
on() { nsenter --net="/run/netns/$prefix$1" -- "${@:2}"; }

# machines NAME...
machines() {
	local name
	for name in "$@"; do
		ip netns add "$prefix$name" || die "namespace $prefix$name cannot be made"
		ip -n "$prefix$name" link set lo up
	done
}

# routes_for MACHINE: it forwards what is not for itself
routes_for() {
	on "$1" sh -c 'cd /proc/sys/net; echo 1 > ipv4/ip_forward; echo 1 > ipv6/conf/all/forwarding'
}

# ips MACHINE: lines for ip on standard input, comments and blanks left out
ips() {
	sed -E 's/^[[:blank:]]+//; /^(#|$)/d' | ip -n "$prefix$1" -batch - ||
		die "$1: ip failed"
}

# wire MACHINE DEV ADDR/LEN|MASTER MACHINE DEV ADDR/LEN [GATEWAY]: the first end
# has an address, or is a port of a bridge
wire() {
	ips "$1" <<-END
		link add $2 type veth peer name $5 netns $prefix$4
		$(case $3 in */*) echo "addr add $3 dev $2" ;; *) echo "link set $2 master $3" ;; esac)
		link set $2 up
	END
	ips "$4" <<-END
		addr add $6 dev $5
		link set $5 up
		${7:+route add default via $7}
	END
}

# bridge MACHINE DEV ADDR/LEN
bridge() {
	ips "$1" <<-END
		link add $2 type bridge
		addr add $3 dev $2
		link set $2 up
	END
}

# guest NAME HOST DEV BRIDGE ADDR/LEN GATEWAY: a virtual machine, its interface
# eth0, the host's DEV
guest() {
	machines "$1"
	wire "$2" "$3" "$4" "$1" eth0 "$5" "$6"
}

# serve MACHINE PORT [TEXT]: answers each connection with the address that it
# comes from, or with TEXT
# shellcheck disable=SC2016 # ncat's shell expands it
serve() {
	on "$1" setsid ncat -4 -lk "$2" -c "echo ${3-\$NCAT_REMOTE_ADDR}" \
		</dev/null >/dev/null 2>&1 &
	served+=("$1 $2")
}
served=()

# ready: all servers listen
ready() {
	local server end=$((SECONDS + 60))
	for server in "${served[@]}"; do
		# /proc/net/tcp is that of whoever reads it.
		until on "${server% *}" grep -q "$(printf '00000000:%04X 00000000:0000 0A' "${server#* }")" \
			/proc/net/tcp; do
			[ $SECONDS -lt $end ] || die "${server% *}: nothing listens at ${server#* }"
			sleep 0.1
		done
	done
}
