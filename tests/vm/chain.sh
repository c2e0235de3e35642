#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A chain of bridges, as Proxmox builds it where a guest's firewall is on: the
# guest on a bridge of its own, a veth from that to the bridge that the host
# routes for. A packet is tracked on both.
#
#   out 198.51.100.9 2001:db8:51::9
#    | e
#    | up0
#   host  vmbr 10.1.0.1 fd01::1 --- up1 --- near 192.0.2.9 2001:db8:2::9
#          | fwpr0         | fwpr1         | vnet2
#          | fwln0         | fwln1         c 10.1.0.6 fd01::6
#         fwbr0           fwbr1
#          | vnet0         | vnet1
#          a 10.1.0.4      b 10.1.0.5
#            fd01::4         fd01::5
#
# a is of service web: 203.0.113.10, 2001:db8:113::10; the others of none.

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out near
ips host <<-END
	link add vmbr address 02:00:00:00:01:00 type bridge mcast_snooping 0
	addr add 10.1.0.1/24 dev vmbr
	addr add fd01::1/64 dev vmbr nodad
	link set vmbr up
	link add up0 type veth peer name e netns t-out
	addr add 198.51.100.1/24 dev up0
	addr add 2001:db8:51::1/64 dev up0 nodad
	link set up0 up
	link add up1 type veth peer name e netns t-near
	link set up1 master vmbr up
END
for n in 0 1; do
	ips host <<-END
		link add fwbr$n type bridge mcast_snooping 0
		# Or it answers for the address of vmbr, and takes the frames up itself.
		link set fwbr$n arp off up
		link add fwln$n type veth peer name fwpr$n
		link set fwln$n master fwbr$n up
		link set fwpr$n master vmbr up
	END
done
guest a 0 fwbr0
guest b 1 fwbr1
guest c 2 vmbr
ips out <<-END
	addr add 198.51.100.9/24 dev e
	addr add 2001:db8:51::9/64 dev e nodad
	link set e up
	route add default via 198.51.100.1
	route add default via 2001:db8:51::1
END
ips near <<-END
	addr add 192.0.2.9/24 dev e
	addr add 2001:db8:2::9/64 dev e nodad
	link set e up
	route add 10.1.0.0/24 dev e
	route add fd01::/64 dev e
END
for guest in a:4 b:5 c:6; do
	ips ${guest%:*} <<-END
		addr add 10.1.0.${guest#*:}/24 dev e
		addr add fd01::${guest#*:}/64 dev e nodad
		route add default via 10.1.0.1
		route add default via fd01::1
		route add 192.0.2.0/24 dev e
		route add 2001:db8:2::/64 dev e
	END
done
acls <<-END
	add service web vip 203.0.113.10,2001:db8:113::10
	add vnet v prefix 10.1.0.0/24,fd01::/64
	add vm a dev vnet0 address 10.1.0.4,fd01::4 vnet v service web
	add vm b dev vnet1 address 10.1.0.5,fd01::5 vnet v
	add vm c dev vnet2 address 10.1.0.6,fd01::6 vnet v
	add endpoint a/web tcp 80 public 203.0.113.10:8080,[2001:db8:113::10]:8080
	add endpoint b/db tcp 1433
	add endpoint c/web tcp 80 public 203.0.113.20:80,[2001:db8:113::20]:80
END
serve a 80 81
serve b 1433 1434
serve c 80
serve out 80

for family in 4 6; do
	if [ $family = 4 ]; then
		a=10.1.0.4 b=10.1.0.5 c=10.1.0.6 out=198.51.100.9 bits=/32
		near=192.0.2.9 vip_a=203.0.113.10 vip_c=203.0.113.20 gateway=10.1.0.1
	else
		a=fd01::4 b=fd01::5 c=fd01::6 out=2001:db8:51::9 bits=/128
		near=2001:db8:2::9 vip_a=2001:db8:113::10 vip_c=2001:db8:113::20
		gateway=fd01::1
	fi

	part "IPv$family: through a VIP into the chain"
	reaches "IPv$family: a VIP leads to its endpoint" out tcp $vip_a 8080 $out
	is "IPv$family: the chain tracks it twice, in two zones" '1 1' \
		"$(entries tcp "dst=$vip_a" dport=8080) $(entries tcp "dst=$a" zone=)"
	counts "IPv$family: the private port is not reached past the VIP" 1 a in no-endpoint \
		silent "IPv$family: the private address is silent" out tcp $a 80
	is "IPv$family: the refused leaves no entry" 0 "$(entries tcp SYN_SENT "dst=$a")"
	acl add rule a/web 100 deny $out$bits
	counts_rule "IPv$family: a denied VIP" 1 "a/web 100" \
		silent "IPv$family: a denied VIP is silent" out tcp $vip_a 8080
	is "IPv$family: it leaves no entry" 0 "$(entries tcp SYN_SENT "dst=$vip_a")"
	acl remove rule a/web 100
	hold h$family out $vip_a 8080
	acl add rule a/web 50 deny $out$bits
	mute "IPv$family: a new deny cuts the connection, the client speaks" h$family
	mute "IPv$family: and the guest speaks" h$family serve-a
	recovers "IPv$family: it works again when the deny is removed" h$family \
		acl remove rule a/web 50
	reaches "IPv$family: a VM of the outer bridge beside it" out tcp $vip_c 80 $out

	part "IPv$family: out of the chain"
	reaches "IPv$family: a VM of a service is seen as its VIP" a tcp $out 80 $vip_a
	reaches "IPv$family: one without is seen as itself" b tcp $out 80 $b
	pings "IPv$family: ping" a $out

	part "IPv$family: across the chains"
	reaches "IPv$family: VMs of one vnet reach each other" a tcp $b 1434 $a
	reaches "IPv$family: also the one on the outer bridge" a tcp $c 80 $a
	reaches "IPv$family: and from there" c tcp $b 1434 $c
	reaches "IPv$family: a VIP of another chain" b tcp $vip_a 8080 $vip_a
	reaches "IPv$family: the host may use the private port" host tcp $b 1433 $gateway

	part "IPv$family: bridged into the chain"
	reaches "IPv$family: an endpoint is open" near tcp $b 1433 $near
	counts "IPv$family: what is none" 1 b in no-endpoint \
		silent "IPv$family: what is none is silent" near tcp $b 1434
	is "IPv$family: it leaves no entry on either bridge" 0 \
		"$(entries tcp "src=$near dst=$b" dport=1434)"
	acl add rule vm b out 100 deny $near$bits
	silent "IPv$family: an outbound deny" b tcp $near 80
	acl remove rule vm b out 100
done

part 'what is no chain any more'
ips host <<< 'link set vnet0 nomaster'
ips host <<< 'link set vnet0 master vmbr'
reaches 'a VM moves to the outer bridge' a tcp 198.51.100.9 80 203.0.113.10
reaches 'and is reached there' out tcp 203.0.113.10 8080 198.51.100.9
finish
