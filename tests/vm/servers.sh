#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guests that serve their segment: DHCP, router advertisements, an address that
# two of them share (VRRP), and the log.
#
#   s 10.1.0.4 -- vnet0 \
#   t 10.1.0.5 -- vnet1 -- br0    both may have 10.1.0.100
#   c by DHCP  -- vnet2 /

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

ips host <<-END
	link add br0 type bridge mcast_snooping 0
	link set br0 up
END
guest s 0 br0
guest t 1 br0
guest c 2 br0
# Nobody speaks IPv6 of himself, so that what is counted is what is sent here.
within_ns host sysctl -qw net.ipv6.conf.br0.disable_ipv6=1
for ns in s t c; do
	within_ns $ns sysctl -qw net.ipv6.conf.e.disable_ipv6=1
done
ips s <<< 'addr add 10.1.0.4/24 dev e'
ips t <<< 'addr add 10.1.0.5/24 dev e'
acls <<-END
	add vnet v prefix 10.1.0.0/24,fd01::/64
	add vm s dev vnet0 address 10.1.0.4 mac $(mac_of 0) vnet v shared 10.1.0.100
	add vm t dev vnet1 address 10.1.0.5 mac $(mac_of 1) vnet v shared 10.1.0.100
	add vm c dev vnet2 address 10.1.0.6 mac $(mac_of 2) vnet v
END

part 'DHCP'
background dhcpd s dnsmasq --no-daemon --conf-file=/dev/null --port=0 \
	--interface=e --bind-interfaces --dhcp-range=10.1.0.2,static \
	--dhcp-host="$(mac_of 2),10.1.0.6" --leasefile-ro --log-dhcp
# shellcheck disable=SC2016 # for the shell that it starts
printf '#!/bin/sh\n[ "$1" = bound ] && ip addr add "$ip/$mask" dev "$interface"\n' > "$tmp/lease"
chmod +x "$tmp/lease"
# shellcheck disable=SC2317,SC2329 # called indirectly, too
lease() { within_ns c busybox udhcpc -i e -n -q -f -t "$1" -T 1 -s "$tmp/lease" > "$tmp/udhcpc" 2>&1; }
show c udhcpc -i e -n -q
if lease 2; then
	not_ok 'a guest is no DHCP server' "$(cat "$tmp/udhcpc")"
else
	ok 'a guest is no DHCP server'
fi
acl change nic s dev vnet0 serves dhcp,ra
show c udhcpc -i e -n -q
if lease 10; then
	ok 'one that is declared to be gives an address'
else
	not_ok 'one that is declared to be gives an address' \
		"$(cat "$tmp/udhcpc" "$tmp/dhcpd")" "$(aclctl list reasons)"
fi
pings 'which works' c 10.1.0.4

part 'router advertisements'
# shellcheck disable=SC2317,SC2329 # called by counts
advertise() { frames "$1" e src="$2" dst=ff02::1 ttl=255 icmp=134:0; }
counts 'of a router' 0 s out spoof counts 'of a router' 1 c in essential \
	advertise s "$(link_local_of 0)"
counts 'of a guest that is none' 1 t out spoof advertise t "$(link_local_of 1)"

part 'a shared address'
virtual=00:00:5e:00:01:05
# shellcheck disable=SC2317,SC2329 # called by counts
claim() { frames "$1" e smac="$virtual" arp=reply src=10.1.0.100 dst=10.1.0.100; }
counts 's has it' 0 s out spoof counts 'and everybody hears it' 1 c in essential claim s
counts 't takes it' 0 t out spoof counts 'and everybody hears that' 1 c in essential claim t
counts 'c may not' 1 c out spoof claim c
counts 'nor may s send another from there' 1 s out spoof \
	frames s e smac=$virtual arp=reply src=10.1.0.5 dst=10.1.0.5
ips s <<< 'addr add 10.1.0.100/32 dev e'
ip -n t-c neigh flush dev e
pings 'it answers where it is' c 10.1.0.100
ips s <<< 'addr del 10.1.0.100/32 dev e'
ips t <<< 'addr add 10.1.0.100/32 dev e'
ip -n t-c neigh flush dev e
pings 'and where it has gone' c 10.1.0.100

part 'the log'
# Elsewhere than in the first namespace the kernel has to be told to.
nsenter --net=/proc/1/ns/net sysctl -qw net.netfilter.nf_log_all_netns=1 ||
	bail 'no nf_log_all_netns'
lines() { dmesg | grep -cF -- "$1"; }
serve s 80
acl add rule vm s in 100 deny 10.1.0.6 proto tcp log
silent 'a rule that is logged' c tcp 10.1.0.4 80
is 'its packet is in the log' 1 "$(lines 'epacl: s in vm 100 deny: IN=')"
acl add rule vm s in 90 permit any proto udp log
counts_rule '200 datagrams' 200 'vm s in 90' \
	frames c e src=10.1.0.6 dst=10.1.0.4 dmac="$(mac_of 0)" udp=1:53 count=200
written=$(lines 'epacl: s in vm 90 permit: IN=')
if [ "$written" -ge 10 ] && [ "$written" -le 60 ]; then
	ok 'few of many are written'
else
	not_ok 'few of many are written' "$written lines"
fi
nsenter --net=/proc/1/ns/net sysctl -qw net.netfilter.nf_log_all_netns=0
finish
