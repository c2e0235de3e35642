#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# libvirt-nat.sh with br_netfilter loaded after the bridge is made.

BRNF=after exec "$(dirname "$(readlink -f "$0")")/libvirt-nat.sh"
