#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Minutes of requests that are almost right; in short in tests/vm/netlink-fuzz.sh.

export TIME=50 SEEDS='11 12 13'
# shellcheck source=tests/fuzz/netlink.sh
. "$(dirname "$(readlink -f "$0")")/../fuzz/netlink.sh"
