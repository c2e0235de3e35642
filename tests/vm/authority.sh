#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who may read, change and hear of the policy: CAP_NET_ADMIN in the user namespace
# that owns the network namespace, of the one who opened the socket and of the one
# who sends on it; and whose policy it is then.

# shellcheck source=tests/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
tool lend
lend=$root/build/tests/lend
# Nobody may be kept out of where it was built.
chmod 755 "$tmp"
install -m 755 "$ACLCTL" "$tmp"
ACLCTL=$tmp/aclctl

nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
# root, but for one capability
powerless=(setpriv --bounding-set=-net_admin --inh-caps=-net_admin)
# nobody, with that one alone
admin=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+net_admin
	--ambient-caps=+net_admin)
user_namespace=(unshare --user --map-root-user)

everything='list vms
list rules a/web
list reasons
explain tcp 192.0.2.1:1 10.1.0.4:80
effective a
change rules a/web default permit
remove vm a
--dry-run flush
flush'
something='list ruleset
add vm b dev vnet1 address 10.1.0.5
monitor'

# refuses_all WHO COMMANDS COMMAND...: what the command runs may do none of these
refuses_all() {
	local who=$1 commands=$2 words out rc
	shift 2
	while read -ra words; do
		show host "$@" aclctl "${words[@]}"
		out=$(timeout 20 "$@" "$ACLCTL" "${words[@]}" 2>&1)
		rc=$?
		if [ $rc = 1 ] && grep -q 'needs CAP_NET_ADMIN' <<< "$out"; then
			ok "$who: ${words[*]}"
		else
			not_ok "$who: ${words[*]}" "exit status $rc" "$out"
		fi
	done <<< "$commands"
}

acls <<-END
	add vm a dev vnet0 address 10.1.0.4
	add endpoint a/web tcp 80
	add rule a/web 100 permit 192.0.2.0/24
END
before=$(aclctl list ruleset)

part 'without CAP_NET_ADMIN'
refuses_all 'nobody' "$everything
$something" "${nobody[@]}"
refuses_all 'root without it' "$something" "${powerless[@]}"
is 'the policy is as it was' "$before" "$(aclctl list ruleset)"

part 'in a user namespace, which does not own this network namespace'
refuses_all 'root of a user namespace' "$something" "${nobody[@]}" "${user_namespace[@]}"
refuses_all 'the same, made by root' "$something" "${user_namespace[@]}"
is 'the policy is as it was' "$before" "$(aclctl list ruleset)"

part 'with CAP_NET_ADMIN and nothing else'
show host "${admin[@]}" aclctl add vm b dev vnet1 address 10.1.0.5
holds 'nobody may change' "${admin[@]}" "$ACLCTL" add vm b dev vnet1 address 10.1.0.5
is 'and read' 2 "$("${admin[@]}" "$ACLCTL" list ruleset | grep -c '^add vm')"
acl remove vm b
acl add vm b dev vnet1 address 10.1.0.5
background events host "${admin[@]}" "$ACLCTL" monitor
# It may not have been listening yet when the first one came.
# shellcheck disable=SC2317,SC2329 # eventually calls it
heard() {
	aclctl --may-exist add acl once > /dev/null
	grep -q '^generation' "$tmp/events"
}
eventually 'and hear of changes' heard
acl remove vm b
acl remove acl once

part 'a user namespace with a network namespace of its own'
# Stays there, for others to come in.
mkfifo "$tmp/stay"
chmod 666 "$tmp/stay"
# shellcheck disable=SC2016 # for the other shell
"${nobody[@]}" "${user_namespace[@]}" --net bash -c 'echo $$; read -r _ < "$1"' - "$tmp/stay" \
	> "$tmp/guest" &
children+=($!)
within 10 test -s "$tmp/guest" || bail 'no user namespace can be made'
read -r guest < "$tmp/guest"
theirs=/proc/$guest/ns/net
inside=("${nobody[@]}" nsenter --user="/proc/$guest/ns/user" --preserve-credentials)
own=("${inside[@]}" --net="$theirs")
is 'its policy is empty' '' "$("${own[@]}" "$ACLCTL" list ruleset)"
show host "${own[@]}" aclctl add vm x dev vnet0 address 10.1.0.4
holds 'it may rule there' "${own[@]}" "$ACLCTL" add vm x dev vnet0 address 10.1.0.4
is 'and see that' 'add vm x dev vnet0 address 10.1.0.4' "$("${own[@]}" "$ACLCTL" list ruleset)"
is 'the policy of the host is as it was' "$before" "$(aclctl list ruleset)"
refuses_all 'but not here' "$something" "${inside[@]}"
refuses_all 'nor has a user namespace within it a say there' "$something" \
	"${own[@]}" "${user_namespace[@]}"
is 'root of the host may rule there' 'add vm x dev vnet0 address 10.1.0.4' \
	"$(nsenter --net="$theirs" -- "$ACLCTL" list ruleset)"
: > "$tmp/events"
holds 'a change there' nsenter --net="$theirs" -- "$ACLCTL" remove vm x
pause 0.5
is 'is not heard of here' '' "$(cat "$tmp/events")"

part 'a socket that was opened elsewhere'
acl add vm b dev vnet1 address 10.1.0.5
show host lend across "$theirs"
is 'it means the namespace in which it was opened' '2 0' \
	"$("$lend" across "$theirs" | xargs)"
show host lend from-root
is 'opened by root, lent to nobody: refused' EPERM "$("$lend" from-root)"
show host lend to-root
is 'opened by nobody, lent to root: refused' EPERM "$("$lend" to-root)"
acl flush

finish
