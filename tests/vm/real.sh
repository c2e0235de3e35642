#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs as people use them, through the filter.
#
#   far 192.0.2.9 -- out 198.51.100.9 -- up0 -- host -- vnet0 -- a 10.1.0.4
#       MTU 1280                         VIP 203.0.113.10:8080 -> a 80

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out far
ips host <<-END
	link add up0 type veth peer name e netns t-out
	addr add 198.51.100.1/24 dev up0
	link set up0 up
	route add default via 198.51.100.9
END
ips out <<-END
	link set e up
	addr add 198.51.100.9/24 dev e
	route add default via 198.51.100.1
	link add f type veth peer name e netns t-far
	link set f mtu 1280
	addr add 192.0.2.1/24 dev f
	link set f up
END
ips far <<-END
	link set e up
	addr add 192.0.2.9/24 dev e
	route add default via 192.0.2.1
END
within_ns out sysctl -qw net.ipv4.ip_forward=1
guest a 0
routed a vnet0 10.1.0.4 fd01::4
acls <<-END
	add service s vip 203.0.113.10
	add vm a dev vnet0 address 10.1.0.4 service s
	add endpoint a/web tcp 80 public 203.0.113.10:8080
	add endpoint a/ping icmp
END

# with PROGRAM NAME COMMAND...: skipped where it is not installed
with() {
	if ! command -v "$1" >/dev/null; then
		skip "$2" "$1 is not installed"
		return
	fi
	show out "${@:3}"
	holds "$2" within_ns out "${@:3}"
}
listens() { within_ns a sh -c "ss -Hltn 'sport = :$1' | grep -q ."; }

pings 'ping' out 10.1.0.4
with traceroute 'traceroute' traceroute -n -I -w 2 -q 1 10.1.0.4
with tracepath 'tracepath' tracepath -n -m 3 10.1.0.4

mkdir "$tmp/files"
head -c 3000000 /dev/urandom > "$tmp/files/file"
python=/usr/bin/python3
[ -x $python ] || python=python3
background www a $python -m http.server --directory "$tmp/files" 80
within 30 listens 80
with curl 'curl gets three megabytes through the VIP' \
	curl -sS -m 30 -o "$tmp/got" http://203.0.113.10:8080/file
holds 'they are the same' cmp "$tmp/files/file" "$tmp/got"
holds 'and over a path with a smaller MTU' within_ns far \
	curl -sS -m 30 -o "$tmp/got" http://203.0.113.10:8080/file
holds 'they are the same' cmp "$tmp/files/file" "$tmp/got"
holds 'the guest has been told of the MTU' \
	bash -c 'ip -n t-a route get 192.0.2.9 | grep -q "mtu 1280"'
acl add rule a/web 10 deny 198.51.100.0/24
with curl 'curl fails when it is denied' \
	bash -c '! curl -sS -m 1 -o /dev/null http://203.0.113.10:8080/file'
acl remove rule a/web 10

if command -v iperf3 >/dev/null; then
	acl add endpoint a/iperf tcp 5201
	background iperf a iperf3 -s -1
	within 10 listens 5201
	with iperf3 'iperf3' iperf3 -c 10.1.0.4 -t 2
else
	skip 'iperf3' 'iperf3 is not installed'
fi
background sink a ncat -lk 2222 --recv-only
within 10 listens 2222
with ncat 'ncat is told nothing by a closed port' \
	bash -c '! ncat -w 1 10.1.0.4 2222 < /dev/null'
acl add endpoint a/sink tcp 2222
with ncat 'and connects when there is an endpoint' \
	ncat -w 10 --send-only 10.1.0.4 2222 < /dev/null
acl add endpoint a/ssh tcp 22
dropbearkey -t ed25519 -f "$tmp/host" > /dev/null 2>&1
ssh-keygen -q -N '' -t ed25519 -f "$tmp/key"
install -d -m 700 /root/.ssh
cat "$tmp/key.pub" >> /root/.ssh/authorized_keys
background sshd a dropbear -F -E -s -r "$tmp/host" -p 10.1.0.4:22
within 20 listens 22
with ssh 'ssh' bash -c "ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	-i $tmp/key root@10.1.0.4 hostname | grep -qx '$(hostname)'"
finish
