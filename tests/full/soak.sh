#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets, changes, connections, interfaces and namespaces come and go for some
# minutes (EPACL_SOAK_MINUTES); when all is settled, the kernel's memory is where it
# was after the first time, and each packet was counted once.

# shellcheck source=tests/storm/pairs.sh
. "$(dirname "$(readlink -f "$0")")/../storm/pairs.sh"
minutes=${EPACL_SOAK_MINUTES:-5} packets=5000

# ---- memory -------------------------------------------------------------------------

meminfo() { awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo; }
# KiB of objects in use, of those that anybody allocates by their size.
kmalloc() { awk '/^kmalloc-/ { n += $2 * $4 } END { print int(n / 1024) }' /proc/slabinfo; }
policy() {
	local text
	text=$(aclctl -j version)
	text=${text#*\"memory\":}
	echo "${text%%[^0-9]*}"
}
# Work that frees in slices waits for a grace period each, and for its turn.
settle_down() {
	acl flush
	conntrack -F > /dev/null 2>&1
	pause 4
	echo 3 > /proc/sys/vm/drop_caches
	pause 1
}
measure() { # NAME
	settle_down > /dev/null
	slab=$(meminfo SUnreclaim) percpu=$(meminfo Percpu) sized=$(kmalloc) held=$(policy)
	note "$1: slab $slab KiB, per CPU $percpu KiB, kmalloc $sized KiB, policy $held bytes"
}

# ---- one time --------------------------------------------------------------------------

packets_sent=0 packets_judged=0
weather() { # PAIR
	local before
	begin "$1" > "$tmp/shown"
	sed -n '/^not ok/,$p' "$tmp/shown"
	before=$(($(judged a in) + $(judged a out)))
	storm "$1" "$packets" "$tmp/a" "$tmp/b" > "$tmp/shown"
	sed -n '/^not ok/,$p' "$tmp/shown"
	packets_sent=$((packets_sent + sent[vm] + sent[remote]))
	packets_judged=$((packets_judged + $(judged a in) + $(judged a out) - before))
	lost=$((sent[both] - arrived[both]))
	wrong=$((wrong + arrived[neither] + lost))
	[ $((arrived[neither] + lost)) = 0 ] || {
		note "$1: ${arrived[neither]} passed, $lost did not"
		aclctl list reasons a
		conntrack -S
	}
}
wrong=0

interfaces_and_namespaces() {
	local i
	for i in 2 3; do
		ip netns add t-end && known[end]=1
		ip -n t-end link add vnet0 type veth peer name e
		ip link add vnet$i type veth peer name e$i
		ip link set vnet$i up
		within_ns end "$ACLCTL" -f - <<-END
			add guard vnet*
			add service s vip 203.0.113.1
			add set r $(remotes 1)
			add vm a dev vnet0 address 10.1.0.4 service s quota 100
			add endpoint a/web tcp 80 public 203.0.113.1:80
			add rule a/web 10 permit set r
		END
		aclctl add vm b dev vnet$i address 10.1.0.8
		ip link del vnet$i
		aclctl remove vm b
		ip netns del t-end
	done
}

connections() {
	aclctl flush
	vm a | aclctl -f -
	NETNS=/run/netns/t-out "$frame_tool" send e dmac="$beyond_out" src=198.51.100.9 \
		dst=10.1.0.4 udp=4000:9 vary=1 count=1000 > /dev/null
	conntrack -F > /dev/null 2>&1
}

once() {
	local pair
	for pair in rules layers names; do
		weather $pair
	done
	{
		interfaces_and_namespaces
		connections
	} > "$tmp/done" 2>&1 || not_ok 'once' "$(cat "$tmp/done")"
}

# ---- for some minutes --------------------------------------------------------------------

part "$minutes minutes"
once
once
measure 'at first'
settled=("$slab" "$percpu" "$sized" "$held") times=0 end=$((SECONDS + minutes * 60))
while [ $SECONDS -lt $end ]; do
	once
	times=$((times + 1))
	[ $((times % 10)) != 0 ] || measure "after $times times"
done
measure 'at the end'
note "$times times, $all_packets packets, $all_changes changes"
# Pages of caches that are half empty come and go by some hundred KiB; what is in
# use hardly differs.
# shellcheck disable=SC2317,SC2329 # holds calls it
no_more() { [ $(($1 - $2)) -le "$3" ]; } # KIB BEFORE MARGIN
holds 'the slab has not grown' no_more "$slab" "${settled[0]}" 1024
holds 'nor memory per CPU' no_more "$percpu" "${settled[1]}" 64
holds 'nor what is allocated by its size' no_more "$sized" "${settled[2]}" 256
is 'nor what the policy holds' "${settled[3]}" "$held"
is 'each packet was counted once' "$packets_sent" "$packets_judged"
is 'and judged by one policy' 0 $wrong
holds 'all that more than once' test $times -gt 1
is 'the kernel does not complain' '' \
	"$(dmesg | grep -E 'BUG|WARNING|Oops|unregister_netdevice: waiting|leak')"
finish
