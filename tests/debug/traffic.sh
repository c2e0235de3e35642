#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets, while what the kernel allocates for them fails by chance: some are
# lost, and none passes that must not. For a kernel with failslab, as
# tests/debug/uml.config has it.
#
#   out 192.0.2.2
#    | e
#    | up0 192.0.2.1
#   host
#    | vnet0        | br0 10.3.0.1 -- vnet1
#    a 10.1.0.4                       b 10.3.0.4

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
failslab=/sys/kernel/debug/failslab
[ -d $failslab ] || bail 'this kernel does not let memory run out'
TIME=4 # seconds

namespaces out
ips host <<-END
	link add up0 type veth peer name e netns t-out
	addr add 192.0.2.1/24 dev up0
	link set up0 up
	route add default via 192.0.2.2
	link add br0 type bridge mcast_snooping 0
	addr add 10.3.0.1/24 dev br0
	link set br0 up
END
guest a 0
guest b 1 br0
routed a vnet0 10.1.0.4 fd01::4
ips out <<-END
	addr add 192.0.2.2/24 dev e
	link set e up
	route add default via 192.0.2.1
END
ips b <<-END
	addr add 10.3.0.4/24 dev e
	route add default via 10.3.0.1
END
gate=$(mac host up0) gate_a=$(mac host vnet0) gate_b=$(mac host br0)
acls <<-END
	add vm a dev vnet0 address 10.1.0.4 mac $(mac_of 0) quota 20
	add vm b dev vnet1 address 10.3.0.4 mac $(mac_of 1)
	add endpoint a/open udp 53
	add endpoint a/shown udp 55 public 203.0.113.10:53
	add endpoint a/shut tcp 80
	add rule a/shut 10 deny any
	add endpoint b/open udp 53
	add rule vm a out 10 deny any proto tcp log
	add rule vm b out 10 permit any secure
END

reached() { # WHEN
	local to
	for to in 10.1.0.4 203.0.113.10 10.3.0.4; do
		reaches "$1: $to is reached" out udp $to 53
	done
}
serve a 53/udp 55/udp
serve b 53/udp
reached before

# shellcheck disable=SC2317,SC2329 # within calls it
has_socket() { readlink /proc/"$1"/fd/* | grep -q '^socket:'; }

# flood NS MARK KEY=VALUE...: until it is killed. It has begun when the next one is
# started, to whom it leaves the processor: a program that is only being started has
# no memory for that later, which User-mode Linux does not survive.
flood() {
	local pid
	NETNS="/run/netns/t-$1" "$frame_tool" send e for=3600000 \
		mark="$2" "${@:3}" > /dev/null &
	pid=$!
	floods+=("$pid")
	within 20 has_socket "$pid" || bail 'a flood does not begin'
	renice -n 19 -p "$pid" > /dev/null
}

# What the interfaces of the host have taken in, the least of them.
least_in() { awk '/^ *(up0|vnet0|vnet1):/ { print $3 }' /proc/net/dev | sort -n | head -n 1; }
# shellcheck disable=SC2317,SC2329 # eventually calls it
has_grown() { [ "$(least_in)" -gt "$1" ]; }

# From everywhere, and from sources of others, or of nobody.
begin_floods() {
	local from='vary=1 src=198.18.0.1'
	floods=()
	# shellcheck disable=SC2086 # words
	{
		flood out fine dmac="$gate" $from dst=10.1.0.4 udp=1024:53
		flood out fine dmac="$gate" $from dst=203.0.113.10 udp=1024:53
		flood out fine dmac="$gate" $from dst=10.3.0.4 udp=1024:53
		flood out evil dmac="$gate" $from dst=10.1.0.4 udp=1024:54
		flood out evil dmac="$gate" $from dst=10.1.0.4 tcp=1024:80
		flood out evil dmac="$gate" $from dst=203.0.113.10 tcp=1024:80
		flood out evil dmac="$gate" $from dst=10.3.0.4 udp=1024:54 frag=16
		flood out evil dmac="$gate" src=10.1.0.4 dst=10.3.0.4 udp=1024:53
	}
	flood a fine dmac="$gate_a" src=10.1.0.4 dst=192.0.2.2 udp=1024:99
	flood a evil dmac="$gate_a" src=10.1.0.4 dst=192.0.2.2 tcp=1024:80
	flood a evil dmac="$gate_a" src=10.1.0.9 dst=192.0.2.2 udp=1024:99
	flood b evil dmac="$gate_b" src=10.3.0.4 dst=192.0.2.2 udp=1024:99
	flood b evil dmac="$gate_b" src=10.3.0.9 dst=192.0.2.2 udp=1024:99
}

# by_chance PERCENT: from here on; nothing can be opened or started then
exec {chance}> $failslab/probability
by_chance() {
	until echo "$1" >&$chance; do :; done
}

# Those of the fault injection itself end there, should we not get to it.
MOST=30000
echo 0 > $failslab/verbose
echo N > $failslab/ignore-gfp-wait
echo N > $failslab/task-filter
for percent in 2 8; do
	part "$percent of 100 allocations fail"
	conntrack -F 2> /dev/null
	for ns in out a b; do
		count_frames "fine-$ns-$percent" "$ns" e fine
		count_frames "evil-$ns-$percent" "$ns" e evil
	done
	before=$(least_in)
	begin_floods
	eventually 'floods come from everywhere' has_grown $((before + 100))
	echo $MOST > $failslab/times
	by_chance $percent
	pause $TIME
	by_chance 0
	failed=$((MOST - $(cat $failslab/times)))
	kill "${floods[@]}"
	wait "${floods[@]}" 2> /dev/null
	note "$failed allocations failed"
	holds 'allocations have failed' test "$failed" -gt 100
	for ns in out a b; do
		holds "$ns: what may pass passes, or some of it" test "$(counted "fine-$ns-$percent")" -gt 10
		is "$ns: and nothing else" 0 "$(counted "evil-$ns-$percent")"
	done
	conntrack -F 2> /dev/null
done

part 'when memory is there again'
reached after
counts 'what is refused is counted' 1 a in no-endpoint silent 'and refused' out udp 10.1.0.4 54
acl flush
finish
