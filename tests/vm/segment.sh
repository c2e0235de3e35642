#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A station of the segment that forges the host, or those behind it; and what a
# guest sends as a member of groups.
#
#   a 10.1.0.4 -- vnet0 --\
#                          br0 10.1.0.1 -- host -- vnet2 -- r 10.9.0.4, vnet v
#   station -- st0 -------/

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces station
ips host <<-END
	link add br0 type bridge mcast_snooping 0
	addr add 10.1.0.1/24 dev br0
	link set br0 up
	link add st0 type veth peer name e netns t-station
	link set st0 master br0 up
	addr add 203.0.113.10/32 dev lo
END
ips station <<< 'link set e up'
guest a 0 br0
guest r 2
ips a <<-END
	addr add 10.1.0.4/24 dev e
	route add default via 10.1.0.1
END
routed r vnet2 10.9.0.4 fd09::4
acls <<-END
	add vnet v prefix 10.9.0.0/24,fd09::/64
	add vm a dev vnet0 address 10.1.0.4
	add vm r dev vnet2 address 10.9.0.4,fd09::4 vnet v
	add endpoint a/public tcp 8080 public 203.0.113.10:80
END
pings 'the guest is heard' a 10.1.0.1
vm_mac=$(mac_of 0) br=$(mac host br0)

part 'what goes up to be routed is not of the link'
counts 'a source that is inside' 1 r in spoof \
	frames station e dmac="$br" src=10.9.0.77 dst=10.9.0.4 udp=1000:68
counts 'as a DHCP server' 1 r in spoof \
	frames station e dmac="$br" src=10.9.0.77 dst=10.9.0.4 udp=67:68

part 'the host answers for itself'
frames station e dmac="$br" src=10.1.0.4 dst=10.1.0.1 udp=2222:53
counts 'what nobody asked for' 1 a in invalid \
	frames station e dmac="$vm_mac" src=10.1.0.1 dst=10.1.0.4 udp=53:2222
counts 'nor is a station the host at a private port' 1 a in no-endpoint \
	frames station e dmac="$vm_mac" src=10.1.0.1 dst=10.1.0.4 tcp=4000:8080 flags=S
serve a 8080
reaches 'the host is' host tcp 10.1.0.4 8080

part 'neighbour discovery that the host would route'
acl add rule vm r out 10 deny any
solicit() { # DST
	frames r e dmac="$(mac host vnet2)" src=fd09::4 dst="$1" ttl=255 \
		icmp=135:0 mark=0123456789abcdef
}
counts 'is a packet like others' 1 r out acl solicit fd09::9
counts 'for all on the link it is essential' 1 r out essential solicit ff02::1:ff00:9
acl remove rule vm r out 10

part 'what the host sends to a group that it is in'
cat > "$tmp/group.py" <<-'END'
	import socket
	group, own = '239.1.1.1', socket.inet_aton('169.254.1.1')
	r = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	r.bind((group, 5353))
	r.settimeout(1)
	r.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
	             socket.inet_aton(group) + own)
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
	s.sendto(b'x', (group, 5353))
	print(r.recvfrom(9)[0])
END
acl add endpoint r/all any
before=$(aclctl list reasons r | awk '$(NF - 3) == "out" && $(NF - 2) != "essential"')
is 'comes to itself' "b'x'" "$(python3 "$tmp/group.py" 2>&1)"
is 'and is not of the guest' "$before" \
	"$(aclctl list reasons r | awk '$(NF - 3) == "out" && $(NF - 2) != "essential"')"

part 'reports of members'
counts 'are essential' 3 a out essential \
	frames a e dmac=01:00:5e:01:01:01 src=10.1.0.4 dst=224.1.1.1 ttl=1 proto=2 \
	mark=$'\x16abcdefg' count=3
is 'and leave no entry' 0 "$(entries dst=224.1.1.1)"
finish
