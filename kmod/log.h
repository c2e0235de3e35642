/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules that are logged, through the kernel's nf_log.
 *
 *   epacl: VM in|out OWNER ORDER permit|deny: IN=... OUT=... SRC=... DST=...
 *
 * Names are cut where the line's head would grow too long. Of each VM at most
 * EPACL_LOG_RATE lines a second are written, after a burst of EPACL_LOG_BURST.
 */
#ifndef _EPACL_LOG_H
#define _EPACL_LOG_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include "decide.h"

#define EPACL_LOG_RATE 10
#define EPACL_LOG_BURST 20

/* The rules with a log that decided a packet. */
void epacl_log(const struct epacl_ask *ask, const struct epacl_answer *answer,
	       const struct sk_buff *skb, const struct nf_hook_state *state);

/*
 * Loads what writes to the kernel's log, if it is there, and keeps it. May load
 * modules. Balanced by epacl_log_put().
 */
void epacl_log_get(void);
void epacl_log_put(void);

#endif /* _EPACL_LOG_H */
