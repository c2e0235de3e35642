#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a VIP opens, and what it does not: with a service that has no VM yet, on
# an address that the host has itself, and with guests that share it.
#
#   out 198.51.100.9 2001:db8:51::9
#    | e
#    | up0 198.51.100.1 2001:db8:51::1, and the VIP: .10, ::10
#   host
#    | vnet0               | vnet1
#    a 10.1.0.4 fd01::4    b 10.1.0.5 fd01::5

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces out
ips host <<-END
	link add up0 type veth peer name e netns t-out
	addr add 198.51.100.1/24 dev up0
	addr add 198.51.100.10/24 dev up0
	addr add 2001:db8:51::1/64 dev up0 nodad
	addr add 2001:db8:51::10/64 dev up0 nodad
	link set up0 up
END
ips out <<-END
	link set e up
	addr add 198.51.100.9/24 dev e
	addr add 2001:db8:51::9/64 dev e nodad
END
guest a 0
guest b 1
routed a vnet0 10.1.0.4 fd01::4
routed b vnet1 10.1.0.5 fd01::5
serve host 8888
serve a 80 7005 7011 53/udp
serve out 80 53/udp
up0=$(mac host up0)

of_family() { # FAMILY
	family=$1
	if [ "$family" = 4 ]; then
		vip=198.51.100.10 out=198.51.100.9 a=10.1.0.4 b=10.1.0.5
	else
		vip=2001:db8:51::10 out=2001:db8:51::9 a=fd01::4 b=fd01::5
	fi
}
from_out() { frames out e dmac="$up0" src="$out" dst="$vip" "$@"; }

# Headers that nobody can follow, though the host's own stack would.
malformed() {
	counts "IPv$family: a SYN in fragments too short for it" 1 - in malformed \
		from_out tcp=4100:"$1" frag=8
	is "IPv$family: it leaves no entry in the connection table" 0 \
		"$(entries tcp sport=4100)"
	[ "$family" = 6 ] || return
	counts "IPv$family: a SYN behind more headers than are read" 1 - in malformed \
		from_out tcp=4101:"$1" dstopts=17
	is "IPv$family: it leaves no entry either" 0 "$(entries tcp sport=4101)"
}

part 'a service without any VM'
for f in 4 6; do
	of_family $f
	reaches "IPv$family: an address of the host" out tcp $vip 8888 $out
done
acl add service web vip 198.51.100.10,2001:db8:51::10
for f in 4 6; do
	of_family $f
	counts "IPv$family: once it is a VIP" 1 - in no-endpoint \
		silent "IPv$family: it exposes no port of the host" out tcp $vip 8888
	is "IPv$family: it leaves no entry in the connection table" 0 "$(entries tcp dport=8888)"
	no_ping "IPv$family: nor is it pinged" out $vip
	malformed 8888
done
is 'one is told that an address of the host becomes a VIP' \
	"aclctl: note: 198.51.100.1 is an address of this host: new connections to it are dropped from now on, ssh included, unless an endpoint has that port" \
	"$(aclctl --dry-run add service own vip 198.51.100.1 2>&1)"
is 'and nothing of one that it has not' '' \
	"$(aclctl --dry-run add service other vip 198.51.100.77 2>&1)"
is 'nor of the interface of a guest' '' \
	"$(aclctl --dry-run add vm c dev vnet0 address 10.1.0.9 2>&1)"
ip link add epx type veth peer name epy
is 'but of an end of a veth pair that is here as a whole' \
	"aclctl: note: epx is one end of a veth pair whose other end is here too: it only passes traffic on, no guest is behind it" \
	"$(aclctl --dry-run add vm c dev epx address 10.1.0.9 2>&1)"
ip link del epx
acl remove service web
for f in 4 6; do
	of_family $f
	reaches "IPv$family: without the service it is the host's again" out tcp $vip 8888 $out
done

part 'an lbset without any VM'
acl add lbset web tcp public 198.51.100.10:443
silent 'its VIP exposes no port of the host' out tcp 198.51.100.10 8888
acl remove lbset web

acl add service web vip 198.51.100.10,2001:db8:51::10

part 'neighbour discovery to a VIP that the host has'
of_family 6
answers() { awk '$1 == "Icmp6OutNeighborAdvertisements" { print $2 }' /proc/net/snmp6; }
solicit() { from_out icmp=135:0 target="$vip" "$@"; }
counts 'a solicitation to the VIP' 0 - in no-endpoint \
	grows 'it is answered' 1 answers solicit ttl=255
counts 'one from behind a router' 1 - in no-endpoint \
	grows 'it is not answered' 0 answers solicit ttl=64
grows 'one in fragments is not answered' 0 answers solicit ttl=255 frag=16
counts 'a redirect' 1 - in no-endpoint from_out icmp=137:0 target=$vip ttl=255
counts 'a ping with a hop limit of 255' 1 - in no-endpoint from_out icmp=128:0 ttl=255

part 'guests that share a VIP'
acls <<-END
	add vm a dev vnet0 address 10.1.0.4,fd01::4 service web
	add vm b dev vnet1 address 10.1.0.5,fd01::5 service web
	add endpoint a/web tcp 80 public 198.51.100.10:80,[2001:db8:51::10]:80
	add endpoint a/dns udp 53 public 198.51.100.10:8053,[2001:db8:51::10]:8053
	add endpoint a/range tcp 7000-7010 public 198.51.100.10,[2001:db8:51::10]:7000
END
for f in 4 6; do
	of_family $f
	to_out() { # NS N KEY...
		frames "$1" e dmac="$(mac host "vnet$2")" dst="$out" mark=shadow "${@:3}"
	}
	run out ip neigh flush dev e
	reaches "IPv$family: a VIP that the host has leads to the endpoint" out tcp $vip 80 $out
	reaches "IPv$family: so does a port within a public range" out tcp $vip 7005 $out
	silent "IPv$family: and not the one behind it" out tcp $vip 7011
	count_frames seen$f out e shadow
	counts "IPv$family: the public port of another as the source" 1 b out spoof \
		to_out b 1 src=$b udp=8053:53
	is "IPv$family: it leaves no entry in the connection table" 0 "$(entries udp "src=$b")"
	is "IPv$family: and does not leave" 0 "$(counted seen$f)"
	count_frames seen-others$f out e shadow
	counts "IPv$family: a port beside it" 0 b out spoof to_out b 1 src=$b udp=8054:53
	counts "IPv$family: the port of another protocol" 0 b out spoof \
		to_out b 1 src=$b tcp=8053:80
	counts "IPv$family: one's own" 0 a out spoof to_out a 0 src=$a udp=8053:53
	is "IPv$family: those three leave" 3 "$(counted seen-others$f)"
	is "IPv$family: the endpoint takes whole fragments" $out "$(ask out udp $vip 8053 5000 3000)"
	counts "IPv$family: of malformed ones nothing reaches it" 0 a in permit malformed 80
done

part 'a user of the host, from the public port of an endpoint'
conntrack -F > /dev/null 2>&1
# What comes to a program there, which sends first; by anybody's user.
cat > "$tmp/thief.py" <<-'END'
	import os, socket, sys
	os.setgid(65534)
	os.setuid(65534)
	vip, out = sys.argv[1:3]
	family = socket.AF_INET6 if ':' in vip else socket.AF_INET
	s = socket.socket(family, socket.SOCK_DGRAM)
	s.bind((vip, int(sys.argv[3])))
	s.settimeout(1)
	try:
	    s.sendto(b'x\n', (out, 53))
	    s.recv(100)
	    print('an answer')
	except OSError:
	    print('nothing')
END
thief_gets() { # NAME WHAT PORT
	is "$1" "$2" "$(python3 "$tmp/thief.py" "$vip" "$out" "$3")"
}
for f in 4 6; do
	of_family $f
	counts "IPv$family: is refused" 1 - out spoof \
		thief_gets "IPv$family: gets nothing" nothing 8053
	is "IPv$family: it leaves no entry" 0 "$(entries udp sport=8053)"
	thief_gets "IPv$family: from another port it is answered" 'an answer' 8054
done

part 'a connection that a helper expects'
initial modprobe nf_conntrack_ftp
run host nft -f - <<-'END'
	table ip helpers {
		ct helper ftp { type "ftp" protocol tcp; l3proto ip; }
		chain prerouting {
			type filter hook prerouting priority filter
			tcp dport 2121 ct helper set "ftp"
		}
	}
END
cat > "$tmp/ftp.py" <<-'END'
	import socket, time
	s = socket.create_connection(('198.51.100.9', 2121))
	s.sendall(b'USER a\r\n')
	s.recv(100)
	s.sendall(b'PORT 10,1,0,4,34,184\r\n')
	s.recv(100)
	print('said', flush=True)
	time.sleep(600)
END
of_family 4
serve out 2121
background ftp a python3 "$tmp/ftp.py"
within 20 grep -q said "$tmp/ftp"
is 'is expected' 1 "$(conntrack -L expect 2>/dev/null | grep -c 'dport=8888')"
counts 'and opens no port of the host' 1 - in no-endpoint \
	silent 'is not answered' out tcp $vip 8888
finish
