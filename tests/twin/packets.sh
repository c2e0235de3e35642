# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Real packets between real interfaces, and what the twin says becomes of them;
# tests/twin/packets.c draws policies and packets.
#
#        g0 … g11                      beyond the host
#         |    |                      |       |       |
#       vnet0 … vnet11    host       eth0    eth1    eth2
#     each by itself, or on           |       |       |
#     bridge1 or bridge2, as       default  10/8    (arrivals
#     the policy is drawn                   192.168/16  only)
#
# SEEDS: numbers; for each there are POLICIES policies with PACKETS each.

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib.sh"

twin=$root/build/tests/twin-packets
[ -x "$twin" ] || bail "there is no $twin: make test-tools"

# MAC addresses as in packets.c: of nets 1, 2 and 3 the host's, of net 4 those
# beyond it; guests have addresses of their own.
net_mac() { printf '02:00:00:00:%02x:%02x' "$1" "$2"; }
twin_mac() { printf '52:54:00:00:00:%02x' "$1"; }

# Nothing is asked for, nothing is learned: neighbours are permanent, and the
# next hops of the routes that packets.c makes are 192.0.3.N and fe80::99:N.
next_hops() { # DEV N MAC
	echo "neigh replace 192.0.3.$2 lladdr $3 dev $1 nud permanent"
	echo "neigh replace fe80::99:$2 lladdr $3 dev $1 nud permanent"
}

interfaces() {
	local i dev
	for i in 1 2; do
		echo "link add bridge$i address $(net_mac 2 "$i") type bridge"
		echo "link set bridge$i addrgenmode none up"
	done
	for i in {0..11}; do
		echo "link add vnet$i address $(net_mac 1 "$i") type veth peer name e address $(twin_mac "$i") netns t-g$i"
		echo "link set vnet$i addrgenmode none up"
		for dev in "vnet$i" bridge1 bridge2; do
			next_hops "$dev" $((i + 1)) "$(twin_mac "$i")"
		done
	done
	for i in 0 1 2; do
		echo "link add eth$i address $(net_mac 3 "$i") type veth peer name e address $(net_mac 4 "$i") netns t-eth$i"
		echo "link set eth$i addrgenmode none up"
		next_hops "eth$i" $((i + 100)) "$(net_mac 4 "$i")"
	done
	echo 'addr add 192.0.2.1/32 dev lo'
	echo 'addr add 10.1.0.1/32 dev lo'
	echo 'addr add fd00:2::1/128 dev lo nodad'
	echo 'route add default via 192.0.3.100 dev eth0 onlink'
	echo 'route add 10.0.0.0/8 via 192.0.3.101 dev eth1 onlink'
	echo 'route add 192.168.0.0/16 via 192.0.3.101 dev eth1 onlink'
	echo 'route add default via fe80::99:100 dev eth0 onlink'
	echo 'route add fd00::/8 via fe80::99:101 dev eth1 onlink'
}

# Others say nothing: no address, no IPv6, no ARP.
others() {
	local ns
	for ns in g{0..11} eth{0..2}; do
		ip netns add "t-$ns" || bail 'namespaces cannot be made'
		known[$ns]=1
		within_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1
	done
}

# The host takes what comes, also from itself, and answers nothing.
calm() {
	sysctl -qw net.ipv4.conf.all.accept_local=1 \
		net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.default.send_redirects=0 \
		net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
	# Of br_netfilter, if it is here, the twin knows nothing.
	sysctl -qwe net.bridge.bridge-nf-call-iptables=0 \
		net.bridge.bridge-nf-call-ip6tables=0
	nft -f - <<-END || bail 'nft fails'
		table inet calm {
			chain output {
				type filter hook output priority -500
				tcp flags & rst == rst drop
				icmp type != echo-request drop
				icmpv6 type != echo-request drop
			}
		}
	END
}

seed() { # SEED
	local out=$tmp/out
	mkdir -p "$tmp/work"
	if "$twin" "$1" "$POLICIES" "$PACKETS" "$tmp/work" "$ACLCTL" > "$out" 2>&1
	then
		ok "seed $1: $(tail -n 1 "$out")"
	else
		not_ok "seed $1" "$(head -n "${TWIN_LINES:-60}" "$out")" "$(tail -n 1 "$out")"
	fi
	[ -z "${EPACL_RESULTS-}" ] || cp "$out" "$EPACL_RESULTS/packets-$1"
}

others
interfaces > "$tmp/interfaces"
ip -batch "$tmp/interfaces" || bail 'the interfaces cannot be made'
for ns in g{0..11} eth{0..2}; do
	ip -n "t-$ns" link set e arp off up
done
calm
start=$SECONDS
for number in $SEEDS; do
	seed "$number"
done
note "$((SECONDS - start)) s"
acl flush
finish
