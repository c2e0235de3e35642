#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# strongSwan in network namespaces, for stages and tests. Each daemon has its
# configuration in /etc/netns/NAMESPACE, which `ip netns exec` puts in the place
# of that in /etc; so swanctl needs no options there.

# pki would try many more, and complain of those that are not installed.
export PKI_PLUGINS='random openssl pem pkcs1 pkcs8 x509 pubkey'

# What a gateway says of connections whose children get a number of their own:
# a rule of epacl names it. Users and computers are told apart by how the peer
# proves who it is.

# key_pair FILE
key_pair() { pki --gen --type ecdsa --size 256 --outform pem > "$1"; }

# authority DIR: a certificate authority
authority() {
	key_pair "$1/ca.key"
	pki --self --ca --in "$1/ca.key" --type ecdsa --dn 'CN=Example CA' \
		--outform pem > "$1/ca.pem"
}

# strongswan_conf NAMESPACE DIR: of a daemon that keeps its log in DIR
strongswan_conf() {
	local etc=/etc/netns/$1
	mkdir -p "$etc"/swanctl/{conf.d,x509,x509ca,private}
	cat > "$etc/strongswan.conf" <<-END
		charon-systemd {
			load = random nonce openssl pem pkcs1 pkcs8 x509 pubkey hmac kdf gcm md4 kernel-netlink socket-default vici updown eap-identity eap-mschapv2
			filelog {
				log {
					path = $2/$1.log
					default = 1
					flush_line = yes
				}
			}
			plugins {
				vici {
					socket = unix://$2/$1.vici
				}
			}
		}
		swanctl {
			load = random openssl pem pkcs1 pkcs8 x509 pubkey
			socket = unix://$2/$1.vici
		}
	END
	cp "$2/ca.pem" "$etc/swanctl/x509ca/"
}

# certificate NAMESPACE DIR NAME: issued to NAME.example
certificate() {
	local etc=/etc/netns/$1/swanctl
	key_pair "$etc/private/$3.pem"
	pki --pub --in "$etc/private/$3.pem" --type ecdsa |
		pki --issue --cacert "$2/ca.pem" --cakey "$2/ca.key" --dn "CN=$3.example" \
			--san "$3.example" --flag serverAuth --outform pem > "$etc/x509/$3.pem"
}

# gateway_conf LOCAL_TS POOL: connections of the gateway "host", on standard output
gateway_conf() {
	local peer
	echo 'connections {'
	for peer in server1:101 server2:102; do
		cat <<-END
			${peer%:*} {
				local {
					auth = pubkey
					certs = host.pem
					id = host.example
				}
				remote {
					auth = pubkey
					id = ${peer%:*}.example
				}
				children {
					net {
						local_ts = $1
						reqid = ${peer#*:}
					}
				}
			}
		END
	done
	# The first only asks for the name: nobody is in the group that it
	# demands, so the connection that has this name is taken.
	for peer in ask:0 alice:201 bob:202; do
		cat <<-END
			${peer%:*} {
				pools = users
				local {
					auth = pubkey
					certs = host.pem
					id = host.example
				}
				remote {
					auth = eap-mschapv2
		END
		if [ "$peer" = ask:0 ]; then
			printf 'eap_id = %%any\ngroups = nobody\n'
		else
			echo "eap_id = ${peer%:*}"
		fi
		cat <<-END
				}
				children {
					net {
						local_ts = $1
						reqid = ${peer#*:}
					}
				}
			}
		END
	done
	cat <<-END
		}
		pools {
			users {
				addrs = $2
			}
		}
	END
	secrets
}

# Passwords of the users, of gateway and laptop alike.
secrets() {
	cat <<-END
		secrets {
			eap-alice {
				id = alice
				secret = "correct horse"
			}
			eap-bob {
				id = bob
				secret = "battery staple"
			}
		}
	END
}

# computer_conf NAME GATEWAY REMOTE_TS: of one with a certificate
computer_conf() {
	cat <<-END
		connections {
			host {
				remote_addrs = $2
				local {
					auth = pubkey
					certs = $1.pem
					id = $1.example
				}
				remote {
					auth = pubkey
					id = host.example
				}
				children {
					net {
						remote_ts = $3
					}
				}
			}
		}
	END
}

# laptop_conf GATEWAY REMOTE_TS: of one that both users use
laptop_conf() {
	local user
	echo 'connections {'
	for user in alice bob; do
		cat <<-END
			$user {
				remote_addrs = $1
				vips = 0.0.0.0
				local {
					auth = eap-mschapv2
					eap_id = $user
				}
				remote {
					auth = pubkey
					id = host.example
				}
				children {
					$user {
						remote_ts = $2
					}
				}
			}
		END
	done
	echo '}'
	secrets
}

# charons DIR NAMESPACE...: starts the daemons, and loads their configurations;
# adds the processes to daemons
daemons=()
charons() {
	local dir=$1 ns jobs=()
	shift
	for ns in "$@"; do
		ip netns exec "$ns" setsid charon-systemd </dev/null >/dev/null 2>&1 &
		daemons+=($!)
		load "$ns" "$dir" &
		jobs+=($!)
	done
	for ns in "${jobs[@]}"; do
		wait "$ns" || return 1
	done
}

load() { # NAMESPACE DIR
	local i
	for ((i = 0; i < 600; i++)); do
		[ ! -S "$2/$1.vici" ] || break
		sleep 0.1
	done
	ip netns exec "$1" swanctl --load-all > "$2/$1.load" 2>&1 && return
	cat "$2/$1.load" >&2
	return 1
}
