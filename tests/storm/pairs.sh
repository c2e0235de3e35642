# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Pairs of policies that take turns while packets pass, by tests/tools/storm.c.
# With two processors changes and packets run beside each other; with one, as under
# User-mode Linux, which is fast, by turns.
#
#   out 198.51.100.1-3 -- up0 (host) -- vnet0 -- a 10.1.0.4

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib.sh"
storm=$root/build/tests/storm
[ -x "$storm" ] || bail "there is no $storm: make test-tools"
mode=turns
[ "$(nproc)" = 1 ] || mode=beside

# Nobody there but who sends and counts.
namespaces out
guest a 0
ips host <<-END
	link add up0 type veth peer name e address $(mac_of 1) netns t-out
	link set up0 up
	route add 10.1.0.4/32 dev vnet0
	neigh add 10.1.0.4 lladdr $(mac_of 0) dev vnet0 nud permanent
	route add fd00::4/128 dev vnet0
	neigh add fd00::4 lladdr $(mac_of 0) dev vnet0 nud permanent
	route add 198.51.100.0/24 dev up0
	route add 2001:db8::/64 dev up0
END
for i in 1 2 3; do
	ips host <<-END
		neigh add 198.51.100.$i lladdr $(mac_of 1) dev up0 nud permanent
		neigh add 2001:db8::$i lladdr $(mac_of 1) dev up0 nud permanent
	END
done
for ns in out a; do
	run $ns sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ips $ns <<< 'link set e up'
done

# ---- pairs of policies ----------------------------------------------------------

# Of one side, 1 or 2: values that it permits alone, and those of both.
remotes() { echo "198.51.100.$1,198.51.100.3,2001:db8::$1,2001:db8::3"; }
by_remote() { # OWNER SIDE
	local order=10 remote
	for remote in $(remotes "$2" | tr , ' '); do
		echo "add rule $1 $order permit $remote"
		order=$((order + 1))
	done
}
nic() { echo "dev $1 address $2 mac $(mac_of "$3")"; }
vm() { # NAME [WORD...]
	echo "add vm $1 $(nic vnet0 10.1.0.4,fd00::4 0) ${*:2}"
	echo "add endpoint $1/udp udp 1-9"
	echo "add endpoint $1/tcp tcp 1-9"
}

# Each pair has a function that writes what is there beforehand, and one that takes
# the policy of a side in force.

# Rules and sets of the VM alone.
rules_base() {
	vm a
	echo 'add set r 192.0.2.1'
	for list in a/udp a/tcp; do
		echo "add rule $list 10 permit set r"
	done
	echo 'add rule vm a in 10 permit any'
	echo 'add rule vm a out 10 permit set r'
}
rules_side() {
	echo "change set r $(remotes "$1")"
	echo "change rule vm a in 10 lport $1,3 rport 100$1,1003"
	echo "change rule vm a out 10 lport $1,3 rport 100$1,1003"
}

# A layer for each property.
layers_base() {
	echo 'add vnet v prefix 10.1.0.0/16,fd00::/64'
	echo 'add subnet v/s prefix 10.1.0.0/24,fd00::/64'
	vm a vnet v
	echo 'add group g'
	echo 'add member g a'
	for direction in in out; do
		echo "change rules subnet v/s $direction default deny"
		echo "add rule group g $direction 10 permit any"
		echo "add rule vm a $direction 10 permit any"
	done
}
layers_side() {
	local direction order
	for direction in in out; do
		for order in 10 11 12 13; do
			echo "remove rule subnet v/s $direction $order"
		done
		by_remote "subnet v/s $direction" "$1"
		echo "change rule group g $direction 10 lport $1,3"
		echo "change rule vm a $direction 10 rport 100$1,1003"
	done | if [ -n "${first-}" ]; then grep -v '^remove'; else cat; fi
}

# Lists with a name take the place of others.
names_base() {
	local side
	vm a
	for side in 1 2; do
		echo "add acl remotes$side"
		by_remote "acl remotes$side" "$side"
		echo "add acl ports$side"
		echo "add rule acl ports$side 10 permit any lport $side,3 rport 100$side,1003"
		echo "add acl both$side"
		echo "add set r$side $(remotes "$side")"
		echo "add rule acl both$side 10 permit set r$side lport $side,3 rport 100$side,1003"
	done
}
names_side() {
	echo "change rules a/udp use remotes$1"
	echo "change rules a/tcp use remotes$1"
	echo "change rules vm a in use ports$1"
	echo "change rules vm a out use both$1"
}

# All of it is loaded anew, as a service does.
anew_base() { :; }
anew_side() {
	echo flush
	echo 'add guard vnet*'
	layers_base
	first=1 layers_side "$1"
}

# The same interface is another VM's.
owner_base() { :; }
owner_side() { anew_side "$1" | sed -E "s/\\<a\\>/vm$1/g"; }

# Two VMs have each other's interface.
swap_base() { ips host <<< 'link add vnet1 type dummy'; }
swap_side() {
	local here=b there=a
	[ "$1" = 1 ] || here=a there=b
	anew_side "$1" | sed -E "s/\\<a\\>/$here/g"
	echo "add vm $there $(nic vnet1 10.1.0.5 9)"
}

# ---- the storm --------------------------------------------------------------------

# What was judged of a VM, but for what no network works without.
judged() { # VM|'' DIRECTION
	aclctl list reasons ${1:+"$1"} |
		awk -v d="$2" '$(NF - 3) == d && $(NF - 2) != "essential" { n += $(NF - 1) } END { print n + 0 }'
}
for_nobody() { aclctl list reasons | awk '$1 == "in" || $1 == "out" { n += $3 } END { print n + 0 }'; }
# MACs that the two ends send to.
beyond_a=$(mac host vnet0) beyond_out=$(mac host up0)

declare -A sent arrived
# storm NAME PACKETS A-FILE B-FILE: sets sent and arrived, by what the tool writes
storm() {
	local what n m
	show host storm $mode "${@:2}"
	"$storm" $mode "${@:2}" "/run/netns/t-a,e,$beyond_a" \
		"/run/netns/t-out,e,$beyond_out" > "$tmp/storm" 2> "$tmp/said" ||
		not_ok "$1: the storm" "$(cat "$tmp/said")"
	while read -r what n m; do
		sent[$what]=$n arrived[$what]=$m
	done < "$tmp/storm"
	note "${sent[changes]} changes, packets (sent arrived): $(head -n 4 "$tmp/storm" | xargs)"
	all_changes=$((all_changes + sent[changes]))
	all_packets=$((all_packets + sent[vm] + sent[remote]))
}
all_changes=0 all_packets=0

# What one of them permits.
passes_at_times() { [ "${arrived[$1]}" -gt 0 ] && [ "${arrived[$1]}" -lt "${sent[$1]}" ]; }

# begin PAIR: puts the second of them in force, and leaves $tmp/a and $tmp/b
begin() {
	acl flush
	"$1_base" > "$tmp/base"
	first=1 "$1_side" 2 >> "$tmp/base"
	acls < "$tmp/base"
	"$1_side" 1 > "$tmp/a"
	"$1_side" 2 > "$tmp/b"
}
