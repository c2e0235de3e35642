# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Requests that are almost right, for $TIME seconds with each of $SEEDS: as root,
# and as somebody who is nobody, in a user namespace that owns its network
# namespace. Whatever they did, the policy is whole, and all memory comes back.

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib.sh"
tool nlfuzz
# Nobody may be kept out of where they were built.
chmod 755 "$tmp"
install -m 755 "$ACLCTL" "$root/build/tests/nlfuzz" "$tmp"
ACLCTL=$tmp/aclctl nlfuzz=$tmp/nlfuzz MIB=1

info() { # KEY
	local text
	text=$(aclctl -j version)
	text=${text#*\""$1"\":}
	echo "${text%%[^0-9]*}"
}
references() { awk '$1 == "epacl" { print $3 }' /proc/modules; }

# Interfaces of the names that requests name.
devices() {
	local n
	for n in 0 1 2; do
		ip link add vnet$n type veth peer name peer$n && ip link set vnet$n up
	done
}

# shellcheck disable=SC2317,SC2329 # holds calls it
# Nothing is half there: what is listed can be loaded into an empty policy, and
# is listed again as it was.
whole() { # FILE
	aclctl list ruleset > "$1" && aclctl -j list ruleset > "$1.json" &&
		aclctl list reasons > /dev/null && aclctl flush &&
		aclctl -f "$1" && aclctl list ruleset > "$1.again" &&
		cmp "$1" "$1.again" && aclctl flush
}

# Memory of a policy that is empty, but not the first one.
empty() {
	aclctl add vm a dev none0 address 10.0.0.9 && aclctl flush && info memory
}

# fuzzed WHO: in this network namespace
fuzzed() {
	local seed out empty sent rest
	devices || not_ok "$1: interfaces"
	empty=$(empty)
	for seed in $SEEDS; do
		note "$1: nlfuzz $TIME $seed"
		out=$("$nlfuzz" "$TIME" "$seed" 2>&1)
		is "$1, seed $seed: each commit is a generation, memory has its bound" 0 $?
		note "$out"
		read -r sent _ rest <<< "$out"
		if [[ $rest =~ ^([0-9]+)\ acknowledged\ ([0-9]+)\ commits$ ]] &&
			[ "${BASH_REMATCH[1]}" -gt $((sent / 20)) ] &&
			[ "${BASH_REMATCH[2]}" -gt "$TIME" ]; then
			ok "$1, seed $seed: some requests are taken, and some put in force"
		else
			not_ok "$1, seed $seed: some requests are taken, and some put in force" "$out"
		fi
		holds "$1, seed $seed: the policy is whole" whole "$tmp/$1"
		is "$1, seed $seed: all memory comes back" "$empty" "$(info memory)"
	done
	note "$(wc -l < "$tmp/$1") lines were left in the last policy"
}

# shellcheck disable=SC2317,SC2329 # nobody calls them
# filled WHO: until no more is taken
filled() {
	local n=0 out='' empty max
	empty=$(empty) max=$(info memory_max)
	is "$1: the bound is that of the parameter" $((MIB << 20)) "$max"
	while [ "$n" -lt 200 ] && out=$(prefixes "$n" | aclctl -f - 2>&1); do
		n=$((n + 1))
	done
	note "$n sets were taken, then: $out"
	holds "$1: a policy that would be larger is refused" grep -q 'memory' <<< "$out"
	holds "$1: after some that were taken" test "$n" -gt 1
	is "$1: what was taken is there" "$n" "$(aclctl -j list sets | grep -o '"name"' | wc -l)"
	holds "$1: and no more memory than that" test "$(info memory)" -le "$max"
	aclctl flush
	is "$1: all memory comes back" "$empty" "$(info memory)"
}
# shellcheck disable=SC2317,SC2329
prefixes() { # NUMBER
	local i comma=' '
	printf 'add set s%d' "$1"
	for ((i = 0; i < 2000; i++)); do
		printf '%sfd00:%x:%x::/48' "$comma" "$1" $((i * 2))
		comma=,
	done
	echo
}

# as_nobody FUNCTION: somebody without any right, in a user namespace that owns
# its network namespace
as_nobody() {
	local out=$tmp/nobody.out
	export ACLCTL nlfuzz TIME SEEDS MIB label
	export -f aclctl devices empty filled fuzzed holds info is not_ok note ok prefixes whole
	# shellcheck disable=SC2016 # for the other shell
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		env cases=0 failures=0 unshare --user --map-root-user --net \
		bash -uc 'tmp=$(mktemp -d); "$1" nobody; rm -r "$tmp"' - "$1" > "$out" 2>&1
	cat "$out"
	cases=$((cases + $(grep -cE '^(not )?ok - ' "$out")))
	failures=$((failures + $(grep -c '^not ok - ' "$out")))
	holds 'nobody has been there' grep -q '^ok - ' "$out"
}

part 'root'
fuzzed root
eventually 'no reference to the module is left' test "$(references)" = 0

part 'nobody, in a network namespace of a user namespace of its own'
acls <<-END
	add vm a dev vnet0 address 10.1.0.4
	add endpoint a/web tcp 80
	add rule a/web 100 permit 192.0.2.0/24
END
before=$(aclctl list ruleset) generation=$(info generation)
as_nobody fuzzed
is 'the policy of the host is as it was' "$before" "$(aclctl list ruleset)"
is 'and of the same generation' "$generation" "$(info generation)"
eventually 'no reference to the module is left' test "$(references)" = 0

part 'memory that a namespace may hold'
parameter=/sys/module/epacl/parameters/policy_max_mib
usual=$(cat $parameter)
echo $MIB > $parameter
as_nobody filled
echo "$usual" > $parameter
is 'the policy of the host is as it was' "$before" "$(aclctl list ruleset)"
acl flush
finish
