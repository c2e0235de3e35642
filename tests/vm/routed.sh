#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guests behind interfaces that the host routes to.
#
#   out  198.51.100.9, .10   2001:db8:51::9, ::10
#    | e
#   isp  (routes; its link to out takes 1300 bytes)
#    | in0
#    | up0
#   host
#    | vnet0               | vnet1
#    a 10.1.0.4 fd01::4    b 10.2.0.4 fd02::4

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

modprobe -q sctp

namespaces isp out
within_ns isp sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ips host <<-END
	link add up0 type veth peer name in0 netns t-isp
	addr add 192.0.2.1/24 dev up0
	addr add 2001:db8:2::1/64 dev up0 nodad
	link set up0 up
	route add default via 192.0.2.2
	route add default via 2001:db8:2::2
END
ips isp <<-END
	link add out0 type veth peer name e netns t-out
	addr add 192.0.2.2/24 dev in0
	addr add 2001:db8:2::2/64 dev in0 nodad
	link set in0 up
	addr add 198.51.100.1/24 dev out0
	addr add 2001:db8:51::1/64 dev out0 nodad
	link set out0 mtu 1300 up
	route add 10.0.0.0/8 via 192.0.2.1
	route add fd00::/8 via 2001:db8:2::1
END
ips out <<-END
	addr add 198.51.100.9/24 dev e
	addr add 198.51.100.10/24 dev e
	addr add 2001:db8:51::9/64 dev e nodad
	addr add 2001:db8:51::10/64 dev e nodad
	link set e mtu 1300 up
	route add default via 198.51.100.1 src 198.51.100.9
	route add default via 2001:db8:51::1 src 2001:db8:51::9
	route add 10.2.0.0/16 via 198.51.100.1 src 198.51.100.10
	route add fd02::/16 via 2001:db8:51::1 src 2001:db8:51::10
END
guest a 0
guest b 1
routed a vnet0 10.1.0.4 fd01::4
routed b vnet1 10.2.0.4 fd02::4
serve a 80 81 5000 7005 7011 9000 5000/udp 6001/udp
serve b 80 7000/udp
serve out 80 443 53/udp
background sctp a "$echo_tool" serve 3868/sctp
here=$(mac host vnet0) gateway=$(mac isp out0)

acl add vm a dev vnet0 address 10.1.0.4,fd01::4 mac "$(mac_of 0)"
acl add vm b dev vnet1 address 10.2.0.4,fd02::4

from_other() { # COMMAND...: the outside uses its other address for this while
	ip -n t-out route replace "$a$bits" via "$gw" src "$other"
	"$@"
	ip -n t-out route del "$a$bits" via "$gw"
}

for family in 4 6; do
	if [ $family = 4 ]; then
		a=10.1.0.4 b=10.2.0.4 out=198.51.100.9 other=198.51.100.10
		gw=198.51.100.1 bits=/32 liar=10.1.0.99
		icmp=icmp unreachable=3:3 request=13:0
	else
		a=fd01::4 b=fd02::4 out=2001:db8:51::9 other=2001:db8:51::10
		gw=2001:db8:51::1 bits=/128 liar=fd01::99
		icmp=icmpv6 unreachable=1:4 request=139:0
	fi

	part "IPv$family: a new VM"
	counts "IPv$family: a new VM takes nothing in" 1 a in no-endpoint \
		silent "IPv$family: a SYN to a new VM is not answered" out tcp $a 80
	is "IPv$family: it leaves no entry in the connection table" 0 "$(entries tcp "dst=$a" dport=80)"
	no_ping "IPv$family: a new VM is not pinged" out $a
	reaches "IPv$family: a new VM may connect to the outside" a tcp $out 80 $a
	reaches "IPv$family: and another one" b tcp $out 80 $b
	counts "IPv$family: a datagram out" 1 a out permit \
		counts "IPv$family: its answer" 1 a in reply \
		reaches "IPv$family: and is answered" a udp $out 53 $a

	part "IPv$family: an endpoint and its rules"
	acl --may-exist add endpoint a/web tcp 80
	reaches "IPv$family: an endpoint opens its port to all" out tcp $a 80 $out
	silent "IPv$family: and no other port" out tcp $a 81
	acl add rule a/web 200 deny any
	counts_rule "IPv$family: five SYNs are denied" 5 "a/web 200" \
		counts "IPv$family: five SYNs are denied" 5 a in acl \
		frames out e dmac="$gateway" src=$out dst=$a tcp=4000:80 count=5
	silent "IPv$family: deny any closes the endpoint" out tcp $a 80
	acl add rule a/web 100 permit $out$bits name "front ends"
	reaches "IPv$family: a permit before it opens it for one" out tcp $a 80 $out
	from_other silent "IPv$family: and not for its neighbour" out tcp $a 80
	acl remove rule a/web 200
	from_other silent "IPv$family: one permit closes the rest by default" out tcp $a 80
	acl remove rule a/web 100
	from_other reaches "IPv$family: without rules it is open again" out tcp $a 80 $other

	part "IPv$family: counters"
	acl --may-exist add endpoint a/dg udp 5000-6000
	acl add rule a/dg 10 permit $out$bits
	counts_rule "IPv$family: 7 datagrams" 7 "a/dg 10" \
		counts "IPv$family: 7 datagrams" 7 a in permit \
		frames out e dmac="$gateway" src=$out dst=$a udp=4001:6000 count=7
	acl remove rule a/dg 10

	part "IPv$family: established connections"
	hold c$family out $a 80
	talks "IPv$family: a connection works" c$family
	acl add rule a/web 50 deny $out$bits
	mute "IPv$family: a new deny cuts it at the next packet" c$family
	mute "IPv$family: also what the guest sends" c$family serve-a
	recovers "IPv$family: it works again when the deny is removed" c$family \
		acl remove rule a/web 50
	talks "IPv$family: and goes on" c$family
	acl add rule a/web 50 deny $out$bits
	run host conntrack -F
	mute "IPv$family: without its entry a denied flow stays dead, the client speaks" c$family
	run host conntrack -F
	mute "IPv$family: without its entry a denied flow stays dead, the guest speaks" c$family serve-a
	recovers "IPv$family: it is picked up when both directions permit" c$family \
		acl remove rule a/web 50

	part "IPv$family: ICMP"
	counts "IPv$family: an error that quotes nothing known" 1 a in invalid \
		frames out e dmac="$gateway" src=$out dst=$a \
		icmp=$unreachable quote=$a,$out,5555,6666
	ask a udp $out 53 1000 1400 > /dev/null
	eventually "IPv$family: the guest learns the path's MTU for what it opened" \
		sh -c "ip -n t-a route get $out | grep -q 'mtu 1300'"
	ip -n t-a route flush cache
	ip -n t-a -6 route flush cache
	ask out udp $a 5000 1000 give=1400 > /dev/null
	eventually "IPv$family: and for what an endpoint answers" \
		sh -c "ip -n t-a route get $out | grep -q 'mtu 1300'"
	acl add endpoint a/ping $icmp
	pings "IPv$family: an endpoint $icmp takes pings" out $a
	counts "IPv$family: and no other request" 1 a in no-endpoint \
		frames out e dmac="$gateway" src=$out dst=$a icmp=$request

	part "IPv$family: what a guest may send"
	counts "IPv$family: another source address" 1 a out spoof \
		frames a e dmac="$here" src=$liar dst=$out udp=1:53
	counts "IPv$family: another VM's address" 1 a out spoof \
		frames a e dmac="$here" src=$b dst=$out udp=1:53
	counts "IPv$family: another MAC" 1 a out spoof \
		frames a e smac=02:00:00:00:00:99 dmac="$here" src=$a dst=$out udp=1:53
	counts "IPv$family: another MAC than the one learned" 1 b out spoof \
		frames b e smac=02:00:00:00:00:99 dmac="$(mac host vnet1)" src=$b dst=$out udp=1:53

	part "IPv$family: fragments"
	echo "# out\$ echo udp $a 5000 5000 3000"
	is "IPv$family: fragments of a permitted datagram pass" $out "$(ask out udp $a 5000 5000 3000)"
	counts "IPv$family: those of another one do not, and count once" 1 a in no-endpoint \
		ask out udp $a 6001 600 3000

	part "IPv$family: ports and protocols"
	acl --may-exist add endpoint a/range tcp 7000-7010
	reaches "IPv$family: a port within an endpoint's range" out tcp $a 7005 $out
	silent "IPv$family: a port behind it" out tcp $a 7011
	if grep -q ready "$tmp/sctp"; then
		silent "IPv$family: SCTP needs an endpoint" out sctp $a 3868
		acl add endpoint a/diameter sctp 3868
		reaches "IPv$family: SCTP by an endpoint" out sctp $a 3868 $out
		acl remove endpoint a/diameter
	else
		skip "IPv$family: SCTP" 'the kernel has none'
	fi
	acl add endpoint b/dmz any
	reaches "IPv$family: an endpoint any takes TCP" out tcp $b 80 $other
	reaches "IPv$family: and UDP" out udp $b 7000 $other
	pings "IPv$family: and ping" out $b
	acl remove endpoint b/dmz
	silent "IPv$family: without it nothing" out tcp $b 80

	part "IPv$family: what a VM may reach"
	acl add rule vm a out 100 deny $other$bits
	counts_rule "IPv$family: an outbound deny" 1 "vm a out 100" \
		silent "IPv$family: an outbound deny holds" a tcp $other 443
	reaches "IPv$family: and for no other" a tcp $out 443 $a
	acl remove rule vm a out 100
	acl add rule vm a out 100 permit $other$bits proto tcp lport 1-65535 rport 443
	reaches "IPv$family: an outbound permit" a tcp $other 443 $a
	silent "IPv$family: closes other ports" a tcp $other 80
	silent "IPv$family: and addresses" a tcp $out 443
	reaches "IPv$family: but not the way in" out tcp $a 80 $out
	acl remove rule vm a out 100
	acl add rule vm a in 100 deny any proto tcp lport 80
	silent "IPv$family: an inbound list holds beside the endpoint's" out tcp $a 80
	acl remove rule vm a in 100
	acl remove endpoint a/ping
	acl remove endpoint a/web
	acl remove endpoint a/dg
done

part 'frames'
is 'the MAC that was learned is shown' "$(mac_of 1) (learned)" \
	"$(aclctl list nics b | grep -o '[0-9a-f:]* (learned)')"
is 'and in JSON beside the declared one' "null \"$(mac_of 1)\"" \
	"$(aclctl -j list nics b | sed -E 's/.*"mac":([^,]*),.*"learned_mac":([^}]*)}.*/\1 \2/')"
is 'one that is declared is not learned' 0 "$(aclctl list nics a | grep -c learned)"
counts "another VM's link-local address" 1 a out spoof \
	frames a e dmac="$here" src="$(link_local_of 1)" dst=ff02::1 udp=1:53
counts 'an unknown EtherType' 1 a out ethertype frames a e type=0x88b5
counts 'spanning tree' 1 a out ethertype \
	frames a e type=0x0026 dmac=01:80:c2:00:00:00 size=38
counts 'LLDP' 1 a out ethertype frames a e type=0x88cc dmac=01:80:c2:00:00:0e
counts 'a VLAN tag' 1 a out ethertype \
	frames a e vlan=100 dmac="$here" src=10.1.0.4 dst=198.51.100.9 udp=1:53
counts 'a claim in ARP' 1 a out spoof \
	frames a e arp=reply src=10.2.0.4 dst=169.254.1.1 smac="$(mac_of 0)"
counts 'a claim in neighbour discovery' 1 a out spoof \
	frames a e dmac="$here" src=fd01::4 dst=ff02::1 ttl=255 icmp=136:0 target=fd02::4
counts 'a router advertisement' 1 a out spoof \
	frames a e dmac="$here" src="$(link_local_of 0)" dst=ff02::1 ttl=255 icmp=134:0
counts 'a packet for somebody else' 1 a in destination \
	frames host vnet0 dmac="$(mac_of 0)" src=198.51.100.9 dst=10.9.9.9 udp=1:1
counts 'what the host makes by itself, past all connection tracking' 1 a in no-endpoint \
	frames host vnet0 dmac="$(mac_of 0)" src=198.51.100.9 dst=10.1.0.4 udp=1:1
finish
