#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bridged.sh with br_netfilter loaded before the module.

BRNF=first exec "$(dirname "$(readlink -f "$0")")/bridged.sh"
