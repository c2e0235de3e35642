# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The kernel's answers against those of the twin: random policies with every
# kind of object, loaded by the tool, and random questions about each. What is
# compared is the whole answer: legs, verdicts, reasons, layers, rules.
#
# SEEDS: numbers; for each there are POLICIES policies with QUESTIONS each.

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib.sh"

twin=$root/build/tests/twin-explain
[ -x "$twin" ] || bail "there is no $twin: make test-tools"

# The interfaces that the policies name; those of guests, one for each nic.
interfaces() {
	local i
	for i in {0..11}; do echo "link add vnet$i type dummy"; done
	for i in eth0 eth1 eth2; do echo "link add $i type dummy"; done
	for i in bridge1 bridge2 br9; do echo "link add $i type bridge"; done
	echo 'addr add 192.0.2.1/32 dev lo'
	echo 'addr add 10.1.0.1/32 dev lo'
	echo 'addr add fd00:2::1/128 dev lo nodad'
}

# differs FILE: the first question that is answered otherwise
differs() {
	local n
	touch "$1.got"
	n=$(cmp "$1.want" "$1.got" 2> /dev/null | sed 's/.* line //')
	echo "policy: $(grep -c . "$1.acl") lines, question ${n:-?}:"
	sed -n "${n:-1}p" "$1.ask"
	echo "twin:   $(sed -n "${n:-1}p" "$1.want")"
	echo "module: $(sed -n "${n:-1}p" "$1.got")"
	head -n 3 "$1.err"
	[ -z "${EPACL_RESULTS-}" ] || cp "$1".* "$EPACL_RESULTS"
}

# What the nftables table cannot say is no matter of verdicts.
loaded() { # FILE
	"$ACLCTL" -f "$1.acl" > "$1.err" 2>&1 ||
		grep -q 'the filter is in force' "$1.err"
}

# one FILE: a policy with its questions
one() {
	ip -batch "$1.ip" && loaded "$1" &&
		"$ACLCTL" -j -f "$1.ask" > "$1.got" 2>> "$1.err" &&
		cmp -s "$1.want" "$1.got"
}

seed() { # SEED
	local n file bad=0
	rm -f "$tmp"/*.{ip,acl,ask,want,got,err}
	"$twin" "$1" "$POLICIES" "$QUESTIONS" "$tmp" || bail "$twin failed"
	for ((n = 0; n < POLICIES; n++)); do
		file=$tmp/$n
		one "$file" && continue
		bad=$((bad + 1))
		[ $bad -gt 1 ] || {
			note "seed $1, policy $n"
			differs "$file" | sed 's/^/#   /'
		}
	done
	is "seed $1: $POLICIES policies with $QUESTIONS questions each" 0 $bad
}

interfaces > "$tmp/interfaces"
ip -batch "$tmp/interfaces" || bail 'the interfaces cannot be made'
start=$SECONDS
for number in $SEEDS; do
	seed "$number"
done
note "$((SECONDS - start)) s"
acl flush
finish
