#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How many connections a VM may have open: what counts, what is refused, and that
# a VM which opens without end takes nothing from the others.
#
#   out 198.51.100.9    (throws away what is for .128 and above)
#    | in0 192.0.2.2
#    | up0 192.0.2.1
#   host
#    | vnet0        | vnet1        | br0 10.3.0.1 -- vnet2
#    a 10.1.0.4     b 10.2.0.4                        c 10.3.0.4

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out
ips host <<-END
	link add up0 type veth peer name in0 netns t-out
	addr add 192.0.2.1/24 dev up0
	addr add 2001:db8:2::1/64 dev up0 nodad
	link set up0 up
	route add default via 192.0.2.2
	link add br0 type bridge mcast_snooping 0
	addr add 10.3.0.1/24 dev br0
	link set br0 up
END
ips out <<-END
	addr add 192.0.2.2/24 dev in0
	addr add 2001:db8:2::2/64 dev in0 nodad
	link set in0 up
	addr add 198.51.100.9/32 dev lo
	route add blackhole 198.51.100.128/25
	route add default via 192.0.2.1
	route add fd00::/8 via 2001:db8:2::1
END
guest a 0
guest b 1
guest c 2 br0
routed a vnet0 10.1.0.4 fd01::4
routed b vnet1 10.2.0.4 fd02::4
ips c <<-END
	addr add 10.3.0.4/24 dev e
	route add default via 10.3.0.1
END
serve out 80
serve a 80
serve b 80
acls <<-END
	add vm a dev vnet0 address 10.1.0.4,fd01::4 mac $(mac_of 0) quota 3
	add vm b dev vnet1 address 10.2.0.4,fd02::4
	add vm c dev vnet2 address 10.3.0.4
	add endpoint a/http tcp 80
END
out=198.51.100.9

let_go() { # HOLD: it closes its connection
	kill "${held[$1]}"
	wait "${held[$1]}" 2>/dev/null
}
declare -A held=()
holds_one() { # HOLD NS
	hold "$1" "$2" $out 80
	held[$1]=${children[-1]}
}
over() { # NAME VM: one more of that VM is refused, and leaves no entry
	counts "$1" 1 "$2" out quota silent "$1" "$2" udp $out 54
	is "$1: no entry" 0 "$(entries dport=54 "src=$src")"
}

part 'what counts'
src=10.1.0.4
holds_one one a
holds_one two a
within_ns a ping -n -c 1 -W 5 $out > /dev/null || not_ok 'an echo request passes'
is 'up to its quota a VM opens what it will' 3 "$(entries "src=$src")"
over 'the next one is refused' a
counts 'also over TCP' 1 a out quota silent 'also over TCP' a tcp $out 80
counts 'and IPv6' 1 a out quota silent 'and IPv6' a tcp 2001:db8:2::2 80
talks 'what is open goes on' one
reaches 'in comes what may' out tcp 10.1.0.4 80
reaches 'another VM is not concerned' b tcp $out 80
is 'nor counted' 0 "$(reason b out quota)"
let_go one
reaches 'a connection that is closed makes room for another' a tcp $out 80

part 'what does not'
acl add rule vm a out 10 deny any proto udp
for _ in 1 2 3 4 5; do
	ask a udp $out 54 200 > /dev/null
done
is 'what the policy denies is denied' 5 "$(reason a out acl)"
acl remove rule vm a out 10

part 'changes'
acl change vm a quota 1
over 'a lower quota holds for the next connection' a
talks 'and not for those that there are' two
acl change vm a no quota
reaches 'without a quota anything goes' a tcp $out 80
acl change vm a quota 1
over 'what was counted is counted still' a
aclctl list ruleset > "$tmp/policy"
(echo flush; cat "$tmp/policy") | aclctl -f -
over 'a policy that is loaded anew finds its connections' a
let_go two
conntrack -D -s 10.1.0.4 > /dev/null 2>&1
holds_one three a
talks 'entries that are deleted make room' three

part 'bridged, and where IPsec is asked for'
src=10.3.0.4
acl change vm c quota 2
holds_one four c
holds_one five c
over 'behind a bridge' c
let_go four
let_go five
conntrack -D -s 10.3.0.4 > /dev/null 2>&1
acl add rule vm c out 10 deny 203.0.113.0/24 secure
holds_one six c
holds_one seven c
over 'a verdict that is deferred' c
let_go six
let_go seven

# ---- a VM that opens without end ------------------------------------------------

# One packet of UDP to each address and port that nobody answers for.
cat > "$tmp/flood.py" <<-'END'
	import socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	print('ready', flush=True)
	while True:
	    for port in range(1, 65536):
	        for host in range(128, 255):
	            try:
	                s.sendto(b'x', (f'198.51.100.{host}', port))
	            except OSError:
	                pass
END
attempts=20
# Sets $reached: of so many attempts.
try() { # NS
	local n
	reached=0
	for ((n = 0; n < attempts; n++)); do
		[[ $(ask "$1" tcp $out 80 800) != *.* ]] || reached=$((reached + 1))
	done
}
time_of() { # NS: sets $ms, milliseconds for one connection, and $reached
	local began=${EPOCHREALTIME/./}
	try "$1"
	ms=$(((${EPOCHREALTIME/./} - began) / 1000 / attempts))
}

part 'a VM that opens without end'
max=$(initial sysctl -n net.netfilter.nf_conntrack_max)
initial sysctl -qw net.netfilter.nf_conntrack_max=600
conntrack -F > /dev/null 2>&1
acl change vm a no quota
time_of b
note "nobody floods: $ms ms a connection"
is 'while it is quiet everybody connects' $attempts "$reached"
background flood a python3 "$tmp/flood.py"
flooder=${children[-1]}
within 20 grep -q ready "$tmp/flood"
entries_of_all() { within_ns host sysctl -n net.netfilter.nf_conntrack_count; }
table_is_full() { [ "$(entries_of_all)" -ge 590 ]; }
eventually 'without a quota it fills the table' table_is_full
try b
note "$reached of $attempts connect"
holds 'and others are turned away' [ "$reached" -lt $attempts ]
acl change vm a quota 100
conntrack -D -s 10.1.0.4 > /dev/null 2>&1
before=$(reason a out quota)
time_of b
is 'with a quota another VM connects' $attempts "$reached"
note "with a flood and a quota: $ms ms a connection"
time_of host
is 'and so does the host' $attempts "$reached"
note "the host: $ms ms a connection"
n=$(entries 'src=10.1.0.4')
holds "of the flooder there are as many as its quota ($n)" [ "$n" -le $((100 + $(nproc))) ]
grown=$(($(reason a out quota) - before))
holds "the rest was refused ($grown)" [ "$grown" -gt 100 ]
acl add rule vm a out 10 deny any
time_of b
note "with the flood denied by a rule instead: $ms ms a connection"
acl remove rule vm a out 10
kill "$flooder"
wait "$flooder" 2>/dev/null
conntrack -D -s 10.1.0.4 > /dev/null 2>&1
reaches 'when its entries are gone it connects again' a tcp $out 80

# ---- a VM that closes what it opens, which stays in the table -----------------------

# So many connections, or those that can be had; writes how many.
cat > "$tmp/close.py" <<-'END'
	import socket, sys
	had = 0
	for _ in range(int(sys.argv[1])):
	    s = socket.socket()
	    s.settimeout(float(sys.argv[2]))
	    try:
	        s.connect(('198.51.100.9', 80))
	        had += 1
	    except OSError:
	        pass
	    s.close()
	print(had)
END
closes() { within_ns a python3 "$tmp/close.py" "$@"; } # N SECONDS

part 'a VM that opens and closes without end'
conntrack -F > /dev/null 2>&1
is 'while there is room, more than its quota' 300 "$(closes 300 2)"
holds 'what is closed is in the table' [ "$(entries src=10.1.0.4)" -ge 290 ]
acl change vm a no quota
fills_with_closed() {
	closes 50 0.05 > /dev/null
	[ "$(entries_of_all)" -ge 590 ]
}
closes 280 1 > /dev/null
eventually 'without a quota it fills the table' fills_with_closed
try b
note "$reached of $attempts connect"
holds 'and others are turned away' [ "$reached" -lt $attempts ]
acl change vm a quota 100
conntrack -F > /dev/null 2>&1
had=$(closes 700 0.05)
n=$(entries_of_all)
holds "with a quota it does not ($n entries, of $had)" [ "$n" -lt 500 ]
try b
is 'another VM connects' $attempts "$reached"
try host
is 'and so does the host' $attempts "$reached"
conntrack -F > /dev/null 2>&1
reaches 'with room in the table it connects again' a tcp $out 80
initial sysctl -qw net.netfilter.nf_conntrack_max="$max"

part 'the end'
acl flush
is 'nothing holds the module' 0 "$(awk '$1 == "epacl" { print $3 }' /proc/modules)"
is 'the kernel does not complain' '' \
	"$(dmesg | grep -E 'BUG|WARNING|Oops|leak')"
finish
