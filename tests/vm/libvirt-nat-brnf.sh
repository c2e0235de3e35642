#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# libvirt-nat.sh with br_netfilter loaded before the bridge is made.

BRNF=before exec "$(dirname "$(readlink -f "$0")")/libvirt-nat.sh"
