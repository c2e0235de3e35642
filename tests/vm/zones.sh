#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Virtual networks with equal prefixes, whose VMs have equal addresses: on two
# bridges, in two VLANs of one bridge, in two VRFs. Where it matters, connections
# have equal ports too.
#
#   a1 10.1.0.4 -- vnet0 -- br1 -- vnet1 -- b1 10.1.0.5
#   a2 10.1.0.4 -- vnet2 -- br2 -- vnet3 -- b2 10.1.0.5
#
#   r 10.2.0.4 -- vnet4 -- VRF red  -- up1 -- outr 198.51.100.9
#   s 10.2.0.4 -- vnet5 -- VRF blue -- up2 -- outs 198.51.100.9

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

# All connections of a namespace come from one port.
one_port() { # NS
	within_ns "$1" sysctl -qw net.ipv4.ip_local_port_range='40000 40000'
}

ips host <<-END
	link add br1 type bridge mcast_snooping 0
	link add br2 type bridge mcast_snooping 0
	link set br1 up
	link set br2 up
END
guest a1 0 br1
guest b1 1 br1
guest a2 2 br2
guest b2 3 br2
for guest in a1:4 b1:5 a2:4 b2:5; do
	ips "${guest%:*}" <<< "addr add 10.1.0.${guest#*:}/24 dev e"
	one_port "${guest%:*}"
done
acls <<-END
	add vnet one prefix 10.1.0.0/24
	add vnet two prefix 10.1.0.0/24
	add vm a1 dev vnet0 address 10.1.0.4 vnet one
	add vm b1 dev vnet1 address 10.1.0.5 vnet one
	add vm a2 dev vnet2 address 10.1.0.4 vnet two
	add vm b2 dev vnet3 address 10.1.0.5 vnet two
END
serve b1 80 81 53/udp
serve b2 80 81 53/udp

# apart WHERE PORT: the two connections, of equal addresses and ports, are two
apart() {
	hold "one-$1" a1 10.1.0.5 "$2"
	hold "two-$1" a2 10.1.0.5 "$2"
	is "$1: two entries of equal addresses and ports" '2 1 1' \
		"$(entries tcp "dport=$2") $(entries tcp "dport=$2" zone=1) $(entries tcp "dport=$2" zone=2)"
	talks "$1: one" "one-$1"
	talks "$1: and the other" "two-$1"
	acl add rule vm b2 in 100 deny 10.1.0.4
	mute "$1: a rule of one vnet" "two-$1"
	talks "$1: does not concern the other" "one-$1"
	recovers "$1: and is taken back" "two-$1" acl remove rule vm b2 in 100
	is "$1: fragments are assembled apart" 10.1.0.4 "$(ask a1 udp 10.1.0.5 53 5000 3000)"
}

part 'two bridges'
apart bridges 80

part 'two VLANs of one bridge'
ips host <<-END
	link add br3 type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
	link set br3 up
END
for n in 0:10 1:10 2:20 3:20; do
	ips host <<< "link set vnet${n%:*} master br3"
	run host bridge vlan add dev "vnet${n%:*}" vid "${n#*:}" pvid untagged
done
pause 0.2
apart VLANs 81

part 'two VRFs'
for vrf in red:10:1:r:4 blue:11:2:s:5; do
	IFS=: read -r name table up vm n <<< "$vrf"
	namespaces "out$vm"
	ips host <<-END
		link add $name type vrf table $table
		link set $name up
		link add up$up type veth peer name e netns t-out$vm
		link set up$up master $name
		addr add 198.51.100.1/24 dev up$up
		link set up$up up
	END
	ips "out$vm" <<-END
		addr add 198.51.100.9/24 dev e
		link set e up
		route add default via 198.51.100.1
	END
	guest "$vm" "$n"
	ips host <<-END
		link set vnet$n master $name
		addr add 169.254.1.1/32 dev vnet$n
		route add 10.2.0.4/32 dev vnet$n table $table
		route add default via 198.51.100.9 table $table
	END
	ips "$vm" <<-END
		addr add 10.2.0.4/32 dev e
		route add default via 169.254.1.1 dev e onlink
	END
	serve "$vm" 80 81
	serve "out$vm" 80
done
acls <<-END
	add vnet red prefix 10.2.0.0/24
	add vnet blue prefix 10.2.0.0/24
	add service reds vip 203.0.113.30
	add service blues vip 203.0.113.40
	add vm r dev vnet4 address 10.2.0.4 vnet red service reds
	add vm s dev vnet5 address 10.2.0.4 vnet blue service blues
	add endpoint r/web tcp 80 public 203.0.113.30:80
	add endpoint s/web tcp 80 public 203.0.113.40:80
	add endpoint r/ping icmp
END
reaches 'a VIP of one VRF' outr tcp 203.0.113.30 80 198.51.100.9
reaches 'and of the other' outs tcp 203.0.113.40 80 198.51.100.9
is 'their entries are apart' '1 1' \
	"$(entries tcp dst=203.0.113.30 zone=3) $(entries tcp dst=203.0.113.40 zone=4)"
counts 'a VIP of the other VRF' 1 s in no-endpoint \
	silent 'a VIP of the other VRF leads nowhere' outs tcp 203.0.113.30 80
counts 'past the VIP' 1 r in no-endpoint silent 'the private address is silent' outr tcp 10.2.0.4 80
reaches 'a VM is seen as the VIP of its service' r tcp 198.51.100.9 80 203.0.113.30
reaches 'the one with its address as that of its own' s tcp 198.51.100.9 80 203.0.113.40
acl add rule s/web 100 deny 198.51.100.9
silent 'a rule of one' outs tcp 203.0.113.40 80
reaches 'is not one of the other' outr tcp 203.0.113.30 80 198.51.100.9
show host ping -I red 10.2.0.4
holds 'the host pings within a VRF' ping -n -c 1 -W 5 -I red 10.2.0.4
finish
