#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 20,000 questions to the module, and what the twin says; the rest is in
# tests/full/twin.sh.

export SEEDS='1 2 3 4' POLICIES=10 QUESTIONS=500
# shellcheck source=tests/twin/explain.sh
. "$(dirname "$(readlink -f "$0")")/../twin/explain.sh"
