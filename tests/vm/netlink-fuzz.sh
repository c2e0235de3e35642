#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Seconds of requests that are almost right; minutes of them in
# tests/full/netlink-fuzz.sh.

export TIME=8 SEEDS=1
# shellcheck source=tests/fuzz/netlink.sh
. "$(dirname "$(readlink -f "$0")")/../fuzz/netlink.sh"
