#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Address translation is the first to need nftables since the system's start:
# the kernel loads all modules upon our requests, from a namespace and from the
# system's own. Its name has it run before the scripts that need the modules;
# what is there nonetheless is taken out as far as possible. Prints TAP.

set -u
export LC_ALL=C

root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
tmp=$(mktemp -d)
drv=$tmp/nat_driver
ns=t-fresh$$
number=0 failed=0

# shellcheck disable=SC2317 # the trap calls it
cleanup() {
	ip netns del "$ns" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

bail() { echo "Bail out! $*"; exit 1; }

# gives WHAT STATUS COMMAND...
gives() {
	local what=$1 want=$2 out rc
	shift 2
	number=$((number + 1))
	out=$("$@" 2>&1)
	rc=$?
	if [ "$rc" = "$want" ]; then
		echo "ok - $what"
	else
		failed=$((failed + 1))
		echo "not ok - $what"
		printf '# %s\n' "$* gives $rc, not $want" "$out"
	fi
}

loaded() { grep -qE "^($1) " /proc/modules; }

# Tables of others would hold the modules; they go with their namespaces, a
# moment later.
unload() {
	local try
	for try in $(seq 50); do
		modprobe -qr nft_chain_nat nft_nat nft_ct nf_tables nfnetlink
		loaded 'nf_tables|nfnetlink' || return
		sleep 0.1
	done 2>/dev/null
	echo "# not as after the start: nf_tables remains loaded ($try attempts)"
}

# WHERE COMMAND...: the command has others run there
fresh() {
	local where=$1
	shift
	unload
	gives "$where: nothing is missing for an empty plan" 0 \
		"$@" "$drv" check "$tmp/empty"
	unload
	gives "$where: an empty plan is installed" 0 \
		"$@" "$drv" install "$tmp/empty"
	unload
	gives "$where: no table yet" 1 "$@" "$drv" check "$tmp/plan"
	unload
	gives "$where: a table is installed" 0 "$@" "$drv" install "$tmp/plan"
	gives "$where: and found" 0 "$@" "$drv" check "$tmp/plan"
	gives "$where: and removed" 0 "$@" "$drv" install "$tmp/empty"
}

cat > "$tmp/plan" <<'PLAN'
public 6 203.0.113.10 80 1 10.1.0.4 8080
public 6 2001:db8:113::10 80 1 fd01::4 8080
source 10.1.0.4 203.0.113.10 10.1.0.0/16
source fd01::4 2001:db8:113::10 fd01::/16
PLAN
: > "$tmp/empty"

gcc -O2 -std=gnu11 -D_GNU_SOURCE -I "$root/include/uapi" -o "$drv" \
	"$root/tests/nat/nat_driver.c" "$root"/ctl/nat*.c -lnftnl -lmnl ||
	bail "no driver"
ip netns add "$ns" || bail "no network namespaces"
fresh "a namespace" ip netns exec "$ns"
ip netns del "$ns"
fresh "the system" env

echo "1..$number"
[ "$failed" = 0 ]
