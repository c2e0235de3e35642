#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# flood.sh, with the floods on a bridge that is none of the host's business.

WIRING=bridged exec "$(dirname "$(readlink -f "$0")")/flood.sh"
