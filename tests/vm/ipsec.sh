#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules that ask for IPsec, with strongSwan: what docs/scenarios/07-ipsec.md shows,
# with counters, and what it does not: tunnels on an xfrm interface, what a VM
# sends, connections that outlive their tunnel, guests that do it themselves.
#
#   server1 .11, server2 .12, laptop .13, branch .14 (10.8.0.1 behind it)
#       198.51.100.0/24 -- wan  host -- vnet0  a 10.1.0.4

# shellcheck disable=SC2317 # functions that are given to others to call
# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
# shellcheck source=docs/scenarios/strongswan.sh
. "$root/docs/scenarios/strongswan.sh"

for program in charon-systemd swanctl pki; do
	command -v $program >/dev/null && continue
	skip 'IPsec with strongSwan' "$program is not installed"
	finish
done

# ---- the world -------------------------------------------------------------------

ips host <<-END
	link add wan type bridge
	addr add 198.51.100.1/24 dev wan
	link set wan up
	# Where users get their addresses; strongSwan adds such routes only on a
	# host that has an address in what it offers.
	route add 10.9.0.0/24 dev wan
END
n=11
for machine in server1 server2 laptop branch; do
	namespaces $machine
	ips host <<-END
		link add $machine type veth peer name e netns t-$machine
		link set $machine master wan
		link set $machine up
	END
	ips $machine <<-END
		link set e up
		addr add 198.51.100.$n/24 dev e
		route add default via 198.51.100.1
	END
	n=$((n + 1))
done
ips branch <<< 'addr add 10.8.0.1/32 dev lo'
guest a 0
routed a vnet0 10.1.0.4 fd01::4
serve a 5723 3389
serve server1 80
serve branch 80

# A tunnel of a route's kind: the host sends into it what it routes to ipsec0.
ips host <<-END
	link add ipsec0 type xfrm if_id 42
	link set ipsec0 up
	route add 10.8.0.1/32 dev ipsec0
END
branch_conf() { # SIDE
	cat <<-END
		connections {
			branch {
				$([ "$1" = host ] || echo 'remote_addrs = 198.51.100.1')
				$([ "$1" != host ] || printf 'if_id_in = 42\nif_id_out = 42\n')
				local {
					auth = pubkey
					certs = $1.pem
					id = $1.example
				}
				remote {
					auth = pubkey
					id = $([ "$1" = host ] && echo branch || echo host).example
				}
				children {
					branch {
						local_ts = $([ "$1" = host ] && echo 10.1.0.0/16 || echo 10.8.0.1/32)
						remote_ts = $([ "$1" = host ] && echo 10.8.0.1/32 || echo 10.1.0.0/16)
						reqid = 301
					}
				}
			}
		}
	END
}

# shellcheck disable=SC2317,SC2329 # the trap calls it
trap 'rm -rf /etc/netns/t-*; cleanup' EXIT
authority "$tmp"
for machine in host server1 server2 laptop branch; do
	strongswan_conf t-$machine "$tmp"
	[ $machine = laptop ] || certificate t-$machine "$tmp" $machine
done
conf() { cat > "/etc/netns/t-$1/swanctl/swanctl.conf"; }
{ gateway_conf 10.1.0.0/16 10.9.0.0/24; branch_conf host; } | conf host
for machine in server1 server2; do
	computer_conf $machine 198.51.100.1 10.1.0.0/16 | conf $machine
done
laptop_conf 198.51.100.1 10.1.0.0/16 | conf laptop
branch_conf branch | conf branch
note 'host, server1, server2, laptop, branch: charon-systemd'
charons "$tmp" t-host t-server1 t-server2 t-laptop t-branch || bail 'strongSwan does not start'

swan() { # MACHINE WORD...
	local out
	show "$1" swanctl "${@:2}"
	out=$(ip netns exec "t-$1" swanctl "${@:2}" 2>&1) && return
	printf '# %s\n' "${out//$'\n'/$'\n# '}"
	bail "swanctl: $typed"
}

children+=("${daemons[@]}")

# ---- computers -------------------------------------------------------------------

part 'authorized computers'
acls <<-END
	add vm a dev vnet0 address 10.1.0.4
	add endpoint a/agent tcp 5723
	add endpoint a/rdp tcp 3389
END
reaches 'without a rule the port is open to all' server1 tcp 10.1.0.4 5723 198.51.100.11
acl add rule a/agent 100 permit any secure reqid 101
counts 'a computer without a tunnel' 1 a in ipsec-required \
	silent 'gets no answer' server1 tcp 10.1.0.4 5723
swan server1 --initiate --child net
reaches 'the authorized one gets in through its tunnel' server1 tcp 10.1.0.4 5723 198.51.100.11
holds 'the rule has counted it' test "$(rule a/agent 100)" -gt 0
silent 'at this port only' server1 tcp 10.1.0.4 80
swan server2 --initiate --child net
counts 'one with another certificate' 1 a in acl \
	silent 'gets no answer through its own' server2 tcp 10.1.0.4 5723
acl add rule a/agent 200 permit any secure
reaches 'unless any tunnel will do' server2 tcp 10.1.0.4 5723 198.51.100.12
counts 'plaintext still' 1 a in ipsec-required \
	silent 'will not' laptop tcp 10.1.0.4 5723
acl remove rule a/agent 200

part 'a connection that outlives its tunnel'
hold talk server1 10.1.0.4 5723
talks 'it works' talk
swan server1 --terminate --ike host
mute 'without the tunnel it does not' talk
recovers 'with it, it does again' talk swan server1 --initiate --child net

# ---- users -----------------------------------------------------------------------

part 'authorized users'
acl add rule a/rdp 100 permit any secure reqid 201
swan laptop --initiate --ike alice --child alice
reaches 'alice gets in' laptop tcp 10.1.0.4 3389 10.9.0.1
swan laptop --terminate --ike alice
swan laptop --initiate --ike bob --child bob
counts 'bob, from the same laptop' 1 a in acl \
	silent 'does not' laptop tcp 10.1.0.4 3389
swan laptop --terminate --ike bob

# ---- the other direction, and other tunnels ---------------------------------------

part 'what a VM sends'
reaches 'it may send anything' a tcp 198.51.100.11 80 10.1.0.4
acl add rule vm a out 100 permit any secure
reaches 'through a tunnel only' a tcp 198.51.100.11 80 10.1.0.4
counts 'where there is none' 1 a out ipsec-required \
	silent 'it is not sent' a tcp 198.51.100.13 80
acl change rule vm a out 100 secure reqid 101
reaches 'through the one that is named' a tcp 198.51.100.11 80 10.1.0.4
acl remove rule vm a out 100

part 'an xfrm interface'
swan branch --initiate --child branch
acl change rule a/agent 100 secure reqid 301
reaches 'in, through the tunnel of the branch' branch tcp 10.1.0.4 5723 10.8.0.1
silent 'not through that of server1' server1 tcp 10.1.0.4 5723
acl add rule vm a out 100 permit 10.8.0.1/32 secure reqid 301
reaches 'out, through the tunnel of the branch' a tcp 10.8.0.1 80 10.1.0.4
acl change rule vm a out 100 secure reqid 101
silent 'but not if another one is asked for' a tcp 10.8.0.1 80
acl remove rule vm a out 100

# ---- guests that do it themselves ---------------------------------------------------

# esp SIDE LOCAL REMOTE: transport mode with fixed keys, the same in both directions
esp() {
	local key=0x0123456789abcdef0123456789abcdef01234567
	ip -n "t-$1" xfrm state add src "$2" dst "$3" proto esp spi 0x77 mode transport \
		reqid 7 aead 'rfc4106(gcm(aes))' $key 128
	ip -n "t-$1" xfrm state add src "$3" dst "$2" proto esp spi 0x77 mode transport \
		reqid 7 aead 'rfc4106(gcm(aes))' $key 128
	ip -n "t-$1" xfrm policy add src "$2" dst "$3" dir out \
		tmpl proto esp reqid 7 mode transport
	ip -n "t-$1" xfrm policy add src "$3" dst "$2" dir in \
		tmpl proto esp reqid 7 mode transport
}

part 'IPsec from end to end'
acl remove endpoint a/agent
silent 'the port is closed' laptop tcp 10.1.0.4 5723
note 'a, laptop: ip xfrm, transport mode between them'
esp a 10.1.0.4 198.51.100.13
esp laptop 198.51.100.13 10.1.0.4
silent 'ESP needs an endpoint' laptop tcp 10.1.0.4 5723
acls <<-END
	add endpoint a/ike udp 500
	add endpoint a/nat-t udp 4500
	add endpoint a/esp 50
END
reaches 'with it, what is in it is for the guest to judge' laptop tcp 10.1.0.4 5723 198.51.100.13
silent 'plaintext stays closed' server1 tcp 10.1.0.4 5723
finish
