#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 5,000 real packets, and what the twin says becomes of them; in short in
# tests/vm/packets.sh.

SEEDS=$(seq 101 110)
export SEEDS POLICIES=10 PACKETS=50
# shellcheck source=tests/twin/packets.sh
. "$(dirname "$(readlink -f "$0")")/../twin/packets.sh"
