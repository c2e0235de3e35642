# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the scenarios in tests/vm share: namespaces, traffic, counters, TAP. They
# need root and a loaded module, and touch only namespaces of their own, whose
# names begin with "t-". In the scripts the prefix is left out; the hypervisor
# host is "host", and aclctl is always run there.
#
# Every command is shown with its namespace before it is run:
#   # host$ aclctl add endpoint a/web tcp 80

set -u
export LC_ALL=C.UTF-8

# All of a script runs in the namespace of the host.
if [ -z "${IN_HOST-}" ]; then
	if [ -e /run/netns/t-host ] || ! ip netns add t-host; then
		echo 'Bail out! namespace t-host cannot be made'
		exit 1
	fi
	IN_HOST=1 exec nsenter --net=/run/netns/t-host -- "$0" "$@"
fi

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
ACLCTL=${ACLCTL:-$root/build/aclctl}
tmp=$(mktemp -d)
cases=0 failures=0
children=()
declare -A fed=()	# number of a descriptor that feeds a process

# ---- results ----------------------------------------------------------------

ok() {
	cases=$((cases + 1))
	printf 'ok - %s\n' "$1$label"
}

# not_ok NAME [DIAGNOSTIC...]
not_ok() {
	cases=$((cases + 1)) failures=$((failures + 1))
	printf 'not ok - %s\n' "$1$label"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/#   /'
}

skip() { # NAME REASON
	cases=$((cases + 1))
	printf 'skip - %s # %s\n' "$1$label" "$2"
}

note() { printf '# %s\n' "$*"; }

# A heading for what follows.
part() { printf '#\n# --- %s\n' "$*"; }

bail() {
	printf 'Bail out! %s\n' "$*"
	exit 1
}

is() { # NAME EXPECTED ACTUAL
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "expected: $2" "but was:  $3"
	fi
}

# holds NAME COMMAND...: the command succeeds
holds() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "failed: $*" "$out"; fi
}

# Without a process of its own: nothing is ever written there.
pause() { read -r -t "$1" -u "$never" || :; } # SECONDS
mkfifo "$tmp/never"
exec {never}<> "$tmp/never"

# within SECONDS COMMAND...: it succeeds before that time is over
within() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		pause 0.03
	done
}

# eventually NAME COMMAND...: it succeeds within ten seconds
eventually() {
	local name=$1
	shift
	if within 10 "$@"; then ok "$name"; else not_ok "$name" "never: $*"; fi
}

finish() {
	echo "1..$cases"
	[ "$failures" = 0 ]
	exit
}

# ---- namespaces --------------------------------------------------------------

# shellcheck disable=SC2317,SC2329 # the trap calls it
cleanup() {
	local ns
	[ ${#children[@]} = 0 ] || kill "${children[@]}" 2>/dev/null
	wait
	for ns in "${!known[@]}"; do
		ip netns del "t-$ns" 2>/dev/null
	done
	[ "$BRNF" = off ] || modprobe -qr br_netfilter
	rm -rf "$tmp"
}
declare -A known=([host]=1)
trap cleanup EXIT
trap 'exit 1' INT TERM

[ "$(id -u)" = 0 ] || bail 'needs root'
[ -x "$ACLCTL" ] || bail "there is no $ACLCTL: make tool"
grep -q '^epacl ' /proc/modules || bail 'the module is not loaded'

# Sets $typed: the words as they would be typed.
typed() {
	local word
	typed=''
	for word in "$@"; do
		case $word in
		*[\ \"]*|'') word="'$word'" ;;
		esac
		typed+=" $word"
	done
	typed=${typed# }
}

# Says what is about to be run where.
show() { # NS WORD...
	typed "${@:2}"
	printf '# %s$ %s\n' "$1" "$typed"
}

# within_ns NS COMMAND...: quietly
within_ns() {
	if [ "$1" = host ]; then
		"${@:2}"
	else
		nsenter --net="/run/netns/t-$1" -- "${@:2}"
	fi
}

# In the namespace that the machine started with.
initial() { nsenter --net=/proc/1/ns/net -- "$@"; }

# run NS COMMAND...: shows it; the script ends if it fails
run() {
	show "$@"
	within_ns "$@" || bail "$typed failed"
}

# Feeds lines of standard input to ip in a namespace. Comments are left out.
ips() {
	local ns=$1
	sed -E 's/^[[:blank:]]+//; /^(#|$)/d' > "$tmp/ips"
	sed "s/^/# $ns\$ ip /" "$tmp/ips"
	ip -n "t-$ns" -batch "$tmp/ips" || bail "$ns: ip failed"
}

has_ipv6() { [ -d /proc/sys/net/ipv6/conf ]; }

# No strict reverse path filter, no wait for duplicate addresses.
settle() { # NS
	local words=(net.ipv4.conf.{all,default}.rp_filter=0)
	! has_ipv6 || words+=(net.ipv6.conf.{all,default}.accept_dad=0)
	within_ns "$1" sysctl -qw "${words[@]}" || exit 1
	ip -n "t-$1" link set lo up
}

namespaces() { # NS...
	local ns
	for ns in "$@"; do
		! [ -e "/run/netns/t-$ns" ] || bail "namespace t-$ns exists already"
		ip netns add "t-$ns" || bail "namespaces cannot be made"
		known[$ns]=1
		settle "$ns"
	done
}

# The host routes.
settle host
sysctl -qw net.ipv4.ip_forward=1
! has_ipv6 || sysctl -qw net.ipv6.conf.all.forwarding=1

# A guest's MAC address: of the number of its interface.
mac_of() { printf '02:00:00:00:00:%02x' "$1"; }

# The link-local address that a guest makes of it.
link_local_of() { printf 'fe80::ff:fe00:%x' "$1"; }

# guest NS N [BRIDGE]: interface vnetN of the host, e of the guest
guest() {
	namespaces "$1"
	ips host <<-END
		link add vnet$2 type veth peer name e address $(mac_of "$2") netns t-$1
		${3:+link set vnet$2 master $3}
		link set vnet$2 up
	END
	ips "$1" <<< 'link set e up'
}

# routed NS DEV ADDR4 [ADDR6]: addresses of a guest that the host routes to
routed() {
	ips "$1" <<-END
		addr add $3/32 dev e
		route add default via 169.254.1.1 dev e onlink
	END
	ips host <<-END
		addr add 169.254.1.1/32 dev $2
		route add $3/32 dev $2
	END
	[ -n "${4-}" ] || return 0
	ips "$1" <<-END
		addr add $4/128 dev e nodad
		route add default via fe80::1 dev e
	END
	ips host <<-END
		addr add fe80::1/64 dev $2 nodad
		route add $4/128 dev $2
	END
}

# ---- br_netfilter ------------------------------------------------------------

# When br_netfilter, which takes bridged packets through the hooks of IP, comes:
#   off     never
#   before  after the module, before the bridge
#   after   after the bridge
#   first   before the module, which is loaded anew
BRNF=${BRNF:-off}
label=''
[ "$BRNF" = off ] || label=" [br_netfilter $BRNF]"

load_module() {
	local dependency
	for dependency in $(modinfo -F depends "$1" | tr , ' '); do
		modprobe "$dependency"
	done
	insmod "$1"
}

# bridge_netfilter start, before the bridge is made; bridge_netfilter made
bridge_netfilter() {
	case $1-$BRNF in
	start-first)
		[ -n "${EPACL_KO-}" ] || bail 'EPACL_KO does not say where the module is'
		note "rmmod epacl; modprobe br_netfilter; insmod $EPACL_KO"
		rmmod epacl || bail 'the module cannot be unloaded'
		modprobe br_netfilter || bail 'there is no br_netfilter'
		load_module "$EPACL_KO" || bail 'the module cannot be loaded' ;;
	start-before|made-after)
		note 'modprobe br_netfilter'
		modprobe br_netfilter || bail 'there is no br_netfilter' ;;
	start-*)
		if grep -q '^br_netfilter ' /proc/modules; then
			modprobe -r br_netfilter || bail 'br_netfilter stays'
		fi ;;
	esac
}

# ---- aclctl ------------------------------------------------------------------

aclctl() { "$ACLCTL" "$@"; }

# acl WORD...: a command that has to work
acl() {
	local out
	show host aclctl "$@"
	out=$(aclctl "$@" 2>&1) || not_ok "$typed" "$out"
}

# acls: commands on standard input, one transaction
acls() {
	local out
	sed -E 's/^[[:blank:]]+//; /^(#|$)/d' > "$tmp/acls"
	sed 's/^/# host$ aclctl /' "$tmp/acls"
	out=$(aclctl -f "$tmp/acls" 2>&1) || not_ok 'these commands' "$out"
}

# refuses NAME PATTERN WORD...: exit status 1, and the pattern in the message
refuses() {
	local name=$1 pattern=$2 out rc
	shift 2
	show host aclctl "$@"
	out=$(aclctl "$@" 2>&1)
	rc=$?
	if [ $rc = 1 ] && grep -qE -- "$pattern" <<< "$out"; then
		ok "$name"
	else
		not_ok "$name" "exit status $rc instead of 1, or not: $pattern" "$out"
	fi
}

# reason VM|- DIRECTION REASON: packets; - is what concerns no VM. The column
# of the VM is missing where it would be empty.
reason() {
	local of=() line n=0
	[ "$1" = - ] || of=("$1")
	while read -ra line; do
		[ "${line[*]: -4:2}" = "$2 $3" ] || continue
		[ ${#line[@]} = 5 ] || line=(- "${line[@]}")
		[ "${line[0]}" != "$1" ] || n=${line[3]}
	done < <(aclctl list reasons "${of[@]}")
	echo "$n"
}

# rule OWNER... ORDER: packets that the rule decided
rule() {
	local rules
	rules=$(aclctl -j list rules "${@:1:$#-1}")
	rules=${rules#*\"order\":"${*: -1}",}
	rules=${rules#*\"packets\":}
	echo "${rules%%[^0-9]*}"
}

# grows NAME N READER COMMAND...: the command makes what READER prints N more.
# An attempt that nobody answers is sent again after a second; on a machine so
# slow that this shows in the count, one more attempt decides.
grows() {
	local name=$1 n=$2 reader=$3 before grown
	shift 3
	before=$($reader)
	"$@"
	grown=$(($($reader) - before))
	if [ "$1" = silent ] && [ $grown -gt "$n" ]; then
		note "$grown for $n: sent again? once more"
		before=$($reader)
		"$@"
		grown=$(($($reader) - before))
	fi
	is "$name" "$n" $grown
}

# counts NAME N VM DIRECTION REASON COMMAND...: the command makes it N more
counts() {
	grows "$1: counted as ${*:3:3}" "$2" "reason ${*:3:3}" "${@:6}"
}

# counts_rule NAME N 'OWNER ORDER' COMMAND...: the same for a rule
counts_rule() {
	grows "$1: counted by rule $3" "$2" "rule $3" "${@:4}"
}

# Entries of the host's connection table that hold all of these words; "zone=" is
# any zone.
entries() {
	local word
	within_ns host conntrack -L -f ipv4 2>/dev/null > "$tmp/ct"
	within_ns host conntrack -L -f ipv6 2>/dev/null >> "$tmp/ct"
	for word in "$@"; do
		[[ $word = *= ]] || word+=' '
		grep -F -- "$word" "$tmp/ct" > "$tmp/ct2"
		mv "$tmp/ct2" "$tmp/ct"
	done
	wc -l < "$tmp/ct"
}

# ---- traffic -----------------------------------------------------------------

# The programs of tests/tools, compiled once for all scripts.
tool() {
	local src=$root/tests/tools/$1.c bin=$root/build/tests/$1
	[ -z "$(find "$src" "${src%/*}"/*.h -newer "$bin" 2>&1)" ] && return
	mkdir -p "${bin%/*}"
	# Static: they are started often, on slow machines.
	cc -O1 -static -pthread -I"$root/include/uapi" -o "$bin.$$" "$src" || bail "$src cannot be compiled"
	mv "$bin.$$" "$bin"
}
tool echo
tool frame
echo_tool=$root/build/tests/echo frame_tool=$root/build/tests/frame

# For a process of its own, which becomes the command.
exec_in() { exec nsenter --net="/run/netns/t-$1" -- "${@:2}"; }

# background NAME NS COMMAND...: output in $tmp/NAME, input by feed
background() {
	local name=$1 ns=$2 fd
	shift 2
	mkfifo "$tmp/$name.in"
	exec {fd}<> "$tmp/$name.in"
	fed[$name]=$fd
	exec_in "$ns" "$@" < "$tmp/$name.in" > "$tmp/$name" 2>&1 &
	children+=($!)
}

feed() { echo "$2" >&"${fed[$1]}"; }

# serve NS PORT[/PROTOCOL]...: the echo server of tests/tools
serve() {
	show "$1" echo serve "${@:2}" "&"
	background "serve-$1" "$1" "$echo_tool" serve "${@:2}"
	within 10 grep -q ready "$tmp/serve-$1" || bail "$1: the server does not start"
}

# ask NS PROTOCOL ADDR PORT [MS [BYTES]]: the address that the server sees
ask() {
	NETNS=/run/netns/t-$1 "$echo_tool" "${@:2}"
}

# reaches NAME NS PROTOCOL ADDR PORT [SEEN]: is answered, and seen as SEEN
reaches() {
	local name=$1 out
	show "$2" echo "${@:3:3}"
	out=$(ask "$2" "$3" "$4" "$5" 5000)
	if [ -n "${6-}" ]; then
		is "$name" "$6" "$out"
	elif [[ $out == *[.:]* ]]; then
		ok "$name"
	else
		not_ok "$name" "$2 to $3 $4 $5: $out"
	fi
}

# silent NAME NS PROTOCOL ADDR PORT: not even a refusal comes back. Too short
# for a second SYN.
silent() {
	show "$2" echo "${@:3:3}"
	is "$1" timeout "$(ask "$2" "$3" "$4" "$5" 600)"
}

pings() { # NAME NS ADDR
	show "$2" ping -c 1 "$3"
	holds "$1" within_ns "$2" ping -n -c 1 -W 5 "$3"
}

no_ping() { # NAME NS ADDR
	show "$2" ping -c 1 "$3"
	if within_ns "$2" ping -n -c 1 -W 0.6 "$3" >/dev/null 2>&1; then
		not_ok "$1" 'it was answered'
	else
		ok "$1"
	fi
}

# frames NS DEV KEY=VALUE...: hand-made, see tests/tools/frame.c
frames() {
	local ns=$1
	shift
	show "$ns" frame send "$@"
	NETNS=/run/netns/t-$ns "$frame_tool" send "$@" > "$tmp/sent"
}

# The MAC address of an interface.
mac() { ip -n "t-$1" -br link show dev "$2" | awk '{ print $3 }'; }

# count_frames NAME NS DEV MARK, and later counted NAME: how many came in
count_frames() {
	background "$1" "$2" "$frame_tool" count "$3" "$4"
	within 10 grep -q ready "$tmp/$1" || bail "$2: cannot listen on $3"
	fed[$1-pid]=${children[-1]}
}

counted() {
	kill "${fed[$1-pid]}"
	within 10 test "$(wc -l < "$tmp/$1")" -ge 2
	wait "${fed[$1-pid]}" 2>/dev/null
	tail -n 1 "$tmp/$1"
}

# hold NAME NS ADDR PORT: a connection that stays open
hold() {
	show "$2" echo hold "$3" "$4" "&"
	background "$1" "$2" "$echo_tool" hold "$3" "$4"
	within 10 grep -q connected "$tmp/$1" || not_ok "$2 connects to $3 $4" "$(cat "$tmp/$1")"
}

heard_more() { [ "$(wc -l < "$tmp/$1")" -gt "$2" ]; }

# talks NAME HOLD [SPEAKER]: a line gets through and back; the speaker is the
# connection itself or a server, of which only one line is to come
talks() {
	local before
	before=$(wc -l < "$tmp/$2")
	feed "${3-$2}" hello
	eventually "$1" heard_more "$2" "$before"
}

# mute NAME HOLD [SPEAKER]: it does not
mute() {
	local before
	before=$(wc -l < "$tmp/$2")
	feed "${3-$2}" hello
	pause 0.8
	is "$1" "$before" "$(wc -l < "$tmp/$2")"
}

# recovers NAME HOLD COMMAND...: what did not get through does after the command
recovers() {
	local name=$1 hold=$2 before
	shift 2
	before=$(wc -l < "$tmp/$hold")
	"$@"
	eventually "$name" heard_more "$hold" "$before"
}
