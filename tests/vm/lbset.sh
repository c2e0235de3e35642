#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A load-balanced set: endpoints of three VMs behind one public address and port.
#
#   out 198.51.100.9, 40 to 49 -- wan -- host -- vnet0 -- a 10.1.0.4
#       2001:db8:51::9                        -- vnet1 -- b 10.1.0.5
#                                             -- vnet2 -- c 10.1.0.6

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

vip=203.0.113.10 vip6=2001:db8:113::10
sources=(198.51.100.{40..49})

namespaces out
ips host <<-END
	link add wan type veth peer name e netns t-out
	link set wan up
	addr add 198.51.100.1/24 dev wan
	addr add 2001:db8:51::1/64 dev wan nodad
	route add default via 198.51.100.9
END
ips out <<-END
	link set e up
	addr add 198.51.100.9/24 dev e
	addr add 2001:db8:51::9/64 dev e nodad
	route add default via 198.51.100.1
	route add default via 2001:db8:51::1
END
for source in "${sources[@]}"; do
	ips out <<< "addr add $source/32 dev e"
done
guest a 0
guest b 1
guest c 2
routed a vnet0 10.1.0.4 2001:db8:1::4
routed b vnet1 10.1.0.5 2001:db8:1::5
routed c vnet2 10.1.0.6 2001:db8:1::6
for guest in a b c; do
	serve $guest 8443
done
acls <<-END
	add vnet v prefix 10.1.0.0/16,2001:db8:1::/48
	add vm a dev vnet0 address 10.1.0.4,2001:db8:1::4 vnet v
	add vm b dev vnet1 address 10.1.0.5,2001:db8:1::5 vnet v
	add vm c dev vnet2 address 10.1.0.6,2001:db8:1::6 vnet v
	add lbset web tcp public $vip:443,[$vip6]:443
END

from() { ips out <<< "route replace $vip via 198.51.100.1 src $1" > /dev/null; }

# The VMs that explain sends the sources to, in their order.
explained() {
	printf "explain tcp %s:40000 $vip:443\n" "${sources[@]}" |
		aclctl -j -f - | grep -o '"vm":"[a-z]*","direction":"in"' |
		cut -d '"' -f 4
}

# The VM that a source has reached, from the connections as they were listed.
reached() { # SOURCE
	sed -nE "s/.* dst=$vip .* src=10\.1\.0\.([456]) dst=$1 .*/\1/p" "$tmp/ct" |
		tr 456 abc
}

# everyone WHAT MEMBERS: each source reaches the one explained, all are used
everyone() {
	local source wrong='' want=() i=0 got used=()
	within_ns host conntrack -F 2>/dev/null
	mapfile -t want < <(explained)
	for source in "${sources[@]}"; do
		from "$source"
		got=$(ask out tcp "$vip" 443 5000)
		[ "$got" = "$source" ] || wrong+="$source: $got, "
	done
	entries "dst=$vip" > /dev/null
	for source in "${sources[@]}"; do
		got=$(reached "$source")
		[ "$got" = "${want[i]}" ] || wrong+="$source: $got instead of ${want[i]}, "
		used+=("$got")
		i=$((i + 1))
	done
	is "$1: sources reach the member that explain names" '' "$wrong"
	is "$1: all members have some" "$2" \
		"$(printf '%s\n' "${used[@]}" | sort -u | paste -sd ' ')"
}

part 'members come'
counts 'an empty set' 1 - in no-endpoint silent 'offers nothing' out tcp $vip 443
acl add endpoint a/web tcp 8443 lbset web
everyone 'one member' a
acl add endpoint c/web tcp 8443 lbset web
acl add endpoint b/web tcp 8443 lbset web
everyone 'three members' 'a b c'
reaches 'IPv6' out tcp $vip6 443 2001:db8:51::9
is 'the table is as the policy says' 'nat table up to date' "$(aclctl sync-nat)"

part 'who else connects'
reaches 'the host itself' host tcp $vip 443
reaches 'a guest of the same vnet, which comes as the VIP' a tcp $vip 443 $vip
silent 'the private port from outside' out tcp 10.1.0.4 8443

part 'its list'
acl add rule lbset web 100 deny 198.51.100.0/24
counts_rule 'a rule of the set' 1 'lbset web 100' silent 'denies' out tcp $vip 443
acl remove rule lbset web 100

part 'members go'
from "${sources[0]}"
hold h out $vip 443
entries "dst=$vip" > /dev/null
on=$(reached "${sources[0]}" | tail -n 1)
talks "a connection, to $on" h
acl change endpoint "$on/web" no lbset
mute 'does not outlive the membership' h
rest=$(printf '%s\n' a b c | grep -vx "$on" | paste -sd ' ')
everyone 'two members' "$rest"
acl change endpoint "$on/web" lbset web
everyone 'three again' 'a b c'

part 'damage'
for damage in 'flush chain inet epacl members4-0' 'flush map inet epacl members6-0' \
	'delete element inet epacl lbsets4 { 203.0.113.10 . tcp . 443 }'; do
	run host nft "$damage"
	is "noticed: $damage" 'nat table restored' "$(aclctl sync-nat)"
done
everyone 'after that' 'a b c'

finish
