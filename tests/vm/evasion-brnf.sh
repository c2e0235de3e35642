#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# evasion.sh, with br_netfilter.

BRNF=before exec "$(dirname "$(readlink -f "$0")")/evasion.sh"
