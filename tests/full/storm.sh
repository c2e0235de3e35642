#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two policies take turns while packets pass: each packet sees one of them, and all
# of it. What neither permits never arrives, what both permit always does, and each
# packet is counted once. EPACL_STORM_PACKETS: of each part.

# shellcheck source=tests/storm/pairs.sh
. "$(dirname "$(readlink -f "$0")")/../storm/pairs.sh"
packets=${EPACL_STORM_PACKETS:-60000}

# pair NAME WHAT [VM]: the counters are compared if it is VM's all the time
pair() {
	local before
	part "$2"
	begin "$1"
	before=("$(judged "${3-}" in)" "$(judged "${3-}" out)" "$(for_nobody)")
	storm "$2" "$packets" "$tmp/a" "$tmp/b"
	is "$2: what neither permits never passes" 0 "${arrived[neither]}"
	is "$2: what both permit always does" "${sent[both]}" "${arrived[both]}"
	[ "${sent[both]}" = "${arrived[both]}" ] || {
		aclctl list reasons
		conntrack -S
	} | sed 's/^/#   /'
	holds "$2: what one permits passes at times" eval 'passes_at_times a && passes_at_times b'
	is "$2: who counts has lost none" 0 "${sent[lost]}"
	[ -z "${3-}" ] || {
		is "$2: each packet to the VM is counted once" "${sent[remote]}" $(($(judged "$3" in) - before[0]))
		is "$2: each packet of the VM, too" "${sent[vm]}" $(($(judged "$3" out) - before[1]))
	}
	is "$2: and none for nobody" "${before[2]}" "$(for_nobody)"
}

pairs() { # WIRING
	pair rules "rules and sets, $1" a
	pair layers "a layer for each property, $1" a
	pair names "lists by name, $1" a
	pair anew "all anew, $1"
	pair owner "an interface of another VM, $1"
	pair swap "VMs that swap their interfaces, $1"
}

pairs routed
acl flush
# A bridge of the host would join groups, with frames of its own.
run host sysctl -qw net.ipv6.conf.default.disable_ipv6=1
ips host <<-END
	link del vnet1
	link add br0 type bridge mcast_snooping 0
	link set vnet0 master br0
	link set up0 master br0
	link set br0 up
END
beyond_a=$(mac_of 1) beyond_out=$(mac_of 0)
pairs bridged
note "$all_packets packets, $all_changes changes, $(nproc) processors, $mode"
finish
