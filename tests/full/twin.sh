#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 300,000 questions to the module, and what the twin says; in short in
# tests/vm/twin.sh.

SEEDS=$(seq 101 120)
export SEEDS POLICIES=25 QUESTIONS=600
# shellcheck source=tests/twin/explain.sh
. "$(dirname "$(readlink -f "$0")")/../twin/explain.sh"
