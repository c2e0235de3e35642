#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A host that was booted with ipv6.disable=1, which has no tables of IPv6: what a
# guest or the outside sends as IPv6 does it no harm, and IPv4 is filtered.
#
#   out 192.0.2.2 -- up0 (host) -- vnet0 -- a 10.1.0.4
#                              br0 -- vnet1 -- b 10.3.0.4

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
is 'the host has no IPv6' 1 "$(cat /sys/module/ipv6/parameters/disable)"

namespaces out
ips host <<-END
	link add up0 type veth peer name e netns t-out
	addr add 192.0.2.1/24 dev up0
	link set up0 up
	link add br0 type bridge mcast_snooping 0
	addr add 10.3.0.1/24 dev br0
	link set br0 up
END
guest a 0
guest b 1 br0
routed a vnet0 10.1.0.4
ips b <<-END
	addr add 10.3.0.4/24 dev e
	route add default via 10.3.0.1
END
ips out <<-END
	link set e up
	addr add 192.0.2.2/24 dev e
	route add default via 192.0.2.1
END
acls <<-END
	add vnet n prefix 10.0.0.0/8,fd01::/16
	add vm a dev vnet0 address 10.1.0.4,fd01::4 mac $(mac_of 0) vnet n
	add vm b dev vnet1 address 10.3.0.4,fd01::5 mac $(mac_of 1) vnet n
	add endpoint a/web tcp 80
	add endpoint b/web tcp 80
	add rule b/web 10 deny 198.51.100.0/24
	add rule vm a in 10 deny fd02::/16
END
serve a 80
serve b 80

part 'IPv6 from everywhere'
# What a guest says of its addresses, of others' and of the host's; packets to a VM
# that is there; and what would be refused on arrival.
for ns in a b out; do
	to=$(mac_of 1)
	[ $ns != out ] || to=$(mac host up0)
	for address in fe80::1234 fd01::4 fd01::9 fe80::ff:fe00:0; do
		frames $ns e src=:: dst=ff02::1:ff00:1234 icmp=135:0 target=$address ttl=255
		frames $ns e src=$address dst=ff02::1 icmp=136:0 target=$address ttl=255
		frames $ns e src=$address dst=ff02::1 icmp=134:0 ttl=255
		frames $ns e src=$address dst=ff02::16 icmp=143:0 ttl=1
		frames $ns e src=$address dst=fd01::5 dmac="$to" udp=1:2
		frames $ns e src=$address dst=fd01::5 dmac="$to" tcp=1:80
		frames $ns e src=$address dst=fd01::4 dmac="$to" tcp=1:80
		frames $ns e src=$address dst=fd01::4 dmac="$to" udp=1:2 dstopts=2 frag=16
	done
done
acl explain tcp fd01::5 fd01::4:80
acl add rule b/web 20 deny fd01::/32

part 'IPv4'
reaches 'the routed VM answers' out tcp 10.1.0.4 80
reaches 'the bridged one, too' out tcp 10.3.0.4 80
silent 'what has no endpoint is not answered' out tcp 10.1.0.4 81
is 'the kernel does not complain' '' "$(dmesg | grep -E 'BUG|WARNING|Oops')"
finish
