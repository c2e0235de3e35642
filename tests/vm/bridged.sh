#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two guests and a station of the outside on one bridge, at which the host has no
# address. BRNF: see tests/lib.sh.
#
#   a 10.1.0.4 fd01::4 -- vnet0 \
#                                br0 -- up0 -- out 192.0.2.9, .10
#   b 10.1.0.5 fd01::5 -- vnet1 /                  2001:db8:2::9, ::10

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

policy() {
	acls <<-END
		add vnet v prefix 10.1.0.0/24,fd01::/64
		add vm a dev vnet0 address 10.1.0.4,fd01::4 mac $(mac_of 0) vnet v
		add vm b dev vnet1 address 10.1.0.5,fd01::5 vnet v
	END
}

station() { # NS ADDR4 ADDR6
	ips "$1" <<-END
		addr add $2/24 dev e
		addr add $3/64 dev e nodad
	END
}

bridge_netfilter start
namespaces out
# Half of the variants have the policy before the bridge and its ports.
case $BRNF in off|after) ;; *) policy ;; esac
ips host <<-END
	link add br0 type bridge mcast_snooping 0
	link set br0 up
END
bridge_netfilter made
ips host <<-END
	link add up0 type veth peer name e netns t-out
	link set up0 master br0 up
END
guest a 0 br0
guest b 1 br0
station a 10.1.0.4 fd01::4
station b 10.1.0.5 fd01::5
station out 192.0.2.9 2001:db8:2::9
for guest in a b; do
	ips $guest <<-END
		route add 192.0.2.0/24 dev e
		route add 2001:db8:2::/64 dev e
	END
done
ips out <<-END
	link set e up
	addr add 192.0.2.10/24 dev e
	addr add 2001:db8:2::10/64 dev e nodad
	route add 10.1.0.0/24 dev e src 192.0.2.9
	route add fd01::/64 dev e src 2001:db8:2::9
END
case $BRNF in off|after) policy ;; esac
serve a 80 5000/udp
serve b 80 81 6001/udp
serve out 80 443 53/udp

for family in 4 6; do
	if [ $family = 4 ]; then
		a=10.1.0.4 b=10.1.0.5 out=192.0.2.9 other=192.0.2.10
		all=10.1.0.0/24 bits=/32 icmp=icmp unreachable=3:3 liar=10.1.0.99
	else
		a=fd01::4 b=fd01::5 out=2001:db8:2::9 other=2001:db8:2::10
		all=fd01::/64 bits=/128 icmp=icmpv6 unreachable=1:4 liar=fd01::99
	fi
	from_other() {
		ip -n t-out route replace $all dev e src $other
		"$@"
		ip -n t-out route replace $all dev e src $out
	}

	part "IPv$family: inside and outside"
	reaches "IPv$family: VMs of one vnet reach each other" a tcp $b 80 $a
	pings "IPv$family: and ping each other" b $a
	counts "IPv$family: a VM takes nothing in from outside" 1 a in no-endpoint \
		silent "IPv$family: a SYN from outside is not answered" out tcp $a 80
	is "IPv$family: it leaves no entry in the connection table" 0 \
		"$(entries tcp "src=$out dst=$a" dport=80)"
	reaches "IPv$family: a VM may connect to the outside" a tcp $out 80 $a
	counts "IPv$family: a datagram out" 1 a out permit \
		counts "IPv$family: its answer" 1 a in reply \
		reaches "IPv$family: and is answered" a udp $out 53 $a

	part "IPv$family: an endpoint and its rules"
	acl add endpoint a/web tcp 80
	reaches "IPv$family: an endpoint opens its port to all" out tcp $a 80 $out
	acl add rule a/web 200 deny any
	counts_rule "IPv$family: five SYNs are denied" 5 "a/web 200" \
		counts "IPv$family: five SYNs are denied" 5 a in acl \
		frames out e dmac="$(mac_of 0)" src=$out dst=$a tcp=4000:80 count=5
	is "IPv$family: they leave no entry in the connection table" 0 "$(entries tcp sport=4000)"
	acl add rule a/web 100 permit $out$bits
	reaches "IPv$family: a permit before a deny opens it for one" out tcp $a 80 $out
	from_other silent "IPv$family: and not for its neighbour" out tcp $a 80
	reaches "IPv$family: nor does it concern the vnet" b tcp $a 80 $b
	acl remove rule a/web 200
	acl remove rule a/web 100
	acl add endpoint a/dg udp 5000-6000
	acl add rule a/dg 10 permit $out$bits
	counts_rule "IPv$family: 7 datagrams" 7 "a/dg 10" \
		counts "IPv$family: 7 datagrams" 7 a in permit \
		frames out e dmac="$(mac_of 0)" src=$out dst=$a udp=4001:6000 count=7
	acl remove rule a/dg 10

	part "IPv$family: established connections"
	hold c$family out $a 80
	acl add rule a/web 50 deny $out$bits
	mute "IPv$family: a new deny cuts a connection at the next packet" c$family
	recovers "IPv$family: it works again when the deny is removed" c$family \
		acl remove rule a/web 50
	acl add rule a/web 50 deny $out$bits
	run host conntrack -F
	mute "IPv$family: without its entry it stays dead, the client speaks" c$family
	mute "IPv$family: without its entry it stays dead, the guest speaks" c$family serve-a
	recovers "IPv$family: it is picked up when both directions permit" c$family \
		acl remove rule a/web 50

	part "IPv$family: ICMP and fragments"
	counts "IPv$family: an error that quotes nothing known" 1 a in invalid \
		frames out e dmac="$(mac_of 0)" src=$out dst=$a \
		icmp=$unreachable quote=$a,$out,5555,6666
	no_ping "IPv$family: without an endpoint no ping from outside" out $a
	acl add endpoint a/ping $icmp
	pings "IPv$family: with one" out $a
	show out echo udp $a 5000 5000 3000
	is "IPv$family: fragments of a permitted datagram pass" $out "$(ask out udp $a 5000 5000 3000)"
	counts "IPv$family: those of another one do not" 1 a in no-endpoint \
		ask out udp $a 6001 600 3000
	is "IPv$family: fragments inside the vnet pass" $a "$(ask a udp $b 6001 5000 3000)"

	part "IPv$family: what a guest may send"
	counts "IPv$family: another source address" 1 a out spoof \
		frames a e dmac="$(mac_of 1)" src=$liar dst=$b udp=1:53
	counts "IPv$family: its neighbour's address" 1 a out spoof \
		frames a e dmac="$(mac out e)" src=$b dst=$out udp=1:53
	counts "IPv$family: another MAC" 1 a out spoof \
		frames a e smac="$(mac_of 1)" dmac="$(mac out e)" src=$a dst=$out udp=1:53
	before=$(reason a out essential)
	ip -n t-a neigh flush dev e
	pings "IPv$family: ARP or neighbour discovery" a $out
	if [ "$(reason a out essential)" -gt "$before" ]; then
		ok "IPv$family: they are essential"
	else
		not_ok "IPv$family: they are essential"
	fi

	part "IPv$family: a frame for somebody else"
	acl add endpoint b/web tcp 80
	hold f$family out $b 80
	run host bridge link set dev vnet1 learning off
	ip -n t-host link set vnet1 nomaster
	ips host <<< 'link set vnet1 master br0'
	run host bridge link set dev vnet1 learning off
	before=$(reason a in destination)
	talks "IPv$family: a connection goes on when its frames are flooded" f$family
	reaches "IPv$family: and new ones are made" out tcp $b 80 $out
	if [ "$(reason a in destination)" -gt "$before" ]; then
		ok "IPv$family: the copies are refused as not for this VM"
	else
		not_ok "IPv$family: the copies are refused as not for this VM" \
			"$(aclctl list reasons a)"
	fi
	run host bridge link set dev vnet1 learning on
	acl remove endpoint b/web

	part "IPv$family: lists of a VM inside its vnet"
	acl add rule vm b in 100 deny $a$bits
	counts_rule "IPv$family: an inbound deny" 1 "vm b in 100" \
		silent "IPv$family: an inbound deny holds inside the vnet" a tcp $b 80
	is "IPv$family: it leaves no entry in the connection table" 0 \
		"$(entries tcp SYN_SENT "src=$a dst=$b")"
	reaches "IPv$family: it does not hold the other way" b tcp $a 80 $b
	acl remove rule vm b in 100
	acl add rule vm a out 100 deny $b$bits proto tcp rport 80
	silent "IPv$family: an outbound deny" a tcp $b 80
	reaches "IPv$family: leaves another port alone" a tcp $b 81 $a
	acl remove rule vm a out 100
	acl remove endpoint a/web
	acl remove endpoint a/ping
	acl remove endpoint a/dg
done

part 'frames'
counts 'a claim to the address of a neighbour in ARP' 1 a out spoof \
	frames a e arp=reply src=10.1.0.5 dst=192.0.2.9
counts 'a claim to it in neighbour discovery' 1 a out spoof \
	frames a e src=fd01::4 dst=ff02::1 ttl=255 icmp=136:0 target=fd01::5
counts 'a claim from outside to the address of a VM that was heard' 1 b in spoof \
	frames out e arp=reply src=10.1.0.4 dst=10.1.0.5 dmac="$(mac_of 1)"
counts 'an unknown EtherType' 1 a out ethertype frames a e type=0x88b5
counts 'an unknown EtherType from outside' 1 a in ethertype \
	frames out e type=0x88b5 dmac="$(mac_of 0)"
counts 'spanning tree' 1 a out ethertype \
	frames a e type=0x0026 dmac=01:80:c2:00:00:00 size=38
counts 'a VLAN tag' 1 a out ethertype \
	frames a e vlan=100 dmac="$(mac_of 1)" src=10.1.0.4 dst=10.1.0.5 udp=1:53
finish
