#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a guard would cut the host off from, and what holds the module.
#
#   out 10.1.0.200 -- up0 -- br0 (host 10.1.0.1)

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out
ips host <<-END
	link add br0 type bridge mcast_snooping 0
	addr add 10.1.0.1/24 dev br0
	link set br0 up
	link add up0 type veth peer name e netns t-out
	link set up0 master br0 up
END
ips out <<-END
	addr add 10.1.0.200/24 dev e
	link set e up
END

part 'what the host needs'
ips host <<-END
	link add h0 type dummy
	addr add 192.0.2.1/24 dev h0
	link add h1 type dummy
	addr add 2001:db8:1::1/64 dev h1 nodad
	link add h2 type dummy
	link set h2 up
	link add h3 type dummy
	link set h3 up
	link add h4 type dummy
	link add link h4 name v4 type vlan id 7
	addr add 192.0.2.4/32 dev v4
	link add h5 type dummy
	link set h5 up
	link add h6 type dummy
	addr add 192.0.2.6/32 dev h6
	route add default dev h2
END
run host ip -6 route add default dev h3
refuses 'an address' "guard 'h0' would cut off 'h0', which carries an address of the host" add guard h0
refuses 'an IPv6 address' "'h1', which carries an address of the host" add guard 'h1*'
refuses 'the default route' "'h2', which carries the default route of the host" add guard h2
refuses 'that of IPv6' "'h3', which carries the default route of the host" add guard 'h[3]'
refuses 'a VLAN on top with an address' "'h4', which carries an address" add guard h4
refuses 'the bridge with its address' "'br0', which carries an address" add guard 'br*'
refuses 'loopback' "'lo', which carries the host's own traffic" add guard 'l*'
refuses 'a dry run finds it too' "'h0', which carries" --dry-run add guard h0
acl add guard h5
is 'a link-local address is every interface'\''s' 1 "$(aclctl -j list guards h5 | grep -c h5)"
is 'nothing else is in force' h5 \
	"$(aclctl list guards | awk 'NR > 1 { print $1 }' | xargs)"
acl add vm h dev h6 address 10.1.0.66
acl add guard 'h6*'
ok 'the interface of a VM may carry an address'
acl add guard h0 force
is 'force takes all' 1 "$(aclctl list ruleset | grep -c '^add guard h0 force$')"
ips host <<< 'addr add 192.0.2.5/32 dev h5'
acl add vm later
ok 'what comes later is no matter'
refuses 'but force cannot be taken back' "'h0', which carries" change guard h0 no force
acl change guard h0 force
acl remove guard h0
ip link del h6
ip link add h6 type dummy
pings 'the host is where it was' host 10.1.0.200

part 'the module'
if [ "$(initial "$ACLCTL" list ruleset)" != '' ]; then
	skip 'the module stays while a guard is defined' 'the initial namespace is in use'
	skip 'and can go when it is removed' 'the initial namespace is in use'
else
	note 'initial$ aclctl add guard t-none*'
	initial "$ACLCTL" add guard 't-none*'
	note 'initial$ rmmod epacl'
	holds 'the module stays while a guard is defined in the initial namespace' \
		bash -c '! rmmod epacl'
	initial "$ACLCTL" remove guard 't-none*'
	is 'and can go when it is removed' 0 \
		"$(awk '$1 == "epacl" { print $3 }' /proc/modules)"
fi

part 'a namespace that ends with a guard in it'
namespaces end
ip -n t-end link add tap7 type veth peer name e
ip -n t-end link set tap7 up
within_ns end "$ACLCTL" add guard 'tap*'
is 'a guard in a namespace' 1 "$(within_ns end "$ACLCTL" -j list guards | grep -c 'tap\*')"
ip netns del t-end
pause 1
is 'the kernel does not complain' '' \
	"$(dmesg | grep -E 'BUG|WARNING|Oops|unregister_netdevice: waiting|leak')"
finish
