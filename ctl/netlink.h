/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talking to the module. */
#ifndef _CTL_NETLINK_H
#define _CTL_NETLINK_H

#include <stdbool.h>
#include <stddef.h>

#include <libmnl/libmnl.h>
#include <linux/epacl.h>

#include "say.h"

/* Messages to the kernel are gathered up to this many bytes. */
#define NL_SEND_SIZE (64 * 1024)

/**
 * struct nl_fault - what came with a refusal
 * @text: a sentence, "" where there was none
 * @index: operation at fault, from 1; 0: none
 */
struct nl_fault {
	char text[256];
	__u32 index;
};

/**
 * struct nl - a socket, and what the last refusal said
 * @sock: the socket
 * @seq: number of the last message sent
 * @family: number of the family
 * @group: number of the multicast group
 * @fault: of the last request
 * @out: message being built
 */
struct nl {
	struct mnl_socket *sock;
	__u32 seq;
	__u16 family;
	__u32 group;
	struct nl_fault fault;
	char out[NL_SEND_SIZE];
};

/* Takes each message of an answer. */
typedef void (*nl_reader)(const struct nlmsghdr *nlh, void *arg);

enum status nl_open(struct nl *nl);
void nl_close(struct nl *nl);
struct nlmsghdr *nl_header(struct nl *nl, void *buf, enum epacl_cmd cmd,
			   __u16 flags, __u64 txn);
struct nlmsghdr *nl_start(struct nl *nl, enum epacl_cmd cmd, __u16 flags,
			  __u64 txn);
void nl_append(struct nlmsghdr *nlh, const void *attrs, size_t len);
int nl_run(struct nl *nl, struct nlmsghdr *nlh, nl_reader reader, void *arg);
int nl_run_batch(struct nl *nl, void *data, size_t len, __u32 last, __u32 *bad);
int nl_listen(struct nl *nl);
int nl_wait(struct nl *nl, nl_reader reader, void *arg);
enum status nl_refused(const struct nl_fault *fault, const struct place *at,
		       int err);

/* Attributes of a message of the family; EPACL_A_LEG, the only one that is
 * repeated, is read from the message itself.
 */
struct nl_attrs {
	const struct nlattr *tb[EPACL_A_MAX + 1];
};

void nl_parse(const struct nlmsghdr *nlh, struct nl_attrs *attrs);

#endif /* _CTL_NETLINK_H */
