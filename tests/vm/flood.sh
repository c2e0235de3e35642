#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Floods of refused packets: no entry in the connection table, and of SYNs
# nothing beyond the arrival, where that is certain.
#
#   out 192.0.2.2 2001:db8:2::2           near 10.2.0.9 fd02::9   far 10.2.0.8
#    | e                                   | e                     | e
#    | up0 192.0.2.1 2001:db8:2::1         | up1                   | up2
#   host ---------------------+           br0 --------------------+
#    | vnet0                  | br1        | vnet1
#    a 10.1.0.4 fd01::4       | vnet2      b 10.2.0.5 fd02::5
#                             c 10.3.0.4
#
# The host routes to a, and into br1; br0 is none of its business.

# shellcheck source=tests/lib.sh
# shellcheck disable=SC2317,SC2329 # functions that are given to others to call
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

WIRING=${WIRING:-routed} # or bridged
namespaces out near far
ips host <<-END
	link add up0 type veth peer name e netns t-out
	addr add 192.0.2.1/24 dev up0
	addr add 2001:db8:2::1/64 dev up0 nodad
	link set up0 up
	route add default via 192.0.2.2
	route add default via 2001:db8:2::2
	link add br0 type bridge mcast_snooping 0
	link set br0 up
	link add up1 type veth peer name e netns t-near
	link set up1 master br0 up
	link add up2 type veth peer name e netns t-far
	link set up2 master br0 up
	link add br1 type bridge mcast_snooping 0
	addr add 10.3.0.1/24 dev br1
	link set br1 up
END
guest a 0
guest b 1 br0
guest c 2 br1
routed a vnet0 10.1.0.4 fd01::4
ips out <<-END
	addr add 192.0.2.2/24 dev e
	addr add 2001:db8:2::2/64 dev e nodad
	link set e up
	route add default via 192.0.2.1
	route add default via 2001:db8:2::1
END
for station in b:5 near:9 far:8; do
	ips ${station%:*} <<-END
		link set e up
		addr add 10.2.0.${station#*:}/24 dev e
		addr add fd02::${station#*:}/64 dev e nodad
	END
done
ips c <<-END
	addr add 10.3.0.4/24 dev e
	route add default via 10.3.0.1
END
serve a 80
serve b 80
serve c 80
serve out 80 443
acls <<-END
	add vm a dev vnet0 address 10.1.0.4,fd01::4
	add vm b dev vnet1 address 10.2.0.5,fd02::5 mac $(mac_of 1)
	add vm c dev vnet2 address 10.3.0.4
	add endpoint a/web tcp 80
	add rule a/web 100 permit 192.0.2.0/24
	add rule a/web 110 permit 2001:db8:2::/64
	add rule a/web 200 deny any
	add endpoint b/web tcp 80
	add rule b/web 100 permit 10.2.0.0/24
	add rule b/web 110 permit fd02::/64
	add rule b/web 200 deny any
END

# What of the floods has come past the arrival.
for family in inet bridge; do
	nft -f - <<-END
		table $family watch {
			counter passed { }
			chain forward {
				type filter hook forward priority 0
				ip saddr 198.18.0.0/16 counter name passed
				ip6 saddr 2001:db8:bad::/48 counter name passed
			}
		}
	END
done
passed() { # FAMILY
	nft list counter "$1" watch passed | awk '$1 == "packets" { print $2 }'
}
passed_ip() { passed inet; }
passed_bridge() { passed bridge; }

# New entries of the connection table, as the kernel tells of them.
background news host conntrack -E -e NEW -o extended
news=$tmp/news
entries_of_flood() { grep -cE 'src=(198\.18\.|2001:db8:bad:)' "$news"; }

# Frames that have come to a guest.
# shellcheck disable=SC2016 # it is awk that expands
received() { within_ns "$1" awk '$1 == "e:" { print $3 }' /proc/net/dev; }

# With a hook of somebody else, nothing is certain on arrival.
stranger() { # add|delete
	if [ "$1" = delete ]; then
		run host nft delete table inet stranger
	else
		nft -f - <<-END
			table inet stranger {
				chain in { type filter hook prerouting priority 0; }
			}
		END
		note 'a chain of somebody else in prerouting'
	fi
}

# grown VM COMMAND...: the reasons that it makes grow
grown() {
	aclctl list reasons "$1" | sort > "$tmp/reasons"
	"${@:2}" > /dev/null
	aclctl list reasons "$1" | sort | comm -13 "$tmp/reasons" - |
		awk '{ print $2, $3 }'
}

n=500
gate=$(mac host up0)

# flood NS KEY=VALUE...: from everywhere, $n packets if nothing else is said
flood() {
	local count="count=$n"
	case " $* " in *' for='*|*' count='*) count='' ;; esac
	frames "$1" e vary=1 mark=flood ${count:+"$count"} "${@:2}"
}

# The host may have a word with the VM meanwhile, as that nobody is there.
counted_once() { # NAME N
	local sent
	sent=$(cat "$tmp/sent")
	if [ "$2" -ge "$sent" ] && [ "$2" -lt $((sent + 5)) ]; then
		ok "$1"
	else
		not_ok "$1" "$2 of $sent"
	fi
}

# refuses_flood NAME REASON VM PASSED READER NS KEY=VALUE...
refuses_flood() {
	local name=$1 reason=$2 vm=$3 passed=$4 reader=$5 before past got made
	shift 5
	before=$(reason "$vm" in "$reason") past=$($reader) got=$(received "$vm")
	made=$(entries_of_flood)
	flood "$@"
	counted_once "$name: each is counted as $reason, once" \
		$(($(reason "$vm" in "$reason") - before))
	past=$(($($reader) - past))
	if [ "$passed" = all ]; then
		is "$name: they come as far as the nic" "$(cat "$tmp/sent")" "$past"
	else
		is "$name: none comes past the arrival" 0 "$past"
	fi
	is "$name: no entry was ever made" 0 $(($(entries_of_flood) - made))
	is "$name: nor is one left" 0 "$(entries "dport=${DPORT:-80}")"
	got=$(($(received "$vm") - got))
	if [ $got -lt 20 ]; then
		ok "$name: the guest has not been disturbed"
	else
		not_ok "$name: the guest has not been disturbed" "$got packets"
	fi
}

# begin_flood NS KEY=VALUE..., and end_flood: while other things are done
begin_flood() {
	flood "$@" for=4000 &
	flooder=$!
}
end_flood() {
	holds 'during the flood' kill -0 "$flooder"
	wait "$flooder"
}

# The guest opens, nobody answers; then somebody opens the same from there.
open_from_both() { # PORT
	frames a e src="$a" dst="$nobody" dmac="$(mac host vnet0)" tcp="$1:6666"
	frames out e src="$nobody" dst="$a" dmac="$gate" tcp="6666:$1"
}
open_from_both_bridged() { # PORT
	frames b e src="$b" dst="$near" dmac="$(mac near e)" tcp="$1:6666" ttl=1
	frames near e src="$near" dst="$b" dmac="$(mac_of 1)" tcp="6666:$1"
}
open_after_end() { # PORT
	conntrack -I -p tcp -s "$a" -d "$nobody" --sport "$1" --dport 6666 \
		--state TIME_WAIT -t 60 2>/dev/null
	frames out e src="$nobody" dst="$a" dmac="$gate" tcp="6666:$1"
}

# Addresses of one family.
family() { # 4|6
	family=$1
	if [ "$family" = 4 ]; then
		a=10.1.0.4 b=10.2.0.5 bad=198.18.0.1 near=10.2.0.9 out=192.0.2.2
		nobody=198.51.100.77 absent=192.0.2.77
	else
		a=fd01::4 b=fd02::5 bad=2001:db8:bad::1 near=fd02::9
		out=2001:db8:2::2 nobody=2001:db8:51::77 absent=2001:db8:2::77
	fi
}

routed_floods() {
	part "IPv$family, routed"
	reaches 'whom the list permits' out tcp "$a" 80
	pings 'the guest on the bridge has been heard' b "$near"
	conntrack -F 2>/dev/null
	before=$(rule a/web 200)
	refuses_flood 'SYNs that a list denies' acl a none passed_ip \
		out src="$bad" dst="$a" dmac="$gate" tcp=1024:80
	is 'the rule has counted each' "$n" $(($(rule a/web 200) - before))
	DPORT=81 refuses_flood 'SYNs to no endpoint' no-endpoint a none passed_ip \
		out src="$bad" dst="$a" dmac="$gate" tcp=1024:81
	DPORT=81 refuses_flood 'UDP to no endpoint' no-endpoint a all passed_ip \
		out src="$bad" dst="$a" dmac="$gate" udp=1024:81
	DPORT=81 refuses_flood 'ACKs to no endpoint' no-endpoint a all passed_ip \
		out src="$bad" dst="$a" dmac="$gate" tcp=1024:81 flags=A

	stranger add
	refuses_flood 'where it is not certain' acl a all passed_ip \
		out src="$bad" dst="$a" dmac="$gate" tcp=1024:80
	stranger delete

	part "IPv$family, routed: the permitted beside it"
	hold "held$family" out "$a" 80
	begin_flood out src="$bad" dst="$a" dmac="$gate" tcp=1024:80
	talks 'a connection that is open goes on' "held$family"
	reaches 'a new one is made' out tcp "$a" 80
	reaches 'so is one of the guest' a tcp "$out" 443
	talks 'and the first one still' "held$family"
	end_flood

	part "IPv$family, routed: flows that exist"
	counts 'a SYN that answers one of the guest' 1 a in reply open_from_both 5555
	counts 'one that answers nothing' 1 a in no-endpoint \
		frames out e src="$nobody" dst="$a" dmac="$gate" tcp=6666:5556
	stranger add
	full=$(grown a open_after_end 5557)
	stranger delete
	is 'one to a flow of the guest that has ended: as the full path says' \
		"$full" "$(grown a open_after_end 5558)"
	conntrack -I -p tcp -s "$absent" -d "$a" --sport 7000 --dport 80 \
		--state TIME_WAIT -t 60 2>/dev/null
	counts 'one that begins an ended flow anew' 1 a in permit \
		frames out e src="$absent" dst="$a" dmac="$gate" tcp=7000:80

	part "IPv$family, routed: what is not certain"
	run host ip -"$family" route replace "$a" via "$out"
	counts_rule 'what is routed elsewhere is not refused' 0 'a/web 200' \
		frames out e src="$bad" dst="$a" dmac="$gate" tcp=1:80
	run host ip -"$family" route replace "$a" dev vnet0
	run host sysctl -qw net.ipv4.conf.up0.forwarding=0 \
		net.ipv6.conf.all.forwarding=0
	counts_rule 'what is not forwarded is not refused' 0 'a/web 200' \
		frames out e src="$bad" dst="$a" dmac="$gate" tcp=1:80
	run host sysctl -qw net.ipv4.conf.up0.forwarding=1 \
		net.ipv6.conf.all.forwarding=1
	counts_rule 'nor is what would die on the way' 0 'a/web 200' \
		frames out e src="$bad" dst="$a" dmac="$gate" tcp=1:80 ttl=1
	if [ "$family" = 4 ]; then any=ip host4=$out; else any=ip6 host4="[$out]"; fi
	nft -f - <<-END
		table $any other {
			chain in {
				type nat hook prerouting priority dstnat
				$any daddr $a tcp dport 81 dnat to $host4:80
			}
			chain out {
				type nat hook postrouting priority srcnat
				oifname up0 masquerade
				oifname vnet0 tcp dport 82 snat to $nobody
			}
		}
	END
	reaches 'what somebody else translates goes where he says' out tcp "$a" 81
	acl add endpoint a/more tcp 82
	acl add rule a/more 100 permit "$nobody"
	counts 'and is judged with the source that he gives it' 1 a in permit \
		frames out e src="$absent" dst="$a" dmac="$gate" tcp=7001:82
	DPORT=83 refuses_flood 'beside a translation' no-endpoint a all passed_ip \
		out src="$bad" dst="$a" dmac="$gate" tcp=1024:83
	run host nft delete table "$any" other
	counts 'without the translation' 1 a in acl \
		frames out e src="$absent" dst="$a" dmac="$gate" tcp=7002:82
	acl remove endpoint a/more
}

vip_floods() {
	part 'through a VIP, into a bridge'
	acls <<-END
		add endpoint c/web tcp 80 public 203.0.113.10:8080
		add rule c/web 100 permit 192.0.2.0/24
	END
	reaches 'whom the list permits' out tcp 203.0.113.10 8080
	conntrack -F 2>/dev/null
	DPORT=8080 refuses_flood 'SYNs that the list denies' acl c all passed_ip \
		out src=198.18.0.1 dst=203.0.113.10 dmac="$gate" tcp=1024:8080
	DPORT=81 refuses_flood 'SYNs to the private address' no-endpoint c all passed_ip \
		out src=198.18.0.1 dst=10.3.0.4 dmac="$gate" tcp=1024:81
}

bridged_floods() {
	part "IPv$family, a bridge"
	guest_mac=$(mac_of 1)
	reaches 'whom the list permits' near tcp "$b" 80
	conntrack -F 2>/dev/null
	before=$(rule b/web 200)
	refuses_flood 'SYNs that a list denies' acl b none passed_bridge \
		near src="$bad" dst="$b" dmac="$guest_mac" tcp=1024:80
	is 'the rule has counted each' "$n" $(($(rule b/web 200) - before))
	DPORT=81 refuses_flood 'UDP to no endpoint' no-endpoint b all passed_bridge \
		near src="$bad" dst="$b" dmac="$guest_mac" udp=1024:81
	hold "bridged$family" near "$b" 80
	begin_flood near src="$bad" dst="$b" dmac="$guest_mac" tcp=1024:80
	talks 'a connection that is open goes on' "bridged$family"
	reaches 'a new one is made' near tcp "$b" 80
	end_flood
	count_frames "seen$family" far e elsewhere
	pings 'far is heard' far "$near"
	counts 'what is switched elsewhere is not refused' 0 b in acl \
		frames near e src="$bad" dst="$b" dmac="$(mac far e)" tcp=1:80 mark=elsewhere
	is 'but comes there' 1 "$(counted "seen$family")"
	counts 'a SYN that answers one of the guest' 1 b in reply \
		open_from_both_bridged 5555
}

vlan_floods() {
	part 'a bridge that filters VLANs'
	run host ip link set br0 type bridge vlan_filtering 1
	conntrack -F 2>/dev/null
	frames b e arp=request src=10.2.0.5 dst=10.2.0.9
	run host bridge vlan add dev up1 vid 5
	run host bridge vlan add dev up2 vid 7
	refuses_flood 'untagged' acl b none passed_bridge \
		near src=198.18.0.1 dst=10.2.0.5 dmac="$(mac_of 1)" tcp=1024:80
	run host bridge vlan add dev vnet1 vid 5 pvid untagged
	frames b e arp=request src=10.2.0.5 dst=10.2.0.9
	refuses_flood 'tagged where it comes in' acl b none passed_bridge \
		near src=198.18.0.1 dst=10.2.0.5 dmac="$(mac_of 1)" tcp=1024:80 vlan=5
	counts 'of another VLAN' 0 b in acl \
		frames near e src=198.18.0.1 dst=10.2.0.5 dmac="$(mac_of 1)" tcp=1:80 vlan=7
}

for f in 4 6; do
	family $f
	"${WIRING}_floods"
done
if [ "$WIRING" = routed ]; then vip_floods; else vlan_floods; fi
finish
