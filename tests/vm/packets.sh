#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 320 real packets, and what the twin says becomes of them; the rest is in
# tests/full/packets.sh.

export SEEDS='1 2' POLICIES=4 PACKETS=40
# shellcheck source=tests/twin/packets.sh
. "$(dirname "$(readlink -f "$0")")/../twin/packets.sh"
