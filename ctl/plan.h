/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy asks of address translation. */
#ifndef _CTL_PLAN_H
#define _CTL_PLAN_H

#include "buf.h"
#include "nat.h"
#include "netlink.h"

enum status plan_read(struct nl *nl, const struct place *at, __u64 txn,
		      struct nat_plan **plan, __u64 *generation,
		      struct buf *odd);

#endif /* _CTL_PLAN_H */
