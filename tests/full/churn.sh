#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Whatever is done to the interface of a guest, to its policy, to the firewall and
# the connection table of the host: what a sender floods all the time does not
# reach a guest without an endpoint, and what the guest floods as somebody else does
# not get out. Better with two processors: one for the floods.
#
#   out 198.51.100.9 -- up0 (host) -- vnet0 -- a 10.1.0.4
#   and then with both on a bridge
#
# What happens to an interface once is in tests/vm/devices.sh, to one under a guard
# in guard.sh.

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
turns=${EPACL_CHURN_TURNS:-1}

namespaces out
guest a 0
ips host <<-END
	link add up0 type veth peer name e address $(mac_of 1) netns t-out
	link set up0 up
	addr add 198.51.100.1/24 dev up0
END
ips out <<-END
	link set e up
	addr add 198.51.100.9/24 dev e
	route add default via 198.51.100.1
END
routed a vnet0 10.1.0.4 fd00::4
define="vm a dev vnet0 address 10.1.0.4,fd00::4 mac $(mac_of 0)"
# Another VM stays, so that the kernel does not switch hooks off altogether: see
# tests/vm/devices.sh.
ips host <<< 'link add d9 type dummy'
acl add vm stays dev d9 address 10.1.0.99
# shellcheck disable=SC2086 # words
acl add $define

# ---- floods -----------------------------------------------------------------------

floods=() nth=0
# They leave the processors to whatever else there is to do.
flood() { # NS KEY=VALUE...
	nth=$((nth + 1))
	background "flood$nth" "$1" nice -n 19 env NETNS="/run/netns/t-$1" "$frame_tool" send e for=3600000 "${@:2}"
	floods+=("${children[-1]}")
}
end_floods() {
	kill "${floods[@]}"
	wait "${floods[@]}" 2> /dev/null
	floods=()
}
# What must not arrive, in either direction; BEYOND_A and BEYOND_OUT are the MACs
# that the two send to.
usual_floods() {
	flood out dmac="$beyond_out" src=198.51.100.9 dst=10.1.0.4 udp=4000:9 mark=leak vary=1
	flood a dmac="$beyond_a" src=10.1.0.77 dst=198.51.100.9 udp=4000:9 mark=spoofed
}
frames_at() { awk -v dev="$1:" '$1 == dev { print $3 }' /proc/net/dev; } # INTERFACE: came in
sent_more() { [ "$(frames_at up0)" -gt "$1" ]; }

# lets_nothing_in NAME COMMAND...: while it runs again and again
lets_nothing_in() {
	local name=$1 before came i
	shift
	part "$name"
	show host "$@"
	nth=$((nth + 1))
	before=$(frames_at up0)
	count_frames "in$nth" a any leak
	count_frames "out$nth" out any spoofed
	for ((i = 0; i < turns; i++)); do
		"$@" > "$tmp/done" 2>&1 || not_ok "$name" "$(cat "$tmp/done")"
	done
	pause 0.2
	came=$(counted "in$nth")
	is "$name: nothing comes in" 0 "$came"
	[ "$came" = 0 ] || note "$(aclctl list reasons a)"
	is "$name: nothing gets out" 0 "$(counted "out$nth")"
	eventually "$name: it was sent all the time" sent_more $((before + turns))
}

lets_in() { # NAME: now that there is an endpoint
	nth=$((nth + 1))
	count_frames "in$nth" a any leak
	pause 0.5
	holds "$1" test "$(counted "in$nth")" -gt 0
}

# ---- what is done ------------------------------------------------------------------

# Addresses of an interface go when it goes down.
routes() { ip route replace 10.1.0.4/32 dev vnet0 && ip -6 route replace fd00::4/128 dev vnet0; }
down_and_up() { ip link set vnet0 down && ip link set vnet0 up && routes; }
into_vrf() { ip link set vnet0 master vrf1 && routes; }
out_of_vrf() { ip link set vnet0 nomaster && routes; }
vrf() { into_vrf && pause 0.05 && out_of_vrf; }
away() {
	ip link set vnet0 netns t-else && ip -n t-else link set vnet0 netns t-host &&
		ip link set vnet0 up && ip addr add 169.254.1.1/32 dev vnet0 && routes
}

reloaded() { aclctl -f "$tmp/policy"; }
made_anew() { printf 'remove vm a\nadd %s\n' "$define" | aclctl -f -; }
# shellcheck disable=SC2086 # words
under_guard() { aclctl remove vm a && pause 0.05 && aclctl add $define; }
other_interface() {
	printf 'remove nic a vnet0\nadd nic a dev vnet8 address 10.1.0.4\n' | aclctl -f - &&
		pause 0.05 &&
		printf 'remove nic a vnet8\nadd nic a %s\n' "${define#vm a }" | aclctl -f -
}
no_unload() { ! nsenter --net=/proc/1/ns/net rmmod epacl; }

nft_in() { nft -f -; }
flush_nft() {
	nft_in <<-END
		table inet other {
			chain pre {
				type filter hook prerouting priority -150
				ct state new accept
			}
			chain nat {
				type nat hook postrouting priority srcnat
				oifname "up0" masquerade
			}
		}
	END
	nft flush ruleset
}
flush_iptables() {
	iptables -t filter -A FORWARD -m conntrack --ctstate NEW -j ACCEPT &&
		iptables -t mangle -A PREROUTING -j ACCEPT && iptables -F && iptables -t mangle -F
}
raw_rule() { # STATEMENT
	nft_in <<-END && pause 0.05 && nft delete table inet rawest
		table inet rawest {
			chain pre {
				type filter hook prerouting priority raw
				udp dport 9 $1
			}
			chain own {
				type filter hook output priority raw
				udp dport 9 $1
			}
		}
	END
}
flush_table() { conntrack -F && conntrack -F -f ipv6; }
initial() { nsenter --net=/proc/1/ns/net -- "$@"; }
full_table() {
	local usual
	usual=$(initial sysctl -n net.netfilter.nf_conntrack_max)
	initial sysctl -w net.netfilter.nf_conntrack_max=4
	NETNS=/run/netns/t-out "$frame_tool" send e dmac="$(mac host up0)" src=198.51.100.9 \
		dst=198.51.100.1 udp=5000:9 vary=1 count=50
	initial sysctl -w "net.netfilter.nf_conntrack_max=$usual"
}
early_and_late() { aclctl add vnet w prefix 10.9.0.0/16 && aclctl remove vnet w; }

in_and_out_of_bridge() { ip link set vnet0 nomaster && pause 0.02 && ip link set vnet0 master br0; }
to_other_bridge() {
	ip link set vnet0 master br1 && pause 0.02 && ip link set vnet0 master br0
}
filter_vlans() {
	ip link set br0 type bridge vlan_filtering 1 && bridge vlan add dev vnet0 vid 5 &&
		bridge vlan add dev up0 vid 5 && pause 0.02 &&
		ip link set br0 type bridge vlan_filtering 0
}
load_brnf() { modprobe br_netfilter && pause 0.05 && modprobe -r br_netfilter; }
flip_brnf() {
	local value
	for value in 0 1; do
		sysctl -qw net.bridge.bridge-nf-call-iptables="$value" net.bridge.bridge-nf-call-ip6tables="$value"
		pause 0.02
	done
}
reload_module() {
	aclctl list ruleset > "$tmp/policy" && ip link set vnet0 down && ip link set d9 down &&
		aclctl flush && rmmod epacl && load_module "$EPACL_KO" &&
		aclctl -f "$tmp/policy" && ip link set vnet0 up
}
# A namespace with guest, policy and sender of its own.
end_of_namespace() {
	local sender
	ip netns add t-end && ip -n t-end link add br0 type bridge &&
		ip -n t-end link set br0 up &&
		ip -n t-end link add vnet0 type veth peer name e2 netns t-a &&
		ip -n t-end link add up0 type veth peer name e2 netns t-out &&
		ip -n t-end link set vnet0 master br0 up && ip -n t-end link set up0 master br0 up &&
		ip -n t-a link set e2 up && ip -n t-out link set e2 up &&
		within_ns end "$ACLCTL" add vm a dev vnet0 address 10.1.0.4 || return
	NETNS=/run/netns/t-out "$frame_tool" send e2 src=198.51.100.9 dst=10.1.0.4 udp=1:9 mark=leak \
		for=1000 > /dev/null 2>&1 &
	sender=$!
	pause 0.1
	ip netns del t-end
	wait "$sender"
	# The kernel takes it apart later.
	within 10 within_ns out ip link show e2 && within 10 gone
	return 0
}
gone() { ! ip -n t-a link show e2; }

# ---- routed -------------------------------------------------------------------------

ips host <<-END
	link add vrf1 type vrf table 10
	link set vrf1 up
END
ip netns add t-else && known[else]=1
beyond_a=$(mac host vnet0) beyond_out=$(mac host up0)
aclctl list ruleset | sed '1i flush' > "$tmp/policy"
usual_floods
lets_nothing_in 'down and up' down_and_up
lets_nothing_in 'into a VRF and out of it' vrf
lets_nothing_in 'into another namespace and back' away
lets_nothing_in 'all is loaded anew' reloaded
lets_nothing_in 'the VM is removed and added in one transaction' made_anew
lets_nothing_in 'vnets come and go' early_and_late
acl add guard 'vnet*' force
lets_nothing_in 'the VM is removed and added under a guard' under_guard
lets_nothing_in 'the VM gets another interface, and this one back' other_interface
acl remove guard 'vnet*'
initial "$ACLCTL" add guard 't-none*'
lets_nothing_in 'the module is not unloaded under a policy' no_unload
initial "$ACLCTL" remove guard 't-none*'
lets_nothing_in 'nftables is flushed' flush_nft
lets_nothing_in 'iptables is flushed' flush_iptables
lets_nothing_in 'notrack' raw_rule notrack
lets_nothing_in 'another zone' raw_rule 'ct zone set 7'
lets_nothing_in 'a mark, and another zone for answers' raw_rule 'meta mark set 1 ct reply zone set 8'
lets_nothing_in 'the connection table is flushed' flush_table
lets_nothing_in 'the connection table is full' full_table
acl add endpoint a/flood udp 9
lets_in 'with an endpoint it comes in'
acl remove endpoint a/flood
end_floods

part 'what waits for the neighbour when the first VM comes'
# Nothing of the firewall but connection tracking is there; the guest is deaf, so
# that packets wait in the host until it hears.
acl flush
acl add guard 'vnet*' force
nft_in <<-END
	table inet other {
		chain pre {
			type filter hook prerouting priority -150
			ct state new accept
		}
	}
END
heard() { ip neigh show 10.1.0.4 dev vnet0 | grep -q lladdr; }
for i in 1 2 3; do
	ip neigh flush dev vnet0
	nth=$((nth + 1))
	count_frames "in$nth" a any leak
	frames out e dmac="$beyond_out" src=198.51.100.9 dst=10.1.0.4 udp=4000:9 mark=leak count=3
	# shellcheck disable=SC2086 # words
	aclctl add $define
	# A guard that holds what is sent asks for nobody.
	within 2 heard
	pause 0.2
	early=$((${early-0} + $(counted "in$nth")))
	aclctl remove vm a
done
is 'of what a guard held nothing comes in' 0 "$early"
nft flush ruleset
acl flush
acl add vm stays dev d9 address 10.1.0.99
# shellcheck disable=SC2086 # words
acl add $define

part 'a flowtable'
# Flows are taken over once both sides have spoken.
run host modprobe -q nft_flow_offload
nft_in <<-END
	table inet fast {
		flowtable f {
			hook ingress priority 0
			devices = { up0, vnet0 }
		}
		chain forward {
			type filter hook forward priority 0
			meta l4proto udp flow add @f
		}
	}
END
serve a 9/udp
servers=("${children[-1]}")
serve out 9/udp
servers+=("${children[-1]}")
acl add endpoint a/echo udp 9
flood out dmac="$beyond_out" src=198.51.100.9 dst=10.1.0.4 udp=4000:9 mark=leak
flood a dmac="$beyond_a" src=10.1.0.4 dst=198.51.100.9 udp=5000:9 mark=held
offloaded() { [ "$(entries '[OFFLOAD]' "$1")" -gt 0 ]; }
eventually 'takes over a flow to the guest' offloaded dport=9
eventually 'and one of the guest' offloaded sport=5000
lets_in 'which comes in'
acl remove endpoint a/echo
pause 0.1
count_frames offloaded a any leak
pause 0.5
is 'without its endpoint nothing comes in' 0 "$(counted offloaded)"
acl add rule vm a out 10 deny any
pause 0.1
count_frames bypassing out any held
pause 0.5
holds 'out of the guest the flow goes on, as is documented' test "$(counted bypassing)" -gt 0
flood a dmac="$beyond_a" src=10.1.0.77 dst=198.51.100.9 udp=5000:9 mark=spoofed
count_frames spoofing out any spoofed
pause 0.5
is 'but not as somebody else' 0 "$(counted spoofing)"
nft flush ruleset
within 5 bash -c '! conntrack -L 2> /dev/null | grep -q OFFLOAD'
count_frames ended out any held
pause 0.5
is 'nor without the flowtable' 0 "$(counted ended)"
acl remove rule vm a out 10
end_floods
# Late answers would open flows, and what is flooded answer those.
kill "${servers[@]}"
wait "${servers[@]}" 2> /dev/null
flush_table > "$tmp/done" 2>&1

# ---- on a bridge ----------------------------------------------------------------------

ips host <<-END
	addr del 198.51.100.1/24 dev up0
	link add br0 type bridge mcast_snooping 0
	link add br1 type bridge mcast_snooping 0
	link set vnet0 master br0
	link set up0 master br0
	link set br0 up
	link set br1 up
END
beyond_a=$(mac_of 1) beyond_out=$(mac_of 0)
usual_floods
lets_nothing_in 'bridged: off the bridge and back' in_and_out_of_bridge
lets_nothing_in 'bridged: to another bridge and back' to_other_bridge
lets_nothing_in 'bridged: VLANs are filtered, and not' filter_vlans
lets_nothing_in 'bridged: all is loaded anew' reloaded
lets_nothing_in 'bridged: nftables is flushed' flush_nft
lets_nothing_in 'bridged: the connection table is flushed' flush_table
lets_nothing_in 'bridged: the connection table is full' full_table
lets_nothing_in 'bridged: br_netfilter comes and goes' load_brnf
# Between the places where br_netfilter takes a frame to the hooks of IP.
nft_in < <(
	echo 'add table bridge slow'
	echo 'add chain bridge slow forward { type filter hook forward priority 300; }'
	for ((i = 0; i < 5000; i++)); do
		echo 'add rule bridge slow forward ether saddr 02:ff:ff:ff:ff:ff drop'
	done
)
lets_nothing_in 'bridged: br_netfilter goes while frames take long' load_brnf
nft_in <<< 'delete table bridge slow'
run host modprobe br_netfilter
lets_nothing_in 'bridged: br_netfilter is told to look, and not to' flip_brnf
lets_nothing_in 'bridged: br_netfilter, all is loaded anew' reloaded
lets_nothing_in 'bridged: br_netfilter, another zone' raw_rule 'ct zone set 7'
lets_nothing_in 'bridged: br_netfilter, notrack' raw_rule notrack
run host modprobe -r br_netfilter
lets_nothing_in 'a namespace ends under a flood' end_of_namespace
if [ -n "${EPACL_KO-}" ]; then
	acl add guard 'vnet*'
	lets_nothing_in 'the module is loaded anew, interfaces down meanwhile' reload_module
	acl remove guard 'vnet*'
fi
acl add endpoint a/flood udp 9
lets_in 'bridged: with an endpoint it comes in'
end_floods
is 'the kernel does not complain' '' \
	"$(dmesg | grep -E 'BUG|WARNING|Oops|unregister_netdevice: waiting|leak')"
finish
