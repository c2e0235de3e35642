/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting a program into force: one transaction, all or nothing. */
#ifndef _CTL_TXN_H
#define _CTL_TXN_H

#include "netlink.h"
#include "program.h"

/**
 * struct txn - a program on its way to the kernel
 * @nl: the socket
 * @program: what is to be done
 * @whole: the program as a whole, for what concerns none of its lines
 * @cookie: names the transaction; 0: there is none
 * @generation: of the policy; after the commit, of the new one
 * @committed: the kernel has answered the commit
 * @ops: the operations in order
 * @room: those that there is room for
 * @staged: how many were put into @batch
 * @first: number of the first operation in @batch
 * @last: the last message in @batch
 * @batch: messages not yet sent
 * @len: their bytes
 */
struct txn {
	struct nl *nl;
	const struct program *program;
	struct place whole;
	__u64 cookie;
	__u64 generation;
	bool committed;
	const struct item **ops;
	size_t room;
	size_t staged;
	size_t first;
	struct nlmsghdr *last;
	char batch[NL_SEND_SIZE];
	size_t len;
};

/**
 * struct txn_options - how
 * @dry_run: check everything, change nothing
 * @generation: refuse unless the policy has this generation
 * @has_generation: there is such a condition
 */
struct txn_options {
	bool dry_run;
	__u64 generation;
	bool has_generation;
};

enum status txn_run(struct nl *nl, const struct program *program,
		    const struct place *whole, const struct txn_options *how);

#endif /* _CTL_TXN_H */
