/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of prefixes. They may be large: what is one command takes as many
 * operations as there are chunks of EPACL_SET_CHUNK prefixes.
 */
#ifndef _CTL_SET_H
#define _CTL_SET_H

#include "netlink.h"
#include "prefixes.h"
#include "program.h"

void set_put(struct program *program, const struct place *at, const char *name,
	     bool exists, struct prefixes *prefixes);
enum status set_read(struct nl *nl, const struct place *at, __u64 txn,
		     const char *name, struct prefixes *prefixes,
		     __u64 *generation);
enum status set_is_there(struct nl *nl, const struct item *item, __u64 txn,
			 bool *there);

#endif /* _CTL_SET_H */
