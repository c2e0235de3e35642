#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Addresses that are the host's, which no guest may claim: in a VRF, and before
# the host is sure that it may have them. And what was another's before it was
# declared: a MAC address, the name of an interface.
#
#   a -- vnet0 -- br0, in VRF red          c 10.3.0.4 -- vnet2
#   b -- vnet1 -- br1, whose addresses the host is still asking for
#
#   d 10.4.0.4 -- vnet4, vnet two          e 10.4.0.4 -- vnet5, vnet three

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces e
ips host <<-END
	link add red type vrf table 10
	link set red up
	link add br0 type bridge mcast_snooping 0
	link set br0 master red up
	addr add fd01::1/64 dev br0 nodad
	link add br1 type bridge mcast_snooping 0
END
within_ns host sysctl -qw net.ipv6.conf.br1.accept_dad=1 net.ipv6.conf.br1.dad_transmits=600
ips host <<-END
	link set br1 up
	addr add fd01:1::1/64 dev br1
END
guest a 0 br0
guest b 1 br1
guest c 2
acls <<-END
	add vm a dev vnet0 address fd01::/64
	add vm b dev vnet1 address fd01:1::/64
	add vm c dev vnet2 address 10.3.0.4
END

# claims NAME GUEST ADDR REASON: the guest says that it has the address
claims() {
	counts "$1" 1 "$2" out "$4" frames "$2" e dmac=33:33:00:00:00:01 \
		"smac=$(mac "$2" e)" src="$3" dst=ff02::1 ttl=255 icmp=136:0 target="$3"
}
# asks NAME GUEST ADDR REASON: the guest asks whether it may have it
asks() {
	counts "$1" 1 "$2" out "$4" frames "$2" e dmac=33:33:00:00:00:01 \
		"smac=$(mac "$2" e)" src=:: dst=ff02::1 ttl=255 icmp=135:0 target="$3"
}
link_local() { within_ns host ip -6 -o addr show dev "$1" scope link | awk '{ sub("/.*", "", $4); print $4 }'; }

part 'in a VRF'
claims 'the link-local address of the host' a "$(link_local br0)" spoof
claims 'another of the host, in the prefix of the guest' a fd01::1 spoof
claims 'one of the guest' a fd01::9 essential

part 'before the host has it'
# shellcheck disable=SC2317 # called by holds
tentative() { within_ns host ip -6 addr show dev br1 tentative | grep -q fd01:1::1; }
holds 'the host still asks' tentative
asks 'the guest wants to have it' b fd01:1::1 spoof
claims 'the guest says that it has it' b fd01:1::1 spoof
asks 'the link-local address of the host' b "$(link_local br1)" spoof
asks 'one of its own' b fe80::77 essential
holds 'the host still asks' tentative

part 'a MAC address that was heard'
counts 'is the guest'\''s' 1 c out essential frames c e "smac=$(mac c e)" arp=request \
	src=10.3.0.4 dst=10.3.0.1
acl add vm late dev vnet3 address 10.3.0.5 mac "$(mac c e)"
counts 'until it is declared to be of another' 1 c out spoof frames c e "smac=$(mac c e)" \
	arp=request src=10.3.0.4 dst=10.3.0.1

part 'an interface that gets its name later'
guest d 4
routed d vnet4 10.4.0.4 fd04::4
acls <<-END
	add vnet two prefix 10.4.0.0/16
	add vnet three prefix 10.4.0.0/16
	add vm d dev vnet4 address 10.4.0.4 vnet two
	add vm e dev vnet5 address 10.4.0.4 vnet three
END
ips host <<-END
	link add tmp0 type veth peer name e netns t-e
	link set tmp0 name vnet5
	link set vnet5 up
	addr add 169.254.1.1/32 dev vnet5
END
ips e <<-END
	link set e up
	addr add 10.4.0.4/32 dev e
	route add default via 169.254.1.1 dev e onlink
END
ask e udp 169.254.1.1 5999 300 > /dev/null
is 'is tracked with its own vnet' 1 "$(entries udp src=10.4.0.4 zone-orig=2)"
finish
