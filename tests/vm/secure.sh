#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules that ask for IPsec, with states made by hand: a policy with a tunnel, and
# an xfrm interface. far is reached in the clear by 198.51.100.9.
#
#   far 198.51.100.9, 192.0.2.9 (tunnel, reqid 7), 192.0.3.9 (interface, reqid 9)
#    | e
#    | up0 198.51.100.1
#   host  br0 10.1.0.1
#    | vnet0 routed   | vnet1
#    a 10.9.0.4       b 10.1.0.5

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

namespaces far
ips host <<-END
	link add up0 type veth peer name e netns t-far
	addr add 198.51.100.1/24 dev up0
	link set up0 up
	link add br0 type bridge mcast_snooping 0
	addr add 10.1.0.1/24 dev br0
	link set br0 up
	route add 192.0.2.0/24 via 198.51.100.9
END
guest a 0
routed a vnet0 10.9.0.4 fd09::4
guest b 1 br0
ips b <<-END
	addr add 10.1.0.5/24 dev e
	route add default via 10.1.0.1
END
ips far <<-END
	addr add 198.51.100.9/24 dev e
	addr add 192.0.2.9/32 dev lo
	addr add 192.0.3.9/32 dev lo
	link set e up
	route add 10.0.0.0/8 via 198.51.100.1 src 198.51.100.9
END

# A state each way, the same on both sides.
states() { # NS REQID SPI [if_id N]
	local key='aead rfc4106(gcm(aes)) 0x0102030405060708090a0b0c0d0e0f1011121314 128'
	ips "$1" <<-END
		xfrm state add src 198.51.100.1 dst 198.51.100.9 proto esp spi $3 reqid $2 mode tunnel ${*:4} $key
		xfrm state add src 198.51.100.9 dst 198.51.100.1 proto esp spi $(($3 + 1)) reqid $2 mode tunnel ${*:4} $key
	END
}

# Policies for what is between NET and the guests.
policies() { # NS LOCAL REMOTE OUTER-LOCAL OUTER-REMOTE REQID [if_id N]
	local in="src $5 dst $4 proto esp reqid $6 mode tunnel"
	ips "$1" <<-END
		xfrm policy add dir out src $2 dst $3 ${*:7} tmpl src $4 dst $5 proto esp reqid $6 mode tunnel
		xfrm policy add dir in src $3 dst $2 ${*:7} tmpl $in
		xfrm policy add dir fwd src $3 dst $2 ${*:7} tmpl $in
	END
}
for side in host far; do
	states "$side" 7 257
	states "$side" 9 513 if_id 5
done
policies host 10.0.0.0/8 192.0.2.0/24 198.51.100.1 198.51.100.9 7
policies far 192.0.2.0/24 10.0.0.0/8 198.51.100.9 198.51.100.1 7
policies host 0.0.0.0/0 0.0.0.0/0 198.51.100.1 198.51.100.9 9 if_id 5
policies far 0.0.0.0/0 0.0.0.0/0 198.51.100.9 198.51.100.1 9 if_id 5
ips host <<-END
	link add ipsec0 type xfrm dev up0 if_id 5
	link set ipsec0 up
	route add 192.0.3.0/24 dev ipsec0
END
ips far <<-END
	link add ipsec0 type xfrm dev e if_id 5
	link set ipsec0 up
	rule add from 192.0.3.9 lookup 5
	route add 10.0.0.0/8 dev ipsec0 table 5
END
acls <<-END
	add vm a dev vnet0 address 10.9.0.4,fd09::4
	add vm b dev vnet1 address 10.1.0.5
	add endpoint a/ssh tcp 22
	add endpoint b/ssh tcp 22
	add endpoint a/dns udp 53
	add endpoint b/dns udp 53
END
serve a 22 53/udp
serve b 22 53/udp
serve far 80 53/udp
serve host 8888

# from SOURCE COMMAND...: far asks from there
from() {
	ip -n t-far route replace 10.0.0.0/8 via 198.51.100.1 src "$1"
	ip -n t-far route replace 10.0.0.0/8 dev ipsec0 table 5 src "$1"
	if [ "$1" = 192.0.3.9 ]; then
		ip -n t-far route replace 10.0.0.0/8 dev ipsec0 src "$1"
	fi
	"${@:2}"
	ip -n t-far route replace 10.0.0.0/8 via 198.51.100.1 src 198.51.100.9
}

for vm in a:10.9.0.4:routed b:10.1.0.5:bridged; do
	IFS=: read -r vm ip how <<< "$vm"

	part "$how: in"
	reaches "$how: open to the clear without a rule" far tcp "$ip" 22 198.51.100.9
	acl add rule "$vm/ssh" 100 permit any secure
	counts "$how: in the clear" 1 "$vm" in ipsec-required \
		silent "$how: in the clear" far tcp "$ip" 22
	is "$how: that leaves no entry" 0 "$(entries tcp SYN_SENT)"
	from 192.0.2.9 reaches "$how: through the tunnel" far tcp "$ip" 22 192.0.2.9
	acl add rule "$vm/dns" 100 permit any secure
	from 192.0.2.9 counts_rule "$how: a datagram is counted once" 1 "$vm/dns 100" \
		counts "$how: its answer too" 1 "$vm" out reply \
		reaches "$how: a datagram through the tunnel" far udp "$ip" 53 192.0.2.9
	from 192.0.3.9 reaches "$how: through the interface" far tcp "$ip" 22 192.0.3.9
	acl change rule "$vm/ssh" 100 secure reqid 9
	from 192.0.2.9 counts "$how: another reqid" 1 "$vm" in acl \
		silent "$how: another reqid" far tcp "$ip" 22
	from 192.0.3.9 reaches "$how: that reqid" far tcp "$ip" 22 192.0.3.9
	acl remove rule "$vm/ssh" 100

	part "$how: out"
	reaches "$how: open without a rule" "$vm" tcp 198.51.100.9 80
	acl add rule vm "$vm" out 100 permit any secure reqid 7
	reaches "$how: through the tunnel" "$vm" tcp 192.0.2.9 80
	from 192.0.2.9 counts_rule "$how: a datagram is counted once" 1 "vm $vm out 100" \
		counts "$how: a datagram is counted once" 1 "$vm" out permit \
		reaches "$how: a datagram" "$vm" udp 192.0.2.9 53
	counts "$how: in the clear" 1 "$vm" out ipsec-required \
		silent "$how: in the clear" "$vm" tcp 198.51.100.9 80
	is "$how: that leaves no entry" 0 "$(entries tcp SYN_SENT)"
	counts "$how: through the interface, another reqid" 1 "$vm" out acl \
		silent "$how: through the interface, another reqid" "$vm" tcp 192.0.3.9 80
	counts "$how: to the host itself" 1 "$vm" out ipsec-required \
		silent "$how: to the host itself" "$vm" tcp 198.51.100.1 8888
	acl change rule vm "$vm" out 100 secure reqid 9
	reaches "$how: through the interface" "$vm" tcp 192.0.3.9 80
	from 192.0.3.9 counts "$how: a datagram through it is counted once" 1 "$vm" out permit \
		reaches "$how: a datagram through it" "$vm" udp 192.0.3.9 53
	acl remove rule vm "$vm" out 100
done

part 'from VM to VM'
acl add endpoint b/all any
reaches 'open' a tcp 10.1.0.5 22
acl add rule vm a out 100 permit any secure
counts 'nothing protects it' 1 a out ipsec-required silent 'nothing protects it' a tcp 10.1.0.5 22
acl add rule vm a out 90 permit 10.1.0.5
counts 'another rule permits it' 1 a out permit counts 'and it arrives once' 1 b in permit \
	frames a e dmac="$(mac host vnet0)" src=10.9.0.4 dst=10.1.0.5 udp=1:99
acl remove rule vm a out 100
acl remove rule vm a out 90
reaches 'after the last rule of that kind' a tcp 10.1.0.5 22

part 'of the host itself'
holds 'through the tunnel' \
	ip netns exec t-host ping -q -n -c 1 -W 5 -I 10.1.0.1 192.0.2.9
finish
