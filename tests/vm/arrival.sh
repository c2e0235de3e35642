#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets that claim to come from inside, where they enter the host.
#
#   out ---- up0 --             -- vnet0 a 10.1.0.4 fd01::4    vnet v
#               | host (routes) -- vnet1 b 10.1.0.5 fd01::5    vnet v
#   branch - wg0 --             -- vnet2 x 10.1.0.66 fd01::66  no vnet
#                |
#               br0 10.4.0.1 fd04::1
#                |-- vnet3 c 10.4.0.4 fd04::4                  vnet w
#                |-- up1 -- segment
#                '-- fwpr - fwln - fwbr - vnet4 d 10.4.0.5 fd04::5  vnet w
#
# wg0 is an uplink of v, and so is up0 of p: 10.5.0.0/16, fd05::/64.

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out branch segment
uplink() { # DEV NS N
	ips host <<-END
		link add $1 type veth peer name e netns t-$2
		addr add 192.0.$3.1/24 dev $1
		addr add 2001:db8:$3::1/64 dev $1 nodad
		link set $1 up
	END
	ips "$2" <<-END
		link set e up
		addr add 192.0.$3.9/24 dev e
		addr add 2001:db8:$3::9/64 dev e nodad
		route add default via 192.0.$3.1
		route add default via 2001:db8:$3::1
	END
}
uplink up0 out 2
uplink wg0 branch 3
ips host <<-END
	link add br0 type bridge mcast_snooping 0
	addr add 10.4.0.1/24 dev br0
	addr add fd04::1/64 dev br0 nodad
	link set br0 up
	link add up1 type veth peer name e netns t-segment
	link set up1 master br0 up
	link add fwbr type bridge mcast_snooping 0
	link set fwbr up
	link add fwpr type veth peer name fwln
	link set fwpr master br0 up
	link set fwln master fwbr up
	addr add 10.1.0.1/32 dev lo
	addr add fd01::1/128 dev lo nodad
END
ips segment <<-END
	link set e up
	addr add 10.4.0.200/24 dev e
	addr add fd04::200/64 dev e nodad
END
guest a 0
guest b 1
guest x 2
guest c 3 br0
guest d 4 fwbr
routed a vnet0 10.1.0.4 fd01::4
routed b vnet1 10.1.0.5 fd01::5
routed x vnet2 10.1.0.66 fd01::66
for guest in c:4 d:5; do
	ips ${guest%:*} <<-END
		addr add 10.4.0.${guest#*:}/24 dev e
		addr add fd04::${guest#*:}/64 dev e nodad
		route add default via 10.4.0.1
		route add default via fd04::1
	END
done
acls <<-END
	add vnet p prefix 10.5.0.0/16,fd05::/64 uplink up0
	add vnet v prefix 10.1.0.0/24,fd01::/64 peer p,192.168.0.0/16,fd99::/64 uplink wg0
	add vnet w prefix 10.4.0.0/24,fd04::/64
	add vm a dev vnet0 address 10.1.0.4,fd01::4 vnet v
	add vm b dev vnet1 address 10.1.0.5,fd01::5 vnet v
	add vm x dev vnet2 address 10.1.0.66,fd01::66
	add vm c dev vnet3 address 10.4.0.4,fd04::4 vnet w
	add vm d dev vnet4 address 10.4.0.5,fd04::5 vnet w
	add vm moving dev vnet9 address 10.1.0.99,fd01::99 vnet v
	add endpoint a/web tcp 80 public 203.0.113.10:80,[2001:db8:113::10]:80
END
serve a 80 81
serve c 80
serve d 80
up0=$(mac host up0) wg0=$(mac host wg0)
ips host <<-END
	link add link up0 name up0.10 type vlan id 10
	link set up0.10 up
END
ips out <<-END
	link add link e name e.10 type vlan id 10
	link set e.10 up
END

for family in 4 6; do
	if [ $family = 4 ]; then
		v=10.1.0. p=10.5.0. w=10.4.0. far=192.168.1.1 vip=203.0.113.10 world=198.51.100.7
		gateway=10.1.0.1
	else
		v=fd01:: p=fd05:: w=fd04:: far=fd99::1 vip=2001:db8:113::10 world=2001:db8:51::7
		gateway=fd01::1
	fi
	from_out() { frames out e dmac="$up0" "$@"; }
	from_branch() { frames branch e dmac="$wg0" "$@"; }
	host_pings() { ping -n -c 1 -W 0.3 -I "$gateway" "${v}4" > /dev/null; }
	from_segment() { frames segment e dmac="$(mac_of 3)" "$@"; }

	part "IPv$family: routed"
	counts "IPv$family: a source in the vnet that enters elsewhere" 3 a in spoof \
		from_out src="${v}77" dst="${v}4" tcp=4000:81 count=3
	is "IPv$family: it leaves no entry in the connection table" 0 "$(entries "src=${v}77" sport=4000)"
	counts "IPv$family: a datagram of it" 1 a in spoof \
		from_out src="${v}77" dst="${v}4" udp=4000:81
	counts "IPv$family: a source of a peer" 1 a in spoof \
		from_out src=$far dst="${v}4" tcp=4000:81
	counts "IPv$family: the same by a VLAN of it" 1 a in spoof \
		frames out e.10 dmac="$up0" src="${v}77" dst="${v}4" tcp=4000:81
	counts "IPv$family: to the VIP" 1 a in spoof \
		from_out src="${v}77" dst=$vip tcp=4000:80
	counts "IPv$family: to a VM that is not here yet" 1 moving in spoof \
		from_out src="${v}77" dst="${v}99" tcp=4000:81
	counts "IPv$family: a source of nobody is outside" 1 a in no-endpoint \
		from_out src=$world dst="${v}4" tcp=4000:81
	counts "IPv$family: a source in the vnet by its uplink" 1 a in permit \
		from_branch src="${v}77" dst="${v}4" udp=4000:9
	counts "IPv$family: a source of a peer by the uplink" 1 a in permit \
		from_branch src=$far dst="${v}4" udp=4000:9
	counts "IPv$family: a source of a peer vnet by that vnet's uplink" 1 a in permit \
		from_out src="${p}7" dst="${v}4" udp=4000:9
	counts "IPv$family: and by its own" 1 a in permit \
		from_branch src="${p}7" dst="${v}4" udp=4000:9
	counts "IPv$family: a source of nobody by the uplink is outside" 1 a in no-endpoint \
		from_branch src=$world dst="${v}4" tcp=4000:81
	silent "IPv$family: so is the far station by its own address" branch tcp "${v}4" 81
	counts "IPv$family: a VM that was not heard may still be elsewhere" 1 a in permit \
		from_branch src="${v}99" dst="${v}4" udp=4000:9
	reaches "IPv$family: b speaks" b tcp "${v}4" 81 "${v}5"
	counts "IPv$family: then its address from the uplink" 1 a in spoof \
		from_branch src="${v}5" dst="${v}4" udp=4000:9
	counts "IPv$family: a VM without a vnet on an address in one" 1 x out spoof \
		frames x e dmac="$(mac host vnet2)" src="${v}66" dst="${v}4" udp=4000:9
	counts "IPv$family: the host's own address in the vnet" 1 a in no-endpoint \
		host_pings
	acl change vnet v uplink wg0,up0
	counts "IPv$family: with one more uplink its sources pass there" 1 a in permit \
		from_out src="${v}77" dst="${v}4" udp=4000:9
	acl change vnet v uplink wg0
	counts "IPv$family: and without it no longer" 1 a in spoof \
		from_out src="${v}77" dst="${v}4" udp=4000:9

	part "IPv$family: bridged"
	counts "IPv$family: a source in the vnet from a port of the bridge" 1 c in spoof \
		from_segment src="${w}77" dst="${w}4" tcp=4000:81
	is "IPv$family: it leaves no entry in the connection table" 0 "$(entries "src=${w}77" sport=4000)"
	counts "IPv$family: routed from elsewhere" 1 c in spoof \
		from_out src="${w}77" dst="${w}4" tcp=4000:81
	acl change vnet w uplink br0
	counts "IPv$family: with the bridge as uplink" 1 c in permit \
		from_segment src="${w}77" dst="${w}4" udp=4000:9
	counts "IPv$family: not from elsewhere" 1 c in spoof \
		from_out src="${w}77" dst="${w}4" tcp=4000:81
	acl change vnet w uplink up1
	counts "IPv$family: with the port as uplink" 1 c in permit \
		from_segment src="${w}78" dst="${w}4" udp=4000:9
	acl change vnet w no uplink
	counts "IPv$family: and with none" 1 c in spoof \
		from_segment src="${w}78" dst="${w}4" udp=4000:9

	part "IPv$family: a chain of bridges"
	counts "IPv$family: no neighbour is taken for another" 0 d in spoof \
		reaches "IPv$family: a VM behind it is reached" c tcp "${w}5" 80 "${w}4"
	counts "IPv$family: nor from there" 0 c in spoof \
		reaches "IPv$family: and reaches others" d tcp "${w}4" 80 "${w}5"
	counts "IPv$family: a source in the vnet from a port of the outer bridge" 1 d in spoof \
		frames segment e dmac="$(mac_of 4)" src="${w}77" dst="${w}5" udp=4000:9
	counts "IPv$family: routed from elsewhere" 1 d in spoof \
		from_out src="${w}77" dst="${w}5" tcp=4000:81
	counts "IPv$family: a neighbour's address" 1 c out spoof \
		frames c e dmac="$(mac_of 4)" src="${w}77" dst="${w}5" udp=4000:9
	counts "IPv$family: the outside needs an endpoint there too" 1 d in no-endpoint \
		from_out src=$world dst="${w}5" udp=4000:9
	is "IPv$family: it leaves no entry in the connection table" 0 "$(entries "src=$world dst=${w}5")"
done
counts 'a claim to the address of the VM behind the chain' 1 c out spoof \
	frames c e arp=reply src=10.4.0.5 dst=10.4.0.1
counts 'and one that it makes' 1 d out spoof \
	frames d e arp=reply src=10.4.0.4 dst=10.4.0.1
counts 'a claim from the outer bridge to the address of a neighbour' 1 d in spoof \
	frames segment e dmac="$(mac_of 4)" arp=reply src=10.4.0.4 dst=10.4.0.5
finish
