#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Transactions, refusals and exit codes, as the tool shows them.

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

exits() { # NAME STATUS WORD...
	local name=$1 want=$2 out rc
	shift 2
	show host aclctl "$@"
	out=$(aclctl "$@" 2>&1)
	rc=$?
	if [ $rc = "$want" ]; then ok "$name"; else not_ok "$name" "exit status $rc" "$out"; fi
}
ruleset() { aclctl list ruleset; }
generation() {
	local info
	info=$(aclctl -j version)
	info=${info#*\"generation\":}
	echo "${info%%[^0-9]*}"
}

acls <<-END
	add service s vip 203.0.113.10
	add vnet v prefix 10.1.0.0/16,fd01::/64 uplink up0
	add vm a dev vnet0 address 10.1.0.4 vnet v service s
	add vm b dev vnet1 address 10.1.0.5 vnet v
	add endpoint a/web tcp 80 public 203.0.113.10:80
	add rule a/web 100 permit 192.0.2.0/24 name "one"
	add endpoint b/web tcp 80 public 203.0.113.20:80
END

part 'all or nothing'
before=$(ruleset)
cat > "$tmp/policy" <<-END
	# line 1
	add vm c dev vnet2 address 10.1.0.6 vnet v
	add endpoint c/web tcp 80
	add rule c/web 100 permit 192.0.2.0/24
	add rule c/web 100 deny any
	add rule c/web 300 deny any
END
refuses 'a refused line is named by file and number' "^$tmp/policy:5: .*100" -f "$tmp/policy"
is 'nothing of the file is in force' "$before" "$(ruleset)"
echo 'add rule c/web 100' > "$tmp/syntax"
exits 'a line that cannot be read is an error of usage' 2 -f "$tmp/syntax"
is 'changes nothing' "$before" "$(ruleset)"
sed -i 5d "$tmp/policy"
exits '--dry-run of a good file' 0 --dry-run -f "$tmp/policy"
is 'changes nothing' "$before" "$(ruleset)"
exits '--dry-run of a bad command' 1 --dry-run remove vm nobody
exits 'the good file' 0 -f "$tmp/policy"
is 'is in force' 1 "$(ruleset | grep -c 'add rule c/web 300 deny any')"

part 'generations'
now=$(generation)
exits 'a change on the generation that it names' 0 --generation "$now" remove rule c/web 300
is 'makes a new one' $((now + 1)) "$(generation)"
refuses 'a change on an old one' "moved on" --generation "$now" add rule c/web 300 deny any
is 'which a refusal does not' $((now + 1)) "$(generation)"

part 'what is there already, or not'
refuses 'add of what is there' "rule 100 of endpoint 'a/web' exists already" add rule a/web 100 permit 192.0.2.0/24 name one
exits '--may-exist where it is equal' 0 --may-exist add rule a/web 100 permit 192.0.2.0/24 name one
refuses '--may-exist where it differs' "differs in 'name'" \
	--may-exist add rule a/web 100 permit 192.0.2.0/24 name two
refuses '--may-exist where a prefix differs' "differs in 'remote'" \
	--may-exist add rule a/web 100 permit 192.0.3.0/24 name one
exits '--may-exist with host bits set' 0 --may-exist add rule a/web 100 permit 192.0.2.7/24 name one
refuses 'remove of what is not there' "there is no rule 7 of endpoint 'a/web'" remove rule a/web 7
exits '--if-exists' 0 --if-exists remove rule a/web 7
exits 'an empty name of a rule' 2 add rule a/web 7 deny any name ''

part 'the limit'
{
	echo 'add endpoint a/full tcp 81'
	for ((i = 1; i <= 50; i++)); do
		echo "add rule a/full $i permit 192.0.2.$i/32"
	done
} > "$tmp/fifty"
exits '50 rules' 0 -f "$tmp/fifty"
refuses 'the 51st is refused: the message names the limit and how to raise it' \
	"a/full.* 50 .*change limit rules-per-endpoint" add rule a/full 51 deny any
exits 'a higher limit' 0 change limit rules-per-endpoint 60
exits 'lets it in' 0 add rule a/full 51 deny any
exits 'a limit below what is in use' 0 change limit rules-per-endpoint 10
is 'keeps what is there' 51 "$(ruleset | grep -c 'add rule a/full')"
refuses 'and refuses more' 'change limit' add rule a/full 52 deny any
exits 'the default again' 0 change limit rules-per-endpoint 50
exits 'the full list goes' 0 remove endpoint a/full

part 'concurrent writers'
for ((w = 1; w <= 8; w++)); do
	echo "add vm w$w dev t$w address 10.9.0.$w"
	echo "add endpoint w$w/e tcp 80"
done > "$tmp/writers"
exits 'eight VMs' 0 -f "$tmp/writers"
now=$(generation)
jobs=()
for ((w = 1; w <= 8; w++)); do
	for ((i = 1; i <= 25; i++)); do
		aclctl add rule "w$w/e" "$i" permit "192.0.2.$i/32" || echo "w$w $i" >> "$tmp/lost"
	done 2>> "$tmp/writer-errors" &
	jobs+=($!)
done
wait "${jobs[@]}"
is 'eight processes with 25 changes each: none is refused' '' \
	"$(cat "$tmp/lost" "$tmp/writer-errors" 2>/dev/null)"
is 'and none is lost' 200 "$(ruleset | grep -c 'add rule w')"
is 'each is a generation' $((now + 200)) "$(generation)"

part 'threads that end the transactions of one socket at once'
tool race
ruleset > "$tmp/before-race"
trouble() { dmesg | grep -E 'BUG|WARNING|Oops|refcount_t|corruption|protection fault'; }
before=$(trouble)
note 'race 4000'
if read -r requests begun < <("$root/build/tests/race" 4000) && [ "$begun" -gt 20 ]; then
	ok 'they begin, commit, abort and close'
	note "$requests requests, $begun transactions"
else
	not_ok 'they begin, commit, abort and close' "${begun-}"
fi
is 'the kernel does not complain' "$before" "$(trouble)"
is 'no reference to the module is left' 0 "$(awk '$1 == "epacl" { print $3 }' /proc/modules)"
acls <<< "$(cat "$tmp/before-race")"
is 'and transactions go on' "$(cat "$tmp/before-race")" "$(ruleset)"

part 'what belongs to another already: both are named'
refuses 'an address' "10.1.0.4.*(vm|nic) .*'?a'?" add vm d dev vnet5 address 10.1.0.4 vnet v
refuses 'an interface' "vnet0.*'a'" add vm d dev vnet0 address 10.1.0.9 vnet v
refuses 'a second nic with an interface' "vnet0" add nic b dev vnet0 address 10.1.0.9 vnet v
refuses 'a VIP and port' "203.0.113.10.* 80 .*'a/web'.*'b/other'" \
	add endpoint b/other tcp 81 public 203.0.113.10:80
refuses 'a VIP that is the address of a nic' "10.1.0.4.*'a'" add service t vip 10.1.0.4
refuses 'a public address that is the address of a nic' "10.1.0.5.*'b'" \
	add endpoint a/other tcp 81 public 10.1.0.5:81
refuses 'the address of a nic that is a VIP' "203.0.113.10" add vm d dev vnet5 address 203.0.113.10
refuses 'an uplink that is the interface of a VM' "vnet1.*'b'|'b'.*vnet1" change vnet v uplink vnet1
refuses 'the interface of a VM that is an uplink' "up0.*'v'|'v'.*up0" \
	add vm d dev up0 address 10.1.0.9 vnet v
refuses 'overlapping peers' "192.168.0.0/16.*192.168.1.0/24|192.168.1.0/24.*192.168.0.0/16" \
	change vnet v peer 192.168.0.0/16,192.168.1.0/24
refuses 'an address outside the prefixes of its vnet' "10.2.0.4" add vm d dev vnet5 address 10.2.0.4 vnet v
refuses 'overlapping endpoints' "a/web" add endpoint a/again tcp 80
refuses 'public in a family that the VM lacks' "2001:db8:.*'b/web'.*'b'" \
	change endpoint b/web public '[2001:db8::1]:80'
refuses 'a vnet that is in use' "vnet 'v' is used by .*'a'" remove vnet v
refuses 'a service that is in use' "service 's' is used by vm 'a'" remove service s

part 'exit codes'
exits 'done' 0 list vms
exits 'refused' 1 list vms nobody
exits 'usage: no such command' 2 frobnicate
exits 'usage: a word is missing' 2 add vm
exits 'usage: an unknown option' 2 --no-such-option
if [ -n "${EPACL_KO-}" ] &&
	[ "$(nsenter --net=/proc/1/ns/net -- "$ACLCTL" -j list vms)" = '[]' ]; then
	acl flush
	note 'rmmod epacl'
	if rmmod epacl; then
		exits 'the module cannot be reached' 3 list vms
		note "insmod $EPACL_KO"
		load_module "$EPACL_KO" || bail 'the module cannot be loaded'
	else
		not_ok 'the module can be unloaded'
	fi
else
	skip 'the module cannot be reached' 'EPACL_KO is not set, or it is in use'
fi
finish
