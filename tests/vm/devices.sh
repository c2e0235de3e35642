#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Interfaces that come, go, are renamed and moved. What a sender floods all the
# time must not reach a guest without an endpoint.
#
#   out -- up0 -- br0 (host) -- vnet0 -- a 10.1.0.4

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out a
ips host <<-END
	link add br0 type bridge mcast_snooping 0
	link set br0 up
	link add up0 type veth peer name e netns t-out
	link set up0 master br0 up
END
ips out <<< 'link set e up'
# The interface of another VM stays. With none left the kernel would switch the
# hooks of all interfaces off and on again, by patching code that the flood runs
# through, which emulators have been seen to hang at.
ips host <<< 'link add d9 type dummy'
acl add vm stays dev d9 address 10.1.0.99
acl add vm a dev vnet0 address 10.1.0.4 mac "$(mac_of 0)"
ok 'a VM may be defined before its interface exists'

flood() { # MARK
	background "flood-$1" out env NETNS=/run/netns/t-out "$frame_tool" send e \
		dmac="$(mac_of 0)" src=192.0.2.9 dst=10.1.0.4 udp=4000:9 mark="$1" for=60000
	flooder=${children[-1]}
}
end_flood() {
	kill "$flooder"
	wait "$flooder" 2>/dev/null
}
cat > "$tmp/come" <<-END
	link add vnet0 type veth peer name e address $(mac_of 0) netns t-a
	link set vnet0 master br0 up
END
come() {
	ip -batch "$tmp/come"
	ip -n t-a link set e up
}

part 'an interface that is deleted and made anew under a flood'
count_frames all a any leak
flood leak
for i in 1 2 3 4 5 6 7 8 9 10; do
	come
	pause 0.05
	ip link del vnet0
done
is 'not one frame passes unjudged in ten lives of an interface' 0 "$(counted all)"
if [ "$(reason a in no-endpoint)" -gt 10 ]; then
	ok 'they were refused'
else
	not_ok 'they were refused' "$(aclctl list reasons a)"
fi
acl add endpoint a/flood udp 9
count_frames control a any leak
come
pause 0.3
if [ "$(counted control)" -gt 0 ]; then
	ok 'with an endpoint they do come in'
else
	not_ok 'with an endpoint they do come in'
fi
acl remove endpoint a/flood

part 'renaming'
ips host <<< 'link set vnet0 down'
holds 'the interface of a VM keeps its name' \
	bash -c '! ip link set vnet0 name other0'
ips host <<< 'link del vnet0'
ips host <<-END
	link add other0 type veth peer name e address $(mac_of 0) netns t-a
	link set other0 master br0 up
END
ips a <<< 'link set e up'
count_frames before a any leak
pause 0.3
if [ "$(counted before)" -gt 0 ]; then
	ok 'an interface of nobody passes frames'
else
	not_ok 'an interface of nobody passes frames'
fi
ips host <<< 'link set other0 down'
count_frames after a any leak
ips host <<-END
	link set other0 name vnet0
	link set vnet0 up
END
pause 0.3
is 'one that gets the name of a VM is judged from its first frame' 0 "$(counted after)"

part 'bridges'
count_frames moved a any leak
ips host <<-END
	link set vnet0 nomaster
	link set vnet0 master br0
END
counts_more() { [ "$(reason a in no-endpoint)" -gt "$refused" ]; }
refused=$(reason a in no-endpoint)
eventually 'off the bridge and back it is judged' counts_more
is 'and nothing came in' 0 "$(counted moved)"
end_flood

part 'other namespaces'
ips host <<< 'link set vnet0 netns t-out'
is 'in another namespace it is of no VM' 0 \
	"$(aclctl -j list nics a | grep -c '"ifindex":[1-9]')"
flood move
count_frames back a any move
ips out <<< 'link set vnet0 netns t-host'
ips host <<< 'link set vnet0 master br0 up'
pause 0.3
is 'one that comes from another is judged from its first frame' 0 "$(counted back)"
end_flood
ips host <<< 'link del vnet0'

part 'interfaces that the hooks cannot see in full'
come
holds 'macvlan on top of the interface of a VM is refused' \
	bash -c '! ip link add link vnet0 name mv0 type macvlan'
ips host <<< 'link add link vnet0 name v10 type vlan id 10'
holds 'nor on top of a VLAN of it' \
	bash -c '! ip link add link v10 name mv0 type macvlan'
ips host <<-END
	link del v10
	link add d0 type dummy
	link add link d0 name v10 type vlan id 10
	link add link v10 name mv1 type macvlan
END
refuses 'one that a VLAN of it has' "interface 'd0' of vm 'm' cannot be filtered" \
	add vm m dev d0 address 10.1.0.9
ips host <<-END
	link del v10
	link add link d0 name mv1 type macvlan
END
refuses 'an interface that has one already' "interface 'd0' of vm 'm' cannot be filtered" \
	add vm m dev d0 address 10.1.0.9
refuses 'a macvlan' "interface 'mv1' of vm 'm' cannot be filtered: .*macvlan" \
	add vm m dev mv1 address 10.1.0.9
refuses 'a bridge' "interface 'br0' of vm 'm' cannot be filtered" \
	add vm m dev br0 address 10.1.0.9
refuses 'so does one that is only tried' "interface 'mv1' of vm 'm' cannot be filtered: .*macvlan" \
	--dry-run add vm m dev mv1 address 10.1.0.9
ips host <<< 'link property add dev d0 altname other-d0'
ips host <<< 'link del mv1'
refuses 'another name of an interface' "'d0' of vm 'm' .*another name of it" \
	add vm m dev other-d0 address 10.1.0.9
acl add vm m dev d0 address 10.1.0.9
is 'by its first name it is filtered' 1 "$(aclctl -j list nics m | grep -c '"ifindex":[1-9]')"
ips host <<< 'link property add dev d0 altname more-d0'
ips host <<< 'link property del dev d0 altname more-d0'
is 'also when it gets and loses others' 1 \
	"$(aclctl -j list nics m | grep -c '"ifindex":[1-9]')"
acl remove vm m
ips host <<< 'link add mv1 link d0 type macvlan'
acl add vm m dev d1 address 10.1.0.9
ips host <<< 'link property add dev d9 altname d1'
refuses 'an interface that takes the name of a missing one along is not it' \
	"interface 'd9' of vm 'm' cannot be filtered: .*another name" \
	add vm other dev d2 address 10.1.0.10
is 'nothing of that is in force' 0 "$(aclctl list vms | grep -c other)"
ips host <<< 'link property del dev d9 altname d1'
acl add vm other dev d2 address 10.1.0.10
acl remove vm other
holds 'a macvlan does not get the name of the interface of a VM' \
	bash -c 'ip link set mv1 down; ! ip link set mv1 name d1'
acl remove vm m

part 'the module'
if [ "$(initial "$ACLCTL" -j list vms)" != '[]' ]; then
	skip 'the module stays while a VM is defined' 'the initial namespace is in use'
else
	note 'initial$ aclctl add vm t-vm dev t-none address 192.0.2.99'
	initial "$ACLCTL" add vm t-vm dev t-none address 192.0.2.99
	note 'initial$ rmmod epacl'
	holds 'the module stays while a VM is defined in the initial namespace' \
		bash -c '! rmmod epacl'
	initial "$ACLCTL" remove vm t-vm
	is 'and can go when it is removed' 0 \
		"$(awk '$1 == "epacl" { print $3 }' /proc/modules)"
fi

part 'namespaces that end with a policy in them'
for i in 1 2 3; do
	namespaces "end$i"
	ip -n "t-end$i" link add vnet0 type veth peer name e
	ip -n "t-end$i" link set vnet0 up
	within_ns "end$i" "$ACLCTL" -f - <<-END
		add service s vip 203.0.113.1
		add vnet v prefix 10.1.0.0/16
		add vm a dev vnet0 address 10.1.0.4 vnet v service s
		add endpoint a/web tcp 80 public 203.0.113.1:80
		add rule a/web 100 deny any
	END
	is 'a policy in a namespace' 1 "$(within_ns "end$i" "$ACLCTL" -j list vms | grep -c '"a"')"
	ip netns del "t-end$i"
done
pause 1
is 'the kernel does not complain' '' \
	"$(dmesg | grep -E 'BUG|WARNING|Oops|unregister_netdevice: waiting|leak')"
finish
