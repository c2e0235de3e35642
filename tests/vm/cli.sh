#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: tests/vm/cli.sh [FILE...]
#
# What can be typed, and what comes of it: runs the cases of tests/cli/*.t, or
# of the files named, against the loaded module. A line of such a file is
#
#   # comment
#   + COMMAND                 part of the policy that the next cases begin with
#   --                        that policy is empty again
#   INPUT ; VERDICT [; TEXT]  a case
#
# INPUT goes to `aclctl OPTIONS -f -`, with options in front of it and the
# escapes of printf %b; after the word argv it is split as by a shell and given
# on the command line. The verdicts:
#
#   ok      accepted; TEXT is what it changes in `list ruleset`: lines that come,
#           and after "- " lines that go, with " | " between them. Without TEXT
#           the input itself comes. The ruleset loads again, to the same bytes.
#   note    accepted; standard error holds TEXT
#   prints  accepted; standard output is TEXT, with " | " for the line ends
#   fail    refused, with TEXT in the reason; nothing has changed
#   usage   cannot be typed, with TEXT in the reason
#
# A TEXT of "-" stands for nothing.

set -u
export LC_ALL=C.UTF-8

root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
aclctl=${EPACL_ACLCTL:-$root/build/aclctl}
tmp=$(mktemp -d)
number=0 failed=0 setup='' dirty=1

# shellcheck disable=SC2317 # the trap calls it
cleanup() {
	"$aclctl" flush 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

bail() { echo "Bail out! $*"; exit 1; }

result() { # NAME [WHAT IS WRONG]
	number=$((number + 1))
	if [ $# = 1 ]; then
		echo "ok - $1"
	else
		failed=$((failed + 1))
		echo "not ok - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
		sed 's/^/# stdout: /' "$tmp/out"
		sed 's/^/# stderr: /' "$tmp/err"
	fi
}

# Begin from an empty policy with the lines of the setup.
begin() {
	[ $dirty = 1 ] || return 0
	printf 'flush\n%slist ruleset\n' "$setup" |
		"$aclctl" -f - > "$tmp/before" || bail "the setup is refused"
	dirty=0
}

# Run INPUT; sets rc.
run() {
	local input=$1 word options=()
	if [[ $input = argv || $input = argv\ * ]]; then
		eval "set -- ${input#argv}"
		"$aclctl" "$@" > "$tmp/out" 2> "$tmp/err"
	else
		while [[ $input = -* ]]; do
			word=${input%% *}
			options+=("$word")
			input=${input#"$word"}
			input=${input# }
		done
		printf '%b\n' "$input" |
			"$aclctl" "${options[@]}" -f - > "$tmp/out" 2> "$tmp/err"
	fi
	rc=$?
}

# Lines that went, then lines that came, on one line.
difference() {
	local line came=()
	: > "$tmp/difference"
	while IFS= read -r line; do
		case $line in
		'< '*) echo "- ${line#< }" >> "$tmp/difference" ;;
		'> '*) came+=("${line#> }") ;;
		esac
	done < <(diff "$tmp/before" "$tmp/after")
	[ ${#came[@]} = 0 ] || printf '%s\n' "${came[@]}" >> "$tmp/difference"
	join_lines "$tmp/difference"
}

# Sets joined. (No process of its own: there are hundreds of cases.)
join_lines() { # FILE
	local lines
	mapfile -t lines < "$1"
	printf -v joined '%s | ' "${lines[@]}"
	joined=${joined% | }
}

# Is TEXT in standard error?
said() { # TEXT
	local all
	IFS= read -r -d '' all < "$tmp/err"
	[[ $all = *"$1"* ]]
}

same() { # FILE FILE
	local a b
	IFS= read -r -d '' a < "$1"
	IFS= read -r -d '' b < "$2"
	[ "$a" = "$b" ]
}

check_ok() { # INPUT TEXT
	dirty=1
	[ "$rc" = 0 ] || { result "$1" "exit status $rc"; return; }
	"$aclctl" list ruleset > "$tmp/after" || bail "list ruleset fails"
	difference
	[ "$joined" = "$2" ] || { result "$1" "it changes: $joined"; return; }
	{ echo flush; cat "$tmp/after"; echo list ruleset; } > "$tmp/again.acl"
	"$aclctl" --dry-run -f "$tmp/again.acl" > "$tmp/again" 2> "$tmp/err"
	if same "$tmp/after" "$tmp/again"; then
		result "$1"
	else
		result "$1" "loaded again, the ruleset differs: $(diff "$tmp/after" "$tmp/again")"
	fi
}

check_fail() { # INPUT TEXT
	"$aclctl" list ruleset > "$tmp/after" || bail "list ruleset fails"
	if [ "$rc" != 1 ]; then
		dirty=1
		result "$1" "exit status $rc"
	elif ! same "$tmp/before" "$tmp/after"; then
		dirty=1
		difference
		result "$1" "it changed: $joined"
	elif ! said "$2"; then
		result "$1" "the reason is not: $2"
	else
		result "$1"
	fi
}

check_usage() { # INPUT TEXT
	if [ "$rc" != 2 ]; then
		dirty=1
		result "$1" "exit status $rc"
	elif ! said "$2"; then
		result "$1" "the reason is not: $2"
	else
		result "$1"
	fi
}

check_output() { # INPUT out|err TEXT
	case $1 in
	list*|explain*|-j\ list*|-j\ explain*) ;; # a question
	*) dirty=1 ;;
	esac
	join_lines "$tmp/out"
	if [ "$rc" != 0 ]; then
		result "$1" "exit status $rc"
	elif [ "$2" = out ] && [ "$joined" = "$3" ]; then
		result "$1"
	elif [ "$2" = err ] && said "$3"; then
		result "$1"
	else
		result "$1" "want: $3"
	fi
}

run_case() { # INPUT VERDICT TEXT
	[ "$3" != - ] || set -- "$1" "$2" ''
	[ "$2" = usage ] || begin
	run "$1"
	case $2 in
	ok) check_ok "$1" "$3" ;;
	note) check_output "$1" err "$3" ;;
	prints) check_output "$1" out "$3" ;;
	fail) check_fail "$1" "$3" ;;
	usage) check_usage "$1" "$3" ;;
	*) bail "no verdict: $2" ;;
	esac
}

run_file() {
	local line rest
	setup='' dirty=1
	while IFS= read -r line <&3; do
		case $line in
		''|'#'*) ;;
		'+ '*) setup+=${line#+ }$'\n' dirty=1 ;;
		--) setup='' dirty=1 ;;
		*' ; '*)
			rest=${line#* ; }
			case $rest in
			*' ; '*) run_case "${line%% ; *}" "${rest%% ; *}" "${rest#* ; }" ;;
			*) run_case "${line%% ; *}" "$rest" "${line%% ; *}" ;;
			esac ;;
		*) bail "not a case: $line" ;;
		esac
	done 3< "$1"
}

[ -x "$aclctl" ] || bail "there is no $aclctl"
[ $# -gt 0 ] || set -- "$root"/tests/cli/*.t
for file in "$@"; do
	run_file "$file"
done
echo "1..$number"
[ "$failed" = 0 ]
