/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talking to nf_tables: batches, dumps; for the nat*.c files alone. */
#ifndef _CTL_NAT_NL_H
#define _CTL_NAT_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <libmnl/libmnl.h>
#include <linux/types.h>

struct nat_nl;

/* Return: a socket for nat_nl_close(), or NULL and errno. */
struct nat_nl *nat_nl_open(void);
void nat_nl_close(struct nat_nl *nl);

/*
 * Asks for the generation of the whole ruleset. Return: 0, -EOPNOTSUPP if the
 * kernel has no nf_tables, even upon request, or another -errno.
 */
int nat_nl_generation(struct nat_nl *nl, __u32 *generation);

/**
 * nat_nl_dump_begin - begins a request that is answered by many messages
 * @nl: socket; after an error it is of no further use
 * @type: NFT_MSG_GET*
 *
 * Return: the request, of family inet, to which attributes may be added before
 * nat_nl_dump().
 */
struct nlmsghdr *nat_nl_dump_begin(struct nat_nl *nl, __u16 type);

/**
 * nat_nl_dump - sends the request and hands every answer to a function
 * @nl: socket
 * @cb: gets each message; stops the dump with MNL_CB_ERROR and errno
 * @data: for @cb
 *
 * Return: 0, -EINTR if the ruleset changed meanwhile, or another -errno.
 */
int nat_nl_dump(struct nat_nl *nl, mnl_cb_t cb, void *data);

/**
 * struct nat_batch - messages that the kernel takes or refuses as a whole
 * @buf: @len bytes in use of @cap
 * @seq: number of the message last begun
 * @last: offset of the message last begun; none yet if 0
 * @generation: offset of the attribute that names the generation
 * @failed: there was no memory
 */
struct nat_batch {
	char *buf;
	size_t len;
	size_t cap;
	__u32 seq;
	size_t last;
	size_t generation;
	bool failed;
};

/* The most that attributes of one message may take, in bytes. */
#define NAT_BATCH_ROOM (128 * 1024)

/* For nat_batch_free(), also if it failed. */
void nat_batch_init(struct nat_batch *b);
void nat_batch_free(struct nat_batch *b);

/**
 * nat_batch_begin - begins a message
 * @b: batch
 * @type: NFT_MSG_*
 * @flags: NLM_F_* besides NLM_F_REQUEST
 *
 * Return: the message, of family inet, with room for NAT_BATCH_ROOM bytes of
 * attributes, for nat_batch_end(); or NULL if the batch has failed.
 */
struct nlmsghdr *nat_batch_begin(struct nat_batch *b, __u16 type, __u16 flags);
void nat_batch_end(struct nat_batch *b, struct nlmsghdr *nlh);

/**
 * nat_batch_send - ends the batch and has the kernel carry it out
 * @b: batch; of no further use
 * @nl: socket
 * @generation: of the ruleset upon which the batch was made; never 0
 * @why: receives a sentence where it fails
 * @whylen: size of @why
 *
 * Return: 0; -ERESTART if the ruleset has another generation by now; -ENOMEM;
 * or another -errno from the kernel. Then nothing has changed.
 */
int nat_batch_send(struct nat_batch *b, struct nat_nl *nl, __u32 generation,
		   char *why, size_t whylen);

#endif /* _CTL_NAT_NL_H */
