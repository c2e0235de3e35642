#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The pages of docs/scenarios, as they are written; ipsec.sh has the one with
# strongSwan. EPACL_SERVICE_TAGS may name the real list of Azure.

cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
exec scripts/scenario docs/scenarios/0[1-6]-*.md
