#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who makes an entry of the connection table in the name of a guest opens that
# guest: what comes back is a reply. And who has the addresses of another vnet is
# not in it.
#
#   r 10.9.0.4 fd09::4 -- vnet9 -- host -- up0 -- out 198.51.100.9
#   q 10.8.0.4         -- vnet8 --      -- up2 -- out2, uplink of two
#
#   a1 10.1.0.4 -- vnet0 -- br1 10.1.0.1 -- vnet1 -- b1 10.1.0.5   vnet one
#   a2 10.1.0.4 -- vnet2 -- br2          -- vnet3 -- b2 10.1.0.5   vnet two

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out out2
ips host <<-END
	link add up0 type veth peer name e netns t-out
	addr add 198.51.100.1/24 dev up0
	addr add 2001:db8:51::1/64 dev up0 nodad
	link set up0 up
	link add up2 type veth peer name e netns t-out2
	link set up2 up
	link add br1 type bridge mcast_snooping 0
	addr add 10.1.0.1/24 dev br1
	link set br1 up
	link add br2 type bridge mcast_snooping 0
	link set br2 up
	# A VIP that the host has, too.
	addr add 203.0.113.10/32 dev lo
END
ips out <<-END
	link set e up
	addr add 198.51.100.9/24 dev e
	addr add 2001:db8:51::9/64 dev e nodad
	route add default via 198.51.100.1
	route add default via 2001:db8:51::1
END
within_ns out sysctl -qw net.ipv4.ip_local_port_range='4000 4000'
ips out2 <<< 'link set e up'
guest r 9
routed r vnet9 10.9.0.4 fd09::4
guest q 8
routed q vnet8 10.8.0.4 fd08::4
guest a1 0 br1
guest b1 1 br1
guest a2 2 br2
guest b2 3 br2
for guest in a1:4 b1:5 a2:4 b2:5; do
	ips "${guest%:*}" <<< "addr add 10.1.0.${guest#*:}/24 dev e"
done
ips a1 <<< 'route add default via 10.1.0.1'
acls <<-END
	add vnet one prefix 10.1.0.0/24
	add vnet two prefix 10.1.0.0/24 uplink up2
	add vm r dev vnet9 address 10.9.0.4,fd09::4
	add vm q dev vnet8 address 10.8.0.4,fd08::4
	add endpoint q/u udp 4000
	add endpoint q/dhcp udp 67 public 203.0.113.10:67
	add vm a1 dev vnet0 address 10.1.0.4 vnet one
	add vm b1 dev vnet1 address 10.1.0.5 vnet one
	add vm a2 dev vnet2 address 10.1.0.4 vnet two
	add vm b2 dev vnet3 address 10.1.0.5 vnet two
END
serve r 53/udp
serve out 53/udp
up=$(mac host up0)
pings 'r is heard' r 169.254.1.1
pings 'a1 is heard' a1 10.1.0.1
pings 'a2 is heard' a2 10.1.0.5

part 'a flow that somebody else opens as a guest'
silent 'the guest is closed' out udp 10.9.0.4 53
counts 'the first packet ends' 1 r in spoof \
	frames out e dmac="$up" src=10.9.0.4 dst=198.51.100.9 udp=53:4000
silent 'and nothing is a reply to it' out udp 10.9.0.4 53
counts 'IPv6: it ends' 1 r in spoof \
	frames out e dmac="$up" src=fd09::4 dst=2001:db8:51::9 udp=53:4000
silent 'IPv6: and nothing is a reply to it' out udp fd09::4 53
counts 'TCP: it ends' 1 r in spoof \
	frames out e dmac="$up" src=10.9.0.4 dst=198.51.100.77 tcp=22:4000
counts 'to another guest: it ends' 1 r in spoof \
	frames out e dmac="$up" src=10.9.0.4 dst=10.8.0.4 udp=53:4000
counts 'and that guest does not answer it' 1 r in no-endpoint \
	frames q e dmac="$(mac host vnet8)" src=10.8.0.4 dst=10.9.0.4 udp=4000:53
reaches 'what the guest itself opens is answered' r udp 198.51.100.9 53 10.9.0.4

part 'an equal address of another vnet'
counts 'a2 opens' 1 a2 out permit \
	frames a2 e dmac="$(mac host br2)" src=10.1.0.4 dst=198.51.100.9 udp=53:4001
counts 'a1 does not get the answer' 1 a1 in invalid \
	frames out e dmac="$up" src=198.51.100.9 dst=10.1.0.4 udp=4001:53
counts 'b2 is not inside for a1' 1 a1 in spoof \
	frames b2 e dmac="$(mac host br2)" src=10.1.0.5 dst=10.1.0.4 udp=1:53
counts 'nor is the uplink of two' 1 a1 in spoof \
	frames out2 e dmac="$(mac host up2)" src=10.1.0.77 dst=10.1.0.4 udp=1:53
counts 'b1 is' 1 a1 in permit \
	frames b1 e dmac="$(mac_of 0)" src=10.1.0.5 dst=10.1.0.4 udp=1:53

part 'the ports of DHCP'
acl add rule vm r out 100 deny any
counts 'a VIP that the host has is not the host' 1 r out acl \
	frames r e dmac="$(mac host vnet9)" src=10.9.0.4 dst=203.0.113.10 udp=68:67

finish
