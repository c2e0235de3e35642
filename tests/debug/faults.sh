#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Memory that runs out: each allocation of each command fails once, see
# tests/tools/faults.c. For a kernel with fail-nth, as tests/debug/uml.config has
# it.
#
#   host
#    | vnet0       | br0 -- vnet1      | vnet2        spare0
#    a 10.1.0.4    b 10.1.0.5          a 10.2.0.4
#
# Nobody is behind the interfaces, who might be heard.

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
tool linkfaults
faults=$root/build/tests/faults linkfaults=$root/build/tests/linkfaults
[ -x "$faults" ] || bail "there is no $faults: make test-tools"
debugfs=/sys/kernel/debug
[ -d $debugfs/failslab ] || bail 'this kernel does not let memory run out'

# fails KEY VALUE: for both kinds of allocations, as far as they have it
fails() {
	local kind
	for kind in failslab fail_page_alloc; do
		[ ! -e "$debugfs/$kind/$1" ] || echo "$2" > "$debugfs/$kind/$1"
	done
}
fails verbose 0
fails ignore-gfp-wait N
fails ignore-gfp-highmem N
fails task-filter Y
# One at a time only objects: of pages there are fewer, where there are not as many
# as the kernel likes best.
fails min-order 99

namespaces out
ips host <<-END
	link add br0 type bridge mcast_snooping 0
	link set br0 up
	link add vnet0 type dummy
	link add vnet1 type dummy
	link set vnet1 master br0
	link add vnet2 type dummy
	link add spare0 type dummy
END
for n in vnet0 vnet1 vnet2 spare0; do
	ips host <<< "link set $n up"
done
cd "$root" || exit

# ---- policies to begin with ---------------------------------------------------

echo flush > "$tmp/nothing"

cat > "$tmp/plain" <<-END
	flush
	change limit rules-per-endpoint 60
	add vnet v prefix 10.1.0.0/16,fd01::/64 uplink up0
	add vnet w prefix 10.2.0.0/16
	add subnet v/front prefix 10.1.0.0/24
	add subnet v/idle prefix 10.1.9.0/24
	add group g precedence 10
	add group idle
	add acl shared
	add acl idle
	add set s 192.0.2.0/24,198.51.100.0/24,2001:db8::/32
	add set idle 192.0.2.0/24
	add guard spare*
	add guard idle*
	add vm a dev vnet0 address 10.1.0.4,fd01::4 vnet v quota 100
	add nic a dev vnet2 address 10.2.0.4 vnet w vlan 5 serves dhcp
	add vm b dev vnet1 address 10.1.0.5 vnet v
	add endpoint a/web tcp 80
	add endpoint a/dns udp 53
	add endpoint b/ping icmp
	add member g a
	add rule a/web 10 permit set s
	add rule a/web 20 deny any
	add rule vm a out 10 deny 192.0.2.7/32 proto tcp rport 25,465
	add rule group g in 10 permit any secure reqid 7
	add rule subnet v/front in 10 permit 10.0.0.0/8 name "neighbours"
	add rule acl shared 10 permit 203.0.113.0/24 log
	change rules a/dns use shared
END

sed 's/quota 100/service t/' "$tmp/plain" > "$tmp/public"
sed -i '/^flush/a add service t vip 203.0.113.10' "$tmp/public"
cat >> "$tmp/public" <<-END
	add service idle vip 203.0.113.99
	add lbset l tcp public 203.0.113.70:80
	add lbset idle tcp public 203.0.113.71:80
	add endpoint a/shown tcp 8080 public 203.0.113.10:80
	add endpoint b/web tcp 8080 lbset l
	add rule lbset l 10 permit any
END

# All kinds at once; questions between them see the transaction's policy.
cat > "$tmp/mixed" <<-END
	add set t 10.9.0.0/16
	change set s 192.0.2.0/24,10.8.0.0/16
	add vm c dev vnet9 address 10.1.0.6 vnet v
	add endpoint c/web tcp 80-90
	add rule c/web 10 permit set t
	explain tcp 10.9.0.1:99 10.1.0.6:80
	remove rule a/web 20
	change rules vm b in default permit
	add member g c
	list rules c/web
	remove guard idle*
	remove vm b
	change nic a dev vnet2 address 10.2.0.4,10.2.0.5 mac 02:00:00:00:00:09
END

{
	echo 'add acl long'
	for ((i = 1; i <= 300; i++)); do
		echo "add rule acl long $i permit 192.0.$((i / 200)).$((i % 200))/32 lport $i"
	done
} > "$tmp/long"

{
	printf 'add set large 10.0.0.0/32'
	for ((i = 1; i < 3000; i++)); do
		printf ',10.%d.%d.%d/32' $((i / 1000)) $((i / 100 % 10)) $((i % 100 * 2))
	done
	echo
} > "$tmp/large"

# ---- what is done --------------------------------------------------------------

total=0

# counted NAME COMMAND...: it holds, and says how many faults there were
counted() {
	local name=$1 out rc
	shift
	out=$("$@" 2>&1)
	rc=$?
	if [ $rc = 0 ] && [ "${out%% *}" -gt 0 ]; then
		ok "$name"
		note "$out"
		total=$((total + ${out%% *}))
	else
		not_ok "$name" "exit status $rc" "$out"
	fi
}

# each [-c] BASE: a command a line, each allocation of which fails in turn
each() {
	local words
	while read -ra words; do
		counted "${words[*]}" "$faults" "${@:1:$#-1}" "$tmp/${*: -1}" "${words[@]}"
	done
}

# chance BASE TIMES PERCENT WORD...: several allocations of one command fail
chance() {
	fails times -1
	fails probability "$3"
	counted "${*:4}, each allocation by $3 in 100" \
		"$faults" -n "$2" "$tmp/$1" "${@:4}"
	fails probability 0
}

part 'the first VM, and the last'
each -c nothing <<-END
	add vm a dev vnet0 address 10.1.0.4
	add guard vnet*
	add service s vip 203.0.113.10
	-f $tmp/plain
END
each -c plain <<< flush

part 'what is added'
each -c plain <<-END
	change limit rules-per-endpoint 70
	add vnet x prefix 10.3.0.0/16 peer 10.4.0.0/16 uplink up1
	add subnet v/back prefix 10.1.1.0/24
	add group h precedence 5
	add acl more
	add set t 10.9.0.0/16,fd09::/64
	add guard spa*
	add vm c dev vnet9 address 10.1.0.6 vnet v
	add vm c dev vnet9 address 10.1.0.6 quota 5
	add nic b dev vnet9 address 10.2.0.6 vnet w vlan 7
	add endpoint b/web tcp 80-90
	add member g b
	add rule a/web 15 permit 203.0.113.0/24 lport 80 rport 1000-2000,3000
	add rule vm b in 10 permit set s
	add rule acl shared 20 deny any
END

part 'what is changed'
each -c plain <<-END
	change vnet v prefix 10.1.0.0/16,fd01::/64,10.5.0.0/16 no uplink
	change subnet v/front prefix 10.1.0.0/25
	change group g precedence 20
	change set s 192.0.2.0/25,10.7.0.0/16
	change vm a quota 7
	change vm a no quota
	change nic a dev vnet0 address 10.1.0.4,10.1.0.9 mac 02:00:00:00:00:01
	change nic b dev vnet1 no vnet
	change endpoint a/web address 10.1.0.4
	change rule a/web 20 permit 10.0.0.0/8 log
	change rules a/web default permit
	change rules a/web use shared
	change rules a/dns inline
	import set s tests/data/list.txt force
	--dry-run -f $tmp/mixed
	-f $tmp/mixed
	-f $tmp/large
END

part 'what is removed'
each -c plain <<-END
	remove subnet v/idle
	remove group idle
	remove acl idle
	remove set idle
	remove guard idle*
	remove guard spare*
	remove member g a
	remove rule a/web 10
	remove rule vm a out 10
	remove endpoint a/dns
	remove nic a vnet2
	remove vm b
	--if-exists remove vm nobody
END

part 'what is translated'
each public <<< 'add endpoint a/auto tcp 82 public 203.0.113.10'
each -c public <<-END
	add endpoint a/more tcp 81 public 203.0.113.10:81
	add endpoint a/web2 tcp 8081 lbset idle
	add lbset m tcp public 203.0.113.72:80
	change service t vip 203.0.113.11
	change lbset idle public 203.0.113.73:80
	change endpoint a/shown no public
	remove endpoint b/web
	remove lbset idle
	remove service idle
END

part 'what is asked'
each public <<-END
	list ruleset
	-j --stats list ruleset
	list vms
	list nics a
	list endpoints
	list services
	list vnets
	list subnets
	list groups
	list acls
	list lbsets
	list sets s
	list guards
	list rules a/web
	list reasons
	effective a
	effective a in
	explain tcp 192.0.2.1:40000 10.1.0.4:80
	explain tcp 198.51.100.9:40000 203.0.113.10:80
	explain udp 10.1.0.4:99 10.1.0.5:53 secure reqid 7
END

part 'more than one at a time'
fails min-order 0
for percent in 2 15; do
	chance nothing 100 $percent -f "$tmp/plain"
	chance plain 200 $percent -f "$tmp/mixed"
	chance plain 100 $percent -f "$tmp/long"
	chance plain 100 $percent -f "$tmp/large"
	chance plain 200 $percent add nic b dev vnet9 address 10.2.0.6 vnet w vlan 7
	chance public 100 $percent add endpoint a/auto tcp 82 public 203.0.113.10
	chance public 200 $percent effective a
done

part 'interfaces that come'
acls <<-END
	flush
	add vnet v prefix 10.1.0.0/16
	add vm a dev ept0 address 10.1.0.4 vnet v
	add nic a dev ept1 address 10.1.0.5 vnet v
	add nic a dev ept2 address 10.1.0.6 vnet v
	add nic a dev ept3 address 10.1.0.7 vnet v
END
# A name of its own for each: one that an interface gets while it comes may stay
# behind in /sys/class/net.
for change in 'add ept0' 'move ept1 t-out' 'enslave ept2 br0' 'rename ept3'; do
	# shellcheck disable=SC2086 # words
	counted "an interface: $change" "$linkfaults" $change
done
acl flush

note "$total faults"
finish
