#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A large host: 1,000 VMs with one endpoint of 50 rules each. The figures are
# those of the machine that runs it; the limit is for what grows with the square.

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

limit=${EPACL_SCALE_LIMIT:-20}	# seconds

make_policy() { # VMS
	awk -v vms="$1" 'BEGIN {
		for (v = 0; v < vms; v++) {
			vm = sprintf("vm%04d", v)
			printf "add vm %s dev tap%d address 10.%d.%d.4\n", vm, v,
				1 + v / 250, v % 250
			printf "add endpoint %s/web tcp 80\n", vm
			for (r = 1; r < 50; r++)
				printf "add rule %s/web %d permit 100.%d.%d.0/24\n",
					vm, r * 10, 64 + v % 64, r
			printf "add rule %s/web 500 deny any\n", vm
		}
	}'
}

# Sets $took to the seconds that a command takes.
clock() {
	local start=${EPOCHREALTIME/./} us
	"$@" || not_ok "$*"
	us=$((${EPOCHREALTIME/./} - start))
	took=$((us / 1000000)).$(printf '%03d' $((us / 1000 % 1000)))
}

# As clock, of one out of twenty changes.
change() {
	local i start=${EPOCHREALTIME/./} us
	for ((i = 0; i < 10; i++)); do
		aclctl remove rule vm0005/web 490 || not_ok 'remove rule'
		aclctl add rule vm0005/web 490 permit 100.69.49.0/24 || not_ok 'add rule'
	done
	us=$(((${EPOCHREALTIME/./} - start) / 20))
	took=$((us / 1000000)).$(printf '%03d' $((us / 1000 % 1000)))
}

below() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }
timely() { # NAME
	if below "$took" "$limit"; then
		ok "$1"
	else
		not_ok "$1" "took $took s, the limit is $limit s"
	fi
}

make_policy 10 > "$tmp/small"
make_policy 1000 > "$tmp/large"
clock aclctl -f "$tmp/small"
change
small=$took
note "change-with-10 $small s"
clock aclctl flush

# The better of two: others may use the machine, too.
clock aclctl -f "$tmp/large"
load=$took
clock aclctl flush
clock aclctl -f "$tmp/large"
! below "$took" "$load" || load=$took
took=$load
note "load $load s"
timely '1,000 VMs with 50 rules each are loaded in time'
change
large=$took
note "change-with-1000 $large s"
timely 'one rule is changed in time'
clock aclctl list ruleset > "$tmp/listed"
list=$took
clock aclctl list ruleset > "$tmp/listed"
! below "$took" "$list" || list=$took
took=$list
note "list $list s"
timely 'the ruleset is listed in time'
is 'it has all lines' "$(wc -l < "$tmp/large")" "$(wc -l < "$tmp/listed")"
clock aclctl flush
flush=$took
note "flush $flush s"
is 'nothing is left' '' "$(aclctl list ruleset)"
clock aclctl -f "$tmp/listed"
note "reload $took s"
aclctl list ruleset > "$tmp/again"
holds 'what was listed loads again, to the same bytes' cmp "$tmp/listed" "$tmp/again"
note "$(aclctl version | tail -n 1)"
aclctl flush
if [ -n "${EPACL_RESULTS-}" ]; then
	printf '{"vms":1000,"rules":50000,"load":%s,"change_with_10":%s,"change_with_1000":%s,"list":%s,"flush":%s}\n' \
		"$load" "$small" "$large" "$list" "$flush" > "$EPACL_RESULTS/scale.json"
fi
finish
