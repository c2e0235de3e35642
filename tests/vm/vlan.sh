#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guests that tag their frames: on a bridge that filters VLANs, and routed to
# through a VLAN on top of their interface.
#
#   a 10.1.0.4, e.10 10.2.0.4 -- vnet0 \
#   b                10.2.0.5 -- vnet1 -- br0   vnet1 is in VLAN 10, untagged
#   c                10.2.0.6 -- vnet2 /        vnet2 in VLAN 20
#
#   d e.10 10.3.0.4, e.20 10.3.0.5 -- vnet3 -- vnet3.10, vnet3.20

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

ips host <<-END
	link add br0 type bridge mcast_snooping 0 vlan_filtering 1
	link set br0 up
END
guest a 0 br0
guest b 1 br0
guest c 2 br0
guest d 3
run host bridge vlan add dev vnet0 vid 10
run host bridge vlan add dev vnet0 vid 20
run host bridge vlan add dev vnet1 vid 10 pvid untagged
run host bridge vlan add dev vnet2 vid 20 pvid untagged
ips a <<-END
	addr add 10.1.0.4/24 dev e
	link add link e name e.10 type vlan id 10
	addr add 10.2.0.4/24 dev e.10
	link set e.10 up
END
ips b <<< 'addr add 10.2.0.5/24 dev e'
ips c <<< 'addr add 10.2.0.6/24 dev e'
for id in 10 20; do
	ips d <<-END
		link add link e name e.$id type vlan id $id
		link set e.$id up
	END
	ips host <<-END
		link add link vnet3 name vnet3.$id type vlan id $id
		addr add 169.254.1.1/32 dev vnet3.$id
		link set vnet3.$id up
	END
done
ips d <<-END
	addr add 10.3.0.4/32 dev e.10
	addr add 10.3.0.5/32 dev e.20
	route add 169.254.1.1/32 dev e.10 src 10.3.0.4
END
ips host <<-END
	route add 10.3.0.4/32 dev vnet3.10
	route add 10.3.0.5/32 dev vnet3.20
END
acls <<-END
	add vnet v prefix 10.1.0.0/24,10.2.0.0/24
	add vm a dev vnet0 address 10.1.0.4,10.2.0.4 vnet v vlan 10
	add vm b dev vnet1 address 10.2.0.5 vnet v
	add vm c dev vnet2 address 10.2.0.6 vnet v
	add vm d dev vnet3 address 10.3.0.4,10.3.0.5 vlan 10
	add endpoint d/web tcp 80
	add endpoint d/dg udp 53
END
serve a 80 53/udp
serve b 80 53/udp
serve d 80 53/udp
serve host 8888

part 'a bridge that filters VLANs'
reaches 'a declared tag, to the guest without one' a tcp 10.2.0.5 80 10.2.0.4
reaches 'and from there' b tcp 10.2.0.4 80 10.2.0.5
counts 'one datagram to a tag' 1 a in permit \
	counts 'one datagram to a tag' 1 b in reply reaches 'a datagram' b udp 10.2.0.4 53 10.2.0.5
acl add rule vm a in 100 deny 10.2.0.5 proto tcp
counts_rule 'a rule sees what is in the frame' 1 'vm a in 100' \
	silent 'a rule sees what is in the frame' b tcp 10.2.0.4 80
is 'it leaves no entry' 0 "$(entries tcp SYN_SENT)"
acl remove rule vm a in 100
counts 'a tag that is not declared, out' 1 a out ethertype \
	frames a e vlan=20 src=10.2.0.4 dst=10.2.0.6 dmac="$(mac_of 2)" udp=1:53
counts 'a tag of 802.1ad, whatever its number' 1 a out ethertype \
	frames a e vlan=10 tpid=0x88a8 src=10.2.0.4 dst=10.2.0.5 dmac="$(mac_of 1)" udp=1:53
counts 'and in' 1 a in ethertype \
	counts 'the sender has done nothing wrong' 1 c out permit \
	frames c e src=10.2.0.6 dst=10.2.0.4 dmac="$(mac_of 0)" udp=1:53
counts 'a priority tag is none' 1 a out permit \
	frames a e vlan=0 src=10.1.0.4 dst=10.1.0.9 dmac="$(mac_of 1)" udp=1:53

part 'a VLAN on top of the interface'
counts 'a datagram in' 1 d in permit counts 'its answer' 1 d out reply \
	reaches 'the host reaches the endpoint in the VLAN' host udp 10.3.0.4 53
reaches 'with TCP' host tcp 10.3.0.4 80
counts 'no endpoint' 1 d in no-endpoint silent 'no endpoint' host tcp 10.3.0.4 81
is 'it leaves no entry' 0 "$(entries tcp SYN_SENT)"
reaches 'the guest reaches the host' d tcp 169.254.1.1 8888 10.3.0.4
acl add rule vm d out 100 deny 169.254.1.1
counts_rule 'an outbound rule' 1 'vm d out 100' silent 'an outbound rule' d tcp 169.254.1.1 8888
acl remove rule vm d out 100
counts 'a source that is not its own' 1 d out spoof \
	frames d e vlan=10 src=10.3.0.9 dst=169.254.1.1 dmac="$(mac host vnet3)" udp=1:53
# ARP for it is answered by nobody: the frames are made by hand.
run host ip neigh replace 10.3.0.5 lladdr "$(mac_of 3)" dev vnet3.20
counts 'a tag that is not declared' 1 d in ethertype \
	silent 'a tag that is not declared' host tcp 10.3.0.5 80
finish
