#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Frames made to get past a filter, each beside its honest twin; what becomes of
# them is in docs/evasion.md. The cases are in tests/evasion. BRNF: see
# tests/lib.sh.
#
#             a 10.1.0.4 fd01::4 -- vnet0 \
#             b 10.1.0.5 fd01::5 -- vnet1 -- host (routes) -- up0 -- out 198.51.100.9
#   (the last frame goes here) z -- vnet9 /        |                 2001:db8:51::9
#                                                 br0
#   c 10.2.0.4 fd02::4 -- vnet2 ------------------/|\
#   d 10.2.0.5 fd02::5 -- vnet3 ------------------/ \- up1 -- seg 192.0.2.9
#                                                             2001:db8:2::9

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

# That of the package.
python=/usr/bin/python3
[ -x $python ] || python=python3

# MAC addresses of the host and beyond it: of interface N.
host_mac() { printf '02:00:00:00:01:%02x' "$1"; }
far_mac() { printf '02:00:00:00:02:%02x' "$1"; }

silence() { # NS: no IPv6, no ARP, so no word of its own
	within_ns "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
}

# quiet_guest NS N [BRIDGE]
quiet_guest() {
	namespaces "$1"
	silence "$1"
	ips host <<-END
		link add vnet$2 address $(host_mac "$2") type veth peer name e address $(mac_of "$2") netns t-$1
		link set vnet$2 addrgenmode none
		${3:+link set vnet$2 master $3}
		link set vnet$2 up
	END
	ips "$1" <<< 'link set e arp off up'
}

station() { # NS N: the host's interface is upN
	namespaces "$1"
	silence "$1"
	ips host <<-END
		link add up$2 address $(host_mac $((16 + $2))) type veth peer name e address $(far_mac "$2") netns t-$1
		link set up$2 addrgenmode none
	END
	ips "$1" <<< 'link set e arp off up'
}

# to DEV N ADDR...: the host knows where they are
to() {
	local ip
	for ip in "${@:3}"; do
		echo "route add $ip dev $1"
		echo "neigh replace $ip lladdr $(mac_of "$2") dev $1 nud permanent"
	done
}

bridge_netfilter start
# Source routes must be ours to refuse, not the host's.
within_ns host sysctl -qw net.ipv4.conf.all.accept_source_route=1 \
	net.ipv4.conf.default.accept_source_route=1 \
	net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
# It says nothing of itself either: no errors, no reports of groups.
nft -f - <<-END || bail 'nft fails'
	table inet calm {
		chain output {
			type filter hook output priority -500
			meta l4proto { tcp, icmp, ipv6-icmp, igmp } drop
		}
	}
END
ips host <<-END
	link add br0 address $(host_mac 32) type bridge mcast_snooping 0 ageing_time 3600000
	# What a bridge may be told to pass on of the frames for bridges alone.
	link set br0 type bridge group_fwd_mask 65528
	link set br0 addrgenmode none up
	addr add 169.254.1.1/32 dev lo
	addr add fe80::1/64 dev br0 nodad
END
bridge_netfilter made
quiet_guest a 0
quiet_guest b 1
quiet_guest z 9
quiet_guest c 2 br0
quiet_guest d 3 br0
station out 0
station seg 1
ips host <<-END
	link set up0 up
	link set up1 master br0 up
	addr add fe80::1/64 dev vnet0 nodad
	$(to vnet0 0 10.1.0.4 fd01::4)
	$(to vnet1 1 10.1.0.5 fd01::5)
	$(to vnet9 9 10.9.0.4)
	$(to br0 2 10.2.0.4 fd02::4)
	$(to br0 3 10.2.0.5 fd02::5)
	neigh replace 192.0.3.9 lladdr $(far_mac 0) dev up0 nud permanent
	neigh replace fe80::9 lladdr $(far_mac 0) dev up0 nud permanent
	route add default via 192.0.3.9 dev up0 onlink
	route add default via fe80::9 dev up0 onlink
END
acls <<-END
	add vnet v prefix 10.1.0.0/24,fd01::/64
	add vnet w prefix 10.2.0.0/24,fd02::/64
	add vm a dev vnet0 address 10.1.0.4,fd01::4 mac $(mac_of 0) vnet v
	add vm b dev vnet1 address 10.1.0.5,fd01::5 vnet v
	add vm c dev vnet2 address 10.2.0.4,fd02::4 mac $(mac_of 2) vnet w
	add vm d dev vnet3 address 10.2.0.5,fd02::5 vnet w
	add vm z dev vnet9 address 10.9.0.4
	add endpoint z/any any
END
for vm in a c; do
	acls <<-END
		add endpoint $vm/dns udp 53
		add endpoint $vm/web tcp 80
		add endpoint $vm/ping icmp
		add endpoint $vm/ping6 icmpv6
		add endpoint $vm/sctp sctp 53
		add endpoint $vm/dccp dccp 53
		add endpoint $vm/lite udplite 53
		add endpoint $vm/gre 47
		add endpoint $vm/esp 50
		add endpoint $vm/test 253
		add rule vm $vm out 100 deny any proto udp rport 67,547
		add rule vm $vm out 110 deny any proto udp rport 99
	END
done

# Expectations of FTP's helper, for what is routed.
ftp=0
if modprobe -q nf_conntrack_ftp && nft -f - <<-END
	table inet helpers {
		ct helper ftp { type "ftp" protocol tcp; }
		chain prerouting {
			type filter hook prerouting priority -150
			tcp dport 21 ct helper set "ftp"
		}
	}
END
then
	ftp=1
fi

start=$SECONDS
show host "$python" tests/evasion/run.py
ACLCTL=$ACLCTL FTP=$ftp BRNF=$BRNF PYTHONDONTWRITEBYTECODE=1 \
	"$python" "$root/tests/evasion/run.py" > >(tee "$tmp/cases") 2>&1 ||
	[ "$(grep -c '^not ok' "$tmp/cases")" != 0 ] || bail 'the cases have not all run'
note "$((SECONDS - start)) s"
cases=$((cases + $(grep -cE '^(ok|not ok|skip) - ' "$tmp/cases")))
failures=$((failures + $(grep -c '^not ok - ' "$tmp/cases")))
[ $cases != 0 ] || bail 'there were no cases'
acl flush
finish
