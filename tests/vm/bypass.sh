#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What takes frames round netfilter at the interface of a VM is not stopped, but
# aclctl says so: where a nic is added, and where it is asked what applies.
#
#   out -- up0 (host) -- vnet0 -- a 10.1.0.4

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
tool bpf

namespaces out
guest a 0
ips host <<-END
	link add up0 type veth peer name e netns t-out
	link set up0 up
END
define="add vm a dev vnet0 address 10.1.0.4 mac $(mac_of 0)"

# What is said of vnet0 when it is added, and when it is asked for: the same.
warnings() {
	local added asked json
	added=$(aclctl -f - <<< "$define" 2>&1 > "$tmp/out")
	added+=" $?"
	asked=$(aclctl effective a 2>&1 > "$tmp/out")
	asked+=" $?"
	json=$(aclctl -j effective a 2> /dev/null)
	aclctl remove vm a
	added=${added/-:1:/aclctl:}
	[ "$added" = "$asked" ] || echo "added: $added, asked: $asked"
	json=${json#*\"warnings\":}
	case $added,$json in
	" 0,"*'[]}') ;;
	*"not all frames of vnet0 may be judged: "*' 0,[{"dev":"vnet0","text":"'*)
		added=${added#*judged: }
		json=${json#*text\":\"}
		[ "${added% 0}" = "${json%\"\}\]\}}" ] || echo "said: $added, JSON: $json"
		echo "${added% 0}" ;;
	*) echo "said: $added, JSON: $json" ;;
	esac
}
warns() { is "$1" "$2" "$(warnings)"; } # NAME TEXT

part 'nothing is there'
warns 'nothing is said' ''
run host tc qdisc add dev vnet0 clsact
run host tc qdisc add dev up0 clsact
warns 'nothing of places for filters' ''
run host tc filter add dev vnet0 ingress matchall action drop
run host tc filter add dev up0 ingress matchall action ok
warns 'nor of filters that only drop, or let pass' ''
run host tc filter del dev vnet0 ingress
run host tc filter del dev up0 ingress

part 'filters of tc'
elsewhere='tc sends its frames elsewhere'
for action in 'egress redirect' 'egress mirror' 'ingress redirect' 'ingress mirror'; do
	# shellcheck disable=SC2086 # words
	run host tc filter add dev vnet0 ingress matchall action mirred $action dev up0
	warns "$action of what the guest sends" "$elsewhere"
	run host tc filter del dev vnet0 ingress
done
run host tc filter add dev vnet0 ingress protocol ip u32 match u32 0 0 \
	action mirred egress redirect dev up0
warns 'by u32' "$elsewhere"
run host tc filter del dev vnet0 ingress
run host tc filter add dev vnet0 ingress protocol ip flower dst_ip 192.0.2.9 \
	action skbedit mark 1 action mirred egress redirect dev up0
warns 'by flower, as the second action' "$elsewhere"
run host tc filter del dev vnet0 ingress
run host tc filter add dev vnet0 egress matchall action mirred egress mirror dev up0
warns 'a copy of what was judged is no matter' ''
run host tc filter del dev vnet0 egress
for place in ingress egress; do
	run host tc filter add dev up0 $place matchall action mirred egress redirect dev vnet0
	warns "what another sends to it, at $place" 'tc at up0 sends frames to it'
	run host tc filter del dev up0 $place
done
run host tc filter add dev up0 ingress matchall action mirred ingress redirect dev vnet0
warns 'what comes in there as if the guest had sent it is judged' ''
run host tc filter del dev up0 ingress

part 'they do go round'
acl -f - <<< "$define"
count_frames in a e leak
count_frames out out e leak
ips out <<< 'link set e up'
run host tc filter add dev up0 ingress matchall action mirred egress redirect dev vnet0
run host tc filter add dev vnet0 ingress matchall action mirred egress redirect dev up0
frames out e dmac="$(mac_of 0)" src=192.0.2.9 dst=10.1.0.4 udp=1:9 mark=leak
frames a e src=192.0.2.99 dst=192.0.2.9 udp=1:9 mark=leak
pause 0.3
is 'a frame to the guest' 1 "$(counted in)"
is 'and one that it sends as somebody else' 1 "$(counted out)"
acl remove vm a
run host tc qdisc del dev up0 clsact
warns 'of two ways one is left' "$elsewhere"
run host tc qdisc del dev vnet0 clsact
run host tc qdisc add dev vnet0 ingress
run host tc filter add dev vnet0 ingress matchall action mirred egress redirect dev up0
warns 'the older form of the place' "$elsewhere"
run host tc qdisc del dev vnet0 ingress
warns 'and then none' ''

part 'flowtables'
flowtable() { # DEV
	show host nft add flowtable inet t f "{ hook ingress priority 0; devices = { $1 }; }"
	nft -f - <<-END
		table inet t {
			flowtable f {
				hook ingress priority 0
				devices = { $1 }
			}
		}
	END
}
flowtable vnet0
warns 'one that has it' 'it is in a flowtable'
run host nft delete table inet t
flowtable up0
warns 'one that has another' ''
run host nft delete table inet t

part 'programs'
program() { # NAME KIND TEXT
	background "$2" host "$root/build/tests/bpf" "$2" vnet0
	within 10 grep -qE 'ready|none' "$tmp/$2"
	if grep -q none "$tmp/$2"; then
		skip "$1" "$(cat "$tmp/$2")"
		return
	fi
	warns "$1" "$3"
	kill "${children[-1]}"
	wait "${children[-1]}" 2> /dev/null
}
program 'XDP' xdp 'an XDP program has its frames first'
program 'tcx' tcx 'a program of tc has its frames first'
warns 'and then none' ''

part 'several'
run host tc qdisc add dev up0 ingress
run host tc filter add dev up0 ingress matchall action mirred egress redirect dev vnet0
run host tc qdisc add dev vnet0 ingress
run host tc filter add dev vnet0 ingress matchall action mirred egress redirect dev up0
warns 'each is named, in one line' "$elsewhere; tc at up0 sends frames to it"
is 'the exit status is not concerned' 0 "$(aclctl -f - <<< "$define" 2> /dev/null; echo $?)"
is 'a VM whose interface is not there is not' 0 \
	"$(aclctl add vm b dev vnet9 address 10.1.0.9 2>&1 | grep -c warning)"

finish
