#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How a guest comes by its addresses and names: DHCP, router advertisements and
# DNS of the host, as libvirt's networks have them, served by dnsmasq.
#
#   c 10.8.0.50 by DHCP, fd08::… by SLAAC -- vnet0 -- br0 10.8.0.1, fd08::1

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

ips host <<-END
	link add br0 type bridge mcast_snooping 0
	addr add 10.8.0.1/24 dev br0
	addr add fd08::1/64 dev br0 nodad
	link set br0 up
END
guest c 0 br0
within_ns c sysctl -qw net.ipv6.conf.e.accept_ra=2 net.ipv6.conf.e.use_tempaddr=2
acls <<-END
	add vnet v prefix 10.8.0.0/24,fd08::/64
	add vm c dev vnet0 address 10.8.0.50,fd08::/64 vnet v
END
background dnsmasq host dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts \
	--interface=br0 --bind-interfaces --dhcp-range=10.8.0.40,10.8.0.60 \
	--dhcp-host="$(mac_of 0),10.8.0.50" --dhcp-range=fd08::,ra-only --enable-ra \
	--ra-param=br0,4 --leasefile-ro --address=/host.test/10.8.0.1

part 'DHCP'
# shellcheck disable=SC2016 # for the shell that it starts
printf '#!/bin/sh\n[ "$1" = bound ] && ip addr add "$ip/$mask" dev "$interface"\n' > "$tmp/lease"
chmod +x "$tmp/lease"
show c udhcpc -i e -n -q
holds 'the host gives an address' within_ns c busybox udhcpc -i e -n -q -f -t 10 -T 1 -s "$tmp/lease"
is 'the one that is the guest'\''s' 10.8.0.50/24 \
	"$(ip -n t-c -br -4 addr show dev e | awk '{ print $3 }')"
pings 'it works' c 10.8.0.1
no_ping 'and opens nothing' host 10.8.0.50

part 'router advertisements'
# shellcheck disable=SC2317 # called by eventually
configured() { ip -n t-c -6 addr show dev e scope global | grep -q "$1"; }
eventually 'the guest makes itself an address' configured 'dynamic mngtmpaddr'
eventually 'and one for privacy' configured 'temporary dynamic'
pings 'they work' c fd08::1
is 'nothing of it was spoofed' 0 "$(reason c out spoof)"

part 'DNS'
# shellcheck disable=SC2317 # called by holds
asks() { within_ns c busybox nslookup host.test 10.8.0.1 2>&1 | grep -q '10\.8\.0\.1$'; }
holds 'the host answers questions' asks
acl add rule vm c out 10 deny any proto udp rport 53
counts 'until the guest may not ask' 1 c out acl \
	frames c e dmac="$(mac host br0)" src=10.8.0.50 dst=10.8.0.1 udp=4000:53
finish
