#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guards: an interface that matches and is no VM's passes nothing, from before it
# can be up. What its guest sends, and what is flooded to it, must get nowhere.
#
#   out 10.1.0.200 -- up0 -- br0 (host 10.1.0.1) -- vnet0 -- a 10.1.0.4
#                                                -- tap0  -- n 10.1.0.9

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out n
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
guest a 0 br0
ips a <<< 'addr add 10.1.0.4/24 dev e'
cat > "$tmp/come" <<-END
	link add tap0 type veth peer name e address $(mac_of 9) netns t-n
	link set tap0 master br0 up
END
come() {
	ip -batch "$tmp/come"
	ip -n t-n addr add 10.1.0.9/24 dev e
	ip -n t-n link set e up
}
come
serve out 80
serve n 80

refused() { # PATTERN: frames that the guard has refused
	local guards
	guards=$(aclctl -j list guards "$1")
	guards=${guards##*\"packets\":}
	echo "${guards%%,*}"
}
more_refused() { [ "$(refused "$1")" -gt "$2" ]; }

flood() { # NAME NS MARK KEY=VALUE...
	background "$1" "$2" env NETNS="/run/netns/t-$2" "$frame_tool" send e \
		mark="$3" for=120000 "${@:4}"
	flooder=${children[-1]}
}
end_flood() {
	kill "$flooder"
	wait "$flooder" 2>/dev/null
}

part 'an interface that is there when the guard is added'
acl add vm a dev vnet0 address 10.1.0.4 mac "$(mac_of 0)"
reaches 'without a guard an interface of nobody passes' n tcp 10.1.0.200 80
acl add guard 'tap*'
acl add guard 'vnet*'
# Its kernel sends frames of its own now and then.
before=$(refused 'tap*')
frames n e type=0x88b5 mark=x count=100
eventually 'each frame out is counted' more_refused 'tap*' $((before + 99))
count_frames to-n n e leak
before=$(refused 'tap*')
frames out e src=10.1.0.200 dst=10.1.0.9 udp=1:9 mark=leak dmac="$(mac_of 9)"
eventually 'a frame in is refused' more_refused 'tap*' "$before"
is 'and does not arrive' 0 "$(counted to-n)"
silent 'nothing in' out tcp 10.1.0.9 80
silent 'nothing out' n tcp 10.1.0.200 80
no_ping 'nothing from the host' host 10.1.0.9
reaches 'the interface of a VM passes, although a guard matches' a tcp 10.1.0.200 80
is 'and that guard has refused nothing' 0 "$(refused 'vnet*')"
is 'explain knows' 'drop: guard' \
	"$(aclctl explain tcp 10.1.0.9:1 10.1.0.200:80 from tap0 | tail -n 1)"
is 'what a guard refuses is not counted elsewhere' 0 "$(reason - out guard)"

part 'a guest whose interface is there before its policy'
count_frames early n any leak
flood flood out leak src=192.0.2.9 dst=10.1.0.9 udp=4000:9 dmac="$(mac_of 9)"
for _ in 1 2 3 4 5; do
	acl add vm n dev tap0 address 10.1.0.9
	pause 0.1
	acl remove vm n
	pause 0.1
done
is 'comes under its policy and back without a gap' 0 "$(counted early)"
acl add vm n dev tap0 address 10.1.0.9
reaches 'under its policy it may speak' n tcp 10.1.0.200 80
acl add endpoint n/http tcp 80
reaches 'and be spoken to' out tcp 10.1.0.9 80
before=$(refused 'tap*')
silent 'what policy refuses is not the guard'\''s' out tcp 10.1.0.9 81
is 'which has counted nothing meanwhile' "$before" "$(refused 'tap*')"
acl remove vm n

part 'an interface that is deleted and made anew under a flood'
count_frames lives n any leak
count_frames out-there out any fromn
for _ in 1 2 3 4 5 6 7 8 9 10; do
	ip link del tap0
	come
	NETNS=/run/netns/t-n "$frame_tool" send e type=0x88b5 mark=fromn count=20 > /dev/null
	pause 0.05
done
is 'not one frame comes in, in ten lives' 0 "$(counted lives)"
is 'and not one goes out' 0 "$(counted out-there)"

part 'names'
ips host <<-END
	link set tap0 down
	link set tap0 name free0
	link set free0 up
END
reaches 'one that is called otherwise is free' n tcp 10.1.0.200 80
count_frames renamed n any leak
ips host <<< 'link set free0 down'
pause 0.1
counted renamed > /dev/null
count_frames renamed n any leak
ips host <<-END
	link set free0 name tap1
	link set tap1 up
END
pause 0.3
is 'one that gets a name that matches passes nothing' 0 "$(counted renamed)"
ips host <<< 'link set tap1 down'
acl add vm n dev tap0 address 10.1.0.9
ips host <<-END
	link set tap1 name tap0
	link set tap0 up
END
reaches 'one that gets the name of a VM is the VM'\''s' n tcp 10.1.0.200 80
ips host <<< 'link set tap0 down'
holds 'and keeps it' bash -c '! ip link set tap0 name tap1'
acl remove vm n

part 'other namespaces'
ips host <<< 'link set tap0 netns t-out'
count_frames back n any leak
ips out <<< 'link set tap0 netns t-host'
ips host <<< 'link set tap0 master br0 up'
pause 0.3
is 'one that comes from another passes nothing' 0 "$(counted back)"
end_flood

part 'what is on top'
ips host <<-END
	link set tap0 nomaster
	link add link tap0 name mv0 type macvlan
	link add link tap0 name tv0 type vlan id 5
	link set tap0 up
	link set mv0 up
	link set tv0 up
END
count_frames on-mv host mv0 upper
count_frames on-tv host tv0 upper
frames n e dmac="$(mac host mv0)" type=0x88b5 mark=upper
frames n e vlan=5 type=0x88b5 mark=upper
pause 0.3
is 'a macvlan on a guarded interface gets nothing' 0 "$(counted on-mv)"
is 'nor does a VLAN' 0 "$(counted on-tv)"
refuses 'but a VM takes none with a macvlan' "cannot be filtered" \
	add vm n dev tap0 address 10.1.0.9
ips host <<-END
	link del mv0
	link del tv0
	link set tap0 master br0
END

part 'a guard is removed'
acl remove guard 'tap*'
reaches 'and its interfaces pass again' n tcp 10.1.0.200 80
acl add guard 'tap*'
silent 'and are held again' n tcp 10.1.0.200 80
printf 'remove guard tap*\nadd guard tap?\n' | aclctl -f -
silent 'of two in one transaction there is always one' n tcp 10.1.0.200 80
printf 'flush\nadd guard tap*\nadd guard vnet*\nadd vm a dev vnet0 address 10.1.0.4 mac %s\n' \
	"$(mac_of 0)" | aclctl -f -
silent 'also when all is loaded anew' n tcp 10.1.0.200 80
reaches 'the VM has its policy again' a tcp 10.1.0.200 80

part 'upgrade: the VMs go, the guards stay'
aclctl list ruleset > "$tmp/policy"
acl remove vm a
silent 'without its policy the guest of a VM is held' a tcp 10.1.0.200 80
pings 'the host is not concerned' host 10.1.0.200
if [ -n "${EPACL_KO-}" ]; then
	ips host <<-END
		link set vnet0 down
		link set tap0 down
	END
	acl flush
	note "rmmod epacl; insmod $EPACL_KO"
	rmmod epacl || bail 'the module cannot be unloaded'
	load_module "$EPACL_KO" || bail 'the module cannot be loaded'
	aclctl -f "$tmp/policy" || not_ok 'the policy is loaded'
	ips host <<-END
		link set vnet0 up
		link set tap0 up
	END
	silent 'interfaces that were down meanwhile are held' n tcp 10.1.0.200 80
	reaches 'or have their policy' a tcp 10.1.0.200 80
else
	skip 'interfaces that were down meanwhile' 'EPACL_KO does not say where the module is'
	skip 'or have their policy' 'EPACL_KO does not say where the module is'
fi

finish
